# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON: the same items for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.content.exchange.items import FIELDS, MOST_ITEMS, BadFile, Item, Trouble, trouble_in, whole
from bot.content.words import Words

_TEXTS = ("title", "short", "long")


def write(items: Sequence[Item]) -> bytes:
    """An object with a list of items."""
    return json.dumps({"items": [as_json(item) for item in items]}, ensure_ascii=False, indent=1).encode()


def as_json(item: Item) -> dict[str, Any]:
    """One item as plain values."""
    return {
        "entry": item.slug,
        "language": item.language,
        "revision": item.revision,
        "state": item.state,
        "source": _words(item.source),
        "words": _words(item.words),
    }


def read(data: bytes) -> list[Item]:
    """The items of a document. Raises BadFile."""
    try:
        document = json.loads(data)
    except UnicodeDecodeError as error:
        raise BadFile([Trouble("file", "is not UTF-8 text")]) from error
    except json.JSONDecodeError as error:
        raise BadFile([Trouble(f"line {error.lineno}, column {error.colno}", error.msg)]) from error
    except RecursionError as error:
        raise BadFile([Trouble("file", "is nested too deeply")]) from error
    rows = document.get("items") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise BadFile([Trouble("file", "is not an object with a list of items")])
    if len(rows) > MOST_ITEMS:
        raise BadFile([Trouble("items", f"are more than {MOST_ITEMS}")])
    troubles: list[Trouble] = []
    found = []
    for at, row in enumerate(rows):
        wrong = _wrong(row, f"items[{at}]")
        troubles += wrong
        if not wrong:
            found.append(_item(row, at))
    if troubles:
        raise BadFile(troubles)
    return found


def _words(words: Words) -> dict[str, Any]:
    return {"title": words.title, "questions": list(words.questions), "short": words.short, "long": words.long}


def _wrong(row: Any, where: str) -> list[Trouble]:
    if not isinstance(row, dict) or not isinstance(row.get("words"), dict):
        return [Trouble(where, "is not an object with words")]
    troubles = []
    for name in ("entry", "language"):
        if not isinstance(row.get(name), str) or not row[name]:
            troubles.append(Trouble(f"{where}.{name}", "is not a text"))
    if not isinstance(row.get("revision"), int) or isinstance(row["revision"], bool):
        troubles.append(Trouble(f"{where}.revision", "is no revision number"))
    for part in ("words", "source"):
        troubles += _wrong_words(row.get(part, {}), f"{where}.{part}")
    return troubles


def _wrong_words(words: Any, where: str) -> list[Trouble]:
    if not isinstance(words, dict):
        return [Trouble(where, "is not an object")]
    troubles = []
    for name in _TEXTS:
        text = words.get(name, "")
        if isinstance(text, str):
            troubles += trouble_in(text, f"{where}.{name}")
        else:
            troubles.append(Trouble(f"{where}.{name}", "is not a text"))
    questions = words.get("questions", [])
    if not isinstance(questions, list) or not all(isinstance(question, str) for question in questions):
        return [*troubles, Trouble(f"{where}.questions", "is not a list of texts")]
    return troubles + [
        trouble for at, text in enumerate(questions) for trouble in trouble_in(text, f"{where}.questions[{at}]")
    ]


def _item(row: Mapping[str, Any], at: int) -> Item:
    def words(part: str) -> Words:
        given = row.get(part, {})
        return whole({**given, "questions": "\n".join(given.get("questions", []))})

    where = {name: f"items[{at}].words.{name}" for name in FIELDS}
    return Item(
        row["entry"],
        row["language"],
        row["revision"],
        words("words"),
        words("source"),
        str(row.get("state", "")),
        {
            **where,
            "item": f"items[{at}]",
            "language": f"items[{at}].language",
            "entry": f"items[{at}].entry",
            "revision": f"items[{at}].revision",
        },
    )
