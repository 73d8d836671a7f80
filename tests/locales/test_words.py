# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words, plurals, dates and directions come out as each language writes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

import locales
from locales import (
    closest,
    console,
    direction,
    format_date,
    format_datetime,
    format_number,
    format_time,
    language_name,
    languages,
    negotiate,
    translate,
)

MOMENT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "اليوم"),
        (1, "يوم واحد"),
        (2, "يومين"),
        (3, "3 أيام"),
        (11, "11 يوماً"),
        (99, "99 يوماً"),
        (100, "100 يوم"),
        (103, "103 أيام"),
    ],
)
def test_arabic_has_six_plural_forms(n: int, expected: str) -> None:
    assert expected in translate("ar", "when.days", n=n)


@pytest.mark.parametrize(("language", "n", "expected"), [
    ("en", 1, "within 1 day."), ("en", 2, "within 2 days."), ("fr", 0, "0 jour."), ("fr", 2, "2 jours."),
    ("so", 1, "1 maalin"), ("so", 3, "3 maalmood"), ("am", 1, "1 ቀን"), ("am", 2, "2 ቀናት"),
])  # fmt: skip
def test_each_language_has_its_plural_rule(language: str, n: int, expected: str) -> None:
    assert expected in translate(language, "when.days", n=n)


@pytest.mark.parametrize(
    ("language", "spoken"), [("pcm", "en"), ("ar-Latn", "ar"), ("bn-Latn", "bn"), ("ur-Latn", "ur"), ("xx", "en")]
)
def test_a_language_without_words_is_spoken_in_its_closest(language: str, spoken: str) -> None:
    assert translate(language, "form.yes") == translate(spoken, "form.yes")


def test_a_message_that_does_not_exist_or_lacks_a_fact_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("en", "no.such_message")
    with pytest.raises(KeyError):
        translate("ar", "no.such_message")
    with pytest.raises(KeyError):
        translate("en", "request.opened", n=1)


def test_a_reference_keeps_its_order_between_right_to_left_words() -> None:
    assert "\u200e2743-K815\u200e" in translate("ar", "request.opened", ref="2743-K815")
    assert "\u200e" not in translate("en", "request.opened", ref="2743-K815")


def test_facts_are_written_as_the_language_writes_them() -> None:
    assert "23 novembre 2026" in translate("fr", "status.open", ref="A", opened=MOMENT.date().replace(day=23))
    assert "lundi 23 novembre, 00:30" in translate("fr", "status.open", ref="A", opened=MOMENT)


def test_dates_and_times_are_those_of_libya() -> None:
    assert format_date(MOMENT, "en") == "23 November 2026"
    assert format_date(date(2026, 1, 2), "ar") == "2 يناير 2026"
    assert format_time(MOMENT, "fr") == "00:30"
    assert format_time(time(8), "am") == "08:00"
    assert format_datetime(MOMENT, "en") == "Monday 23 November, 00:30"
    assert format_number(12345.5, "en") == "12,345.5"
    assert format_number(Decimal(7), "bn") == "7"


def test_directions_and_names() -> None:
    assert [code for code in languages() if direction(code) == "rtl"] == ["ar", "ur"]
    assert direction("ar-Latn") == direction("no such language") == "ltr"
    assert language_name("ar") == "العربية"
    assert language_name("so") == "Soomaali"
    assert language_name("ti", "en") == "Tigrinya"
    assert language_name("zzz") == "zzz"


def test_negotiation_takes_the_first_that_is_served() -> None:
    assert negotiate(("sw", "ur-Latn", "en"), languages()) == "ur"
    assert negotiate(("pt-BR", "fr-CA"), languages()) == "fr"
    assert negotiate(("sw",), languages()) is None
    assert closest("pcm", ("fr",)) is None


def test_the_console_speaks_english_where_it_has_no_catalogue() -> None:
    assert console("en").gettext("Sign in") == "Sign in"
    assert console("ha").gettext("Sign in") == "Sign in"


def test_catalogues_can_be_read_by_many_threads_at_once() -> None:
    locales.catalogues._compiled.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(lambda _: translate("ti", "form.yes"), range(64)))
    assert said == {translate("ti", "form.yes")}
