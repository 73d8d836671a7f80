# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dates, times and numbers as each language writes them, in the time of Libya."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import dates, numbers

from locales.catalogues import languages
from locales.negotiation import FALLBACK, closest

ZONE = ZoneInfo("Africa/Tripoli")
_DAY_AND_TIME = "EEEE d MMMM, HH:mm"
_DAY = "d MMMM y"


def _locale(language: str) -> str:
    return closest(language, languages()) or FALLBACK


def format_date(value: date | datetime, language: str, form: str = _DAY) -> str:
    """A day, such as "22 November 2026"; `form` is a CLDR pattern or short, medium, long, full."""
    day = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
    return dates.format_date(day, form, locale=_locale(language))


def format_time(value: time | datetime, language: str, form: str = "HH:mm") -> str:
    """A time of day in Libya; a bare `time` is taken as local."""
    if isinstance(value, datetime):
        return dates.format_time(value, form, tzinfo=ZONE, locale=_locale(language))
    return dates.format_time(value, form, locale=_locale(language))


def format_datetime(value: datetime, language: str, form: str = _DAY_AND_TIME) -> str:
    """A moment, such as "Sunday 22 November, 14:30"."""
    return dates.format_datetime(value, form, tzinfo=ZONE, locale=_locale(language))


def format_number(value: int | float | Decimal, language: str) -> str:
    """A number with the grouping of the language, always in digits that every phone shows and types (0 to 9)."""
    return numbers.format_decimal(value, locale=_locale(language), numbering_system="latn")
