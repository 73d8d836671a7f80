# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds the concepts that words stand for, in every language at once, so that one model can learn from all of them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.sound import skeleton
from routing.text import fold, tokens

DATA = Path(__file__).parent / "data" / "lexicon"
_GAP = ".."
_MOST_SKIPPED = 3
_NEAR_FROM = 6  # letters a word needs before one slip of the finger is forgiven
_CACHED = 40_000
_SIGN = 4  # letters a word needs to be worth finding in a very long text
_SOUNDS = 3  # consonants that a word in Latin letters must share with one in its own script
_BY_SOUND = frozenset({"am", "ti"})
"""Languages without a lexicon in Latin letters: met in them, theirs is read by sound."""

_AR_PROCLITICS = ("وال", "فال", "بال", "كال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "ك", "ه")
_AR_ENCLITICS = ("وني", "ونا", "وهم", "كم", "هم", "ها", "نا", "ني", "وا", "ين", "ات", "ون", "ه", "ي", "ك", "و")
_AR_LEAST = 3  # letters that must stay of an Arabic word


class LexiconError(ValueError):
    """A lexicon file cannot be read; the message names the file and the line to mend."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern of one language: `elements` with up to three words skipped before those in `gaps`."""

    language: str
    concept: str
    elements: tuple[int, ...]
    gaps: frozenset[int]


def _arabic_forms(word: str) -> set[str]:
    """The word without the particles and pronouns that Arabic writes onto it."""
    forms = {word}
    for head in _AR_PROCLITICS:
        if word.startswith(head) and len(word) - len(head) >= _AR_LEAST:
            forms.add(word[len(head) :])
    for form in tuple(forms):
        for tail in _AR_ENCLITICS:
            if form.endswith(tail) and len(form) - len(tail) >= _AR_LEAST:
                forms.add(form[: -len(tail)])
    return forms


def _slips(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}


class Lexicon:
    """Patterns of all languages in one index; matching costs one look-up a word, most of them cached."""

    def __init__(self) -> None:
        self.concepts: set[str] = set()
        self._exact: dict[str, int] = {}
        self._prefix: dict[str, int] = {}
        self._suffix: dict[str, int] = {}
        self._inside: dict[str, int] = {}
        self._near: dict[str, list[int]] = {}
        self._known: dict[str, list[int]] = {}
        self._sounds: dict[str, list[tuple[int, bool, bool]]] = {}
        self._heard: dict[str, tuple[int, ...]] = {}
        self._phrases: dict[int, list[Phrase]] = {}
        self._cache: dict[str, tuple[int, ...]] = {}
        self._count = 0

    @classmethod
    def load(cls, folder: Path = DATA, extra: Mapping[str, Mapping[str, str]] | None = None) -> Lexicon:
        """Every `*.toml` of `folder`, and `extra` as concept -> language -> patterns. Raises LexiconError."""
        lexicon = cls()
        for path in sorted(folder.glob("*.toml")):
            try:
                data = tomllib.loads(path.read_text(encoding="utf-8"))
                language = str(data["language"])
                for concept, patterns in data["concepts"].items():
                    lexicon.add(language, concept, patterns)
                for category, patterns in data.get("phrases", {}).items():
                    lexicon.add(language, f"phrase:{category}", patterns)
            except (KeyError, AttributeError, tomllib.TOMLDecodeError, LexiconError) as error:
                raise LexiconError(f"{path.name}: {error}") from error
        for concept, languages in (extra or {}).items():
            for language, patterns in languages.items():
                lexicon.add(language, concept, patterns)
        return lexicon

    def add(self, language: str, concept: str, patterns: str) -> None:
        """Teach the comma-separated `patterns` of one language for `concept`."""
        self.concepts.add(concept)
        for pattern in fold(patterns).split(","):
            elements: list[int] = []
            gaps: set[int] = set()
            for word in pattern.split():
                if word == _GAP:
                    gaps.add(len(elements))
                else:
                    elements.extend(self._elements(word))
            if elements:
                phrase = Phrase(language, concept, tuple(elements), frozenset(gaps))
                self._phrases.setdefault(elements[0], []).append(phrase)
            elif pattern.strip():
                raise LexiconError(f"{concept}: the pattern {pattern.strip()!r} has no word")

    def signs(self, concepts: Collection[str]) -> tuple[set[str], set[str]]:
        """The words, and the beginnings of words, that stand for one of `concepts`; of a phrase the longest word."""
        whole = {number: word for word, number in self._exact.items()}
        stems = {number: word for word, number in self._prefix.items()}
        words: set[str] = set()
        begun: set[str] = set()
        for phrases in self._phrases.values():
            for phrase in phrases:
                if phrase.concept not in concepts:
                    continue
                spelled = [(whole.get(one) or stems.get(one) or "", one in stems) for one in phrase.elements]
                word, stem = max(spelled, key=lambda pair: len(pair[0]))
                if len(word) >= _SIGN:
                    (begun if stem else words).add(word)
        return words, begun

    def _elements(self, word: str) -> list[int]:
        """The numbers of a folded word of a pattern; several where an apostrophe or a hyphen parts it."""
        known = self._known.get(word)
        if known is not None:
            return known
        bare = word.strip("*")
        parts = [bare] if bare.isalnum() else tokens(bare)
        made: list[int] = []
        for at, part in enumerate(parts):
            head = word[0] == "*" and at == 0
            tail = word[-1] == "*" and at == len(parts) - 1
            table = self._inside if head and tail else self._suffix if head else self._prefix if tail else self._exact
            number = table.get(part)
            if number is None:
                number = table[part] = self._count
                self._count += 1
                self._learn_sound(part, number, head, tail)
                if not head and len(part) >= _NEAR_FROM and part.isalpha():
                    for slip in _slips(part):
                        self._near.setdefault(slip, []).append(number)
            made.append(number)
        self._known[word] = made
        return made

    def _learn_sound(self, part: str, number: int, head: bool, tail: bool) -> None:
        if not part.isascii() and len(sound := skeleton(part)) >= _SOUNDS:
            self._sounds.setdefault(sound, []).append((number, head, tail))

    def _by_sound(self, token: str) -> tuple[int, ...]:
        """The patterns in other scripts whose consonants a word in Latin letters has."""
        known = self._heard.get(token)
        if known is not None:
            return known
        sound = skeleton(token[:40])
        size = len(sound)
        found: set[int] = set()
        for start in range(size - _SOUNDS + 1):
            for end in range(start + _SOUNDS, size + 1):
                for number, head, tail in self._sounds.get(sound[start:end], ()):
                    if (end - start == size) or (
                        end - start > _SOUNDS and (head or not start) and (tail or end == size)
                    ):
                        found.add(number)
        if len(self._heard) >= _CACHED:
            self._heard.clear()
        self._heard[token] = result = tuple(sorted(found))
        return result

    def _of_token(self, token: str) -> tuple[int, ...]:
        known = self._cache.get(token)
        if known is not None:
            return known
        found: set[int] = set()
        forms = _arabic_forms(token) if "\u0600" <= token[0] <= "\u06ff" else {token}
        for form in forms:
            if form in self._exact:
                found.add(self._exact[form])
            for end in range(2, min(len(form), 40) + 1):
                if form[:end] in self._prefix:
                    found.add(self._prefix[form[:end]])
        size = len(token)
        if size <= 40:
            found.update(self._suffix[token[at:]] for at in range(size) if token[at:] in self._suffix)
            for start in range(size - 1):
                for end in range(start + 2, size + 1):
                    if token[start:end] in self._inside:
                        found.add(self._inside[token[start:end]])
        if not found and _NEAR_FROM <= size <= 20:
            for slip in _slips(token):
                found.update(self._near.get(slip, ()))
        result = tuple(sorted(found))
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        if size <= 40:
            self._cache[token] = result
        return result

    def find(self, words: Sequence[str], languages: Collection[str] | None = None) -> dict[str, tuple[int, ...]]:
        """Concept -> positions of its words in `words` (folded tokens), by the patterns of `languages`, all if None."""
        hits: dict[str, set[int]] = {}
        marks = [self._of_token(word) for word in words]
        if languages is not None and not _BY_SOUND.isdisjoint(languages):
            marks = [
                mark + self._by_sound(word) if word.isascii() else mark for word, mark in zip(words, marks, strict=True)
            ]
        for start, elements in enumerate(marks):
            for element in elements:
                for phrase in self._phrases.get(element, ()):
                    if languages is not None and phrase.language not in languages:
                        continue
                    positions = self._match(phrase, marks, start)
                    if positions:
                        hits.setdefault(phrase.concept, set()).update(positions)
        return {concept: tuple(sorted(positions)) for concept, positions in hits.items()}

    @staticmethod
    def _match(phrase: Phrase, marks: Sequence[tuple[int, ...]], start: int) -> list[int] | None:
        positions = [start]
        for at in range(1, len(phrase.elements)):
            skip = _MOST_SKIPPED if at in phrase.gaps else 0
            first = positions[-1] + 1
            for position in range(first, min(first + skip + 1, len(marks))):
                if phrase.elements[at] in marks[position]:
                    positions.append(position)
                    break
            else:
                return None
        return positions
