# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small neural network over the words of a message, each by its spelling and its senses, and over its concepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from routing.features import Features, Ids, both_ends
from routing.letters import letters

Vector = NDArray[np.float32]

WIDTH = 96
"""Numbers for each word, and for each message before the outputs."""
PIECES = 1 << 16
"""Buckets for pieces of words, fewer than the linear model has: each takes WIDTH bytes."""
SPELLING = 1.5
"""How much the mean of a word's pieces counts beside the sum of its senses."""
TABLES = ("pieces", "senses", "concepts")
LAYERS = ("word", "hidden", "category", "topic")

_FIRST, _LAST = 40, 20  # words of a message
_REMEMBERED = 10_000  # words, about 4 MB
_DAMPING = 2.0  # keeps the sum over words near the size of their maximum


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network takes from a message.

    `words`: at most 60, the first and the last. `senses`: sorted pairs (n x 2) of a place among them and the number of
    a sense. `concepts`: sorted numbers.
    """

    words: Sequence[str]
    senses: Ids
    concepts: Ids


def seen(features: Features) -> Seen:
    """The part of a message's numbers that the network takes in."""
    words, senses = features.words, features.meant
    last = len(words) - _LAST
    if last > _FIRST:
        words = both_ends(words, _FIRST, _LAST)
        senses = senses[(senses[:, 0] < _FIRST) | (senses[:, 0] >= last)]
        senses = senses - np.outer(senses[:, 0] >= last, [last - _FIRST, 0])
    return Seen(words, senses, features.known)


def piece_numbers(word: str) -> Ids:
    """The rows of the table of pieces that a folded word is the mean of."""
    return letters(word).buckets.astype(np.int64) % PIECES


def sum_share(words: int) -> float:
    """What the sum over a message's words is multiplied by, so that a long message does not drown its concepts."""
    return 1.0 / (_DAMPING * float(np.sqrt(max(words, 1))))


@dataclass(frozen=True, slots=True)
class Table:
    """Embeddings (entries x WIDTH) in 255 steps, and the size of a step in each column."""

    rows: NDArray[np.int8]
    scale: Vector

    def total(self, numbers: Ids) -> Vector:
        """The sum of some rows (WIDTH); zeros for none."""
        total: Vector = self.rows.take(numbers, axis=0).sum(axis=0, dtype=np.float32) * self.scale
        return total


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights (inputs x outputs) and biases (outputs)."""

    weights: Vector
    bias: Vector

    def __call__(self, inputs: Vector) -> Vector:
        """The outputs for one row of inputs, or for each of several."""
        outputs: Vector = inputs @ self.weights + self.bias
        return outputs


class Net:
    """Scores categories and topics of one reading at a time; made by `routing.train.net`.

    Safe to share between threads. Of the messages it reads it keeps no more than the vectors of single words.
    """

    def __init__(self, tables: Mapping[str, Table], layers: Mapping[str, Layer]) -> None:
        """Takes a table for each of TABLES and a layer for each of LAYERS; ValueError where they do not fit."""
        width = len(tables["pieces"].scale)
        shapes = [layers["word"].weights.shape, (layers["hidden"].weights.shape[0] // 3, *layers["hidden"].bias.shape)]
        if any(table.rows.shape[1] != width for table in tables.values()) or shapes != [(width, width)] * 2:
            raise ValueError(f"tables of width {width} do not fit layers of shapes {shapes}")
        self._senses, self._concepts = tables["senses"], tables["concepts"]
        self._word, self._hidden, self._category, self._topic = (layers[name] for name in LAYERS)
        self._spelled = lru_cache(maxsize=_REMEMBERED)(partial(_spelled, tables["pieces"]))

    @classmethod
    def from_arrays(cls, data: Mapping[str, NDArray[np.generic]], prefix: str = "net_") -> Net:
        """Read the arrays that `routing.train.net.fit` returns; KeyError names one that is missing."""

        def floats(name: str) -> Vector:
            return np.ascontiguousarray(data[f"{prefix}{name}"].astype(np.float32))

        def steps(name: str) -> NDArray[np.int8]:
            return np.ascontiguousarray(data[f"{prefix}{name}"].astype(np.int8, copy=False))

        return cls(
            {name: Table(steps(name), floats(f"{name}_scale")) for name in TABLES},
            {name: Layer(floats(name), floats(f"{name}_bias")) for name in LAYERS},
        )

    def logits(self, taken: Seen) -> tuple[Vector, Vector]:
        """Raw scores of categories and of topics. IndexError for a number that the network was not trained with."""
        pooled = np.concatenate([self._pooled(taken), self._concepts.total(taken.concepts)])
        hidden = np.maximum(self._hidden(pooled), 0.0)
        return self._category(hidden), self._topic(hidden)

    def _pooled(self, taken: Seen) -> Vector:
        """The sum over words, damped, then their maximum (2 x WIDTH); zeros for no words."""
        if not taken.words:
            return np.zeros(2 * len(self._word.bias), dtype=np.float32)
        vectors = np.array([self._spelled(word) for word in taken.words])
        if len(taken.senses):
            self._add_senses(vectors, taken.senses)
        told = np.maximum(self._word(vectors), 0.0)
        return np.concatenate([told.sum(axis=0) * np.float32(sum_share(len(told))), told.max(axis=0)])

    def _add_senses(self, vectors: Vector, senses: Ids) -> None:
        """Add to each word (words x WIDTH) the sum of its senses."""
        places, numbers = senses.T
        starts = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
        sums = np.add.reduceat(self._senses.rows.take(numbers, axis=0), starts, axis=0, dtype=np.float32)
        vectors[places[starts]] += sums * self._senses.scale


def _spelled(pieces: Table, word: str) -> Vector:
    """What a word contributes by its letters alone (WIDTH)."""
    numbers = piece_numbers(word)
    mean: Vector = pieces.total(numbers) * np.float32(SPELLING / len(numbers))
    return mean
