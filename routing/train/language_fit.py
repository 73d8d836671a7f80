# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fits the linear n-gram model of one script, prunes it and packs it into bytes, the same for the same input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import CountVectorizer

from routing.language.features import grams, pairs
from routing.language.model import Numbers
from routing.pieces import numbered
from routing.train.language_data import Pieces

Floats = npt.NDArray[np.float32]

_BATCH = 4096
_RATE = 0.02
_DECAY = 5e-6
_CLIP = 4.0


@dataclass(frozen=True, slots=True)
class Size:
    """How big a model is: the longest n-gram, how many are tried, how many are kept, and rounds over the data."""

    longest: int
    tried: int
    kept: int
    rounds: int = 6


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model: weights of shape (grams, labels) as bytes times `step` per label; sorted numbers of n-grams."""

    grams: Numbers
    weights: npt.NDArray[np.int8]
    step: Floats
    bias: Floats


def _features(found: Sequence[str], longest: int, cache: dict[str, list[str]]) -> list[str]:
    collected = list(pairs(list(found)))
    for word in found:
        if word not in cache:
            cache[word] = list(grams(word, longest))
        collected += cache[word]
    return collected


def _vocabulary(pieces: Pieces, size: Size, cache: dict[str, list[str]]) -> list[str]:
    """The n-grams of most pieces, counted once per piece."""
    counts: Counter[str] = Counter()
    for found in pieces.found:
        counts.update(set(_features(found, size.longest, cache)))
    frequent = [(count, gram) for gram, count in counts.items() if count >= 3]
    frequent.sort(key=lambda item: (-item[0], item[1]))
    return sorted(gram for _, gram in frequent[: size.tried])


def _matrix(pieces: Pieces, vocabulary: Sequence[str], longest: int, cache: dict[str, list[str]]) -> Any:
    counter = CountVectorizer(
        analyzer=lambda found: _features(found, longest, cache), vocabulary=list(vocabulary), dtype=np.float32
    )
    return counter.transform(pieces.found)


def _descend(
    matrix: Any, label: npt.NDArray[np.int64], weight: Floats, start: Floats, rounds: int
) -> tuple[Floats, Floats]:
    """Weighted multinomial logistic regression by Adam over mini-batches, the rate falling to nought."""
    random = np.random.default_rng(7)
    weights, bias = start.copy(), np.zeros(start.shape[1], dtype=np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    steps = rounds * -(-matrix.shape[0] // _BATCH)
    done = 0
    for _ in range(rounds):
        order = random.permutation(matrix.shape[0])
        for at in range(0, len(order), _BATCH):
            chosen = order[at : at + _BATCH]
            batch = matrix[chosen]
            scores = batch @ weights + bias
            scores -= scores.max(axis=1, keepdims=True)
            wrong = np.exp(scores)
            wrong /= wrong.sum(axis=1, keepdims=True)
            wrong[np.arange(len(chosen)), label[chosen]] -= 1.0
            wrong *= (weight[chosen] / weight[chosen].sum())[:, None]
            slope = np.asarray(batch.T @ wrong, dtype=np.float32) + _DECAY * weights
            done += 1
            rate = _RATE * (1.0 - (done - 1) / steps)
            first += 0.1 * (slope - first)
            second += 0.01 * (slope * slope - second)
            weights -= rate * (first / (1 - 0.9**done)) / (np.sqrt(second / (1 - 0.99**done)) + 1e-6)
            bias -= rate * wrong.sum(axis=0)
    return weights, bias


def fit(pieces: Pieces, labels: int, size: Size) -> Fitted:
    """The model of one script, pruned to the n-grams that tell most and rounded to bytes."""
    cache: dict[str, list[str]] = {}
    vocabulary = _vocabulary(pieces, size, cache)
    matrix = _matrix(pieces, vocabulary, size.longest, cache).tocsr()
    label = np.asarray(pieces.label, dtype=np.int64)
    weight = np.asarray(pieces.weight, dtype=np.float32)
    weights, bias = _descend(matrix, label, weight, np.zeros((len(vocabulary), labels), dtype=np.float32), size.rounds)
    if len(vocabulary) > size.kept:
        uses = np.sqrt(np.asarray((matrix > 0).sum(axis=0)).ravel())
        tells = (weights.max(axis=1) - weights.min(axis=1)) * uses
        kept = np.sort(np.argsort(-tells, kind="stable")[: size.kept])
        vocabulary = [vocabulary[i] for i in kept]
        matrix = matrix[:, kept]
        weights, bias = _descend(matrix, label, weight, weights[kept], max(2, size.rounds // 3))
    # What all labels share tells nothing and would waste the range of a byte.
    weights = np.clip(weights - weights.mean(axis=1, keepdims=True), -_CLIP, _CLIP)
    step = np.maximum(np.abs(weights).max(axis=0), 1e-6) / np.float32(127.0)
    packed = np.rint(weights / step).astype(np.int8)
    # Of two n-grams that share a number the first counts.
    known, rows = np.unique(np.array(list(map(numbered, vocabulary)), dtype=np.uint32), return_index=True)
    return Fitted(known, packed[rows], step.astype(np.float32), bias.astype(np.float32))
