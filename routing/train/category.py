# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fits the linear model of categories, suspicion and topics, the same byte for byte on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from routing.decision import SENSITIVE, Category
from routing.features import SENSE_PAIRS, Features, evidence, features
from routing.glossary import PREFIX
from routing.letters import BUCKETS
from routing.lexicon import Lexicon
from routing.model import MODEL, Model
from routing.reading import Reading, languages_to_read, read
from routing.rules import Rule
from routing.topics import Topic
from routing.train import net as network
from routing.train.augment import two_needs, variants
from routing.utterances import Utterance

CATEGORIES: tuple[str, ...] = get_args(Category)
NO_TOPIC = "-"
_SEED = 1404
_STRENGTH = 1.0  # inverse of the regularisation, for every part alike
_SENSE_SHARE = 0.8
_RARE_SENSES = 3  # a pair of senses that fewer messages have is an accident
_LEVELS, _SENSE_LEVELS = 11.0, 31.0  # steps of a stored weight up to the largest but one in a thousand
_CLIPPED = 0.999
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


def matrices(rows: Sequence[Features], concepts: int, senses: int) -> tuple[Any, Any, Any]:
    """Messages as three sparse matrices: concepts and their pairs; senses and theirs; pieces of words."""
    return (
        _sparse([(row.concepts, row.concept_values) for row in rows], concepts * (concepts + 1)),
        _sparse([(row.senses, row.sense_values) for row in rows], senses + SENSE_PAIRS),
        _sparse([(row.buckets, np.full(len(row.buckets), row.worth, np.float32)) for row in rows], BUCKETS),
    )


def _sparse(rows: Sequence[tuple[Any, Any]], width: int) -> Any:
    starts = np.cumsum([0, *(len(ids) for ids, _ in rows)])
    values, ids = np.concatenate([values for _, values in rows]), np.concatenate([ids for ids, _ in rows])
    return csr_matrix((values, ids, starts), shape=(len(rows), width))


def _fit(matrix_: Any, labels: Sequence[str], classes: Sequence[str]) -> tuple[Any, Any]:
    """Weights (features x classes) and biases of a multinomial (two classes: binary) logistic regression."""
    model = LogisticRegression(C=_STRENGTH, max_iter=250, tol=1e-3)
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
    _write(path, fit([*rows, *tuning, *extra], lexicon, rules, topics), heat)


def draft(
    rows: Sequence[Utterance],
    tuning: Sequence[Utterance],
    lexicon: Lexicon,
    rules: Sequence[Rule],
    topics: dict[str, Topic],
    path: Path,
) -> Any:
    """Write the model fitted on `rows` alone to `path`, with the temperatures set on `tuning`, which it returns."""
    fitted = fit(rows, lexicon, rules, topics)
    _write(path, fitted, np.ones(3))
    heat = temperatures(Model(path), tuning, lexicon, rules) if tuning else np.ones(3)
    _write(path, fitted, heat)
    return heat


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights (features x outputs) of the three linear parts, their biases, the names of what has a place in them, and
    the arrays of the network.
    """

    concepts: list[str]
    senses: list[str]
    topics: list[str]
    weights: tuple[Any, Any, Any]
    bias: Any
    net: dict[str, Any]


def fit(rows: Sequence[Utterance], lexicon: Lexicon, rules: Sequence[Rule], topics: dict[str, Topic]) -> Fitted:
    """Concepts, senses and spelling fitted apart and added up: together, each would lean on the others' accidents."""
    own = len(rows)
    rows = [*rows, *two_needs(rows, _SEED)]
    made, source = readings(rows, lexicon, rules, augmented=True)
    concepts = sorted({name for reading in made for name in evidence(reading)})
    senses = sorted(name for name in lexicon.concepts if name.startswith(PREFIX))
    places = _index(concepts), _index(senses)
    seen = [features(reading, *places) for reading in made]
    parts = matrices(seen, len(concepts), len(senses))
    codes = [NO_TOPIC, *topics]
    category = [rows[number].category for number in source]
    tasks: list[tuple[Sequence[str], Sequence[str]]] = [
        (category, CATEGORIES),
        (["yes" if label in SENSITIVE else "no" for label in category], ["no", "yes"]),
        # Not of two needs at once: they have two topics.
        ([rows[number].topic or NO_TOPIC for number in source if number < own], codes),
    ]
    weights, biases = [], []
    for part, scale, share in zip(parts, _scales(parts), (1.0, _SENSE_SHARE, 1.0), strict=True):
        fits = [_fit_used(part, scale, *task) for task in tasks]
        weights.append(share * np.concatenate([weight for weight, _ in fits], axis=1))
        biases.append(share * np.concatenate([bias for _, bias in fits]))
    net = network.fit(
        seen,
        [CATEGORIES.index(label) for label in category],
        [codes.index(rows[number].topic or NO_TOPIC) for number in source],
        sizes=(len(concepts), len(senses)),
        outputs=(len(CATEGORIES), len(codes)),
        seed=_SEED,
    )
    return Fitted(concepts, senses, codes, (weights[0], weights[1], weights[2]), np.sum(biases, axis=0), net)


def _index(names: Sequence[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}


def _scales(parts: Sequence[Any]) -> list[Any]:
    """What each feature is multiplied with before it is fitted; 0 leaves it out."""
    concepts, senses, pieces = (np.bincount(part.indices, minlength=part.shape[1]) for part in parts)
    with np.errstate(divide="ignore"):
        rarity = np.where(pieces > 0, np.log(parts[2].shape[0] / pieces) ** _RARITY, 0.0)
    rarity /= np.sqrt((rarity**2 * pieces).sum() / max(pieces.sum(), 1))
    return [(concepts > 0).astype(float), (senses >= _RARE_SENSES).astype(float), rarity]


def _fit_used(part: Any, scale: Any, labels: Sequence[str], classes: Sequence[str]) -> tuple[Any, Any]:
    """Weights of all features of a part, fitted on those whose scale is not 0; `labels` are of the first messages."""
    used = np.flatnonzero(scale)
    if not len(used):
        return np.zeros((part.shape[1], _outputs(classes))), np.zeros(_outputs(classes))
    # Half the width, twice the speed: the solver waits for memory.
    scaled = (part[: len(labels), used] @ diags(scale[used])).astype(np.float32)
    fitted, bias = _fit(scaled, labels, classes)
    weights = np.zeros((part.shape[1], fitted.shape[1]))
    weights[used] = fitted * scale[used, None]
    return weights, bias


def _outputs(classes: Sequence[str]) -> int:
    return 1 if len(classes) == 2 else len(classes)


def _write(path: Path, fitted: Fitted, temperature: Any) -> None:
    conceptual, glossed, lexical = fitted.weights
    used = np.flatnonzero(np.abs(conceptual).max(axis=1) > 1e-6)
    steps, scale = _steps(lexical, _LEVELS)
    sense_steps, sense_scale = _steps(glossed, _SENSE_LEVELS)
    np.savez_compressed(
        path,
        allow_pickle=False,
        categories=np.array(CATEGORIES),
        topics=np.array(fitted.topics),
        concepts=np.array(fitted.concepts),
        senses=np.array(fitted.senses, dtype=np.str_),
        lexical=steps,
        lexical_scale=scale,
        glossed=sense_steps,
        glossed_scale=sense_scale,
        conceptual_at=used.astype(np.int32),
        conceptual=conceptual[used].astype(np.float16),
        bias=fitted.bias.astype(np.float32),
        temperature=np.asarray(temperature, dtype=np.float32),
        **fitted.net,
    )


def _steps(weights: Any, levels: float) -> tuple[Any, Any]:
    """Weights as whole steps (outputs x features) and the size of a step; `levels` steps reach all but the largest."""
    largest = np.abs(weights)
    told = largest.max(axis=1) > 0
    scale = np.maximum(np.quantile(largest[told], _CLIPPED, axis=0) / levels if told.any() else 0.0, 1e-12)
    scale = np.broadcast_to(scale, weights.shape[1])
    return np.ascontiguousarray(np.clip(np.round(weights / scale), -127, 127).astype(np.int8).T), scale.astype(
        np.float32
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
