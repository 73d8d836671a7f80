# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content out to translators' own tools and back: XLSX, CSV, PO, XLIFF and JSON over one list of items."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.exchange import json_file, po, sheets, xliff
from bot.content.exchange.items import BadFile, Item, Trouble

FORMATS = ("xlsx", "csv", "po", "xliff", "json")
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "po": "text/x-gettext-translation; charset=utf-8",
    "xliff": "application/xliff+xml",
    "json": "application/json",
}
"""The media type of each format."""
LARGEST = 5 * 1024 * 1024
"""Largest file in bytes that is read."""

__all__ = ["FORMATS", "LARGEST", "TYPES", "BadFile", "Item", "Trouble", "read", "write"]


def write(form: str, items: Sequence[Item]) -> bytes:
    """A file in one of the formats. PO and XLIFF hold one language. Raises ValueError."""
    match form:
        case "xlsx":
            return sheets.write_xlsx(items)
        case "csv":
            return sheets.write_csv(items)
        case "po":
            return po.write(items)
        case "xliff":
            return xliff.write(items)
        case "json":
            return json_file.write(items)
    raise ValueError(f"a format is one of {', '.join(FORMATS)}")


def read(form: str, data: bytes) -> list[Item]:
    """What a file holds. Raises BadFile with everything that is wrong with it, each with its row and column."""
    if len(data) > LARGEST:
        raise BadFile([Trouble("file", f"is larger than {LARGEST // 1024 // 1024} MB")])
    match form:
        case "xlsx":
            return sheets.read_xlsx(data)
        case "csv":
            return sheets.read_csv(data)
        case "po":
            return po.read(data)
        case "xliff":
            return xliff.read(data)
        case "json":
            return json_file.read(data)
    raise BadFile([Trouble("file", f"is not one of {', '.join(FORMATS)}")])
