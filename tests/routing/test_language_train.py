# SPDX-License-Identifier: AGPL-3.0-or-later
"""Training must give the same bytes for the same text, and its figures must count what they say they count."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from routing.decision import Guess
from routing.language import CODES, Identifier
from routing.language.fallback import added_profile
from routing.language.features import grams, grams_numbered, pairs, words
from routing.pieces import numbered
from routing.text import script_of
from routing.train import language_romanise as romanise
from routing.train.language_data import LABELS, Row, own_rows, pieces, romanised, without_mislabelled
from routing.train.language_figures import evaluate
from routing.train.language_fit import Size, fit
from routing.train.language_write import write_arrays

ROWS = [
    Row("we need food and water for the children", "en", own=True),
    Row("where can i see a doctor today please", "en"),
    Row("abeg make una help me i dey hungry", "pcm", own=True),
    Row("wetin i go do now oga no gree pay", "pcm"),
    Row("je veux rentrer dans mon pays svp", "fr", own=True),
    Row("mon enfant est malade aidez moi", "fr"),
] * 5


def test_every_language_of_the_product_is_learnt_in_some_script() -> None:
    assert {code for labels in LABELS.values() for code in labels} == set(CODES)


def test_the_same_text_gives_the_same_model() -> None:
    def once() -> bytes:
        found = pieces(ROWS, "Latn", 60, 0.5, random.Random(1))
        model = fit(found, len(LABELS["Latn"]), Size(longest=3, tried=2_000, kept=300, rounds=3))
        assert len(model.grams) <= 300
        return b"".join(array.tobytes() for array in (model.grams, model.weights, model.step, model.bias))

    assert once() == once()


def test_the_same_arrays_give_the_same_file(tmp_path: Path) -> None:
    arrays: dict[str, np.ndarray[Any, np.dtype[Any]]] = {
        "b": np.arange(6, dtype=np.int8).reshape(2, 3),
        "a": np.ones(2, dtype=np.float32),
    }
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    write_arrays(first, arrays, {"threshold": 0.6})
    write_arrays(second, dict(reversed(arrays.items())), {"threshold": 0.6})
    assert first.read_bytes() == second.read_bytes()
    with np.load(first, allow_pickle=False) as stored:
        assert stored["b"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("write", "text", "expected"),
    [
        (romanise.ethiopic, "ሰላም", {"selam", "salam", "sälam"}),
        (romanise.bengali, "টাকা দিতে হবে", {"taka dite hobe", "taka dite habe"}),
        (romanise.devanagari, "मदद", {"madad"}),
        (romanise.arabic, "سلام", {"slam", "salam", "selam", "silam"}),
    ],
)
def test_other_scripts_are_spelled_as_people_text_them(write, text, expected) -> None:  # type: ignore[no-untyped-def]
    assert {write(text, random.Random(seed)) for seed in range(20)} <= expected


def test_own_text_is_romanised_in_several_styles_and_marked_as_made() -> None:
    made = romanised([Row("ሓግዙኒ በጃኹም", "ti", own=True), Row("help", "en")], random.Random(3))
    assert {row.code for row in made} == {"ti"}
    assert all(row.made and row.own and script_of(row.text) == "Latn" for row in made)
    assert len({row.text for row in made}) > 1


def test_collected_rows_that_are_plain_english_do_not_count_as_pidgin() -> None:
    rows = [Row("i love this song so much", "pcm"), Row("i dey come now", "pcm"), Row("ok thanks", "pcm", own=True)]
    assert [row.text for row in without_mislabelled(rows)] == ["i dey come now", "ok thanks"]


def test_words_of_the_script_only_and_no_addresses_are_looked_at() -> None:
    assert words("Helloooo @someone see https://example.org 123 3andi ساعدوني", "Latn") == ["helloo", "see", "3andi"]
    assert words("Facebook ساعدوني", "Arab") == ["ساعدوني"]
    assert grams("ab", 3) == ["a", "b", "_a", "ab", "b_", "_ab", "ab_", "=ab"]
    assert pairs(["a", "b", "c"]) == ["a b", "b c"]


@pytest.mark.parametrize("word", ["a", "ab", "3andi", "ሰላም", "টাকা", "\ud800x", "longerword"])
def test_numbers_are_those_of_the_grams(word: str) -> None:
    assert list(grams_numbered(word, 4)) == list(map(numbered, grams(word, 4)))


def test_an_added_profile_keeps_the_most_frequent_grams() -> None:
    profile = added_profile("ti", ["ሓግዙና ኣብ ሊብያ"] * 10, 5)
    assert profile["name"] == "ti"
    assert len(profile["freq"]) == 5  # type: ignore[arg-type]


class _Says(Identifier):
    """An identifier that answers with the text itself."""

    def __init__(self) -> None:
        super().__init__({}, {}, None, 0.5)  # type: ignore[arg-type]

    def identify(self, text, prior=None) -> Guess:  # type: ignore[no-untyped-def]
        return Guess(text.strip(), 1.0, "Latn")


def test_figures_count_unsure_as_half_right_and_by_length() -> None:
    figures = evaluate(
        _Says(), [("en", "en"), ("unsure", "en"), ("fr", "en"), ("en" + " " * 30, "en"), ("x" * 20, "fr")]
    )
    short, long = figures.by_length["short"], figures.by_length["long"]
    assert (short.right, short.unsure, short.wrong, short.score) == (2, 1, 1, 0.625)
    assert (long.right, long.wrong) == (0, 1)
    assert figures.by_both["en/short"].all == 4
    assert figures.confusion["en", "fr"] == 1
    assert "en heard as fr: 1" in figures.table()


def test_parts_share_hardly_more_than_greetings() -> None:
    train, tuning, test = ({row.text for row in own_rows(part)} for part in ("train", "tuning", "test"))
    assert len(test & (train | tuning)) < 0.03 * len(test)
    assert len(tuning & train) < 0.03 * len(tuning)
