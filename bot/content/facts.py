# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an office's facts are: typed, named, checked when they come in, and put into texts in place of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from bot.content.plain import odd_characters
from locales import facts as words

KINDS = ("phone", "address", "hours", "date", "amount", "place", "link")
PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")
NAME = re.compile(rf"^({'|'.join(KINDS)})_[a-z0-9_]{{1,40}}$")
_PHONE = re.compile(r"^\+?[0-9][0-9 ]{1,24}$")
_PCODE = re.compile(r"^LY(\d\d){1,4}(\d{3})?$")
_SPAN = re.compile(r"^\d\d:\d\d-\d\d:\d\d$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}$")


class FactError(ValueError):
    """A fact's name or value is not sound; the message names the fact and says what is wanted."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it stands now. `value` is JSON as `normalised` gives it, None while it is empty.

    A fact is good to serve when it is filled, verified and not expired.
    """

    name: str
    value: Any
    verified_by: str = ""
    verified_on: date | None = None
    expires_on: date | None = None
    example: bool = False

    @property
    def kind(self) -> str:
        return self.name.split("_", 1)[0]

    def trouble(self, today: date) -> str | None:
        """Why it may not be served today: `empty`, `unverified` or `expired`; None if it may."""
        if self.value in (None, "", {}):
            return "empty"
        if not self.verified_by or self.verified_on is None or self.verified_on > today:
            return "unverified"
        if self.expires_on is not None and self.expires_on <= today:
            return "expired"
        return None

    def text(self, language: str, today: date, closed: str = "") -> str:
        """The fact in words of the language."""
        return _WRITERS[self.kind](self.value, language, today, closed)


def placeholders(text: str) -> list[str]:
    """The names in braces, in order, as often as they stand there."""
    return PLACEHOLDER.findall(text)


def fill(text: str, facts: Callable[[str], str]) -> str:
    """The text with each placeholder replaced by what `facts` gives for it."""
    return PLACEHOLDER.sub(lambda found: facts(found[1]), text)


def kind_of(name: str) -> str:
    """A fact's kind by its name. Raises FactError."""
    if not NAME.match(name):
        raise FactError(f"{name}: a fact's name begins with its kind ({', '.join(KINDS)}) and is in small letters")
    return name.split("_", 1)[0]


def normalised(name: str, value: Any) -> Any:
    """The value as JSON for its kind, or None where it is empty. Raises FactError."""
    kind = kind_of(name)
    if value in (None, "", {}):
        return None
    for text in _strings(value):
        if odd := odd_characters(text):
            raise FactError(f"{name}: {odd}")
    try:
        return _READERS[kind](value)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation) as error:
        raise FactError(f"{name}: {_WANTED[kind]}") from error


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _phone(value: Any) -> str:
    if not _PHONE.match(value.strip()):
        raise ValueError
    return " ".join(value.split())


def _text_by_language(value: Any) -> dict[str, str]:
    found = {str(code): " ".join(text.split()) for code, text in value.items() if text.strip()}
    if not found or not all(_LANGUAGE.match(code) and len(text) <= 160 for code, text in found.items()):
        raise ValueError
    return found


def _hours(value: Any) -> dict[str, Any]:
    week = _week(value)
    if not week or set(value) - {*words.DAYS, "exceptions", "ramadan"}:
        raise ValueError
    found: dict[str, Any] = dict(week)
    if exceptions := value.get("exceptions"):
        found["exceptions"] = {_date(day): _spans(times) if times else "" for day, times in exceptions.items()}
    if ramadan := value.get("ramadan"):
        found["ramadan"] = {"from": _date(ramadan["from"]), "to": _date(ramadan["to"]), **_week(ramadan)}
        if found["ramadan"]["from"] > found["ramadan"]["to"]:
            raise ValueError
    return found


def _week(value: Mapping[str, Any]) -> dict[str, str]:
    return {day: _spans(value[day]) for day in words.DAYS if value.get(day)}


def _spans(times: str) -> str:
    spans = [span.strip() for span in times.split(",")]
    for span in spans:
        if not _SPAN.match(span):
            raise ValueError
        begin, end = (time.fromisoformat(clock) for clock in span.split("-"))
        if begin == end:
            raise ValueError
    return ",".join(spans)


def _date(value: Any) -> str:
    return (value if isinstance(value, date) else date.fromisoformat(value.strip())).isoformat()[:10]


def _amount(value: Any) -> dict[str, str]:
    number = Decimal(str(value["value"]))
    if not number.is_finite() or number < 0 or not re.match(r"^[A-Z]{3}$", value["currency"]):
        raise ValueError
    return {"value": str(number), "currency": value["currency"]}


def _place(value: Any) -> dict[str, Any]:
    if not _PCODE.match(value["pcode"]):
        raise ValueError
    return {"pcode": value["pcode"], "names": _text_by_language(value["names"])}


def _link(value: Any) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme != "https" or not parts.hostname or any(c.isspace() for c in value.strip()):
        raise ValueError
    return str(value.strip())


_READERS: dict[str, Callable[[Any], Any]] = {
    "phone": _phone,
    "address": _text_by_language,
    "hours": _hours,
    "date": _date,
    "amount": _amount,
    "place": _place,
    "link": _link,
}
_WANTED = {
    "phone": "a phone is digits and blanks, with + first where it is international",
    "address": 'an address is given by language, such as { en = "...", ar = "..." }',
    "hours": 'hours are given by weekday as "08:00-16:00", with exceptions by date and ramadan with from and to',
    "date": "a date is written 2026-12-31",
    "amount": 'an amount has a value and a currency code, such as { value = "100", currency = "LYD" }',
    "place": "a place has a P-code such as LY0211 and names by language",
    "link": "a link begins with https:// and has no blanks",
}
_WRITERS: dict[str, Callable[[Any, str, date, str], str]] = {
    "phone": lambda value, language, _today, _closed: words.phone(value, language),
    "address": lambda value, language, _today, _closed: words.by_language(value, language),
    "hours": words.hours,
    "date": lambda value, language, _today, _closed: words.day(date.fromisoformat(value), language),
    "amount": lambda value, language, _today, _closed: words.amount(
        Decimal(value["value"]), value["currency"], language
    ),
    "place": lambda value, language, _today, _closed: words.by_language(value["names"], language),
    "link": lambda value, _language, _today, _closed: str(value),
}
