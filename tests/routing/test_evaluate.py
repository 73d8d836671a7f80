# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures by which routing is judged, and the data that they rest on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from routing import EntryCard, Router
from routing.decision import Decision, Guess, Place
from routing.train.cards import starter_cards, topic_cards
from routing.train.evaluate import FLOORS, broken, judge, report, worst, write_docs
from routing.train.measure import Judged, calibration_error, confusion, figures, macro_f1
from routing.utterances import SPLITS, Utterance, UtteranceError, load_part, read_utterances

_HEAD = "category\ttopic\tdifficulty\tplace\tvariety\ttext\n"


def _judged(meant: str, taken: str, action: str = "escalate", **more: object) -> Judged:
    row = Utterance("en", meant, "health", "easy", "Sabha", "", "some text of twenty letters")  # type: ignore[arg-type]
    values: dict[str, object] = {"sensitive": False, "priority": "P3", "confidence": 1.0, "topic": "health"} | more
    return Judged(row, Decision(action, taken, Guess("en", 1.0, "Latn"), **values))  # type: ignore[arg-type]


def test_a_sensitive_message_that_no_person_sees_is_a_silent_miss() -> None:
    judged = [_judged("pseah", "information_request", "answer"), _judged("pseah", "complaint")]
    assert figures(judged, ())["silent_misses"] == 0.5


def test_recall_and_false_alarms_are_counted_apart() -> None:
    judged = [
        _judged("emergency", "emergency", sensitive=True),
        _judged("protection", "complaint"),
        _judged("complaint", "protection", sensitive=True, compartment="pseah"),
        _judged("other", "other", "menu"),
    ]
    found = figures(judged, ())
    assert (found["sensitive_recall"], found["false_alarms"], found["pseah_false"]) == (0.5, 0.5, 0.5)
    assert (found["emergency_recall"], found["category_accuracy"]) == (1.0, 0.5)


def test_answers_are_right_by_the_topic_of_their_entry() -> None:
    cards = (EntryCard("doctor", "health"), EntryCard("vhr", "vhr"))
    asked = "information_request"
    judged = [_judged(asked, asked, "answer", answer=slug) for slug in ("doctor", "vhr")]
    assert figures(judged, cards)["answer_topic"] == 0.5


def test_a_place_counts_by_name_or_by_code() -> None:
    found = figures([_judged("other", "other", place=Place("Sabha", "LY031901"))], ())
    assert found["place_recall"] == 1.0
    assert figures([_judged("other", "other")], ())["place_recall"] == 0.0


def test_calibration_and_f1() -> None:
    assert calibration_error([_judged("other", "other", confidence=1.0)]) == 0.0
    assert calibration_error([_judged("other", "pseah", confidence=1.0)]) == 1.0
    assert macro_f1([_judged("other", "other"), _judged("pseah", "other")]) == pytest.approx(1 / 3)
    assert confusion([_judged("pseah", "other")])["pseah", "other"] == 1


def test_a_broken_floor_is_named_in_its_own_direction() -> None:
    assert broken({"silent_misses": 0.02}, {"silent_misses": 0.01}) == ["silent_misses is 0.0200, the floor is 0.0100"]
    assert not broken({"category_accuracy": 0.9}, {"category_accuracy": 0.8})


def test_every_floor_is_a_figure() -> None:
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    assert floors
    assert floors.keys() <= figures([_judged("other", "other")], ()).keys()


def test_no_author_has_a_language_in_two_parts() -> None:
    splits = tomllib.loads(SPLITS.read_text(encoding="utf-8"))
    parts = [{(author, code) for author, codes in splits[part].items() for code in codes} for part in splits]
    for at, part in enumerate(parts):
        for other in parts[at + 1 :]:
            assert not part & other


def test_no_test_text_is_trained_on() -> None:
    test = {row.text for row in load_part("test")}
    assert not test & {row.text for part in ("train", "tuning", "extra") for row in load_part(part)}


def test_a_bad_line_of_data_is_named(tmp_path: Path) -> None:
    path = tmp_path / "en.somebody.tsv"
    path.write_text(_HEAD + "weather\t-\teasy\t-\t-\thello\n", encoding="utf-8")
    with pytest.raises(UtteranceError, match=r"en\.somebody\.tsv:2"):
        list(read_utterances(path))


def test_the_report_shows_every_figure_and_the_confusion(router: Router) -> None:
    cards = topic_cards()
    judged = judge(router, "test", cards)[:40]
    text = report(judged, cards, "test")
    assert "silent_misses" in text
    assert "| pseah |" in text


def test_figures_go_between_the_marks_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "routing.md"
    page.write_text("a\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nz\n", encoding="utf-8")
    write_docs("new", page)
    text = page.read_text(encoding="utf-8")
    assert "new" in text
    assert "old" not in text
    assert text.startswith("a\n")


def test_entries_are_known_by_their_questions() -> None:
    assert len({card.topic for card in starter_cards()}) > 10
    assert len(topic_cards()) == 25


def test_the_worst_misses_begin_with_those_that_no_person_sees() -> None:
    judged = [
        _judged("complaint", "protection", sensitive=True, confidence=0.9),
        _judged("complaint", "pseah", sensitive=True, confidence=0.6),
        _judged("pseah", "information_request", "answer", confidence=0.5),
        _judged("other", "other", "menu"),
    ]
    first, second = worst(judged, 1)
    assert first.startswith("en easy: pseah taken for information_request (0.50, answer)")
    assert second.startswith("en easy: complaint taken for protection (0.90, escalate)")
