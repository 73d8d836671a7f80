# SPDX-License-Identifier: AGPL-3.0-or-later
"""Officers, how they sign in, and what they have already asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, new_id


class Officer(Base):
    """Somebody who works on cases or content. Empty `places` or `topics` mean all of them.

    `roles`: officer, focal_point, manager, analyst, content, administrator. `compartments`: pseah, protection,
    integrity. `content_roles` narrow the role content to author, translator (in their `languages`), reviewer or
    publisher; empty means all four.
    """

    __tablename__ = "officer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    roles: Mapped[list[str]] = mapped_column(default=list)
    compartments: Mapped[list[str]] = mapped_column(default=list)
    content_roles: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    places: Mapped[list[str]] = mapped_column(default=list)
    topics: Mapped[list[str]] = mapped_column(default=list)
    locale: Mapped[str] = mapped_column(String(8), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Pass(Base):
    """A key to the door: only the hash of its secret is kept. `kind`: link (once), session (cookie), token (API)."""

    __tablename__ = "pass"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(8))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    digest: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class Repeat(Base):
    """The answer already given to an `Idempotency-Key`, so that a repeated post has one effect.

    `digest` is the hash of the request; `response` is sealed.
    """

    __tablename__ = "repeat"
    __table_args__ = (UniqueConstraint("officer_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    key: Mapped[str] = mapped_column(String(128))
    digest: Mapped[bytes]
    status: Mapped[int]
    response: Mapped[bytes]
    at: Mapped[datetime]


class Tick(Base):
    """One tick of one periodic job, claimed by the scheduler that inserted it."""

    __tablename__ = "tick"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
