# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spreadsheets: one row an entry and language, source beside translation. Formulas are never run, written or read."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bot.content.exchange.items import FIELDS, MOST_ITEMS, BadFile, Item, Trouble, number, parts, trouble_in, whole

HEAD = ("entry", "language", "revision", "state", *(f"source_{name}" for name in FIELDS), *FIELDS)
_NEEDED = ("entry", "language", "revision", *FIELDS)
_MOST_COLUMNS = 60
_UNPACKED = 60 * 1024 * 1024
_MOST_PARTS = 200
_FORMULA = re.compile(r"^'*[=+\-@\t]")
_CLEARLY_FORMULA = re.compile(r"^[=@]")


def write_xlsx(items: Sequence[Item]) -> bytes:
    """A workbook with one sheet; every cell is text, so that nothing in it is ever run."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("content")
    sheet.freeze_panes = "E2"
    for at, name in enumerate(HEAD, 1):
        sheet.column_dimensions[get_column_letter(at)].width = 44 if name.endswith(FIELDS) else 16
    for values in _rows(items):
        cells = []
        for value in values:
            cell = WriteOnlyCell(sheet, value=None)
            cell.value, cell.data_type = value, "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if values is HEAD:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(items: Sequence[Item]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read it right; what they would run gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for values in _rows(items):
        writer.writerow([f"'{value}" if _FORMULA.match(value) else value for value in values])
    return out.getvalue().encode("utf-8-sig")


def read_xlsx(data: bytes) -> list[Item]:
    """The first sheet of a workbook. Raises BadFile."""
    _not_a_bomb(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise BadFile([Trouble("file", f"is not a sound XLSX workbook ({type(error).__name__})")]) from error
    try:
        sheet = book.worksheets[0]
        return _items(_cells(sheet))
    except BadFile:
        raise
    except Exception as error:
        raise BadFile([Trouble("file", f"has a broken sheet ({type(error).__name__})")]) from error
    finally:
        book.close()


def read_csv(data: bytes) -> list[Item]:
    """A CSV file in UTF-8, with commas or semicolons. Raises BadFile."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile([Trouble(f"line {line}", "is not UTF-8 text")]) from error
    if "\x00" in text:
        raise BadFile([Trouble("file", "holds NUL characters")])
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    return _items(_lines(reader))


def _rows(items: Sequence[Item]) -> Iterator[Sequence[str]]:
    yield HEAD
    for item in items:
        source, own = parts(item.source), parts(item.words)
        yield [
            item.slug,
            item.language,
            str(item.revision),
            item.state,
            *(source[name] for name in FIELDS),
            *(own[name] for name in FIELDS),
        ]


def _not_a_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            found = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError) as error:
        raise BadFile([Trouble("file", "is not an XLSX workbook")]) from error
    if len(found) > _MOST_PARTS or sum(part.file_size for part in found) > _UNPACKED:
        raise BadFile([Trouble("file", "unpacks to more than a content workbook can hold")])


_Cell = tuple[str, list[Trouble]]


def _cells(sheet: Any) -> Iterator[tuple[int, list[_Cell]]]:
    rows = sheet.iter_rows(max_row=MOST_ITEMS + 2, max_col=_MOST_COLUMNS)
    for number_, row in enumerate(rows, 1):
        yield number_, [_xlsx_cell(cell, f"{get_column_letter(at)}{number_}") for at, cell in enumerate(row, 1)]


def _xlsx_cell(cell: Any, where: str) -> _Cell:
    if cell.data_type == "f":
        return "", [Trouble(where, "is a formula")]
    if cell.data_type == "e":
        return "", [Trouble(where, "is an error value")]
    return "" if cell.value is None else str(cell.value), []


def _lines(reader: Any) -> Iterator[tuple[int, list[_Cell]]]:
    number_ = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile([Trouble(f"row {number_ + 1}", str(error))]) from error
        number_ += 1
        yield number_, [_csv_cell(value, f"{get_column_letter(at)}{number_}") for at, value in enumerate(row, 1)]


def _csv_cell(value: str, where: str) -> _Cell:
    if _CLEARLY_FORMULA.match(value):
        return "", [Trouble(where, "is a formula")]
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value, []


def _items(rows: Iterator[tuple[int, list[_Cell]]]) -> list[Item]:
    columns: dict[str, int] = {}
    found: list[Item] = []
    troubles: list[Trouble] = []
    for at, cells in rows:
        troubles += [trouble for _, wrong in cells for trouble in wrong]
        values = [value for value, _ in cells]
        if at == 1:
            columns = _columns(values)
            continue
        if not any(value.strip() for value in values):
            continue
        if len(found) >= MOST_ITEMS:
            raise BadFile([Trouble(f"row {at}", f"is one too many; a file has at most {MOST_ITEMS}")])
        item, wrong = _item(at, values, columns)
        troubles += wrong
        if item is not None:
            found.append(item)
    if not columns:
        raise BadFile([Trouble("row 1", "is empty; it must name the columns")])
    if troubles:
        raise BadFile(troubles)
    return found


def _columns(values: list[str]) -> dict[str, int]:
    names = [value.strip().lower() for value in values]
    if lacking := [name for name in _NEEDED if name not in names]:
        raise BadFile([Trouble("row 1", f"lacks the column {', '.join(lacking)}")])
    if twice := sorted({name for name in names if name in HEAD and names.count(name) > 1}):
        raise BadFile([Trouble("row 1", f"has the column {', '.join(twice)} twice")])
    return {name: names.index(name) for name in HEAD if name in names}


def _item(at: int, values: list[str], columns: dict[str, int]) -> tuple[Item | None, list[Trouble]]:
    def value(name: str) -> str:
        return values[columns[name]] if name in columns and columns[name] < len(values) else ""

    where = {name: f"{get_column_letter(column + 1)}{at}" for name, column in columns.items()}
    troubles = [trouble for name in FIELDS for trouble in trouble_in(value(name), where[name])]
    revision = number(value("revision"))
    if revision is None:
        troubles.append(Trouble(where["revision"], "is no revision number"))
    for name in ("entry", "language"):
        if not value(name).strip():
            troubles.append(Trouble(where[name], "is empty"))
    if troubles or revision is None:
        return None, troubles
    own = whole({name: value(name) for name in FIELDS})
    source = whole({name: value(f"source_{name}") for name in FIELDS})
    return Item(
        value("entry").strip(),
        value("language").strip(),
        revision,
        own,
        source,
        value("state").strip(),
        {**where, "item": f"row {at}"},
    ), []
