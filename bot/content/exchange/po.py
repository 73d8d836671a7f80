# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gettext PO for translators' tools: each field of an entry is a message with its name as context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.content.exchange.items import FIELDS, MOST_ITEMS, BadFile, Item, Trouble, parts, trouble_in, whole
from locales.po import PoError, PoMessage, dump, load

_NOTE = re.compile(r"^revision (\d+)(?:, (\w+))?$")
_CONTEXT = re.compile(r"^([a-z0-9_-]+)/(title|questions|short|long)$")


def write(items: Sequence[Item]) -> bytes:
    """One language as PO. Raises ValueError where there are several."""
    languages = {item.language for item in items}
    if len(languages) != 1:
        raise ValueError("a PO file holds exactly one language")
    return dump(languages.pop(), (message for item in items for message in _messages(item)))


def read(data: bytes) -> list[Item]:
    """The items of a PO file. Raises BadFile with lines."""
    try:
        language, messages = load(data)
    except PoError as error:
        raise BadFile([Trouble(f"line {error.line}" if error.line else "file", error.says)]) from error
    if not language:
        raise BadFile([Trouble("line 1", "the header names no Language")])
    troubles: list[Trouble] = []
    fields: dict[str, dict[str, PoMessage]] = {}
    for message in messages:
        where = f"line {message.line}"
        context = _CONTEXT.match(message.context)
        if context is None:
            troubles.append(Trouble(where, "has no context such as entry/short"))
            continue
        troubles += trouble_in(message.text, where)
        fields.setdefault(context[1], {})[context[2]] = message
    if len(fields) > MOST_ITEMS:
        raise BadFile([Trouble("file", f"has more than {MOST_ITEMS} entries")])
    found = []
    for slug, given in fields.items():
        notes = [note for message in given.values() for text in message.notes if (note := _NOTE.match(text))]
        places = {name: f"line {message.line}" for name, message in given.items()}
        places["item"] = f"line {min(message.line for message in given.values())}"
        if not notes:
            troubles.append(Trouble(places["item"], "lacks the note with the revision"))
            continue
        texts = {name: message.text for name, message in given.items()}
        sources = {name: message.source for name, message in given.items()}
        state = next((note[2] for note in notes if note[2]), "")
        found.append(Item(slug, language, int(notes[0][1]), whole(texts), whole(sources), state, places))
    if troubles:
        raise BadFile(troubles)
    return found


def _messages(item: Item) -> Iterator[PoMessage]:
    source, own = parts(item.source), parts(item.words)
    for name in FIELDS:
        if source[name]:
            note = f"revision {item.revision}" + (f", {item.state}" if item.state else "")
            fuzzy = item.state not in ("", "approved", "missing")
            yield PoMessage(f"{item.slug}/{name}", source[name], own[name], (note,), fuzzy)
