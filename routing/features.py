# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns a reading into numbers, in three ways: by its concepts, by the senses of its words, and by their letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.letters import Buckets, buckets, distinct
from routing.reading import Reading

SENSE_PAIRS = 1 << 17
"""Buckets for two senses near each other."""

_PAIR = 0.5
_FEW_CONCEPTS, _FEW_SENSES = 4.0, 6.0  # roots of the numbers of pairs from which each pair counts less
_NEAR = 4  # words apart
_FIRST, _SECOND = 100_003, 7  # spread pairs of senses over their buckets
_LETTERS_NORM = 12.0
_MOST_WORDS = 150  # at each end of a message
_MOST_MEANT = 250  # senses of words at each end

_One = TypeVar("_One")
Ids = NDArray[np.int64]
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """A reading's numbers, with their places among the weights of each part of the model and their values there.

    `words`: the words that models read. `meant`: sorted pairs (n x 2) of a place among them and the number of a sense
    of that word. `known`: the numbers of its concepts.
    `concepts`: places of its concepts, then of their pairs. `senses`: of its senses, then of pairs near each other.
    `buckets`: of pieces of words, all of the same value `worth`.
    """

    words: Sequence[str]
    meant: Ids
    known: Ids
    concepts: Ids
    concept_values: Values
    senses: Ids
    sense_values: Values
    buckets: Buckets
    worth: float


def features(reading: Reading, concepts: Mapping[str, int], senses: Mapping[str, int]) -> Features:
    """The numbers of a reading for a model that knows these `concepts` and `senses` by their places."""
    telling = both_ends(reading.telling, _MOST_WORDS, _MOST_WORDS)
    words = [reading.words[at] for at in telling]
    meant = _meant(reading, telling, senses)
    known = np.array(sorted(concepts[name] for name in evidence(reading) if name in concepts), dtype=np.int64)
    pieces = buckets(words)
    worth = _LETTERS_NORM / float(np.sqrt(max(len(pieces), 1)))
    return Features(
        words, meant, known, *_conceptual(known, len(concepts)), *_glossed(meant, len(senses)), pieces, worth
    )


def evidence(reading: Reading) -> list[str]:
    """The concepts of a reading with its fired rules: what the conceptual part of the model sees."""
    return [*reading.found, *(f"rule:{rule.name}" for rule in reading.rules)]


def both_ends(all_: Sequence[_One], first: int, last: int) -> Sequence[_One]:
    """The `first` and the `last` of a long sequence; the whole of one that has no more than both."""
    return all_ if len(all_) <= first + last else [*all_[:first], *all_[-last:]]


def _meant(reading: Reading, telling: Sequence[int], index: Mapping[str, int]) -> Ids:
    """Which of the `telling` words has which of the known senses."""
    place = {at: number for number, at in enumerate(telling)}
    known = [(index[name], those) for name, those in reading.senses.items() if name in index]
    pairs = sorted((place[at], sense) for sense, those in known for at in those if at in place)
    return np.array(both_ends(pairs, _MOST_MEANT, _MOST_MEANT), dtype=np.int64).reshape(-1, 2)


def _conceptual(known: Ids, size: int) -> tuple[Ids, Values]:
    """Concepts, and each two of them as places in a triangle of weights, with their values."""
    first, second = _two_of(len(known))
    return _with_pairs(known, size + known[first] * size + known[second], _FEW_CONCEPTS)


def _glossed(meant: Ids, size: int) -> tuple[Ids, Values]:
    """Senses, and the buckets of each two of different words near each other in either order, with their values."""
    places, senses = meant.T
    apart = places[None, :] - places[:, None]
    one, other = np.nonzero((apart > 0) & (apart <= _NEAR))
    met = senses[one] != senses[other]
    two = distinct(_bucket(senses[one[met]], senses[other[met]]))
    return _with_pairs(distinct(senses), size + two, _FEW_SENSES)


def _bucket(one: Ids, other: Ids) -> Ids:
    low, high = np.minimum(one, other), np.maximum(one, other)
    bucket: Ids = (low * _FIRST + high * _SECOND) % SENSE_PAIRS
    return bucket


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
