# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns a reading into numbers, in three ways: by its concepts, by the senses of its words, and by their spelling."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.reading import Reading
from routing.sound import skeleton

BUCKETS = 1 << 18
"""Few enough to keep the model small, many enough that two pieces of words seldom share one."""
SENSE_PAIRS = 1 << 17
"""Buckets for two senses near each other."""

_PAIR = 0.5
_FEW_CONCEPTS, _FEW_SENSES = 4.0, 6.0  # roots of the numbers of pairs from which each pair counts less
_NEAR = 4  # words apart
_MOST_SENSES = 6  # of one word
_FIRST, _SECOND = 100_003, 7  # spread pairs of senses over their buckets
_LEXICAL_NORM = 12.0
_LONGEST = 5
_MOST_WORDS = 150  # at each end of a message

_One = TypeVar("_One")
Ids = NDArray[np.int64]
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """Where a reading's numbers stand in the weights of each half of the model, and their values.

    `concepts`: places of its concepts, then of their pairs. `senses`: of its senses, then of pairs near each other.
    `buckets`: of pieces of words, all of the same value `worth`.
    """

    concepts: Ids
    concept_values: Values
    senses: Ids
    sense_values: Values
    buckets: Ids
    worth: float


def features(reading: Reading, concepts: Mapping[str, int], senses: Mapping[str, int]) -> Features:
    """The numbers of a reading for a model that knows these `concepts` and `senses` by their places."""
    return Features(
        *conceptual(evidence(reading), concepts), *glossed(reading, senses), *lexical(reading.telling_words)
    )


def evidence(reading: Reading) -> list[str]:
    """The concepts of a reading with its fired rules: what the conceptual part of the model sees."""
    return [*reading.found, *(f"rule:{rule.name}" for rule in reading.rules)]


def conceptual(found: Iterable[str], index: Mapping[str, int]) -> tuple[Ids, Values]:
    """The concepts a model knows, and each pair of them, as places in a triangle of weights, with their values."""
    known = sorted(index[concept] for concept in found if concept in index)
    size = len(index)
    ids = np.array(known, dtype=np.int64)
    first, second = _two_of(len(known))
    pairs = size + ids[first] * size + ids[second]
    return _with_pairs(ids, pairs, _FEW_CONCEPTS)


def glossed(reading: Reading, index: Mapping[str, int]) -> tuple[Ids, Values]:
    """The senses a model knows, and the buckets of each two of different words near each other, with their values."""
    telling = both_ends(reading.telling, _MOST_WORDS, _MOST_WORDS)
    row_of = {at: row for row, at in enumerate(telling)}
    grid = np.full((len(telling) + _NEAR, _MOST_SENSES), -1, dtype=np.int64)
    filled = [0] * len(telling)
    known = set()
    for name in sorted(reading.senses.keys() & index.keys()):
        sense, places = index[name], reading.senses[name]
        for at in places:
            row = row_of.get(at)
            if row is not None and filled[row] < _MOST_SENSES:
                grid[row, filled[row]] = sense
                filled[row] += 1
                known.add(sense)
    return _with_pairs(np.array(sorted(known), dtype=np.int64), len(index) + _pairs_of_senses(grid), _FEW_SENSES)


def _pairs_of_senses(grid: Ids) -> Ids:
    """The distinct buckets of pairs of senses in either order; `grid` is words x senses, -1 where there is none."""
    words = len(grid) - _NEAR
    here = grid[:words, None, :, None]
    later = np.stack([grid[step : words + step] for step in range(1, _NEAR + 1)], axis=1)[:, :, None, :]
    low, high = np.minimum(here, later), np.maximum(here, later)
    met = (low >= 0) & (low != high)
    pairs: Ids = np.unique((low[met] * _FIRST + high[met] * _SECOND) % SENSE_PAIRS)
    return pairs


def _with_pairs(ids: Ids, pairs: Ids, few: float) -> tuple[Ids, Values]:
    worth = _PAIR * min(1.0, few / float(np.sqrt(max(len(pairs), 1))))
    values = np.ones(len(ids) + len(pairs), dtype=np.float32)
    values[len(ids) :] = worth
    return np.concatenate([ids, pairs]), values


@lru_cache(maxsize=64)
def _two_of(count: int) -> tuple[Ids, Ids]:
    """Every pair of places below `count`, the smaller one first."""
    first, second = np.triu_indices(count, 1)
    return first, second


def lexical(words: Sequence[str]) -> tuple[Ids, float]:
    """The distinct buckets of a message's words and pairs of words, and the value that each of them has."""
    words = both_ends(words, _MOST_WORDS, _MOST_WORDS)
    seen: set[int] = set()
    for word in words:
        seen.update(word_buckets(word))
    for first, second in pairwise(words):
        seen.update(_pair_buckets(first, second))
    buckets = np.fromiter(sorted(seen), dtype=np.int64, count=len(seen))
    return buckets, _LEXICAL_NORM / float(np.sqrt(max(len(seen), 1)))


def both_ends(all_: Sequence[_One], first: int, last: int) -> Sequence[_One]:
    """The `first` and the `last` of a long sequence; the whole of one that has no more than both."""
    return all_ if len(all_) <= first + last else [*all_[:first], *all_[-last:]]


def _bucket(piece: str) -> int:
    return zlib.crc32(piece.encode("utf-8", "surrogatepass")) % BUCKETS


@lru_cache(maxsize=30_000)
def word_buckets(word: str) -> tuple[int, ...]:
    """The buckets of a folded word: itself, its pieces of two to five letters, and its consonants."""
    if word.isdigit():
        return (_bucket("#" * min(len(word), 6)),)
    marked = f"_{word[:30]}_"
    pieces = {f"w:{word[:40]}"}
    for size in range(2, _LONGEST + 1):
        pieces.update(marked[at : at + size] for at in range(len(marked) - size + 1))
    sound = skeleton(word[:30])
    if len(sound) >= 2:
        pieces.add(f"s:{sound}")
    return tuple(sorted({_bucket(piece) for piece in pieces}))


@lru_cache(maxsize=60_000)
def _pair_buckets(first: str, second: str) -> tuple[int, ...]:
    sounds = skeleton(first[:30]), skeleton(second[:30])
    buckets = [_bucket(f"b:{first[:40]} {second[:40]}")]
    if all(sounds):
        buckets.append(_bucket(f"t:{sounds[0]} {sounds[1]}"))
    return tuple(buckets)
