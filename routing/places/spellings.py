# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index of names: which rows a word may name as listed, with what languages glue to it, or nearly as listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from routing.places.affixes import Form, heads, tails
from routing.places.sound import is_ethiopic, skeleton, sound
from routing.text import fold, tokens

DOUBTFUL = "?"
"""Mark after a name that is also an ordinary word: it counts beside a cue, or alone between punctuation marks. Two of
them: only after the name of a thing that places have, or alone."""

_MOST_DOUBTS = 2
_SHORTEST_NEAR = 4
_SHORTEST_SOUND, _SHORTEST_JOINED_SOUND = 7, 8
"""Letters that the sound of one word, or of several run together, must have to stand for a name."""
_SHORTEST_SKELETON = 5
_ONE_SLIP, _TWO_SLIPS = 7, 9
"""Letters that a name must have for one or two of them to be wrong."""
_ARTICLES = ("al", "el")
_SUN_LETTERS = "tdrzsnl"
"""The l of the article takes the sound of these: al Zawiya is said and often written az Zawiya."""
_WRITTEN_ARTICLES = (*_ARTICLES, "ال")


class Named(Protocol):
    """What the index needs of a row of the tables."""

    @property
    def spellings(self) -> tuple[str, ...]: ...

    @property
    def is_large(self) -> bool: ...


class Entry(NamedTuple):
    """The rows that bear one spelling, and how doubtful it is (0 to 2, see `DOUBTFUL`)."""

    rows: tuple[int, ...]
    doubts: int


class Single(NamedTuple):
    """A name of one word: the entry and what was taken off the word to meet it."""

    entry: Entry
    head: Form
    tail: Form


class Reading(NamedTuple):
    """All that one word of a text may be: a name, the first word of one (with the most words it has), nearly a name."""

    singles: tuple[Single, ...] = ()
    starts: tuple[tuple[Form, int], ...] = ()
    near: tuple[int, ...] = ()
    may_join: bool = False


_NOTHING = Reading()


def _with_articles(words: Sequence[str]) -> Iterator[str]:
    """The name, and where it begins with the article, the ways to write that."""
    yield " ".join(words)
    if words[0] not in _ARTICLES or len(words) == 1:
        return
    rest = " ".join(words[1:])
    for article in _ARTICLES:
        yield f"{article} {rest}"
        yield article + rest
    for vowel in "ae" if rest[0] in _SUN_LETTERS else "":
        yield f"{vowel}{rest[0]} {rest}"
        yield f"{vowel}{rest[0]}{rest}"


def _bare(word: str) -> str:
    """`word` (folded) without an Arabic article."""
    return word[2:] if word.startswith(_WRITTEN_ARTICLES) else word


def _united(one: Iterable[int], other: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*one, *other)))


class Spellings:
    """Every spelling of every place, ready for looking up."""

    def __init__(self, rows: Sequence[Named], not_places: frozenset[str]) -> None:
        self._not_places = not_places
        self._large = tuple(row.is_large for row in rows)
        self._entries: dict[str, Entry] = {}
        self._longest: dict[str, int] = {}
        for number, row in enumerate(rows):
            for name in row.spellings:
                self._add(name, number)
        self._sounds: dict[str, tuple[int, ...]] = {}
        self._joined: dict[str, tuple[int, ...]] = {}
        self._joined_starts: set[str] = set()
        self._skeletons: dict[str, tuple[int, ...]] = {}
        self._blocks: dict[tuple[str, int], list[str]] = {}
        for spelling, entry in self._entries.items():
            if not entry.doubts and any(self._large[row] for row in entry.rows):
                self._index_near(spelling, entry)
        # One per index, since the answers are this index's.
        self.reading = lru_cache(maxsize=16_384)(self._read)

    def _add(self, name: str, number: int) -> None:
        words = tokens(fold(name))
        if not words:
            return
        doubts = min(name.count(DOUBTFUL), _MOST_DOUBTS)
        for spelling in _with_articles(words):
            known = self._entries.get(spelling, Entry((), 0))
            self._entries[spelling] = Entry(_united(known.rows, (number,)), max(doubts, known.doubts))
            first, count = spelling.split(" ", 1)[0], spelling.count(" ") + 1
            if count > 1:
                self._longest[first] = max(count, self._longest.get(first, 0))

    def _index_near(self, spelling: str, entry: Entry) -> None:
        spoken = sound(spelling)
        first, *others = spelling.split(" ")
        if others and len(spoken) >= _SHORTEST_JOINED_SOUND:
            self._joined[spoken] = _united(self._joined.get(spoken, ()), entry.rows)
            self._joined_starts.add(sound(first))
        if len(spoken) >= (_SHORTEST_JOINED_SOUND if others else _SHORTEST_SOUND):
            self._sounds[spoken] = _united(self._sounds.get(spoken, ()), entry.rows)
        if is_ethiopic(spelling):
            bones = skeleton(spelling)
            if len(bones) >= _SHORTEST_SKELETON:
                self._skeletons[bones] = _united(self._skeletons.get(bones, ()), entry.rows)
        elif not others and len(_bare(spelling)) >= _ONE_SLIP:
            self._blocks.setdefault((spelling[0], len(spelling)), []).append(spelling)

    def listed(self, phrase: str) -> Entry | None:
        """The entry of exactly these folded words."""
        return self._entries.get(phrase)

    def joined(self, words: Sequence[str]) -> tuple[int, ...]:
        """The rows of a name of several words that sounds like `words` together, however they are parted."""
        return self._joined.get(sound("".join(words)), ())

    def _read(self, word: str) -> Reading:
        barred = word in self._not_places
        singles = tuple(self._singles(word, barred))
        starts = tuple((head, self._longest[head.stem]) for head in heads(word) if head.stem in self._longest)
        near = () if barred or len(word) < _SHORTEST_NEAR else self._near(word)
        may_join = len(word) > 1 and sound(word) in self._joined_starts
        if singles or starts or near or may_join:
            return Reading(singles, starts, near, may_join)
        return _NOTHING

    def _singles(self, word: str, barred: bool) -> Iterator[Single]:
        for head in heads(word):
            for tail in tails(head.stem):
                entry = self._entries.get(tail.stem)
                if not entry:
                    continue
                if (head.glued or tail.glued) and (barred or not self._takes_affixes(word, entry)):
                    continue
                yield Single(entry, head, tail)

    def _takes_affixes(self, word: str, entry: Entry) -> bool:
        """In Latin letters, what looks like an affix mostly belongs to another word, unless the place is well known."""
        return not word[0].isascii() or (not entry.doubts and any(self._large[row] for row in entry.rows))

    def _near(self, word: str) -> tuple[int, ...]:
        spoken = sound(word)
        if len(spoken) >= _SHORTEST_SOUND and spoken in self._sounds:
            return self._sounds[spoken]
        if is_ethiopic(word):
            return self._skeletons.get(skeleton(word), ())
        sure_letters = len(_bare(word))
        if sure_letters < _ONE_SLIP:
            return ()
        slips = 2 if sure_letters >= _TWO_SLIPS else 1
        sizes = range(len(word) - slips, len(word) + slips + 1)
        choices = [choice for size in sizes for choice in self._blocks.get((word[0], size), ())]
        best = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=slips)
        return self._entries[best[0]].rows if best else ()
