# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every check on a text finds what it is there for, in the language's own terms; facts are written as languages do."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bot.content import machine
from bot.content.facts import FactError, normalised
from bot.content.machine import NoTranslation
from bot.content.plain import odd_characters
from bot.content.rules import check
from bot.content.words import Words
from locales import facts
from tests.bot.content.desk import QUESTIONS, QUESTIONS_FR

SOURCE = Words("Desk", QUESTIONS, "Open 24 hours. Call {phone_desk}.", "Best within 72 hours.")
GOOD: dict[str, Words] = {
    "fr": Words("Guichet", QUESTIONS_FR, "Ouvert 24 heures. {phone_desk}.", "Au mieux en 72 heures."),
    "ar": Words("مكتب", ("أين", "متى", "من", "كم"), "مفتوح 24 ساعة. اتصل {phone_desk}.", "الأفضل خلال 72 ساعة."),
    "am": Words("ቢሮ", ("የት", "መቼ", "ማን", "ስንት"), "24 ሰዓት ክፍት ነው። {phone_desk}።", "በ72 ሰዓት ውስጥ ይሻላል።"),
}


def found(language: str, words: Words, **more: Any) -> set[str]:
    return {f"{p.field} {p.says}" for p in check(language, words, SOURCE, lambda _name: "+218 00 000 0000", **more)}


@pytest.mark.parametrize("language", GOOD)
def test_a_good_text_has_no_problem(language: str) -> None:
    assert found(language, GOOD[language]) == set()


@pytest.mark.parametrize(
    ("language", "change", "says"),
    [
        ("fr", {"short": "Ouvert 24 heures."}, "short lacks {phone_desk}"),
        ("fr", {"short": "Ouvert {phone_desk} {phone_desk} 24"}, "short has {phone_desk} that the source has not"),
        ("fr", {"short": "Ouvert. {phone_desk}."}, "short lacks the number 24"),
        ("fr", {"long": "En 48 heures."}, "long has the number 48"),
        ("ar", {"short": "مفتوح ٢٥ ساعة. {phone_desk}."}, "short has the number 25"),
        ("fr", {"long": "Appelez 091 234 56 78, 72."}, "written out; use a fact"),
        ("fr", {"long": "Voir https://example.org 72"}, "written out; use a fact"),
        ("fr", {"short": "x " * 160 + "24 {phone_desk}"}, "SMS segments with its facts"),
        ("ar", {"short": "ك " * 60 + "24 {phone_desk}"}, "SMS segments with its facts"),
        ("fr", {"title": "x" * 41}, "title is longer than 40"),
        ("fr", {"long": "72 " + "x" * 700}, "long has 703 characters"),
        ("fr", {"long": SOURCE.long}, "long is the source text"),
        ("fr", {"questions": QUESTIONS_FR[:2]}, "questions has 2"),
        ("fr", {"questions": ("a b", "a b", "c", "d")}, "same question twice"),
        ("ar", {"title": "Desk office"}, "title is not written in Arabic letters"),
        ("ar", {"long": "هل 72 ساعة?"}, "has ? where the language writes ؟"),
        ("am", {"long": "በ72 ሰዓት ውስጥ."}, "has . where the language writes ።"),
        ("fr", {"title": "<b>Guichet</b>"}, "HTML is not allowed"),
        ("ar", {"title": "مكـتب"}, "stretching sign"),
        ("fr", {"title": "Gui\u200bchet"}, "invisible character U+200B"),
        ("fr", {"short": "Ouvert {24} {phone_desk} {"}, "a brace that is no placeholder"),
        ("fr", {"title": "Guichet {phone_desk}"}, "title has a placeholder"),
    ],
)
def test_each_check_finds_what_it_is_there_for(language: str, change: dict[str, Any], says: str) -> None:
    good = GOOD[language]
    told = {"title": good.title, "questions": good.questions, "short": good.short, "long": good.long, **change}
    assert any(says in each for each in found(language, Words(**told)))


def test_a_text_on_a_sensitive_matter_begins_neutrally_and_asks_nothing() -> None:
    heavy = Words("Violence", QUESTIONS_FR, "Violence ? {phone_desk} 24", GOOD["fr"].long)
    assert {
        "title begins with a heavy word (viol)",
        "short asks something; texts on such matters ask nothing",
    } <= found("fr", heavy, sensitive=True)


@pytest.mark.parametrize("text", ["a <script>", "&lt;b&gt;", "a\u202eb", "a\u2066b", "\u061c", "\ue000", "a\tb"])
def test_what_may_not_stand_in_any_text(text: str) -> None:
    assert odd_characters(text)


@pytest.mark.parametrize("text", ["5 < 6 & more", "می\u200cخواهم", "e\u0301", "ሰላም፡", "নির্\u200dবাচন"])
def test_what_may(text: str) -> None:
    assert odd_characters(text) is None


HOURS = {"sun": "08:00-16:00", "mon": "08:00-16:00", "tue": "08:00-16:00", "thu": "09:00-12:00,13:00-15:00"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Sun-Tue 08:00-16:00, Thu 09:00-12:00, 13:00-15:00"),
        ("ar", "الأحد–الثلاثاء 08:00–16:00، الخميس 09:00–12:00، 13:00–15:00"),
        ("fr", "dim.-mar. 08:00-16:00, jeu. 09:00-12:00, 13:00-15:00"),
    ],
)
def test_hours_are_written_as_each_language_does(language: str, said: str) -> None:
    assert facts.hours(HOURS, language, date(2026, 11, 22), "closed") == said


def test_hours_know_ramadan_and_the_exceptions_of_the_next_days() -> None:
    value = normalised(
        "hours_x",
        {
            **HOURS,
            "exceptions": {"2026-12-24": "", "2026-12-25": "10:00-12:00"},
            "ramadan": {"from": "2027-02-08", "to": "2027-03-09", "sun": "09:00-13:00"},
        },
    )
    assert facts.hours(value, "en", date(2026, 12, 23), "closed").endswith("24 Dec: closed, 25 Dec: 10:00-12:00")
    assert "Dec" not in facts.hours(value, "en", date(2026, 12, 1), "closed")
    assert facts.hours(value, "en", date(2027, 2, 10), "closed") == "Sun 09:00-13:00"


def test_other_facts_are_written_as_each_language_does() -> None:
    assert facts.phone("+218 1", "ar") == "\u200e+218 1"
    assert facts.phone("+218 1", "fr") == "+218 1"
    assert facts.amount(Decimal("1250"), "LYD", "fr") == "1\u202f250 dinars libyens"
    assert facts.day(date(2027, 1, 31), "ar") == "31 يناير 2027"
    assert facts.by_language({"ar": "شارع", "en": "Street"}, "ur") == "شارع"
    assert facts.by_language({"ar": "شارع", "en": "Street"}, "ha") == "Street"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone_x", "call me"),
        ("phone_x", 5),
        ("date_x", "2026-02-30"),
        ("amount_x", {"value": "-1", "currency": "LYD"}),
        ("amount_x", {"value": "1", "currency": "dinar"}),
        ("hours_x", {"sun": "25:00-26:00"}),
        ("hours_x", {"day": "x"}),
        ("place_x", {"pcode": "XX01", "names": {"en": "x"}}),
        ("link_x", "javascript:x"),
        ("address_x", "street"),
        ("other_x", "x"),
        ("Phone_x", "1"),
    ],
)
def test_a_fact_that_is_none_is_refused(name: str, value: Any) -> None:
    with pytest.raises(FactError, match=name):
        normalised(name, value)


def translator(answer: Any, status: int = 200) -> httpx.Client:
    def respond(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/translate"
        return httpx.Response(status, json=answer(request) if callable(answer) else answer)

    return httpx.Client(transport=httpx.MockTransport(respond))


def test_a_machine_drafts_a_text_and_keeps_its_facts() -> None:
    def echo(request: httpx.Request) -> Any:
        asked = json.loads(request.content)
        assert (asked["source"], asked["target"]) == ("en", "fr")
        assert "{" not in "".join(asked["q"])
        return {"translatedText": [f"fr {text}" for text in asked["q"]]}

    draft = machine.draft("http://mt", SOURCE, "en", "fr", translator(echo))
    assert draft.short == "fr Open 24 hours. Call {phone_desk}."
    assert len(draft.questions) == len(SOURCE.questions)


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        ({"translatedText": ["x"] * 7}, 200, "placeholder"),
        ({"translatedText": ["x"]}, 200, "something else"),
        ({"error": "no"}, 200, "something else"),
        ({}, 500, "answered 500"),
    ],
)
def test_a_machine_that_fails_says_so_and_gives_nothing(answer: Any, status: int, says: str) -> None:
    with pytest.raises(NoTranslation, match=says):
        machine.draft("http://mt", SOURCE, "en", "fr", translator(answer, status))
