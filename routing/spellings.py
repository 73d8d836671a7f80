# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers the words of patterns, and tells which of them a word in a message is, however it is spelled."""

from __future__ import annotations

from routing.sound import skeleton
from routing.text import tokens

_NEAR_FROM, _NEAR_TO = 6, 20  # letters a word needs, and may have, before one slip of the finger is forgiven
_LONGEST = 40
_SOUNDS = 3  # consonants that a word in Latin letters must share with one in its own script
_BY_SOUND = frozenset({"am", "ti"})
"""Languages without a lexicon in Latin letters: met in them, theirs is read by sound."""

_ARABIC = "ar"
_AR_PROCLITICS = ("وال", "فال", "بال", "كال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "ك", "ه")
_AR_ENCLITICS = ("وني", "ونا", "وهم", "كم", "هم", "ها", "نا", "ني", "وا", "ين", "ات", "ون", "ه", "ي", "ك", "و")
_AR_LEAST = 3  # letters that must stay of an Arabic word


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


class Spellings:
    """Every word of every pattern by its number: whole words, beginnings (`stem*`), ends and roots (`*root*`)."""

    def __init__(self) -> None:
        self.whole: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._roots: dict[str, int] = {}
        self._near: dict[str, list[int]] = {}
        self._forgiven: set[int] = set()
        self._sounds: dict[str, set[tuple[int, bool, bool]]] = {}
        self._count = 0

    def learn(self, word: str, language: str, forgiving: bool) -> list[int]:
        """The numbers of a folded word of a pattern; several where an apostrophe or a hyphen parts it."""
        stem = word.removesuffix("*")
        if stem.isalnum() and not forgiving:
            return [self._number(self.whole if stem == word else self.stems, stem)]
        bare = word.strip("*")
        parts = [bare] if bare.isalnum() else tokens(bare)
        made: list[int] = []
        for at, part in enumerate(parts):
            head = word[0] == "*" and at == 0
            tail = word[-1] == "*" and at == len(parts) - 1
            table = self._roots if head and tail else self._ends if head else self.stems if tail else self.whole
            number = self._number(table, part)
            if forgiving:
                self._forgive(part, number, language, head, tail)
            made.append(number)
        return made

    def _number(self, table: dict[str, int], part: str) -> int:
        number = table.setdefault(part, self._count)
        if number == self._count:
            self._count += 1
        return number

    def _forgive(self, part: str, number: int, language: str, head: bool, tail: bool) -> None:
        if language in _BY_SOUND and not part.isascii() and len(sound := skeleton(part)) >= _SOUNDS:
            self._sounds.setdefault(sound, set()).add((number, head, tail))
        if not head and number not in self._forgiven and len(part) >= _NEAR_FROM and part.isalpha():
            self._forgiven.add(number)
            for slip in _slips(part):
                self._near.setdefault(slip, []).append(number)

    def of(self, token: str, languages: frozenset[str] | None) -> tuple[int, ...]:
        """The numbers of what a folded word may be, as a word of `languages` (all if None)."""
        arabic = languages is None or _ARABIC in languages
        found = self._spelled(token, arabic and "\u0600" <= token[0] <= "\u06ff")
        if languages is not None and token.isascii() and not _BY_SOUND.isdisjoint(languages):
            found |= self._by_sound(token)
        return tuple(sorted(found))

    def nearly(self, token: str) -> tuple[int, ...]:
        """The numbers of forgiving words that a folded word is but for one slip of the finger."""
        if not _NEAR_FROM <= len(token) <= _NEAR_TO:
            return ()
        return tuple(sorted({number for slip in _slips(token) for number in self._near.get(slip, ())}))

    def _spelled(self, token: str, arabic: bool) -> set[int]:
        """As `arabic` also without particles and pronouns."""
        found: set[int] = set()
        for form in _arabic_forms(token) if arabic else (token,):
            if form in self.whole:
                found.add(self.whole[form])
            for end in range(2, min(len(form), _LONGEST) + 1):
                if form[:end] in self.stems:
                    found.add(self.stems[form[:end]])
        size = len(token)
        if size <= _LONGEST:
            found.update(self._ends[token[at:]] for at in range(size) if token[at:] in self._ends)
            for start in range(size - 1):
                for end in range(start + 2, size + 1):
                    if token[start:end] in self._roots:
                        found.add(self._roots[token[start:end]])
        return found

    def _by_sound(self, token: str) -> set[int]:
        """Words in other scripts whose consonants a word in Latin letters has."""
        sound = skeleton(token[:_LONGEST])
        size = len(sound)
        found: set[int] = set()
        for start in range(size - _SOUNDS + 1):
            for end in range(start + _SOUNDS, size + 1):
                for number, head, tail in self._sounds.get(sound[start:end], ()):
                    if (end - start == size) or (
                        end - start > _SOUNDS and (head or not start) and (tail or end == size)
                    ):
                        found.add(number)
        return found
