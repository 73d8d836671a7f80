# SPDX-License-Identifier: AGPL-3.0-or-later
"""Linear n-gram models, one per script, read from a small file that holds numbers and text only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from routing.language.features import grams_numbered, pairs
from routing.pieces import numbered

_CACHE_WORDS = 16_384

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.uint32]


class ScriptModel:
    """The model of one script: the sum of its n-grams' weights per label, cooled by length.

    `known` are the sorted numbers of its n-grams (`numbered`), and `weights` theirs (grams x labels) in the same order.
    """

    def __init__(
        self,
        labels: Sequence[str],
        known: Numbers,
        weights: npt.NDArray[np.int8],
        meta: Mapping[str, Any],
    ) -> None:
        self.labels = tuple(labels)
        self._known = known
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
        pieces = [list(grams_numbered(word, self._longest)) for word in unknown]
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        places = self._places(list(chain.from_iterable(pieces)))
        first = len(self._cache)
        sums = np.add.reduceat(self._weights[places], starts, axis=0, dtype=np.int32)
        self._rows[first : first + len(unknown)] = sums
        self._cache.update(zip(unknown, range(first, first + len(unknown)), strict=True))

    def _places(self, numbers: Sequence[int]) -> npt.NDArray[np.intp]:
        """The row of weights of each n-gram; the row of noughts for one that is not known."""
        wanted = np.array(numbers, dtype=np.uint32)
        places = np.searchsorted(self._known, wanted)
        places[places == self._nothing] = 0
        return np.where(self._known[places] == wanted, places, self._nothing)

    def logits(self, found: list[str]) -> Floats:
        """The uncooled scores of each label for these words; shape (labels,)."""
        cache = self._cache
        unknown = [word for word in dict.fromkeys(found) if word not in cache]
        if unknown:
            # When the cache is full it starts afresh, so the known words of this text are learnt again with the others.
            full = len(cache) + len(unknown) > _CACHE_WORDS
            self._learn(list(dict.fromkeys(found)) if full else unknown)
        total = self._rows[[cache[word] for word in found]].sum(axis=0)
        if len(found) > 1:
            total = total + self._weights[self._places(list(map(numbered, pairs(found))))].sum(axis=0, dtype=np.int32)
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
            known, weights = stored[f"{script}.grams"], stored[f"{script}.weights"]
            if not len(known) or weights.shape != (len(known), len(about["labels"])):
                raise ValueError(f"the language model of {script} is damaged")
            models[script] = ScriptModel(about["labels"], known, weights, about)
    return models, meta
