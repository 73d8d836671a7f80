# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages on their way in, in their thread, and on their way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, Integer, SmallInteger, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, new_id

# Written into statements as they stand: SQLite uses a partial index only where it sees the index's own condition.
PENDING: ColumnElement[str] = literal_column("'pending'")
UNDERWAY: tuple[ColumnElement[str], ...] = (literal_column("'waiting'"), literal_column("'sending'"))

# SQLite counts rows by itself only for a column declared INTEGER.
Sequence = BigInteger().with_variant(Integer(), "sqlite")


class Inbox(Base):
    """One inbound thing, committed before the provider is answered.

    `provider_key` is the keyed hash of channel and the provider's id, unique for ever. `payload` is the sealed
    `channels.base.Inbound` and is dropped once the row is done. `state`: pending, done, dead.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_pending",
            "address_key",
            "seq",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    provider_key: Mapped[bytes] = mapped_column(unique=True)
    address_key: Mapped[bytes]
    payload: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(60), default="")
    received_at: Mapped[datetime]


class Message(Base):
    """One message of a thread, either way. `body` is sealed.

    `author` is `person`, `bot` or an officer's id. `decision` is what routing made of an inbound message, without its
    words. `answer` is the slug of the entry that an outgoing message serves.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_thread", "contact_id", "at"), Index("ix_message_case", "case_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    inbound: Mapped[bool]
    author: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(12))
    body: Mapped[bytes]
    language: Mapped[str | None] = mapped_column(String(12))
    decision: Mapped[dict[str, Any] | None]
    answer: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime]


class Attachment(Base):
    """A file or pin that came with a message: `reference` at the provider and `content` are sealed.

    `state`: waiting, fetched, failed. It is fetched after the reply, and never delays it.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_waiting",
            "next_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_attachment_message", "message_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20))
    content_type: Mapped[str] = mapped_column(String(100))
    filename: Mapped[bytes | None]
    reference: Mapped[bytes]
    content: Mapped[bytes | None]
    voice: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]


class Outbox(Base):
    """One part to hand to a provider: one call, one row, in order per contact by `seq`.

    `lane`: 0 safety, 1 reply, 2 broadcast. `part` is the sealed body. `state`: waiting, sending, accepted, refused
    (for good), held (outside the channel's window, until the person writes), silenced (the person stopped), unsettled
    (nobody can tell whether it was sent, and sending again is worse). `delivery` is the provider's word on an accepted
    part, `provider_key` the keyed hash of its id there.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "channel",
            "lane",
            "next_at",
            "seq",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_outbox_contact", "contact_id", "state"),
        Index("ix_outbox_provider", "provider_key"),
        Index("ix_outbox_message", "message_id"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))
    channel: Mapped[str] = mapped_column(String(20))
    lane: Mapped[int] = mapped_column(SmallInteger)
    part: Mapped[bytes]
    segments: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    provider_key: Mapped[bytes | None]
    delivery: Mapped[str | None] = mapped_column(String(10))
    delivered_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(60), default="")


class ParkedReceipt(Base):
    """A receipt that came before our own record of the part it speaks of. It is applied when that is written."""

    __tablename__ = "parked_receipt"
    __table_args__ = (Index("ix_parked_receipt_provider", "provider_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider_key: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(10))
    error: Mapped[str] = mapped_column(String(60), default="")
    at: Mapped[datetime]


class DeadLetter(Base):
    """Something that could be stored and not understood or worked. `body` is sealed; an operator lists and replays.

    `source`: hook (the raw request), inbox (a message that failed each time; `inbox_id` names it).
    """

    __tablename__ = "dead_letter"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(60))
    body: Mapped[bytes | None]
    inbox_id: Mapped[UUID | None]
    at: Mapped[datetime]
    noticed_at: Mapped[datetime | None]
    replayed_at: Mapped[datetime | None]


class Pace(Base):
    """How many parts a channel may be handed now, shared by all senders: a bucket that refills with time.

    `paused_until` is set where a provider asked us to wait.
    """

    __tablename__ = "pace"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
