# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the content team looks at: coverage, what is due, what was not answered, what helped, differences, previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import ndiff
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.content.facts import fill
from bot.content.snapshot import ZONE, as_fact, as_words
from bot.content.translating import giver
from bot.content.words import Words
from bot.store.cases import Record
from bot.store.content import ContentEvent, Entry, Revision, ServicePoint, StoredFact, Translation

Renderer = Callable[[str, str], Sequence[tuple[str, int]]]
"""Gives a text in a language the form of one channel: its parts, each with what it costs."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One language of one entry. `behind` counts published revisions since the text was right; `days` since when."""

    state: str
    checked: bool = False
    behind: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the coverage table. `status` is what people get: published, planned, draft, review, archived."""

    slug: str
    title: str
    kind: str
    topic: str
    status: str
    owner: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class DueFact:
    """A fact that has to be seen to: why, when it expires, and which entries show it."""

    name: str
    trouble: str | None
    expires_on: date | None
    example: bool
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """One channel's form of one text: its parts with their cost in segments."""

    channel: str
    language: str
    parts: tuple[tuple[str, int], ...]

    @property
    def segments(self) -> int:
        return sum(cost for _, cost in self.parts)


def coverage(session: Session, now: datetime, languages: Iterable[str]) -> list[Row]:
    """Every entry with the state of each language, for the newest revision that is not withdrawn."""
    newest: dict[object, Revision] = {}
    served: dict[object, Revision] = {}
    for revision in session.scalars(select(Revision).order_by(Revision.number)):
        if revision.status != "withdrawn":
            newest[revision.entry_id] = revision
        if revision.status == "published" and revision.live_from is not None and revision.live_from <= now:
            served[revision.entry_id] = revision
    texts: dict[object, dict[str, Translation]] = {}
    for row in session.scalars(select(Translation).order_by(Translation.attempt)):
        texts.setdefault(row.revision_id, {})[row.language] = row
    wanted, rows = list(languages), []
    for entry in session.scalars(select(Entry).order_by(Entry.kind.desc(), Entry.slug)):
        if entry.id not in newest:
            continue
        revision = newest[entry.id]
        have = texts.get(revision.id, {})
        source = have.get(entry.source)
        rows.append(
            Row(
                entry.slug,
                source.title if source else "",
                entry.kind,
                entry.topic,
                _status(entry, revision, served.get(entry.id), now),
                entry.owner,
                {code: _cell(have.get(code), source, revision, now) for code in wanted},
            )
        )
    return rows


def due(session: Session, now: datetime, ahead: timedelta = timedelta(days=30)) -> list[DueFact]:
    """Facts that are empty, unverified, expired or expire soon, most urgent first, with the entries that show them."""
    today = now.astimezone(ZONE).date()
    using = used_by(session)
    found = []
    for row in session.scalars(select(StoredFact).order_by(StoredFact.name)):
        trouble = as_fact(row).trouble(today)
        soon = row.expires_on is not None and row.expires_on <= today + ahead
        if trouble or soon:
            shown_by = tuple(sorted(using.get(row.name, ())))
            found.append(DueFact(row.name, trouble, row.expires_on, row.example, shown_by))
    return sorted(found, key=lambda fact: (not fact.entries, fact.trouble is None, fact.expires_on or date.min))


def unanswered(session: Session, since: datetime) -> dict[str, list[tuple[str, int]]]:
    """How many questions found no answer, by topic, place and language, most first."""
    return {
        name: _counts(session, column, since)
        for name, column in (("topic", Record.topic), ("place", Record.place_pcode), ("language", Record.language))
    }


def unanswered_rows(session: Session, limit: int = 100) -> list[Record]:
    """The questions without an answer, newest first. Their words stay sealed in the message."""
    query = select(Record).where(Record.kind == "unanswered").order_by(Record.at.desc(), Record.id.desc())
    return list(session.scalars(query.limit(limit)))


def helped(session: Session, since: datetime) -> list[tuple[str, str, int, int]]:
    """(entry, language, helped, not helped), most votes first."""
    votes: dict[tuple[str, str], list[int]] = {}
    query = (
        select(Record.entry, Record.language, Record.kind, func.count())
        .where(Record.kind.in_(("helped", "not_helped")), Record.at >= since, Record.entry.is_not(None))
        .group_by(Record.entry, Record.language, Record.kind)
    )
    for slug, language, kind, number in session.execute(query):
        votes.setdefault((str(slug), language or ""), [0, 0])[kind == "not_helped"] += number
    return sorted(((*key, yes, no) for key, (yes, no) in votes.items()), key=lambda row: -(row[2] + row[3]))


def history(session: Session, entry: Entry | None = None, limit: int = 200) -> list[ContentEvent]:
    """What was done, newest first, of one entry or of everything."""
    query = select(ContentEvent).order_by(ContentEvent.number.desc()).limit(limit)
    return list(session.scalars(query if entry is None else query.where(ContentEvent.entry_id == entry.id)))


def difference(old: Words, new: Words) -> list[tuple[str, str]]:
    """Line by line what two texts differ in: (" ", line), ("-", line) or ("+", line)."""
    lines = ndiff(_lines(old), _lines(new))
    return [(line[0], line[2:]) for line in lines if line[0] in " -+"]


def previews(session: Session, revision: Revision, channels: Mapping[str, Renderer], today: date) -> list[Preview]:
    """How each text of a revision would arrive on each channel, with its facts as they stand."""
    facts = {row.name: as_fact(row) for row in session.scalars(select(StoredFact))}
    found = []
    rows = session.scalars(
        select(Translation).where(Translation.revision_id == revision.id).order_by(Translation.language)
    )
    for row in rows:
        text = fill(as_words(row).text, giver(facts, row.language, today))
        found += [Preview(name, row.language, tuple(form(text, row.language))) for name, form in channels.items()]
    return found


def points(session: Session) -> list[ServicePoint]:
    """All service points, those in use first."""
    return list(session.scalars(select(ServicePoint).order_by(ServicePoint.active.desc(), ServicePoint.pcode)))


def used_by(session: Session) -> dict[str, set[str]]:
    """For each fact the entries and service points that show it."""
    slugs = {entry.id: entry.slug for entry in session.scalars(select(Entry).where(Entry.archived_at.is_(None)))}
    using: dict[str, set[str]] = {}
    for revision in session.scalars(select(Revision).where(Revision.status != "withdrawn")):
        if revision.entry_id in slugs:
            for name in revision.facts:
                using.setdefault(name, set()).add(slugs[revision.entry_id])
    for point in session.scalars(select(ServicePoint).where(ServicePoint.active)):
        for name in point.facts:
            using.setdefault(name, set()).add(next(iter(point.names.values()), point.pcode))
    return using


def _status(entry: Entry, newest: Revision, served: Revision | None, now: datetime) -> str:
    if entry.archived_at is not None:
        return "archived"
    if served is not None and entry.ends_at is not None and entry.ends_at <= now:
        return "ended"
    if served is not None:
        return "published"
    return "planned" if newest.status == "published" else newest.status


def _cell(row: Translation | None, source: Translation | None, revision: Revision, now: datetime) -> Cell:
    if row is None:
        return Cell("missing", days=(now - revision.created_at).days)
    behind = row.state == "stale" or (source is not None and row.updated_at < source.updated_at)
    since = source.updated_at if source is not None and row.state != "approved" else now
    return Cell(row.state, row.checked, int(behind and row.state != "approved"), max(0, (now - since).days))


def _counts(session: Session, column: Any, since: datetime) -> list[tuple[str, int]]:
    query = (
        select(column, func.count())
        .where(Record.kind == "unanswered", Record.at >= since)
        .group_by(column)
        .order_by(func.count().desc())
    )
    return [(value or "", number) for value, number in session.execute(query)]


def _lines(words: Words) -> list[str]:
    return [words.title, *(f"? {question}" for question in words.questions), words.short, *words.long.splitlines()]
