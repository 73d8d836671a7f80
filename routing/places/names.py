# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds the names of places in a text, and what the words around each one say of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from routing.places.affixes import Form, Role, tails
from routing.places.spellings import Entry, Named, Reading, Spellings
from routing.text import tokens

_PARTS = re.compile(r"[,;:.()!?\n،؛؟።፡፣፤।۔/]+|\s-\s")
_MOST_JOINED = 3
"""Words of a text that together may sound like one name."""
_MOST_MENTIONS = 32
"""Nobody means more places than this; a text that names more is cut here so that comparing them stays quick."""


@dataclass(frozen=True, slots=True)
class Cues:
    """Folded words that, beside a doubtful name, make it a place, and what they say of it."""

    at: frozenset[str]
    to: frozenset[str]
    about: frozenset[str]
    thing_before: frozenset[str]
    after: frozenset[str]
    district_before: frozenset[str]
    district_after: frozenset[str]
    not_places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: the rows that bear it, how the person relates to it, and whether a district is meant."""

    rows: tuple[int, ...]
    role: Role
    district: bool
    words: str


class _Text:
    """The words of one folded text, with what asks about the surroundings of `count` words from `start` on."""

    def __init__(self, folded: str, cues: Cues) -> None:
        self.words = tokens(folded)
        self._folded = folded
        self._cues = cues
        self._alone: frozenset[str] | None = None

    def phrase(self, start: int, count: int) -> str:
        return " ".join(self.words[start : start + count])

    def before(self, start: int) -> str:
        return self.words[start - 1] if start else ""

    def is_alone(self, start: int, count: int) -> bool:
        """Whether the words are all that stands between two punctuation marks."""
        if self._alone is None:
            self._alone = frozenset(" ".join(tokens(part)) for part in _PARTS.split(self._folded))
        return self.phrase(start, count) in self._alone

    def role(self, start: int) -> Role:
        before = self.before(start)
        if before in self._cues.at:
            return "at"
        return "to" if before in self._cues.to else "none"

    def is_cued(self, start: int, count: int, doubts: int) -> bool:
        """Whether something makes a name that is `doubts` (1 or 2) doubtful a place."""
        cues, before = self._cues, self.before(start)
        if before in cues.thing_before or self.is_alone(start, count):
            return True
        if doubts > 1:
            return False
        end = start + count
        after = self.words[end] if end < len(self.words) else ""
        return before in cues.at or before in cues.to or before in cues.about or after in cues.after

    def mention(self, rows: tuple[int, ...], start: int, count: int, role: Role | None = None) -> Mention:
        before = self.words[max(0, start - 2) : start]
        after = self.words[start + count : start + count + 1]
        district = not self._cues.district_before.isdisjoint(before) or not self._cues.district_after.isdisjoint(after)
        return Mention(rows, role or self.role(start), district, self.phrase(start, count))


class Names:
    """Every name with the cues that go with them."""

    def __init__(self, rows: Sequence[Named], cues: Cues) -> None:
        self._cues = cues
        self._spellings = Spellings(rows, cues.not_places)

    def mentions(self, folded: str) -> tuple[Mention, ...]:
        """The places that folded text names, the first 32 in its order, none overlapping another."""
        text = _Text(folded, self._cues)
        found: list[Mention] = []
        position = 0
        while position < len(text.words) and len(found) < _MOST_MENTIONS:
            reading = self._spellings.reading(text.words[position])
            mention, count = self._at(text, position, reading) if any(reading) else (None, 1)
            if mention:
                found.append(mention)
            position += count
        return tuple(found)

    def _at(self, text: _Text, start: int, reading: Reading) -> tuple[Mention | None, int]:
        for head, longest in reading.starts:
            for count in range(min(longest, len(text.words) - start), 1, -1):
                mention = self._of_several(text, start, count, head)
                if mention:
                    return mention, count
        for entry, head, tail in reading.singles:
            mention = _accepted(text, start, 1, entry, (head, tail))
            if mention:
                return mention, 1
        if reading.may_join:
            for count in range(min(_MOST_JOINED, len(text.words) - start), 1, -1):
                rows = self._spellings.joined(text.words[start : start + count])
                if rows:
                    return text.mention(rows, start, count), count
        return (text.mention(reading.near, start, 1), 1) if reading.near else (None, 1)

    def _of_several(self, text: _Text, start: int, count: int, head: Form) -> Mention | None:
        last = start + count - 1
        beginning = " ".join((head.stem, *text.words[start + 1 : last]))
        for tail in tails(text.words[last]):
            entry = self._spellings.listed(f"{beginning} {tail.stem}")
            if entry:
                mention = _accepted(text, start, count, entry, (head, tail))
                if mention:
                    return mention
        return None


def _accepted(text: _Text, start: int, count: int, entry: Entry, ends: tuple[Form, Form]) -> Mention | None:
    roles = [end.role for end in ends if end.role != "none"]
    if entry.doubts and not (roles and entry.doubts == 1) and not text.is_cued(start, count, entry.doubts):
        return None
    return text.mention(entry.rows, start, count, roles[0] if roles else None)
