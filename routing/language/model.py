# SPDX-License-Identifier: AGPL-3.0-or-later
"""Linear n-gram models, one per script, read from a small file that holds numbers and text only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from routing.language.features import grams, pairs

_CACHE_WORDS = 16_384

Floats = npt.NDArray[np.float32]


class ScriptModel:
    """The model of one script: the sum of its n-grams' weights per label, cooled by length."""

    def __init__(
        self,
        labels: Sequence[str],
        vocabulary: Mapping[str, int],
        weights: npt.NDArray[np.int8],
        meta: Mapping[str, Any],
    ) -> None:
        self.labels = tuple(labels)
        self._vocabulary = vocabulary
        self._weights = np.concatenate([weights, np.zeros((1, len(self.labels)), dtype=np.int8)])
        self._nothing = len(weights)
        self._step = np.asarray(meta["step"], dtype=np.float32)
        self._bias = np.asarray(meta["bias"], dtype=np.float32)
        self._longest = int(meta["longest"])
        self._cooling = (float(meta["cooling"][0]), float(meta["cooling"][1]))
        self._penalty = float(meta["penalty"])
        self._plain = frozenset(str(meta["plain"]))
        self._foreign: dict[str, Floats] = {}
        for letter, allowed in dict(meta["letters"]).items():
            costs = [0.0 if label in allowed or label == "other" else -self._penalty for label in self.labels]
            self._foreign[letter] = np.asarray(costs, dtype=np.float32)
        self._cache: dict[str, int] = {}
        self._rows: Floats = np.zeros((_CACHE_WORDS, len(self.labels)), dtype=np.float32)

    def _learn(self, unknown: list[str]) -> None:
        """Keeps the summed weights of words not met before, all of them in one numerical step."""
        if len(self._cache) + len(unknown) > _CACHE_WORDS:
            self._cache.clear()
        index = self._vocabulary.get
        known: list[int] = []
        starts: list[int] = []
        for word in unknown:
            starts.append(len(known))
            # A row of noughts, so that no sum is over nothing.
            known.append(self._nothing)
            known += [place for place in map(index, grams(word, self._longest)) if place is not None]
        first = len(self._cache)
        sums = np.add.reduceat(self._weights[known], starts, axis=0, dtype=np.int32)
        self._rows[first : first + len(unknown)] = sums
        self._cache.update(zip(unknown, range(first, first + len(unknown)), strict=True))

    def logits(self, found: list[str]) -> Floats:
        """The uncooled scores of each label for these words; shape (labels,)."""
        cache = self._cache
        unknown = [word for word in dict.fromkeys(found) if word not in cache]
        if unknown:
            # When the cache is full it starts afresh, so the known words of this text are learnt again with the others.
            full = len(cache) + len(unknown) > _CACHE_WORDS
            self._learn(list(dict.fromkeys(found)) if full else unknown)
        total = self._rows[[cache[word] for word in found]].sum(axis=0)
        joint = [i for i in map(self._vocabulary.get, pairs(found)) if i is not None]
        if joint:
            total = total + self._weights[joint].sum(axis=0, dtype=np.int32)
        return cast(Floats, total * self._step + self._bias)

    def foreign(self, found: list[str]) -> Floats | None:
        """What letters outside a label's alphabet cost it, once per letter; None where there is no such letter."""
        costs = [self._foreign[c] for c in set("".join(found)) - self._plain if c in self._foreign]
        return cast(Floats, np.sum(costs, axis=0)) if costs else None

    def probabilities(self, found: list[str]) -> dict[str, float]:
        """The calibrated probability of each label for these words."""
        scores = self.logits(found) / self.cooling(sum(map(len, found)))
        costs = self.foreign(found)
        if costs is not None:
            scores = scores + costs
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return dict(zip(self.labels, shares.tolist(), strict=True))

    def cooling(self, letters: int) -> float:
        """By how much scores are divided for a text of so many letters, fitted on the tuning part."""
        return max(0.3, self._cooling[0] + self._cooling[1] * math.sqrt(letters))


def load_models(path: Path) -> tuple[dict[str, ScriptModel], dict[str, Any]]:
    """The models of every script in the file at `path`, and the figures that hold for all (`threshold`).

    Raises OSError where the file is missing and ValueError or KeyError where it is damaged.
    """
    with np.load(path, allow_pickle=False) as stored:
        meta: dict[str, Any] = json.loads(stored["meta"].tobytes().decode("utf-8"))
        models: dict[str, ScriptModel] = {}
        for script, about in meta["scripts"].items():
            names = stored[f"{script}.grams"].tobytes().decode("utf-8").split("\n")
            weights = stored[f"{script}.weights"]
            if weights.shape != (len(names), len(about["labels"])):
                raise ValueError(f"the language model of {script} is damaged")
            vocabulary = dict(zip(names, range(len(names)), strict=True))
            models[script] = ScriptModel(about["labels"], vocabulary, weights, about)
    return models, meta
