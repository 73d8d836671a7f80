# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which language to use where the wanted one has no words of its own, and how a language is named and written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from babel import Locale, UnknownLocaleError

_CLOSEST = {"pcm": "en", "ar-Latn": "ar", "bn-Latn": "bn", "ur-Latn": "ur"}
"""Languages and writings whose readers are served by another one."""

_AUTONYMS = {"ha": "Hausa", "so": "Soomaali", "pcm": "Naijá", "ff": "Fulfulde", "sw": "Kiswahili"}

FALLBACK = "en"


def closest(language: str, available: Sequence[str]) -> str | None:
    """The language among `available` that a reader of `language` reads as well, or None."""
    wanted = language if language in available else _CLOSEST.get(language, language.replace("_", "-").split("-")[0])
    return wanted if wanted in available else None


def negotiate(wanted: Sequence[str], available: Sequence[str]) -> str | None:
    """The first of `wanted` (codes, likeliest first) that `available` serves, itself or through its closest."""
    return next((found for code in wanted if (found := closest(code, available))), None)


def direction(language: str) -> Literal["rtl", "ltr"]:
    """How text of the language runs. Languages in Latin letters, and unknown ones, run left to right."""
    if language.endswith("-Latn"):
        return "ltr"
    try:
        return "rtl" if Locale.parse(language, sep="-").text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"


def language_name(code: str, in_language: str | None = None) -> str:
    """A language's name in another language, by default in itself. An unknown code is given back as it is."""
    if in_language in (None, code) and code in _AUTONYMS:
        return _AUTONYMS[code]
    try:
        name = Locale.parse(code, sep="-").get_language_name(in_language or code.split("-")[0])
    except (UnknownLocaleError, ValueError):
        return code
    return str(name) if name else code
