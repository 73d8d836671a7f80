# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several messages of one thought: as grave as the gravest of them, graver only where joining them shows more."""

from __future__ import annotations

from typing import get_args

import pytest

from routing import Heard, Router
from routing.decision import SENSITIVE, Category
from routing.lexicon import Lexicon
from routing.model import Scores
from routing.reading import read
from routing.thought import Seen, joined
from routing.triage import Thresholds, Verdict

_SCRAPS = ["in Tripoli", "it is now 3 weeks", "since last tuesday", "we are 5 people", "my number is 0912345678"]


@pytest.mark.parametrize("scrap", _SCRAPS)
def test_a_scrap_makes_no_complaint_sensitive(router: Router, scrap: str) -> None:
    decision = router.route(Heard(scrap, earlier=("my cash card was blocked",)))
    assert decision.category not in SENSITIVE
    assert decision.action == "escalate"


@pytest.mark.parametrize("scrap", [*_SCRAPS, "1", "thank you", "ok"])
def test_a_scrap_takes_nothing_from_a_report(router: Router, scrap: str) -> None:
    report = "my husband beats me every night"
    alone = router.route(Heard(report))
    together = router.route(Heard(scrap, earlier=(report,)))
    assert (together.category, together.compartment) == (alone.category, alone.compartment)


def test_parts_that_make_a_report_only_together_are_one(router: Router) -> None:
    together = router.route(Heard("before he puts my name on the list", earlier=("the guard wants me in his room",)))
    assert together.compartment == "pseah"


@pytest.mark.parametrize(
    ("text", "category"), [("thank you very much", "appreciation"), ("شكرا", "appreciation"), ("1", "other")]
)
def test_thanks_and_numbers_do_not_ask_the_question_before_again(router: Router, text: str, category: str) -> None:
    decision = router.route(Heard(text, earlier=("where is the clinic in Sabha?",), last_topic="health"))
    assert (decision.category, decision.answer) == (category, None)


def test_a_graver_whole_needs_a_rule_or_a_strong_belief() -> None:
    limits = Thresholds.load()
    quiet = _seen(0.0)
    assert joined(_seen(limits.joined), [quiet, quiet], limits).verdict.category == "protection"
    calmed = joined(_seen(limits.joined - 0.1), [quiet, quiet], limits).verdict
    assert (calmed.sensitive, calmed.watched) == (False, True)


def _seen(protection: float) -> Seen:
    """A message of five plain words, said to be protection with a given probability, else a complaint."""
    scores = Scores(
        {**dict.fromkeys(get_args(Category), 0.0), "protection": protection, "complaint": 1.0 - protection},
        protection,
        {},
    )
    grave = protection > 0
    verdict = Verdict("complaint", 0.9, False, 0.0, False, None, "P2")
    if grave:
        verdict = Verdict("protection", 0.9, True, protection, True, "protection", "P1")
    return Seen(read("my cash card was blocked", Lexicon(), ()), scores, verdict)
