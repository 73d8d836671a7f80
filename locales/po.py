# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads and writes gettext PO files of texts that are not the program's own, for translators' tools."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

_STRING = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(rf"^\s*(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d+\])?)\s+)?{_STRING}\s*)?$")


class PoError(ValueError):
    """A PO file cannot be read. `line` is where, counted from 1; 0 if that is not known."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(f"line {line}: {says}" if line else says)
        self.line, self.says = line, says


@dataclass(frozen=True, slots=True)
class PoMessage:
    """One message: `context` is its name, `notes` are for translators. `fuzzy` says that it must be looked at."""

    context: str
    source: str
    text: str
    notes: tuple[str, ...] = ()
    fuzzy: bool = False
    line: int = 0


def dump(language: str, messages: Iterable[PoMessage]) -> bytes:
    """A PO file in UTF-8 with the messages in their order."""
    catalog = Catalog(locale=language, project="Sawt", version="1", fuzzy=False)
    for message in messages:
        catalog.add(
            message.source,
            message.text,
            context=message.context,
            auto_comments=list(message.notes),
            flags=["fuzzy"] if message.fuzzy else [],
        )
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=False)
    return out.getvalue()


def load(data: bytes) -> tuple[str, list[PoMessage]]:
    """The language of a PO file and its messages. Raises PoError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PoError(data[: error.start].count(b"\n") + 1, "is not UTF-8 text") from error
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not _LINE.match(line):  # the parser below would make something of it in silence
            raise PoError(number, "is not sound PO")
    try:
        catalog = read_po(io.BytesIO(data), charset="utf-8", abort_invalid=True)
    except PoFileError as error:
        raise PoError((error.lineno or 0) + 1, "is not sound PO") from error
    except (ValueError, LookupError, UnknownLocaleError, AttributeError, TypeError) as error:
        raise PoError(0, f"is not sound PO ({type(error).__name__})") from error
    found = []
    for message in catalog:
        if not message.id:
            continue
        if not isinstance(message.id, str) or not isinstance(message.string or "", str):
            raise PoError(message.lineno or 0, "has plural forms, which content has not")
        found.append(
            PoMessage(
                message.context or "",
                message.id,
                str(message.string or ""),
                tuple(message.auto_comments),
                message.fuzzy,
                message.lineno or 0,
            )
        )
    return str(catalog.locale_identifier or ""), found
