# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fits the linear model of categories, suspicion and topics, the same byte for byte on every run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from routing.decision import SENSITIVE, Category
from routing.lexicon import Lexicon
from routing.model import BUCKETS, MODEL, Model, conceptual, evidence, lexical
from routing.reading import Reading, languages_to_read, read
from routing.rules import Rule
from routing.topics import Topic
from routing.train.augment import variants
from routing.utterances import Utterance

CATEGORIES: tuple[str, ...] = get_args(Category)
NO_TOPIC = "-"
_SEED = 1404
_STRENGTH = 0.3  # inverse of the regularisation, for concepts and spelling alike
_SPELLING_SHARE = 1.1
_LEVELS, _CLIPPED = 11.0, 0.999  # steps of a stored weight up to the largest but one in a thousand
_RARITY = 1.5  # how much more a rare piece of a word may weigh than one that every message has


def readings(
    rows: Sequence[Utterance], lexicon: Lexicon, rules: Sequence[Rule], augmented: bool
) -> tuple[list[Reading], list[int]]:
    """Each row read as the service would, with the row's number; augmented copies are read in every language."""
    made, source = [], []
    for number, row in enumerate(rows):
        texts = variants(row, _SEED) if augmented else [row.text]
        for copy, text in enumerate(texts):
            made.append(read(text, lexicon, rules, None if copy == 1 else languages_to_read(row.language)))
            source.append(number)
    return made, source


def matrix(made: Sequence[Reading], index: dict[str, int]) -> Any:
    """Readings as a sparse matrix: concepts and their pairs, then buckets."""
    width = len(index) * (len(index) + 1)
    columns, values, starts = [], [], [0]
    for reading in made:
        ids, worth = conceptual(evidence(reading), index)
        buckets, value = lexical(reading.telling_words)
        columns += [ids, buckets + width]
        values += [worth, np.full(len(buckets), value, dtype=np.float32)]
        starts.append(starts[-1] + len(ids) + len(buckets))
    shape = (len(made), width + BUCKETS)
    return csr_matrix((np.concatenate(values), np.concatenate(columns), np.array(starts)), shape=shape)


def _fit(matrix_: Any, labels: Sequence[str], classes: Sequence[str]) -> tuple[Any, Any]:
    """Weights (features x classes) and biases of a multinomial (two classes: binary) logistic regression."""
    model = LogisticRegression(C=_STRENGTH, max_iter=150, tol=1e-3)
    model.fit(matrix_, np.array(labels))
    if len(classes) == 2:
        return model.coef_.T, model.intercept_
    weights = np.zeros((matrix_.shape[1], len(classes)))
    bias = np.full(len(classes), -12.0)
    for row, label in enumerate(model.classes_):
        at = list(classes).index(label)
        weights[:, at], bias[at] = model.coef_[row], model.intercept_[row]
    return weights, bias


def train(
    rows: Sequence[Utterance],
    tuning: Sequence[Utterance],
    extra: Sequence[Utterance],
    lexicon: Lexicon,
    rules: Sequence[Rule],
    topics: dict[str, Topic],
    path: Path = MODEL,
) -> None:
    """Fit on `rows`, set temperatures on `tuning`, fit again on all with `extra`, and write the model to `path`.

    The model that sets the temperatures stays beside it as `tuning.npz`: thresholds are set by what it says.
    """
    heat = draft(rows, tuning, lexicon, rules, topics, path.with_name("tuning.npz"))
    weights, bias, names, codes = fit([*rows, *tuning, *extra], lexicon, rules, topics)
    _write(path, weights, bias, heat, names, codes)


def draft(
    rows: Sequence[Utterance],
    tuning: Sequence[Utterance],
    lexicon: Lexicon,
    rules: Sequence[Rule],
    topics: dict[str, Topic],
    path: Path,
) -> Any:
    """Write the model fitted on `rows` alone to `path`, with the temperatures set on `tuning`, which it returns."""
    weights, bias, names, codes = fit(rows, lexicon, rules, topics)
    _write(path, weights, bias, np.ones(3), names, codes)
    heat = temperatures(Model(path), tuning, lexicon, rules) if tuning else np.ones(3)
    _write(path, weights, bias, heat, names, codes)
    return heat


def fit(
    rows: Sequence[Utterance], lexicon: Lexicon, rules: Sequence[Rule], topics: dict[str, Topic]
) -> tuple[Any, Any, list[str], list[str]]:
    """Weights (features x outputs), biases, and the names of concepts and topics, in the order of their columns."""
    made, source = readings(rows, lexicon, rules, augmented=True)
    names = sorted({name for reading in made for name in evidence(reading)})
    index = {name: at for at, name in enumerate(names)}
    sparse = matrix(made, index)
    codes = [NO_TOPIC, *topics]
    category = [rows[number].category for number in source]
    sensitive = ["yes" if label in SENSITIVE else "no" for label in category]
    parts = [
        _fit_halves(sparse, len(index), category, CATEGORIES),
        _fit_halves(sparse, len(index), sensitive, ["no", "yes"]),
        _fit_halves(sparse, len(index), [rows[number].topic or NO_TOPIC for number in source], codes),
    ]
    weights = np.concatenate([part for part, _ in parts], axis=1)
    return weights, np.concatenate([bias for _, bias in parts]), names, codes


def _fit_halves(sparse: Any, concepts: int, labels: Sequence[str], classes: Sequence[str]) -> tuple[Any, Any]:
    """Concepts and spelling fitted apart and added up: fitted together, each would lean on the other's accidents."""
    width = concepts * (concepts + 1)
    counts = np.bincount(sparse.indices, minlength=sparse.shape[1])
    seen = np.flatnonzero(counts)
    meant, spelled = seen[seen < width], seen[seen >= width]
    weights, biases = None, []
    for half, share, scale in (
        (meant, 1.0, np.ones(len(meant))),
        (spelled, _SPELLING_SHARE, _rarity(counts[spelled], sparse.shape[0])),
    ):
        part, bias = _fit(sparse[:, half] @ diags(scale), labels, classes)
        if weights is None:
            weights = np.zeros((sparse.shape[1], part.shape[1]))
        weights[half] = part * scale[:, None] * share
        biases.append(bias * share)
    return weights, np.sum(biases, axis=0)


def _rarity(counts: Any, messages: int) -> Any:
    """A scale for each piece that grows with how few messages have it; the mean square over all occurrences is 1."""
    scale = np.log(messages / counts) ** _RARITY
    return scale / np.sqrt((scale**2 * counts).sum() / counts.sum())


def _write(path: Path, weights: Any, bias: Any, temperature: Any, names: Sequence[str], codes: Sequence[str]) -> None:
    width = len(names) * (len(names) + 1)
    lexical_weights = weights[width:]
    largest = np.abs(lexical_weights)
    scale = np.maximum(np.quantile(largest[largest.max(axis=1) > 0], _CLIPPED, axis=0) / _LEVELS, 1e-12)
    used = np.flatnonzero(np.abs(weights[:width]).max(axis=1) > 1e-6)
    np.savez_compressed(
        path,
        allow_pickle=False,
        categories=np.array(CATEGORIES),
        topics=np.array(codes),
        concepts=np.array(names),
        lexical=np.ascontiguousarray(np.clip(np.round(lexical_weights / scale), -127, 127).astype(np.int8).T),
        lexical_scale=scale.astype(np.float32),
        conceptual_at=used.astype(np.int32),
        conceptual=weights[:width][used].astype(np.float16),
        bias=bias.astype(np.float32),
        temperature=np.asarray(temperature, dtype=np.float32),
    )


def temperatures(model: Model, tuning: Sequence[Utterance], lexicon: Lexicon, rules: Sequence[Rule]) -> Any:
    """The three divisors of logits that make probabilities honest on utterances the model has not seen."""
    made, _ = readings(tuning, lexicon, rules, augmented=False)
    logits = np.array([model.logits(model.features(reading)) for reading in made], dtype=np.float64)
    count = len(CATEGORIES)
    category = np.array([CATEGORIES.index(row.category) for row in tuning])
    topic = np.array([model.topics.index(row.topic or NO_TOPIC) for row in tuning])
    signs = np.array([1.0 if row.category in SENSITIVE else -1.0 for row in tuning])

    def loss(part: Any, right: Any, temperature: float) -> float:
        scaled = part / temperature
        peak = scaled.max(axis=1, keepdims=True)
        log_total = peak[:, 0] + np.log(np.exp(scaled - peak).sum(axis=1))
        return float((log_total - scaled[np.arange(len(right)), right]).mean())

    def best(of: Any) -> float:
        return round(float(minimize_scalar(of, bounds=(0.3, 5.0), method="bounded").x), 3)

    return [
        best(lambda t: loss(logits[:, :count], category, t)),
        best(lambda t: float(np.logaddexp(0.0, -signs * logits[:, count] / t).mean())),
        best(lambda t: loss(logits[:, count + 1 :], topic, t)),
    ]
