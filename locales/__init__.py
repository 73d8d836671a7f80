# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words: gettext catalogues, language negotiation, direction, plurals, dates and numbers, all through Babel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.support import Translations

from locales.catalogues import CONSOLE, DIALOGUE, catalogue, languages, path, translations
from locales.formats import format_date, format_datetime, format_number, format_time
from locales.negotiation import FALLBACK, closest, direction, language_name, negotiate

__all__ = [
    "FALLBACK",
    "Translations",
    "catalogue",
    "closest",
    "console",
    "direction",
    "format_date",
    "format_datetime",
    "format_number",
    "format_time",
    "language_name",
    "languages",
    "negotiate",
    "translate",
    "written",
]

_LRM = "\u200e"


def translate(language: str, key: str, /, **facts: Any) -> str:
    """The message `key` (a dotted name such as `welcome.first`) in `language` or its closest, else in English.

    A fact `n` chooses the plural form. Numbers, dates and moments among the facts are written as the language writes
    them. Raises KeyError where no catalogue has the message, or it needs a fact that was not given.
    """
    spoken = closest(language, languages()) or FALLBACK
    words = translations(spoken, DIALOGUE)
    text = words.ungettext(key, key, facts["n"]) if "n" in facts else words.ugettext(key)
    if text == key:
        if spoken == FALLBACK:
            raise KeyError(key)
        return translate(FALLBACK, key, **facts)
    if not facts:
        return text
    return text.format_map({name: written(value, spoken) for name, value in facts.items()})


def console(language: str) -> Translations:
    """The words of the officers' console (msgids are the English texts) for Jinja2's gettext calls."""
    spoken = closest(language, languages()) or FALLBACK
    if not path(spoken, CONSOLE).exists():
        return Translations()
    return translations(spoken, CONSOLE)


def written(value: object, language: str) -> str:
    """A fact as the language writes it: a moment, a day, a number, or words as they stand."""
    if isinstance(value, datetime):
        return format_datetime(value, language)
    if isinstance(value, date):
        return format_date(value, language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_number(value, language)
    text = str(value)
    # Without a mark, digits and dashes after an Arabic letter change places on the screen.
    return f"{_LRM}{text}{_LRM}" if direction(language) == "rtl" and text.isascii() and text else text
