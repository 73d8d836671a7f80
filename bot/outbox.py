# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts what is to be said on its way, in the transaction of what caused it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.bell import Bell
from bot.keyring import Keyring
from bot.store.base import new_id
from bot.store.messages import Message, Outbox
from bot.store.people import Contact
from channels.base import Channel, Loaded, Outgoing, Part


class Lane(IntEnum):
    """How urgent a part is. A broadcast never delays a reply, and neither delays a safety message."""

    SAFETY = 0
    REPLY = 1
    BROADCAST = 2


@dataclass(frozen=True, slots=True)
class Put:
    """What became of an outgoing message when it was put: `state` is waiting, held or silenced.

    `rest` is the text that did not fit the channel's budget and that MORE brings.
    """

    message_id: UUID
    state: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Outgo:
    """The way out: renders for the contact's channel, seals, and rings for the sender."""

    channels: Loaded
    keyring: Keyring
    bell: Bell

    def put(
        self,
        session: Session,
        contact: Contact,
        outgoing: Outgoing,
        now: datetime,
        *,
        lane: Lane = Lane.REPLY,
        author: str = "bot",
        case_id: UUID | None = None,
        answer: str | None = None,
        despite_stop: bool = False,
    ) -> Put:
        """Write the message to the thread and its parts to the outbox.

        A part that the channel's window forbids is held until the person writes, and a template goes out instead
        where there is one. To a person who asked for silence nothing goes, except the confirmation of that
        (`despite_stop`).
        """
        address = self.keyring.open("contact.address", contact.id, contact.address)
        channel = self.channels[contact.channel]
        rendered = channel.render(outgoing, address)
        message = self._message(session, contact, outgoing, now, author, case_id, answer)
        state = self._state(contact, channel, now, despite_stop)
        for part in rendered.parts:
            self._row(session, contact, message.id, part, lane, state, now)
        if state == "held" and (template := channel.template(outgoing.language)):
            self._row(session, contact, None, template, lane, "waiting", now)
        self.bell.ring(session, "outbox")
        return Put(message.id, state, rendered.rest)

    def release(self, session: Session, contact: Contact, now: datetime) -> None:
        """The person has written: what was held for the window may go."""
        if self.channels[contact.channel].window is None:
            return
        session.execute(
            update(Outbox)
            .where(Outbox.contact_id == contact.id, Outbox.state == "held")
            .values(state="waiting", next_at=now)
        )

    def _message(
        self,
        session: Session,
        contact: Contact,
        outgoing: Outgoing,
        now: datetime,
        author: str,
        case_id: UUID | None,
        answer: str | None,
    ) -> Message:
        row = new_id()
        shown = outgoing.text
        if outgoing.choices:
            shown += "\n" + "\n".join(f"[{choice.title}]" for choice in outgoing.choices)
        message = Message(
            id=row,
            contact_id=contact.id,
            case_id=case_id,
            inbound=False,
            author=author,
            kind="text",
            body=self.keyring.seal("message.body", row, shown),
            language=outgoing.language,
            answer=answer,
            at=now,
        )
        session.add(message)
        session.flush()
        return message

    def _row(
        self,
        session: Session,
        contact: Contact,
        message_id: UUID | None,
        part: Part,
        lane: Lane,
        state: str,
        now: datetime,
    ) -> None:
        row = new_id()
        session.add(
            Outbox(
                id=row,
                contact_id=contact.id,
                message_id=message_id,
                channel=contact.channel,
                lane=int(lane),
                part=self.keyring.seal("outbox.part", row, json.dumps(dict(part.body), ensure_ascii=True)),
                segments=part.segments,
                state=state,
                created_at=now,
                next_at=now,
            )
        )
        session.flush()  # rows take their order here, one by one

    @staticmethod
    def _state(contact: Contact, channel: Channel, now: datetime, despite_stop: bool) -> str:
        if contact.blocked_at or (contact.stopped_at and not despite_stop):
            return "silenced"
        last = contact.last_inbound_at
        if channel.window and (last is None or now - last >= channel.window):
            return "held"
        return "waiting"


def silence(session: Session, contact_id: UUID) -> None:
    """The person wants no messages, or cannot have any: what has not gone out stays here."""
    session.execute(
        update(Outbox)
        .where(Outbox.contact_id == contact_id, Outbox.state.in_(("waiting", "held")))
        .values(state="silenced")
    )


_WORST_FIRST = (
    "failed",
    "unsettled",
    "refused",
    "silenced",
    "held",
    "waiting",
    "sending",
    "queued",
    "sent",
    "delivered",
    "read",
)


def delivery(session: Session, message_ids: list[UUID]) -> Mapping[UUID, str]:
    """How far each message has come, honestly: the word for its least advanced part.

    waiting, sending, held (outside the window), silenced (the person asked for silence), refused, unsettled (nobody
    can tell), queued, sent, delivered, read, failed.
    """
    rows = session.execute(
        select(Outbox.message_id, Outbox.state, Outbox.delivery).where(Outbox.message_id.in_(message_ids))
    )
    states: dict[UUID, list[str]] = {}
    for message_id, state, reported in rows:
        if message_id is not None:
            states.setdefault(message_id, []).append((reported or "sent") if state == "accepted" else state)
    return {message_id: min(found, key=_WORST_FIRST.index) for message_id, found in states.items()}


def opened(keyring: Keyring, row: UUID, part: bytes, segments: int) -> Part:
    """A part as it was rendered."""
    body: dict[str, Any] = json.loads(keyring.open("outbox.part", row, part))
    return Part(body, segments)
