# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages that could be stored but not understood or worked: an operator lists them and has them tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.intake import address_key
from bot.keyring import Keyring
from bot.store import hotpath
from bot.store.messages import DeadLetter, Inbox
from channels.base import Inbound


class NoSuchLetter(Exception):
    """There is no dead letter of this id, or it cannot be replayed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A dead letter as an operator may see it: no word and no address of a person."""

    id: UUID
    at: datetime
    channel: str
    source: str
    reason: str
    replayed_at: datetime | None


def listed(session: Session) -> list[Listed]:
    """All dead letters, newest first."""
    rows = session.scalars(select(DeadLetter).order_by(DeadLetter.at.desc()))
    return [Listed(r.id, r.at, r.channel, r.source, r.reason, r.replayed_at) for r in rows]


def replay(session: Session, keyring: Keyring, letter_id: UUID, clock: Callable[[], datetime]) -> None:
    """Put a message that failed back into the inbox. Raises NoSuchLetter."""
    letter = session.get(DeadLetter, letter_id)
    if letter is None:
        raise NoSuchLetter("There is no dead letter of this id.")
    if letter.replayed_at is not None:
        raise NoSuchLetter("It has been put back already.")
    if letter.source != "inbox" or letter.body is None or letter.inbox_id is None:
        raise NoSuchLetter("This request was never understood; there is no message to replay.")
    row = session.scalars(select(Inbox).where(Inbox.id == letter.inbox_id)).one()
    payload = keyring.open_bytes("dead_letter.body", letter.id, letter.body)
    inbound = Inbound.load(json.loads(payload))
    row.payload = keyring.seal_bytes("inbox.payload", row.id, payload)
    row.state, row.attempts, row.error = "pending", 0, ""
    letter.replayed_at, letter.body = clock(), None
    hotpath.wake_lanes(session.connection(), {address_key(keyring, inbound.channel, inbound.address): clock()})
