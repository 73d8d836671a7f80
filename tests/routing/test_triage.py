# SPDX-License-Identifier: AGPL-3.0-or-later
"""Judgement at its borders: small talk, money against exploitation, emergencies on slight evidence, moderate doubt."""

from __future__ import annotations

from typing import get_args

import pytest

from routing import Heard, Router
from routing.decision import SENSITIVE, Category
from routing.lexicon import Lexicon
from routing.model import Scores
from routing.reading import Reading, read
from routing.rules import Rule
from routing.triage import Thresholds, judge

_LIMITS = Thresholds.load()
_MONEY = Rule("money", "misconduct", frozenset({"money"}), (), frozenset(), 0.6)


def _reading(text: str = "he asked money", *rules: Rule) -> Reading:
    lexicon = Lexicon()
    lexicon.add("en", "money", "money")
    return read(text, lexicon, rules)


def _scores(sensitive: float, **chances: float) -> Scores:
    return Scores({**dict.fromkeys(get_args(Category), 0.0), **chances}, sensitive, {})


@pytest.mark.parametrize("text", ["thank you", "شكرا", "merci beaucoup", "asante sana", "na gode", "shukria"])
def test_thanks_and_nothing_else_are_thanks(router: Router, text: str) -> None:
    decision = router.route(Heard(text))
    assert (decision.category, decision.action) == ("appreciation", "record")


def test_money_asked_is_misconduct_where_nothing_else_speaks_for_exploitation() -> None:
    scores = _scores(0.9, pseah=0.6, misconduct=0.3, complaint=0.1)
    assert judge(scores, _reading(), _LIMITS).compartment == "pseah"
    assert judge(scores, _reading("he asked money", _MONEY), _LIMITS).compartment == "integrity"


def test_a_strong_belief_in_exploitation_stands_against_the_money_rule() -> None:
    scores = _scores(1.0, pseah=_LIMITS.rival, misconduct=1.0 - _LIMITS.rival)
    assert judge(scores, _reading("he asked money", _MONEY), _LIMITS).compartment == "pseah"


def test_an_emergency_needs_less_than_other_harm() -> None:
    slight = _LIMITS.alarm + 0.01
    rest = 1.0 - slight
    assert judge(_scores(0.1, emergency=slight, complaint=rest), _reading(), _LIMITS).category == "emergency"
    assert not judge(_scores(0.1, protection=slight, complaint=rest), _reading(), _LIMITS).sensitive


def test_moderate_doubt_keeps_the_ordinary_category_and_calls_a_person() -> None:
    verdict = judge(_scores(0.3, protection=0.3, information_request=0.7), _reading(), _LIMITS)
    assert (verdict.category, verdict.sensitive, verdict.watched) == ("information_request", False, True)


@pytest.mark.parametrize(
    "text",
    [
        "I complain, the staff in the centre were rude to my mother and sent us away",
        "ya jama3a wen maktab el monathama fi sebha",
        "it was on tuesday in the morning",
    ],
)
def test_innocent_words_about_staff_or_time_are_not_sensitive(router: Router, text: str) -> None:
    assert router.route(Heard(text)).category not in SENSITIVE


def test_a_guard_who_asks_for_money_is_reported_to_integrity(router: Router) -> None:
    decision = router.route(Heard("The guard asked me for money to let me in"))
    assert (decision.category, decision.compartment) == ("misconduct", "integrity")
