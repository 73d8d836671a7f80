# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contacts: one person's address on one channel, and what the conversation with them remembers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, new_id


class Contact(Base):
    """An address on a channel. Two addresses are two contacts, and a phone may be shared: it is never a person's id.

    `address_key` is the keyed hash of channel and address; `address`, `name` and `dialogue` (the conversation's state,
    JSON) are sealed. `language` is what we write in; `chosen` says that the person chose it. `prior` are the languages
    of past messages as probabilities. `echo` is what the loop guard remembers. `stopped_at`: the person asked for
    silence. `blocked_at`: the provider says that they cannot be written to.
    """

    __tablename__ = "contact"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    address_key: Mapped[bytes] = mapped_column(unique=True)
    address: Mapped[bytes]
    name: Mapped[bytes | None]
    language: Mapped[str | None] = mapped_column(String(12))
    chosen: Mapped[bool] = mapped_column(default=False)
    prior: Mapped[dict[str, float]] = mapped_column(default=dict)
    dialogue: Mapped[bytes | None]
    echo: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    last_inbound_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Lane(Base):
    """A person's turn in the queue: when their next inbox row is due, or NULL when there is none.

    One row an address, kept apart from the contact so that intake never waits for a worker.
    """

    __tablename__ = "lane"
    __table_args__ = (Index("ix_lane_due", "next_at"),)

    address_key: Mapped[bytes] = mapped_column(primary_key=True)
    next_at: Mapped[datetime | None]
