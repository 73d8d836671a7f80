# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must change nothing that matters, and what must never break."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import Heard, Router
from routing.decision import SENSITIVE
from routing.train.cards import starter_cards
from routing.utterances import load_part

_ALARMING = [row for row in load_part("train") if row.category in SENSITIVE]
_PLEAS = {"en": " please", "fr": " svp", "ar": " من فضلكم", "ha": " don allah", "so": " fadlan", "sw": " tafadhali"}
_QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_HARD_TO_READ = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u0000\u0007\u0301\u064b\u09cd\u1200😀ﷺ"),
    ),
    max_size=300,
)


@given(_HARD_TO_READ)
@_QUIET
def test_no_text_raises(router: Router, text: str) -> None:
    decision = router.route(Heard(text))
    assert 0.0 <= decision.confidence <= 1.0


@pytest.mark.parametrize("piece", ["a", "boat ", "\u0301", "\u202e", "ሀ", "ক", "ﷺ", "😀", "1", "word1 ", "!", "\n"])
def test_a_hundred_thousand_characters_are_read(router: Router, piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    assert router.route(Heard(text)).action


def test_a_report_in_the_middle_of_a_long_text_is_found(router: Router) -> None:
    text = "hello how are you " * 2_000 + "he raped me and i want to kill myself " + "see you tomorrow " * 2_000
    assert router.route(Heard(text)).action == "escalate"


@given(st.sampled_from(_ALARMING), st.sampled_from(["🙏", "😢", "👍", "❤️", "😭🙏"]))
@_QUIET
def test_an_emoji_never_turns_a_sensitive_message_ordinary(router: Router, row: object, emoji: str) -> None:
    text = row.text  # type: ignore[attr-defined]
    before = router.route(Heard(text))
    after = router.route(Heard(f"{text} {emoji}"))
    assert after.sensitive >= before.sensitive


@given(st.sampled_from([row for row in _ALARMING if row.language in _PLEAS]))
@_QUIET
def test_please_never_turns_a_sensitive_message_ordinary(router: Router, row: object) -> None:
    text = row.text  # type: ignore[attr-defined]
    before = router.route(Heard(text))
    after = router.route(Heard(text + _PLEAS[row.language]))  # type: ignore[attr-defined]
    assert after.action == "escalate"
    assert after.sensitive >= before.sensitive


@pytest.mark.parametrize(
    ("plain", "dressed"),
    [
        ("the guard asked me for sex", "THE GUARD ASKED ME FOR SEX"),
        ("help my boat is sinking", "heeeelp my boat is sinkiiiing"),
        ("il m'a violee", "il m'a violée"),
        ("ضربني زوجي بالسكين", "ضَرَبَنِي زَوْجِي بِالسِّكِّين"),
        ("i am 14 and alone", "i am ١٤ and alone"),
        ("they kidnapped my brother", "they kidnaped my brother"),
        ("my husband beats me", "my husbnad beats me"),
    ],
)
def test_case_length_marks_digits_and_slips_change_nothing(router: Router, plain: str, dressed: str) -> None:
    one, other = router.route(Heard(plain)), router.route(Heard(dressed))
    assert (one.category, one.sensitive, one.action) == (other.category, other.sensitive, other.action)


def test_nearly_all_training_reports_survive_a_random_slip(router: Router) -> None:
    chance = random.Random(7)
    rows = chance.sample(_ALARMING, 120)
    kept = 0
    for row in rows:
        cut = chance.randrange(len(row.text) - 1)
        slipped = row.text[:cut] + row.text[cut + 1] + row.text[cut] + row.text[cut + 2 :]
        kept += router.route(Heard(slipped)).action == "escalate"
    assert kept >= 118


@pytest.mark.parametrize(
    ("report", "question"),
    [
        ("my husband beats me", "where is the clinic"),
        ("my husband hit me last night", "where can I find a doctor"),
        ("a man from the office wants sex for the food card", "what time does the office open"),
        ("mon mari me frappe", "où est la clinique"),
        ("زوجي يضربني", "وين العيادة"),
        ("ninkaygu wuu i garaacaa", "xafiisku xagee buu ku yaal"),
        ("mijina yana dukana", "ina asibitin yake"),
        ("mume wangu ananipiga", "kliniki iko wapi"),
        ("আমার স্বামী আমাকে মারে", "ক্লিনিক কোথায়"),
        ("میرا شوہر مجھے مارتا ہے", "کلینک کہاں ہے"),
        ("ባለቤቴ ይደበድበኛል", "ክሊኒኩ የት ነው"),
        ("ሰብኣየይ ይወቕዓኒ", "ክሊኒክ ኣበይ እዩ"),
    ],
)
@pytest.mark.parametrize("first", ["report", "question"])
def test_a_question_never_hides_a_report(router: Router, report: str, question: str, first: str) -> None:
    text = f"{report}, {question}?" if first == "report" else f"{question}? {report}"
    decision = router.route(Heard(text), starter_cards())
    assert decision.sensitive
    assert decision.action == "escalate"
