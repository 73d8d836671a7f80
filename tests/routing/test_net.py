# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small network: trained the same on every run, right in its gradients, steady on any reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from routing.features import Features, features
from routing.net import WIDTH, Net, Seen, seen
from routing.reading import Reading
from routing.train import net as train

_CONCEPTS = {"danger": 0, "script:Latn": 1, "size:6": 2}
_SENSES = {"harm": 0, "office": 1, "thanks": 2, "never": 3}
_SAID = (
    ("harm", ("balo", "baluk", "temir")),
    ("office", ("sidra", "sidren", "kopa")),
    ("thanks", ("mirsi", "mirse", "vond")),
)
_FILLING = ("en", "ta", "lo", "wi", "ro", "pa")


def _reading(words: Sequence[str], senses: dict[str, tuple[int, ...]], found: Sequence[str] = ()) -> Reading:
    telling = tuple(range(len(words)))
    return Reading(" ".join(words), tuple(words), telling, tuple(words), dict.fromkeys(found, ()), senses, ())


def _toy(count: int = 240) -> tuple[list[Reading], list[int]]:
    """Messages of three categories, each with one of its words (which has the category's sense) among others."""
    rng = np.random.default_rng(3)
    made, right = [], []
    for at in range(count):
        sense, words = _SAID[at % 3]
        said = [str(word) for word in rng.choice(_FILLING, size=rng.integers(1, 6))]
        place = int(rng.integers(0, len(said) + 1))
        said.insert(place, str(rng.choice(words)))
        made.append(_reading(said, {sense: (place,)}, ["script:Latn", *["danger"] * (sense == "harm" and at % 2)]))
        right.append(at % 3)
    return made, right


def _features(reading: Reading) -> Features:
    return features(reading, _CONCEPTS, _SENSES)


def _seen(reading: Reading) -> Seen:
    return seen(_features(reading))


def _texts(readings: Sequence[Reading]) -> train.Texts:
    return train.prepare(map(_seen, readings), len(_CONCEPTS), len(_SENSES))


def _fit(epochs: int = 12) -> dict[str, Any]:
    readings, right = _toy()
    messages = list(map(_features, readings))
    return train.fit(
        messages,
        right,
        [one % 2 for one in right],
        sizes=(len(_CONCEPTS), len(_SENSES)),
        outputs=(3, 2),
        seed=5,
        epochs=epochs,
    )


@pytest.fixture(scope="module")
def net() -> Net:
    return Net.from_arrays(_fit())


def test_the_same_readings_give_the_same_bytes() -> None:
    first, second = _fit(epochs=2), _fit(epochs=2)
    assert list(first) == list(second)
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert {array.dtype.name for array in first.values()} == {"int8", "float32"}


def test_what_was_learnt_is_said_again(net: Net) -> None:
    readings, right = _toy(60)
    scores = [net.logits(_seen(one)) for one in readings]
    assert [int(categories.argmax()) for categories, _ in scores] == right
    assert [int(topics.argmax()) for _, topics in scores] == [one % 2 for one in right]


@pytest.mark.parametrize(("category", "sense"), [(0, "harm"), (1, "office"), (2, "thanks")])
def test_a_word_never_seen_is_understood_by_its_sense(net: Net, category: int, sense: str) -> None:
    categories, _ = net.logits(_seen(_reading(["ta", "xyqush"], {sense: (1,)}, ["script:Latn"])))
    assert int(categories.argmax()) == category


def test_a_word_never_seen_is_understood_by_its_pieces(net: Net) -> None:
    categories, _ = net.logits(_seen(_reading(["ta", "sidrenu"], {}, ["script:Latn"])))
    assert int(categories.argmax()) == 1


@pytest.mark.parametrize(
    "reading",
    [
        _reading([], {}),
        _reading([], {}, ["danger"]),
        _reading(["balo"], {}),
        _reading(["7"], {"unknown": (0,)}, ["unknown"]),
        _reading(["balo", "ta"] * 2500, {"harm": tuple(range(0, 5000, 2))}, ["danger"]),
    ],
    ids=["empty", "no words", "no concepts", "nothing known", "5,000 words"],
)
def test_any_reading_has_finite_scores(net: Net, reading: Reading) -> None:
    categories, topics = net.logits(_seen(reading))
    assert (categories.shape, topics.shape) == ((3,), (2,))
    assert categories.dtype == topics.dtype == np.float32
    assert np.isfinite(categories).all()
    assert np.isfinite(topics).all()


def test_only_both_ends_of_a_long_message_are_read() -> None:
    words = [f"w{at}" for at in range(100)]
    taken = _seen(_reading(words, {"harm": (0, 50, 99), "unknown": (1,)}))
    assert taken.words == words[:40] + words[-20:]
    assert taken.senses.tolist() == [[0, 0], [59, 0]]


def test_the_stored_network_agrees_with_the_one_that_was_trained() -> None:
    readings, right = _toy()
    readings = [*readings[:50], _reading([], {}), _reading(["balo"], {}), _reading(["balo"] * 70, {"harm": (0, 69)})]
    labels = np.array([*right[:50], 0, 0, 0])
    texts = _texts(readings)
    weights = train.train(texts, labels, labels % 2, outputs=(3, 2), seed=5, epochs=6)
    every = np.arange(len(readings))
    batch = train.gather(texts, every, WIDTH, train.NO_DROPS, np.random.default_rng(0))
    wanted = train.forward(weights, batch).outputs
    net = Net.from_arrays(train.stored(weights))
    for at, reading in enumerate(readings):
        categories, topics = net.logits(_seen(reading))
        assert np.allclose(categories, wanted["category"][at], atol=0.05)
        assert np.allclose(topics, wanted["topic"][at], atol=0.05)


def test_rows_that_training_never_saw_say_nothing() -> None:
    arrays = _fit(epochs=1)
    assert not arrays["net_senses"][_SENSES["never"]].any()
    assert not arrays["net_concepts"][_CONCEPTS["size:6"]].any()
    assert arrays["net_pieces"].any(axis=1).sum() < 500


@pytest.mark.parametrize("drops", [train.NO_DROPS, train.Drops()], ids=["whole", "with drops"])
def test_the_gradients_agree_with_finite_differences(drops: train.Drops) -> None:
    readings, right = _toy(9)
    texts = _texts([*readings, _reading([], {}, ["danger"])])
    categories = np.array([*right, 0])
    rng = np.random.default_rng(1)
    weights = train.fresh(texts, (3, 2), rng, width=6, dtype=np.float64)
    batch = train.gather(texts, np.arange(10), 6, drops, rng)
    _, gradient = train.gradients(weights, batch, categories, categories % 2)
    assert gradient.keys() == weights.keys()
    for name, found in gradient.items():
        rows = batch.tables[name].touched if name in batch.tables else np.arange(len(weights[name]))
        for row, *rest in rng.permutation(list(np.ndindex(found.shape)))[:25]:
            place = (rows[row], *rest)
            slope = _slope(weights, batch, categories, name, place)
            assert found[(row, *rest)] == pytest.approx(slope, rel=1e-4, abs=1e-8), (name, place)


def _slope(
    weights: train.Weights, batch: train.Batch, categories: train.Ids, name: str, place: tuple[int, ...]
) -> float:
    """By how much the loss of a batch grows with one weight, measured."""
    losses, step, before = [], 1e-6, weights[name][place]
    for sign in (1, -1):
        weights[name][place] = before + sign * step
        losses.append(train.gradients(weights, batch, categories, categories % 2)[0])
    weights[name][place] = before
    return (losses[0] - losses[1]) / (2 * step)


def test_words_that_tie_for_the_maximum_share_its_gradient() -> None:
    texts = _texts([_reading(["balo", "balo"], {}), _reading(["balo"], {})])
    rng = np.random.default_rng(1)
    weights = train.fresh(texts, (3, 2), rng, width=6, dtype=np.float64)
    batch = train.gather(texts, np.arange(2), 6, train.NO_DROPS, rng)
    made = train.forward(weights, batch)
    shared = train._peak_gradients(made, batch, np.ones((2, 6)))
    assert np.allclose(shared, [[0.5] * 6, [0.5] * 6, [1.0] * 6])


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="1 messages, 2 categories, 1 topics"):
        train.fit([_features(_reading(["a"], {}))], [0, 1], [0], sizes=(3, 4), outputs=(2, 1), seed=0)


def test_arrays_that_do_not_fit_are_refused() -> None:
    arrays = _fit(epochs=1)
    with pytest.raises(KeyError, match="net_word"):
        Net.from_arrays({name: array for name, array in arrays.items() if name != "net_word"})
    with pytest.raises(ValueError, match="do not fit"):
        Net.from_arrays({**arrays, "net_pieces": arrays["net_pieces"][:, :8]})
