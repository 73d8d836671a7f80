# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds the concepts that words stand for, in every language at once, so that one model can learn from all of them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.spellings import Spellings
from routing.text import fold

DATA = Path(__file__).parent / "data" / "lexicon"
_GAP = ".."
_ROW = ";"
_NO_GAPS: frozenset[int] = frozenset()
_MOST_SKIPPED = 3
_REMEMBERED = 40_000  # words
_LONGEST = 40  # letters of a word that is remembered
_SIGN = 4  # letters a word needs to be worth finding in a very long text


class LexiconError(ValueError):
    """A lexicon file cannot be read; the message names the file and the line to mend."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern of several words of one language, with up to three others skipped before those in `gaps`."""

    language: str
    concept: str
    elements: tuple[int, ...]
    gaps: frozenset[int]


@dataclass(frozen=True, slots=True)
class Word:
    """What a word of a message is: the numbers of its patterns, its concepts, and phrases by their second word."""

    numbers: tuple[int, ...]
    concepts: tuple[str, ...]
    followers: tuple[Mapping[int, Sequence[Phrase]], ...]


class Lexicon:
    """Patterns of all languages in one index; what a word is, is worked out once and remembered."""

    def __init__(self) -> None:
        self.concepts: set[str] = set()
        self._spellings = Spellings()
        self._single: dict[int, list[tuple[str, str]]] = {}
        self._phrases: dict[int, dict[int, list[Phrase]]] = {}
        self._words: dict[frozenset[str] | None, dict[str, Word]] = {}
        self._remembered = 0

    @classmethod
    def load(cls, folder: Path = DATA, extra: Mapping[str, Mapping[str, str]] | None = None) -> Lexicon:
        """Every `*.toml` of `folder`, and `extra` as concept -> language -> patterns. Raises LexiconError."""
        lexicon = cls()
        for path in sorted(folder.glob("*.toml")):
            try:
                data = tomllib.loads(path.read_text(encoding="utf-8"))
                phrases = {f"phrase:{category}": patterns for category, patterns in data.get("phrases", {}).items()}
                lexicon.teach(str(data["language"]), {**data["concepts"], **phrases})
            except (KeyError, AttributeError, tomllib.TOMLDecodeError, LexiconError) as error:
                raise LexiconError(f"{path.name}: {error}") from error
        spoken: dict[str, dict[str, str]] = {}
        for concept, languages in (extra or {}).items():
            for language, patterns in languages.items():
                spoken.setdefault(language, {})[concept] = patterns
        for language, concepts in spoken.items():
            lexicon.teach(language, concepts)
        return lexicon

    def add(self, language: str, concept: str, patterns: str) -> None:
        """Teach the comma-separated `patterns` of one language for `concept`."""
        self.teach(language, {concept: patterns})

    def teach(self, language: str, patterns: Mapping[str, str], *, forgiving: bool = True) -> None:
        """Teach comma-separated patterns by concept; a slip in a long word is forgiven where `forgiving`."""
        # Folded in one go: a call for each concept would cost more than all the rest.
        rows = fold(f" {_ROW} ".join(patterns.values())).split(_ROW)
        if len(rows) != len(patterns):
            raise LexiconError(f"a pattern may not hold {_ROW!r}")
        for concept, row in zip(patterns, rows, strict=True):
            self.concepts.add(concept)
            meaning = (language, concept)
            for pattern in row.split(","):
                self._learn(meaning, pattern.split(), forgiving)

    def _learn(self, meaning: tuple[str, str], pattern: Sequence[str], forgiving: bool) -> None:
        language, concept = meaning
        elements: list[int] = []
        gaps: list[int] = []
        for word in pattern:
            if word == _GAP:
                gaps.append(len(elements))
            else:
                elements.extend(self._spellings.learn(word, language, forgiving))
        if len(elements) == 1:
            self._single.setdefault(elements[0], []).append(meaning)
        elif elements:
            phrase = Phrase(language, concept, tuple(elements), frozenset(gaps) if gaps else _NO_GAPS)
            self._phrases.setdefault(elements[0], {}).setdefault(elements[1], []).append(phrase)
        elif pattern:
            raise LexiconError(f"{concept}: the pattern {' '.join(pattern)!r} has no word")

    def signs(self, concepts: Collection[str]) -> tuple[set[str], set[str]]:
        """The words, and the beginnings of words, that stand for one of `concepts`; of a phrase the longest word."""
        whole = {number: word for word, number in self._spellings.whole.items()}
        stems = {number: word for word, number in self._spellings.stems.items()}
        words: set[str] = set()
        begun: set[str] = set()
        said: list[tuple[str, tuple[int, ...]]]
        said = [(concept, (one,)) for one, those in self._single.items() for _, concept in those]
        said += [
            (phrase.concept, phrase.elements)
            for followers in self._phrases.values()
            for phrases in followers.values()
            for phrase in phrases
        ]
        for concept, elements in said:
            if concept not in concepts:
                continue
            spelled = [(whole.get(one) or stems.get(one) or "", one in stems) for one in elements]
            word, stem = max(spelled, key=lambda pair: len(pair[0]))
            if len(word) >= _SIGN:
                (begun if stem else words).add(word)
        return words, begun

    def find(self, words: Sequence[str], languages: Collection[str] | None = None) -> dict[str, tuple[int, ...]]:
        """Concept -> positions of its words in `words` (folded tokens), by the patterns of `languages`, all if None."""
        spoken = None if languages is None else frozenset(languages)
        known = self._words.setdefault(spoken, {})
        heard = [known.get(word) or self._hear(word, spoken) for word in words]
        hits: dict[str, list[int]] = {}
        for start, word in enumerate(heard):
            for concept in word.concepts:
                hits.setdefault(concept, []).append(start)
            for followers in word.followers:
                for phrase, positions in _phrases_from(start, followers, heard, spoken):
                    hits.setdefault(phrase.concept, []).extend(positions)
        return {concept: tuple(sorted(set(positions))) for concept, positions in hits.items()}

    def _hear(self, token: str, spoken: frozenset[str] | None) -> Word:
        numbers = self._spellings.of(token, spoken)
        word = self._word(numbers, spoken)
        if not word.concepts and not word.followers:
            word = self._word((*numbers, *self._spellings.nearly(token)), spoken)
        if len(token) <= _LONGEST:
            if self._remembered >= _REMEMBERED:
                self._words, self._remembered = {}, 0
            self._words.setdefault(spoken, {})[token] = word
            self._remembered += 1
        return word

    def _word(self, numbers: tuple[int, ...], spoken: frozenset[str] | None) -> Word:
        meant = (meaning for number in numbers for meaning in self._single.get(number, ()))
        concepts = dict.fromkeys(concept for language, concept in meant if spoken is None or language in spoken)
        return Word(numbers, tuple(concepts), tuple(self._phrases[one] for one in numbers if one in self._phrases))


def _phrases_from(
    start: int,
    followers: Mapping[int, Sequence[Phrase]],
    heard: Sequence[Word],
    spoken: frozenset[str] | None,
) -> Iterator[tuple[Phrase, list[int]]]:
    """The phrases that begin at `start`, with the positions of their words; `followers` has them by their second."""
    for second in range(start + 1, min(start + 2 + _MOST_SKIPPED, len(heard))):
        for number in heard[second].numbers:
            for phrase in followers.get(number, ()):
                if (spoken is None or phrase.language in spoken) and (second == start + 1 or 1 in phrase.gaps):
                    positions = _rest(phrase, heard, start, second)
                    if positions:
                        yield phrase, positions


def _rest(phrase: Phrase, heard: Sequence[Word], start: int, second: int) -> list[int] | None:
    """Where the words of a phrase stand whose first two are at `start` and `second`."""
    positions = [start, second]
    for at in range(2, len(phrase.elements)):
        skip = _MOST_SKIPPED if at in phrase.gaps else 0
        first = positions[-1] + 1
        for position in range(first, min(first + skip + 1, len(heard))):
            if phrase.elements[at] in heard[position].numbers:
                positions.append(position)
                break
        else:
            return None
    return positions
