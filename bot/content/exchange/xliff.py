# SPDX-License-Identifier: AGPL-3.0-or-later
"""XLIFF 2 for translators' tools: a file an entry, a unit a field. Read without entities, so that none can explode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape, quoteattr

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from bot.content.exchange.items import FIELDS, MOST_ITEMS, BadFile, Item, Trouble, parts, trouble_in, whole

_SPACE = "urn:oasis:names:tc:xliff:document:2.0"
_STATE = {"approved": "final", "needs_review": "translated", "missing": "initial"}
_HOLD_TEXT = frozenset({"source", "target"})
_SKIPPED = frozenset({"notes", "originalData", "skeleton"})
_ORIGINAL = re.compile(r"^([a-z0-9_-]{1,80})@(\d{1,6})(?::(\w+))?$")


def write(items: Sequence[Item]) -> bytes:
    """One language as XLIFF 2. Raises ValueError where there are several."""
    languages = {item.language for item in items}
    if len(languages) != 1:
        raise ValueError("an XLIFF file holds exactly one language")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<xliff xmlns="{_SPACE}" version="2.0" srcLang="en" trgLang={quoteattr(languages.pop())}>',
    ]
    for item in items:
        original = f"{item.slug}@{item.revision}" + (f":{item.state}" if item.state else "")
        lines.append(f' <file id={quoteattr(item.slug)} original={quoteattr(original)} xml:space="preserve">')
        source, own = parts(item.source), parts(item.words)
        for name in FIELDS:
            if source[name]:
                state = _STATE.get(item.state, "initial" if not own[name] else "translated")
                lines.append(
                    f'  <unit id="{name}"><segment state="{state}"><source>{escape(source[name])}</source>'
                    f"<target>{escape(own[name])}</target></segment></unit>"
                )
        lines.append(" </file>")
    return "\n".join([*lines, "</xliff>", ""]).encode()


def read(data: bytes) -> list[Item]:
    """The items of an XLIFF 2 file. Raises BadFile with lines and columns."""
    handler = _Handler()
    try:
        defusedxml.sax.parseString(data, handler, forbid_dtd=True)
    except SAXParseException as error:
        where = f"line {error.getLineNumber()}, column {(error.getColumnNumber() or 0) + 1}"
        raise BadFile([Trouble(where, "is not sound XML")]) from error
    except DefusedXmlException as error:
        raise BadFile([Trouble("file", "has a document type or entities, which are not allowed")]) from error
    except (ValueError, LookupError) as error:
        raise BadFile([Trouble("file", "is not sound XML")]) from error
    if handler.troubles:
        raise BadFile(handler.troubles)
    return handler.items


class _Handler(ContentHandler):
    """Gathers items as elements go by, with the line where each text began."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.troubles: list[Trouble] = []
        self._language = ""
        self._original: tuple[str, int, str] | None = None
        self._texts: dict[str, dict[str, str]] = {}
        self._where: dict[str, str] = {}
        self._unit = ""
        self._text: list[str] | None = None
        self._skipping = 0

    def startElement(self, name: str, attrs: Any) -> None:
        name = name.rpartition(":")[2]
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
        elif self._text is not None:
            self._wrong(f"has the element {name} in a text; write placeholders as they stand in the source")
        elif name == "xliff":
            self._language = str(attrs.get("trgLang", ""))
            if not str(attrs.get("version", "")).startswith("2.") or not self._language:
                self._wrong("is not XLIFF 2 with a trgLang")
        elif name == "file":
            self._file(str(attrs.get("original", "")))
        elif name == "unit":
            self._unit = str(attrs.get("id", ""))
            if self._unit not in FIELDS:
                self._wrong(f"has a unit that is none of {', '.join(FIELDS)}")
        elif name in _HOLD_TEXT:
            self._text = []
            self._where.setdefault(self._unit, self._here())

    def characters(self, content: str) -> None:
        if self._text is not None and not self._skipping:
            self._text.append(content)

    def endElement(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if self._skipping:
            self._skipping -= 1
        elif name in _HOLD_TEXT and self._text is not None:
            text, self._text = "".join(self._text), None
            # A tool may have cut a unit into segments; together they are the field.
            held = self._texts.setdefault(name, {})
            held[self._unit] = held.get(self._unit, "") + text
            if name == "target":
                self.troubles += trouble_in(text, self._here())
        elif name == "file":
            self._end()

    def _file(self, original: str) -> None:
        found = _ORIGINAL.match(original)
        self._texts, self._where = {}, {"item": self._here()}
        self._original = (found[1], int(found[2]), found[3] or "") if found else None
        if found is None:
            self._wrong("has a file whose original is not entry@revision")

    def _end(self) -> None:
        if len(self.items) >= MOST_ITEMS:
            raise BadFile([Trouble(self._here(), f"is one entry too many; a file has at most {MOST_ITEMS}")])
        if self._original is not None:
            slug, revision, state = self._original
            self.items.append(
                Item(
                    slug,
                    self._language,
                    revision,
                    whole(self._texts.get("target", {})),
                    whole(self._texts.get("source", {})),
                    state,
                    self._where,
                )
            )

    def _wrong(self, says: str) -> None:
        self.troubles.append(Trouble(self._here(), says))

    def _here(self) -> str:
        locator = self._locator  # type: ignore[attr-defined]
        return f"line {locator.getLineNumber()}, column {locator.getColumnNumber() + 1}"
