# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a message is, as probabilities: a linear model whose every weight can be shown, beside a small network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.features import Features, Ids, features, word_buckets
from routing.net import Net, Vector
from routing.reading import Reading

MODEL = Path(__file__).parent / "models" / "category.npz"
DRAFT = MODEL.with_name("tuning.npz")
"""The model that has not seen the tuning part; not needed to run, only to set thresholds."""
_NET_SHARE = 1.0  # of the network's scores beside those of the linear model
_MOST_SHOWN = 60

Totals = NDArray[np.float64]


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
            self.concepts = {str(name): at for at, name in enumerate(data["concepts"])}
            self.senses = {str(name): at for at, name in enumerate(data["senses"])}
            self._concept_names, self._sense_names = list(self.concepts), list(self.senses)
            self._lexical, self._lexical_scale = _steps(data, "lexical")
            self._glossed, self._glossed_scale = _steps(data, "glossed")
            outputs = len(self._lexical_scale)
            self._conceptual: Vector = np.zeros((len(self.concepts) * (len(self.concepts) + 1), outputs), np.float32)
            self._conceptual[data["conceptual_at"]] = data["conceptual"].astype(np.float32)
            self._net = Net.from_arrays(data)
            self._bias: Vector = data["bias"].astype(np.float32)
            self._temperature: Vector = data["temperature"].astype(np.float32)

    def features(self, reading: Reading) -> Features:
        """What the weights are applied to."""
        return features(reading, self.concepts, self.senses)

    def logits(self, reading: Reading, seen: Features) -> Vector:
        """One raw score for each category, then for sensitive, then for each topic."""
        spelled = self._lexical[seen.buckets].sum(axis=0, dtype=np.int32) * self._lexical_scale
        total: Vector = self._bias + spelled * np.float32(seen.worth)
        total += seen.concept_values @ self._conceptual[seen.concepts]
        total += (seen.sense_values @ self._glossed[seen.senses]) * self._glossed_scale
        category, topic = self._net.logits(reading, self.concepts, self.senses)
        total[: len(category)] += _NET_SHARE * category
        total[len(category) + 1 :] += _NET_SHARE * topic
        return total

    def scores(self, reading: Reading) -> Scores:
        """What the reading is, as probabilities."""
        features = self.features(reading)
        logits = self.logits(reading, features)
        count = len(self.categories)
        categories = _softmax(logits[:count] / self._temperature[0])
        sensitive = 1.0 / (1.0 + float(np.exp(-logits[count] / self._temperature[1])))
        topics = _softmax(logits[count + 1 :] / self._temperature[2])
        return Scores(
            dict(zip(self.categories, categories.tolist(), strict=True)),
            sensitive,
            dict(zip(self.topics, topics.tolist(), strict=True)),
            features,
        )

    def concept_weights(self, seen: Features, category: str) -> list[tuple[str, float]]:
        """How much each concept speaks for `category` against the mean of all, alone and halved in its pairs."""
        weights = self._conceptual[seen.concepts, : len(self.categories)]
        lean = self._lean(weights, category) * seen.concept_values
        size = len(self.concepts)
        alone = seen.concepts < size
        first = np.where(alone, seen.concepts, (seen.concepts - size) // size)
        second = np.where(alone, seen.concepts, (seen.concepts - size) % size)
        halves = np.concatenate([lean, lean]).astype(np.float64) / 2
        total = np.bincount(np.concatenate([first, second]), halves, size).astype(np.float64)
        return _heaviest(self._concept_names, total, seen.concepts[alone])

    def sense_weights(self, seen: Features, category: str) -> list[tuple[str, float]]:
        """How much each sense by itself speaks for `category` against the mean of all."""
        count = len(self.categories)
        alone = seen.senses[seen.senses < len(self.senses)]
        weights = self._glossed[alone, :count] * self._glossed_scale[:count]
        total = np.zeros(len(self.senses))
        total[alone] = self._lean(weights, category)
        return _heaviest(self._sense_names, total, alone)

    def word_weights(self, reading: Reading, seen: Features, category: str) -> list[tuple[int, float]]:
        """How much each word (by position) speaks for `category` through its letters alone."""
        shown = reading.telling[:_MOST_SHOWN]
        if not shown:
            return []
        count = len(self.categories)
        pieces = [word_buckets(reading.words[at]) for at in shown]
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        buckets = np.fromiter(chain.from_iterable(pieces), dtype=np.int64)
        spelled = self._lexical[buckets, :count] * self._lexical_scale[:count]
        lean = np.add.reduceat(self._lean(spelled, category), starts) * seen.worth
        weights = [(at, float(weight)) for at, weight in zip(shown, lean, strict=True)]
        return sorted(weights, key=lambda pair: (-pair[1], pair[0]))

    def _lean(self, weights: Vector, category: str) -> Vector:
        """By how much each row of `weights` (features x categories) favours `category` over their mean."""
        lean: Vector = weights[:, self.categories.index(category)] - weights.sum(axis=1) / len(self.categories)
        return lean


def _steps(data: Mapping[str, NDArray[np.generic]], name: str) -> tuple[NDArray[np.int8], Vector]:
    """Weights stored in 255 steps, features x outputs, and the size of a step for each output."""
    weights: NDArray[np.int8] = np.ascontiguousarray(data[name].T.astype(np.int8, copy=False))
    return weights, data[f"{name}_scale"].astype(np.float32)


def _heaviest(names: Sequence[str], total: Totals, places: Ids) -> list[tuple[str, float]]:
    return [(names[at], float(total[at])) for at in places[np.argsort(-total[places], kind="stable")]]


def _softmax(logits: Vector) -> Vector:
    powers: Vector = np.exp(logits - logits.max())
    shares: Vector = powers / powers.sum()
    return shares
