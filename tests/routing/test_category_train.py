# SPDX-License-Identifier: AGPL-3.0-or-later
"""Training categories: the same data give the same bytes, and what was learnt is used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from routing.decision import SENSITIVE, Category
from routing.lexicon import Lexicon
from routing.model import Model
from routing.reading import read
from routing.topics import Topic
from routing.train import category
from routing.train.augment import two_needs
from routing.train.threads import one_thread
from routing.utterances import Utterance, load_author

_TOPICS = {code: Topic(code, {}, {}) for code in ("health", "gbv")}
_SAID: dict[Category, list[str]] = {
    "information_request": ["where is the clinic", "when does the office open", "what papers do i need"],
    "protection": ["my husband beats me", "they kidnapped my brother", "he locks me in the house"],
    "appreciation": ["thank you so much", "god bless you all", "you were very kind"],
}


@pytest.fixture
def rows() -> list[Utterance]:
    return [
        Utterance(
            "en",
            code,
            "health" if "clinic" in text else "gbv" if code == "protection" else None,
            "easy",
            None,
            "",
            f"{text} {more}",
        )
        for code, texts in _SAID.items()
        for text in texts
        for more in ("today", "in the town", "my friend", "again")
    ]


def test_the_same_utterances_give_the_same_bytes(rows: list[Utterance], tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        path = tmp_path / name / "category.npz"
        path.parent.mkdir()
        category.train(rows, rows[::3], rows[:2], _lexicon(), (), _TOPICS, path)
        made.append(path.read_bytes() + path.with_name("tuning.npz").read_bytes())
    assert made[0] == made[1]


def test_training_uses_one_thread() -> None:
    with one_thread():
        pools = threadpool_info()
    assert pools
    assert {pool["num_threads"] for pool in pools} == {1}


def test_what_was_learnt_is_said_of_new_words(rows: list[Utterance], tmp_path: Path) -> None:
    path = tmp_path / "category.npz"
    category.draft(rows, rows, _lexicon(), (), _TOPICS, path)
    model = Model(path)
    reading = read("they kidnapped my sister", _lexicon(), ())
    scores = model.scores(reading)
    assert scores.sensitive > 0.5
    assert max(scores.categories, key=scores.categories.__getitem__) in SENSITIVE
    weights = model.word_weights(model.features(reading), "protection")
    assert weights[0][0] in {0, 1}
    assert np.isclose(sum(scores.categories.values()), 1.0, atol=1e-5)


def test_beside_a_question_a_message_stays_what_is_graver(rows: list[Utterance]) -> None:
    met = set()
    for joined in two_needs(rows * 20, 7):
        others = [row for row in rows if row.text in joined.text and row.category != "information_request"]
        met.update(row.category for row in others)
        report = next((row for row in others if row.category in SENSITIVE), None)
        assert joined.category == (report.category if report else "information_request")
        assert report is None or joined.topic == report.topic
    assert met == {"protection", "appreciation"}


def test_an_author_of_the_train_part_is_read_whole() -> None:
    assert {row.language for row in load_author("noor")} >= {"ar", "en", "fr"}


def _lexicon() -> Lexicon:
    lexicon = Lexicon()
    lexicon.add("en", "beat", "beat*")
    return lexicon
