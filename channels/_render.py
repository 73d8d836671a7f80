# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms that channels give a text: shared, so that the simulator shows what the real ones send."""

from __future__ import annotations

from collections.abc import Callable

from channels._segments import cut, graphemes, plain, segments, split, units
from channels.base import Choice, Outgoing, Part, Rendered

SMS_LIMIT = WHATSAPP_LIMIT = 1600
"""Code units that Twilio takes in one message."""
TELEGRAM_LIMIT = 4096
_SHORT_TITLE = 14
"""Titles of up to so many characters share a row of buttons."""


def numbered(choices: tuple[Choice, ...]) -> str:
    """The choices as lines to be answered by number, in ASCII digits, which every phone types and GSM-7 has."""
    return "\n".join(f"{number} {choice.title}" for number, choice in enumerate(choices, 1))


def _joined(*blocks: str) -> str:
    return "\n\n".join(stripped for block in blocks if (stripped := block.strip()))


def sms(outgoing: Outgoing, budget: int) -> Rendered:
    """A text as SMS of at most `budget` segments, choices numbered, with the `more` line last if it was cut.

    Choices stay whole, also where they alone exceed the budget; then one segment of the text goes with them.
    """
    menu = numbered(outgoing.choices)
    whole = plain(_joined(outgoing.text, menu))
    if not outgoing.more.strip() or segments(whole) <= budget:
        return Rendered(tuple(_texts(whole, SMS_LIMIT, segments)))
    tail = _joined(menu, outgoing.more)
    most = max(budget, segments(plain(tail)) + 1)
    head, rest = cut(outgoing.text, lambda head: segments(plain(_joined(head, tail))) <= most)
    if not rest.strip():
        return Rendered(tuple(_texts(whole, SMS_LIMIT, segments)))
    return Rendered(tuple(_texts(plain(_joined(head, tail)), SMS_LIMIT, segments)), rest.strip())


def whatsapp(outgoing: Outgoing) -> Rendered:
    """A text as WhatsApp messages in order, choices numbered in the last. Nothing is left over."""
    return Rendered(tuple(_texts(_joined(outgoing.text, numbered(outgoing.choices)), WHATSAPP_LIMIT, _one)))


def telegram(outgoing: Outgoing) -> Rendered:
    """A text as Telegram messages in order, with the choices as buttons under the last. Nothing is left over."""
    parts = list(_texts(outgoing.text, TELEGRAM_LIMIT, _one))
    if parts and outgoing.choices:
        parts[-1] = Part({**parts[-1].body, "buttons": _rows(outgoing.choices)})
    return Rendered(tuple(parts))


def _one(_text: str) -> int:
    return 1


def _texts(text: str, limit: int, cost: Callable[[str], int]) -> list[Part]:
    pieces = (piece.strip() for piece in split(text.strip(), lambda piece: units(piece) <= limit))
    return [Part({"text": piece}, cost(piece)) for piece in pieces if piece]


def _rows(choices: tuple[Choice, ...]) -> list[list[list[str]]]:
    rows: list[list[list[str]]] = []
    room = False
    for choice in choices:
        short = len(graphemes(choice.title)) <= _SHORT_TITLE
        if room and short:
            rows[-1].append([choice.title, choice.payload])
            room = False
        else:
            rows.append([[choice.title, choice.payload]])
            room = short
    return rows
