# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns words and pairs of words into numbers by their letters alone: all a model knows of a word nobody glossed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.pieces import numbered, pieces_numbered
from routing.sound import skeleton

BUCKETS = 1 << 18
"""Few enough to keep the model small, many enough that two pieces of words seldom share one."""

_SHORTEST_PIECE, _LONGEST_PIECE = 2, 5
_MASK = (1 << 32) - 1
_FIRST, _SECOND = 2_654_435_761, 2_246_822_519  # odd, so that "a b" and "b a" fall into different buckets
_REMEMBERED = 16_000  # words, about 8 MB

_Number = TypeVar("_Number", bound=np.integer[Any])
Buckets = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Letters:
    """A folded word as numbers: the sorted `buckets` of its pieces, and itself and its consonants within pairs.

    `sound` is 0 for a word without consonants, such as a number.
    """

    buckets: Buckets
    whole: int
    sound: int


@lru_cache(maxsize=_REMEMBERED)
def letters(word: str) -> Letters:
    """The numbers of a folded word: of itself, of its pieces of two to five letters, and of its consonants."""
    whole = numbered(f"b:{word[:40]}")
    if word.isdigit():
        return Letters(_sorted({numbered("#" * min(len(word), 6))}), whole, 0)
    pieces = {numbered(f"w:{word[:40]}"), *pieces_numbered(f"_{word[:30]}_", _SHORTEST_PIECE, _LONGEST_PIECE)}
    sound = skeleton(word[:30])
    if len(sound) >= 2:
        pieces.add(numbered(f"s:{sound}"))
    return Letters(_sorted(pieces), whole, numbered(f"t:{sound}") if sound else 0)


def buckets(words: Sequence[str]) -> Buckets:
    """The distinct buckets of some words, of each two neighbours, and of the consonants of each two; sorted."""
    known = [letters(word) for word in words]
    pairs = [_pair(first.whole, second.whole) for first, second in pairwise(known)]
    pairs += [_pair(first.sound, second.sound) for first, second in pairwise(known) if first.sound and second.sound]
    return distinct(np.concatenate([*(one.buckets for one in known), np.array(pairs, dtype=np.int32)]))


def distinct(numbers: NDArray[_Number]) -> NDArray[_Number]:
    """Each of some numbers once, sorted. Several times as fast as `numpy.unique` on so few."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])] if len(numbers) else numbers


def _pair(first: int, second: int) -> int:
    return (((first * _FIRST + second * _SECOND) & _MASK) >> 7) % BUCKETS


def _sorted(numbers: set[int]) -> Buckets:
    return np.array(sorted({number % BUCKETS for number in numbers}), dtype=np.int32)
