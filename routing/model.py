# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a message is, as probabilities: a linear model whose every weight can be shown, beside a small network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.features import Features, Ids, features
from routing.letters import letters
from routing.net import Net, Vector, seen
from routing.reading import Reading

MODEL = Path(__file__).parent / "models" / "category.npz"
DRAFT = MODEL.with_name("tuning.npz")
"""The model that has not seen the tuning part; not needed to run, only to set thresholds."""
_NET_SHARE = 2.0  # of the network's scores beside those of the linear model
_MOST_SHOWN = 60


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

    def logits(self, of: Features) -> Vector:
        """One raw score for each category, then for sensitive, then for each topic."""
        pieces = self._lexical.take(of.buckets, axis=0).astype(np.float32)
        total: Vector = self._bias + (np.full(len(pieces), of.worth, np.float32) @ pieces) * self._lexical_scale
        total += of.concept_values @ self._conceptual.take(of.concepts, axis=0)
        total += (of.sense_values @ self._glossed.take(of.senses, axis=0).astype(np.float32)) * self._glossed_scale
        category, topic = self._net.logits(seen(of))
        total[: len(category)] += _NET_SHARE * category
        total[len(category) + 1 :] += _NET_SHARE * topic
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
            dict(zip(self.categories, categories.tolist(), strict=True)),
            sensitive,
            dict(zip(self.topics, topics.tolist(), strict=True)),
            features,
        )

    def concept_weights(self, of: Features, category: str) -> list[tuple[str, float]]:
        """How much each concept speaks for `category` against the mean of all, alone and halved in its pairs."""
        lean = (self._conceptual.take(of.concepts, axis=0) @ self._towards(category)) * of.concept_values
        size, alone = len(self.concepts), len(of.known)
        pairs, halves = of.concepts[alone:] - size, lean[alone:] / 2
        total = np.bincount(pairs // size, halves, size) + np.bincount(pairs % size, halves, size)
        return _heaviest(self._concept_names, of.known, total[of.known] + lean[:alone])

    def sense_weights(self, of: Features, category: str) -> list[tuple[str, float]]:
        """How much each sense by itself speaks for `category` against the mean of all."""
        alone = of.senses[of.senses < len(self.senses)]
        lean = self._glossed.take(alone, axis=0) @ (self._towards(category) * self._glossed_scale)
        return _heaviest(self._sense_names, alone, lean)

    def word_weights(self, of: Features, category: str) -> list[tuple[int, float]]:
        """How much each word, by its place among those read, speaks for `category` through its letters alone."""
        shown = of.words[:_MOST_SHOWN]
        if not shown:
            return []
        pieces = [letters(word).buckets for word in shown]
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        spelled = self._lexical.take(np.concatenate(pieces), axis=0)
        lean = np.add.reduceat(spelled @ (self._towards(category) * self._lexical_scale), starts) * of.worth
        return sorted(enumerate(lean.tolist()), key=lambda pair: (-pair[1], pair[0]))

    def _towards(self, category: str) -> Vector:
        """What weights (features x outputs) are multiplied with to see by how much each favours `category`."""
        count = len(self.categories)
        towards: Vector = np.zeros(len(self._bias), dtype=np.float32)
        towards[:count] = -1.0 / count
        towards[self.categories.index(category)] += 1.0
        return towards


def _steps(data: Mapping[str, NDArray[np.generic]], name: str) -> tuple[NDArray[np.int8], Vector]:
    """Weights stored in 255 steps, features x outputs, and the size of a step for each output."""
    weights: NDArray[np.int8] = np.ascontiguousarray(data[name].T.astype(np.int8, copy=False))
    return weights, data[f"{name}_scale"].astype(np.float32)


def _heaviest(names: Sequence[str], numbers: Ids, weights: NDArray[np.floating]) -> list[tuple[str, float]]:
    """The names that have these numbers with their weights, the heaviest first."""
    pairs = zip(numbers.tolist(), weights.tolist(), strict=True)
    return [(names[at], weight) for at, weight in sorted(pairs, key=lambda pair: (-pair[1], pair[0]))]


def _softmax(logits: Vector) -> Vector:
    powers: Vector = np.exp(logits - logits.max())
    shares: Vector = powers / powers.sum()
    return shares
