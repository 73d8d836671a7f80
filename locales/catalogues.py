# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the catalogues as translators keep them (.po) and holds them compiled in memory."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent
DIALOGUE = "messages"
CONSOLE = "console"
_LOCK = Lock()


def path(language: str, domain: str) -> Path:
    """Where the catalogue of a language and domain lies."""
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a dialogue catalogue, in the order in which they are offered."""
    order = ("ar", "en", "fr", "ha", "bn", "ti", "so", "am", "ur")
    found = {file.parent.parent.name for file in FOLDER.glob(f"*/LC_MESSAGES/{DIALOGUE}.po")}
    return (*(code for code in order if code in found), *sorted(found - set(order)))


def catalogue(language: str, domain: str = DIALOGUE) -> Catalog:
    """The catalogue with its comments and header, freshly read. Raises OSError, or ValueError where it is unsound."""
    with path(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain, abort_invalid=True)


@cache
def _compiled(language: str, domain: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language, domain))
    compiled.seek(0)
    return Translations(compiled, domain)


def translations(language: str, domain: str = DIALOGUE) -> Translations:
    """The words of a language, read once; safe from several threads."""
    with _LOCK:
        return _compiled(language, domain)
