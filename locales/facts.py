# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the facts of an office (phones, hours, dates, amounts ...) the way each language writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_currency_name

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays as hours facts name them, in the order of `date.weekday()`."""
_WEEK = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")  # as the week runs in Libya
_RTL = frozenset({"ar", "ur"})
_LRM = "\u200e"
_SOON = timedelta(days=3)
_AS = {"en": "en_GB"}


def phone(value: str, language: str) -> str:
    """A phone number that keeps its order between right-to-left words."""
    return f"{_LRM}{value}" if language in _RTL else value


def by_language(value: Mapping[str, str], language: str) -> str:
    """The value in the language; without one, Urdu readers get the Arabic one and the others the English one."""
    for code in (language, "ar" if language == "ur" else "en", "en", "ar", *value):
        if value.get(code):
            return value[code]
    return ""


def day(value: date, language: str) -> str:
    """A date, such as 1 Jan 2001."""
    return format_date(value, "medium" if language == "en" else "long", locale=_locale(language))


def amount(value: Decimal, currency: str, language: str) -> str:
    """An amount with the currency's name in the language."""
    number = format_decimal(value, locale=_locale(language), numbering_system="latn")
    return f"{number} {get_currency_name(currency, value, locale=_locale(language))}"


def hours(value: Mapping[str, Any], language: str, today: date, closed: str) -> str:
    """Opening hours: days with the same hours together, in Ramadan its own; exceptions of the next three days follow.

    `value` maps weekdays to "HH:MM-HH:MM" or several with commas, and may hold `exceptions` (ISO date -> hours or "")
    and `ramadan` (`from`, `to`, weekdays). `closed` is the word for a day without hours; without it "-" is written.
    """
    week = _in_force(value, today)
    parts = [f"{_days(run, language)} {_spans(week[run[0]], language)}" for run in _runs(week)]
    for stamp, times in sorted((value.get("exceptions") or {}).items()):
        when = date.fromisoformat(stamp)
        if today <= when <= today + _SOON:
            parts.append(f"{_short_date(when, language)}: {_spans(times, language) if times else closed or '-'}")
    return _comma(language).join(parts)


def _in_force(value: Mapping[str, Any], today: date) -> Mapping[str, str]:
    ramadan = value.get("ramadan") or {}
    if ramadan and ramadan["from"] <= today.isoformat() <= ramadan["to"]:
        return ramadan
    return value


def _runs(week: Mapping[str, str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for name in _WEEK:
        if not week.get(name):
            continue
        follows = runs and _WEEK.index(runs[-1][-1]) == _WEEK.index(name) - 1
        if follows and week[runs[-1][0]] == week[name]:
            runs[-1].append(name)
        else:
            runs.append([name])
    return runs


def _days(run: Sequence[str], language: str) -> str:
    names = _locale(language).days["stand-alone"]["wide" if language in _RTL else "abbreviated"]
    first, last = names[DAYS.index(run[0])], names[DAYS.index(run[-1])]
    return first if len(run) == 1 else f"{first}{_dash(language)}{last}"


def _spans(times: str, language: str) -> str:
    spans = []
    for span in times.split(","):
        begin, end = (
            format_time(time.fromisoformat(clock.strip()), "HH:mm", locale=_locale(language))
            for clock in span.split("-")
        )
        spans.append(f"{begin}{_dash(language)}{end}")
    return _comma(language).join(spans)


def _short_date(value: date, language: str) -> str:
    return format_date(value, "d MMM", locale=_locale(language))


def _dash(language: str) -> str:
    # The dash is neutral in direction; a hyphen would glue two times into one left-to-right run in Arabic.
    return "–" if language in _RTL else "-"


def _comma(language: str) -> str:
    return "، " if language in _RTL else ", "


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(_AS.get(language, language))
