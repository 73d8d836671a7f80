# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases: what a person must follow up, with clocks, notes and a history that cannot be rewritten quietly."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, new_id


class Case(Base):
    """One matter of one contact. Codes are the taxonomy's.

    `status`: open, waiting (for the person), closed. `first_due_at` is when a human must first have acted,
    `answer_due_at` when the person must have been answered (NULL while nothing waits for an officer), `close_due_at`
    the target to close (NULL where it is case-led). While paused the clocks stand: `paused_at` is since when.
    `next_check_at` is when the clock's ladder looks at it again, `rung` how far up it has been. `version` rises with
    each change and is the ETag.
    """

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_newest", "opened_at", "id"),
        Index("ix_case_contact", "contact_id", "status"),
        Index("ix_case_status", "status", "opened_at", "id", "compartment"),
        Index(
            "ix_case_clock",
            "next_check_at",
            sqlite_where=text("next_check_at IS NOT NULL"),
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    category: Mapped[str] = mapped_column(String(24))
    compartment: Mapped[str | None] = mapped_column(String(12))
    topic: Mapped[str | None] = mapped_column(String(24))
    priority: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(10), default="open")
    language: Mapped[str | None] = mapped_column(String(12))
    place_pcode: Mapped[str | None] = mapped_column(String(12))
    place_name: Mapped[str | None] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(24))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    first_due_at: Mapped[datetime]
    first_action_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    close_due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(String(24))
    person_informed: Mapped[bool] = mapped_column(default=False)
    next_check_at: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class CaseEvent(Base):
    """One entry of a case's history. `actor` is `system`, `person` or an officer's id; `detail` holds codes, no words
    of a person. `digest` covers the entry and the one before, so that a change or a gap shows."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    verb: Mapped[str] = mapped_column(String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[bytes]


class Note(Base):
    """What an officer wrote for officers. `body` is sealed."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_case", "case_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    body: Mapped[bytes]
    at: Mapped[datetime]


class Notice(Base):
    """Somebody must know: a constant text for one officer, never a word about the matter.

    `kind`: new, emergency, overdue, dead_letter. `case_id` is NULL where the officer may know only that one waits.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_officer", "officer_id", "seen_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(24))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class Record(Base):
    """A suggestion, thanks, rumour or vote that needs no case: counted, and reviewed weekly.

    `kind`: suggestion, appreciation, rumour, helped, not_helped, unanswered. The words stay in the message.
    """

    __tablename__ = "record"
    __table_args__ = (Index("ix_record_kind", "kind", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(16))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))
    topic: Mapped[str | None] = mapped_column(String(24))
    place_pcode: Mapped[str | None] = mapped_column(String(12))
    language: Mapped[str | None] = mapped_column(String(12))
    entry: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime]
