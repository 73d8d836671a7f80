# SPDX-License-Identifier: AGPL-3.0-or-later
"""A linear model over concepts and hashed pieces of words: one sum a message, and every weight can be shown."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.reading import Reading
from routing.sound import skeleton

MODEL = Path(__file__).parent / "models" / "category.npz"
DRAFT = MODEL.with_name("tuning.npz")
"""The model that has not seen the tuning part; not needed to run, only to set thresholds."""
BUCKETS = 1 << 18
"""Few enough to keep the model small, many enough that two pieces of words seldom share one."""
_PAIR = 0.5
_LEXICAL_NORM = 12.0
_LONGEST = 5
_MOST_WORDS = 150
_MOST_SHOWN = 60

Vector = NDArray[np.float32]


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


def lexical(words: Sequence[str]) -> tuple[NDArray[np.int64], float]:
    """The distinct buckets of a message's words and pairs of words, and the value that each of them has."""
    if len(words) > 2 * _MOST_WORDS:
        words = [*words[:_MOST_WORDS], *words[-_MOST_WORDS:]]
    seen: set[int] = set()
    for word in words:
        seen.update(word_buckets(word))
    for first, second in pairwise(words):
        seen.update(_pair_buckets(first, second))
    buckets = np.fromiter(sorted(seen), dtype=np.int64, count=len(seen))
    return buckets, _LEXICAL_NORM / float(np.sqrt(max(len(seen), 1)))


def conceptual(found: Iterable[str], index: dict[str, int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The concepts a model knows, and each pair of them, as places in a triangle of weights, with their values."""
    known = sorted(index[concept] for concept in found if concept in index)
    size = len(index)
    count = len(known)
    if not count:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    ids = np.array(known, dtype=np.int64)
    first, second = np.triu_indices(count, 1)
    pairs = size + ids[first] * size + ids[second]
    worth = _PAIR * min(1.0, 4.0 / float(np.sqrt(max(len(pairs), 1))))
    values = np.concatenate([np.ones(count, dtype=np.float32), np.full(len(pairs), worth, dtype=np.float32)])
    return np.concatenate([ids, pairs]), values


def evidence(reading: Reading) -> list[str]:
    """The concepts of a reading with its fired rules: what the conceptual half of the model sees."""
    return [*reading.found, *(f"rule:{rule.name}" for rule in reading.rules)]


@dataclass(frozen=True, slots=True)
class Features:
    """A reading as numbers: the places of its concepts and their pairs with their values, its buckets and theirs."""

    concepts: NDArray[np.int64]
    values: NDArray[np.float32]
    buckets: NDArray[np.int64]
    worth: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities: of each category, of a sensitive message at all, and of each topic (`-` for none)."""

    categories: dict[str, float]
    sensitive: float
    topics: dict[str, float]
    features: Features | None = None
    """What they were computed from, so that an explanation need not begin anew."""


class Model:
    """Reads `routing/models/category.npz`, made by `make train`."""

    def __init__(self, path: Path = MODEL) -> None:
        with np.load(path, allow_pickle=False) as data:
            self.categories = [str(code) for code in data["categories"]]
            self.topics = [str(code) for code in data["topics"]]
            self.index = {str(name): at for at, name in enumerate(data["concepts"])}
            scales: Vector = data["lexical_scale"].astype(np.float32)
            self._lexical: NDArray[np.int8] = np.ascontiguousarray(data["lexical"].T)
            self._lexical_scale = scales
            self._conceptual: Vector = np.zeros((len(self.index) * (len(self.index) + 1), len(scales)), np.float32)
            self._conceptual[data["conceptual_at"]] = data["conceptual"].astype(np.float32)
            self._names = list(self.index)
            count = len(self.categories)
            meant = self._conceptual[:, :count]
            self._conceptual_lean: Vector = meant - meant.mean(axis=1, keepdims=True)
            self._bias: Vector = data["bias"].astype(np.float32)
            self._temperature: Vector = data["temperature"].astype(np.float32)

    def features(self, reading: Reading) -> Features:
        """What the weights are applied to."""
        return Features(*conceptual(evidence(reading), self.index), *lexical(reading.telling_words))

    def logits(self, features: Features) -> Vector:
        """One raw score for each category, then for sensitive, then for each topic."""
        spelled = self._lexical[features.buckets].sum(axis=0, dtype=np.int32) * self._lexical_scale
        total: Vector = self._bias + spelled * np.float32(features.worth)
        total += features.values @ self._conceptual[features.concepts]
        return total

    def scores(self, reading: Reading) -> Scores:
        """What the reading is, as probabilities."""
        features = self.features(reading)
        logits = self.logits(features)
        count = len(self.categories)
        categories = _softmax(logits[:count] / self._temperature[0])
        sensitive = 1.0 / (1.0 + float(np.exp(-logits[count] / self._temperature[1])))
        topics = _softmax(logits[count + 1 :] / self._temperature[2])
        return Scores(
            dict(zip(self.categories, map(float, categories), strict=True)),
            sensitive,
            dict(zip(self.topics, map(float, topics), strict=True)),
            features,
        )

    def concept_weights(self, features: Features, category: str) -> list[tuple[str, float]]:
        """How much each concept speaks for `category` against the mean of all, alone and halved in its pairs."""
        column = self.categories.index(category)
        ids = features.concepts
        lean = self._conceptual_lean[ids, column] * features.values
        size = len(self._names)
        alone = ids < size
        first = np.where(alone, ids, (ids - size) // size)
        second = np.where(alone, ids, (ids - size) % size)
        total = np.bincount(np.concatenate([first, second]), np.concatenate([lean, lean]) / 2, size)
        present = np.unique(first[alone])
        return [(self._names[at], float(total[at])) for at in present[np.argsort(-total[present], kind="stable")]]

    def word_weights(self, reading: Reading, features: Features, category: str) -> list[tuple[int, float]]:
        """How much each word (by position) speaks for `category` through its letters alone."""
        shown = reading.telling[:_MOST_SHOWN]
        if not shown:
            return []
        count, column = len(self.categories), self.categories.index(category)
        pieces = [word_buckets(reading.words[at]) for at in shown]
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        buckets = np.concatenate([np.array(those) for those in pieces])
        spelled = self._lexical[buckets, :count] * self._lexical_scale[:count]
        lean = np.add.reduceat(spelled[:, column] - spelled.mean(axis=1), starts) * features.worth
        weights = [(at, float(weight)) for at, weight in zip(shown, lean, strict=True)]
        return sorted(weights, key=lambda pair: (-pair[1], pair[0]))


def _softmax(logits: Vector) -> Vector:
    powers: Vector = np.exp(logits - logits.max())
    shares: Vector = powers / powers.sum()
    return shares
