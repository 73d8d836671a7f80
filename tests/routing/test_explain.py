# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decisions in words, for programs and for people."""

from __future__ import annotations

import json

from routing import EntryCard, Heard, Router
from routing.explain import as_json, as_text


def test_a_decision_is_plain_json(router: Router, cards: tuple[EntryCard, ...]) -> None:
    plain = as_json(router.route(Heard("where is the clinic in sabha?"), cards), "7")
    assert json.loads(json.dumps(plain)) == plain
    assert list(plain) == [
        "id",
        "language",
        "category",
        "topic",
        "place",
        "sensitive",
        "action",
        "answer",
        "confidence",
        "reasons",
    ]
    assert plain["place"]["name"] == "Sabha"
    assert plain["answer"] == "doctor"


def test_no_place_is_null(router: Router) -> None:
    assert as_json(router.route(Heard("hello")), 1)["place"] is None


def test_a_person_can_read_it(router: Router, cards: tuple[EntryCard, ...]) -> None:
    text = as_text(router.route(Heard("the guard asked me for sex in sabha"), cards))
    assert "sensitive" in text
    assert "compartment pseah" in text
    assert "place Sabha" in text
    assert "rule" in text
    assert "command stop" in as_text(router.route(Heard("stop")))
