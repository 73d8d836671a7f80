# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forgetting: what a person asks to have deleted, and what has been kept long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.store.cases import Record
from bot.store.messages import Attachment, DeadLetter, Message, Outbox, ParkedReceipt
from bot.store.officers import Pass, Repeat, Tick
from bot.store.people import Contact

SENT_PARTS_KEPT = timedelta(days=30)
LETTERS_KEPT = timedelta(days=30)
"""How long the sealed body of a dead letter can be replayed."""
TICKS_KEPT = timedelta(days=2)
REPEATS_KEPT = timedelta(days=2)


def erase(session: Session, contact: Contact, now: datetime) -> None:
    """Delete what is stored of a person, except messages on which a case rests.

    The address stays, sealed, only where a case or a request for silence needs it; the name, the conversation, the
    language history and every message outside a case go.
    """
    session.flush()
    loose = select(Message.id).where(Message.contact_id == contact.id, Message.case_id.is_(None))
    session.execute(update(Record).where(Record.contact_id == contact.id).values(contact_id=None, message_id=None))
    session.execute(
        delete(Outbox).where(
            Outbox.contact_id == contact.id,
            Outbox.state.not_in(("waiting", "sending")),
            Outbox.message_id.in_(loose) | Outbox.message_id.is_(None),
        )
    )
    session.execute(update(Outbox).where(Outbox.message_id.in_(loose)).values(message_id=None))
    session.execute(delete(Attachment).where(Attachment.message_id.in_(loose)))
    session.execute(delete(Message).where(Message.contact_id == contact.id, Message.case_id.is_(None)))
    contact.name = None
    contact.dialogue = None
    contact.prior = {}
    contact.echo = None
    contact.erased_at = now


def sweep(session: Session, now: datetime) -> None:
    """The daily round: what has no use any more goes."""
    session.execute(delete(Tick).where(Tick.at < now - TICKS_KEPT))
    session.execute(delete(Repeat).where(Repeat.at < now - REPEATS_KEPT))
    session.execute(delete(Pass).where(Pass.expires_at < now))
    session.execute(delete(ParkedReceipt).where(ParkedReceipt.at < now - timedelta(days=7)))
    session.execute(
        delete(Outbox).where(
            Outbox.created_at < now - SENT_PARTS_KEPT,
            Outbox.state.in_(("accepted", "refused", "silenced", "unsettled")),
            Outbox.message_id.is_(None),
        )
    )
    session.execute(update(DeadLetter).where(DeadLetter.at < now - LETTERS_KEPT).values(body=None))
