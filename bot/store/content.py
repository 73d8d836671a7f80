# SPDX-License-Identifier: AGPL-3.0-or-later
"""Service content: entries, their revisions and translations, the facts between their words, and who changed what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base, new_id

ANYTHING = JSON(none_as_null=True)


class Entry(Base):
    """One thing that people ask about. Its words are in translations of its revisions.

    `kind`: service, correction (answers a rumour), line (a fixed line under answers). `lines` are names of lines that
    stand under it. `menu` is its rank in the main menu. `ends_at` is when it stops being served. `version` rises with
    every change of the entry, its revisions and its translations, and is the ETag.
    """

    __tablename__ = "content_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str] = mapped_column(String(24))
    audience: Mapped[list[str]] = mapped_column(default=list)
    places: Mapped[list[str]] = mapped_column(default=list)
    lines: Mapped[list[str]] = mapped_column(default=list)
    sensitive: Mapped[bool] = mapped_column(default=False)
    menu: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(8), default="en")
    owner: Mapped[str] = mapped_column(String(40), default="")
    archived_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Revision(Base):
    """One state of an entry's source text. Of the published ones whose `live_from` has come, the last is served.

    `status`: draft, review, published, withdrawn. `change`: FACT, WORDING or TYPO. `facts` are the names in its text.
    """

    __tablename__ = "content_revision"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("content_entry.id"))
    number: Mapped[int]
    change: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(10), default="draft")
    facts: Mapped[list[str]] = mapped_column(default=list)
    author: Mapped[str] = mapped_column(String(40))
    publisher: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    live_from: Mapped[datetime | None]


class Translation(Base):
    """The words of one revision in one language; in the source language they are the source.

    `state`: draft, machine, needs_review, approved, stale, rejected. `because` says why it is stale: `fact` or
    `wording`. `checked` is whether a person who reads the language has approved it. A text that is served stays while
    a better one is worked on: that is another `attempt`, which takes its place when it is approved.
    """

    __tablename__ = "content_translation"
    __table_args__ = (
        UniqueConstraint("revision_id", "language", "attempt"),
        Index("ix_content_translation_entry", "entry_id", "language"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("content_entry.id"))
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("content_revision.id"))
    language: Mapped[str] = mapped_column(String(8))
    attempt: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(200), default="")
    questions: Mapped[list[str]] = mapped_column(default=list)
    short: Mapped[str] = mapped_column(Text, default="")
    long: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    because: Mapped[str | None] = mapped_column(String(8))
    checked: Mapped[bool] = mapped_column(default=False)
    translator: Mapped[str] = mapped_column(String(40), default="")
    reviewer: Mapped[str | None] = mapped_column(String(40))
    remark: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]


class StoredFact(Base):
    """One fact of an office or a service point, as it stands now; what it was is in the history.

    `value` is JSON by the fact's kind, NULL while empty. A NULL `point_id` is the office's own. `changed_by` is who
    set the value: texts that show it are confirmed by somebody else. `reminded_on` is when its expiry was announced.
    """

    __tablename__ = "content_fact"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[Any] = mapped_column(ANYTHING, nullable=True)
    point_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_point.id"))
    verified_by: Mapped[str] = mapped_column(String(120), default="")
    verified_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    example: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime]
    reminded_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class ServicePoint(Base):
    """A place where people can go. `names` by language; degrees; `facts` are names of the facts told about it."""

    __tablename__ = "service_point"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    names: Mapped[dict[str, Any]]
    pcode: Mapped[str] = mapped_column(String(12))
    latitude: Mapped[float]
    longitude: Mapped[float]
    topics: Mapped[list[str]] = mapped_column(default=list)
    facts: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    example: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class ContentEvent(Base):
    """Who did what to the content. `actor` is an officer's id or `seed`. `detail` holds what it was and what it is."""

    __tablename__ = "content_event"
    __table_args__ = (Index("ix_content_event_entry", "entry_id", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    verb: Mapped[str] = mapped_column(String(24))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("content_entry.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(80), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ContentVersion(Base):
    """One row whose number rises with every change. A change holds it, so that changes happen one after the other."""

    __tablename__ = "content_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
