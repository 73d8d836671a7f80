# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is published at one moment, read once from the database and then answered from memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.content.facts import Fact
from bot.content.starter_files import LINE
from bot.content.words import Words
from bot.store.content import ContentVersion, Entry, Revision, ServicePoint, StoredFact, Translation

ZONE = ZoneInfo("Africa/Tripoli")


@dataclass(frozen=True, slots=True)
class LiveText:
    """An approved text, or one of which only the facts are current (`stale`). `named` is whether its title stands."""

    words: Words
    checked: bool
    stale: bool = False
    named: bool = True


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """An entry with its texts that may be served. `facts` are the names in its source text."""

    slug: str
    kind: str
    topic: str
    audience: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    sensitive: bool = False
    menu: int | None = None
    facts: tuple[str, ...] = ()
    texts: Mapping[str, LiveText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """A service point with its P-code, degrees, and the names of its facts."""

    names: Mapping[str, str]
    pcode: str
    latitude: float
    longitude: float
    topics: tuple[str, ...]
    facts: tuple[str, ...]
    example: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that may be served from `now` until `until`, unless a change comes. `version` is the last change."""

    version: int
    today: date
    until: datetime
    entries: Mapping[str, LiveEntry]
    facts: Mapping[str, Fact]
    points: tuple[Point, ...] = ()


class _Chosen(NamedTuple):
    entry: Entry
    revision: Revision


def current_version(session: Session) -> int:
    """The number of the last change; 0 where there was none."""
    return session.scalar(select(ContentVersion.number)) or 0


def take(session: Session, now: datetime) -> Snapshot:
    """Read the snapshot of this moment. The session must see one moment (one transaction that reads consistently)."""
    entries = {
        entry.id: entry
        for entry in session.scalars(select(Entry).where(Entry.archived_at.is_(None)))
        if entry.ends_at is None or entry.ends_at > now
    }
    chosen: dict[object, _Chosen] = {}
    turns = [entry.ends_at for entry in entries.values() if entry.ends_at is not None]
    published = select(Revision).where(Revision.status == "published").order_by(Revision.number)
    for revision in session.scalars(published):
        if revision.entry_id not in entries or revision.live_from is None:
            continue
        if revision.live_from <= now:
            chosen[revision.entry_id] = _Chosen(entries[revision.entry_id], revision)
        else:
            turns.append(revision.live_from)
    texts = _texts(session, [each.revision for each in chosen.values()])
    today = now.astimezone(ZONE).date()
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), ZONE)
    return Snapshot(
        version=current_version(session),
        today=today,
        until=min([midnight, *turns]),
        entries={each.entry.slug: _live(each, texts.get(each.revision.id, {})) for each in chosen.values()},
        facts={row.name: as_fact(row) for row in session.scalars(select(StoredFact))},
        points=tuple(_point(row) for row in session.scalars(select(ServicePoint).where(ServicePoint.active))),
    )


def as_fact(row: StoredFact) -> Fact:
    """A fact's row as a value."""
    return Fact(row.name, row.value, row.verified_by, row.verified_on, row.expires_on, row.example)


def as_words(row: Translation) -> Words:
    """A translation's row as a value."""
    state = "checked" if row.checked else "unchecked"
    return Words(row.title, tuple(row.questions), row.short, row.long, state)


def _texts(session: Session, revisions: Iterable[Revision]) -> dict[object, dict[str, LiveText]]:
    wanted = {revision.id for revision in revisions}
    found: dict[object, dict[str, LiveText]] = {}
    servable = select(Translation).where(Translation.state.in_(("approved", "stale"))).order_by(Translation.attempt)
    for row in session.scalars(servable):
        if row.revision_id in wanted:
            # After a change of wording the old title may say what is no longer so; after a change of fact it stands.
            named = row.state == "approved" or row.because == "fact"
            text = LiveText(as_words(row), row.checked, row.state == "stale", named)
            found.setdefault(row.revision_id, {})[row.language] = text
    return found


def _live(chosen: _Chosen, texts: Mapping[str, LiveText]) -> LiveEntry:
    entry = chosen.entry
    return LiveEntry(
        slug=entry.slug,
        kind=entry.kind,
        topic=entry.topic,
        audience=tuple(entry.audience),
        places=tuple(entry.places),
        lines=tuple(LINE + name for name in entry.lines),
        sensitive=entry.sensitive,
        menu=entry.menu,
        facts=tuple(chosen.revision.facts),
        texts=texts,
    )


def _point(row: ServicePoint) -> Point:
    return Point(row.names, row.pcode, row.latitude, row.longitude, tuple(row.topics), tuple(row.facts), row.example)
