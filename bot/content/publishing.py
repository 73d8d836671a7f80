# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verbs of publishers: publish, now or later, take back, archive, roll back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.content.hand import (
    Hand,
    entry_of,
    next_number,
    require_state,
    revision_of,
    translation_of,
    translations_of,
)
from bot.content.rules import Problem
from bot.content.snapshot import ZONE, as_fact, as_words
from bot.content.starter_files import LINE
from bot.content.translating import Unsound, problems
from bot.content.writing import carry
from bot.errors import Conflict, Invalid
from bot.store.base import new_id
from bot.store.content import Entry, Revision, StoredFact, Translation


class FactsMissing(Conflict):
    """A fact of the text is empty, expired or not verified."""

    def __init__(self, found: dict[str, str]) -> None:
        told = ", ".join(f"{name} is {trouble}" for name, trouble in found.items())
        super().__init__(f"This cannot be published: {told}.", "facts_missing")
        self.found = found


def publish(
    hand: Hand,
    slug: str,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    examples: bool = True,
    version: int | None = None,
) -> Revision:
    """Publish the revision under review, from now or from `starts_at`. Not by its author.

    `examples` is whether facts of the example office will do. Raises FactsMissing, Unsound.
    """
    hand.actor.need("publisher")
    entry = entry_of(hand.session, slug, version)
    revision = revision_of(hand.session, entry)
    require_state(revision.status, "review")
    hand.actor.other_than(revision.author, "publish what another person has written")
    live_from = max(starts_at or hand.now, hand.now)
    if ends_at is not None and ends_at <= live_from:
        raise Invalid("It would end before it starts.", "ends_at")
    if found := facts_missing(hand.session, entry, revision, hand.now, examples=examples):
        raise FactsMissing(found)
    source = translation_of(hand.session, revision, entry.source)
    if wrong := _errors(hand, entry, source):
        raise Unsound(wrong)
    source.state, source.because, source.updated_at = "approved", None, hand.now
    source.reviewer, source.checked = hand.actor.id, True
    revision.status, revision.publisher, revision.live_from = "published", hand.actor.id, live_from
    entry.archived_at, entry.ends_at = None, ends_at
    hand.record(
        "publish",
        entry,
        entry.source,
        revision=revision.number,
        live_from=live_from.isoformat(),
        ends_at=ends_at.isoformat() if ends_at else None,
    )
    return revision


def send_back(hand: Hand, slug: str, remark: str, version: int | None = None) -> Revision:
    """Give a revision under review back to its author with a remark."""
    hand.actor.need("publisher")
    entry = entry_of(hand.session, slug, version)
    revision = revision_of(hand.session, entry)
    require_state(revision.status, "review")
    source = translation_of(hand.session, revision, entry.source)
    revision.status = source.state = "draft"
    source.remark = remark[:1000]
    hand.record("send_back", entry, entry.source, revision=revision.number, remark=remark[:1000])
    return revision


def archive(hand: Hand, slug: str, version: int | None = None) -> Entry:
    """Stop serving an entry, at once. Everything stays, and `restore` brings it back."""
    hand.actor.need("publisher")
    entry = entry_of(hand.session, slug, version)
    if entry.archived_at is not None:
        raise Conflict("It is archived already.")
    entry.archived_at = hand.now
    hand.record("archive", entry)
    return entry


def restore(hand: Hand, slug: str, version: int | None = None) -> Entry:
    """Serve an archived entry again as it was published last."""
    hand.actor.need("publisher")
    entry = entry_of(hand.session, slug, version)
    if entry.archived_at is None:
        raise Conflict("It is not archived.")
    entry.archived_at = None
    if entry.ends_at is not None and entry.ends_at <= hand.now:
        entry.ends_at = None
    hand.record("restore", entry)
    return entry


def roll_back(hand: Hand, slug: str, number: int, version: int | None = None) -> Revision:
    """Serve an earlier published revision again, as a new one, with its translations as far as they still hold."""
    hand.actor.need("publisher")
    entry = entry_of(hand.session, slug, version)
    last, old = revision_of(hand.session, entry), revision_of(hand.session, entry, number)
    if old.status != "published":
        raise Conflict("That revision was never published.")
    if found := facts_missing(hand.session, entry, old, hand.now):
        raise FactsMissing(found)
    if last.status in ("draft", "review"):
        _withdraw(hand, entry, last)
    revision = Revision(
        id=new_id(),
        entry_id=entry.id,
        number=next_number(hand.session, entry),
        change=old.change,
        status="published",
        facts=list(old.facts),
        author=old.author,
        publisher=hand.actor.id,
        created_at=hand.now,
        live_from=hand.now,
    )
    hand.session.add(revision)
    hand.session.flush()
    source = translation_of(hand.session, old, entry.source)
    hand.session.add(
        Translation(
            id=new_id(),
            entry_id=entry.id,
            revision_id=revision.id,
            language=entry.source,
            title=source.title,
            questions=list(source.questions),
            short=source.short,
            long=source.long,
            state=source.state,
            because=source.because,
            checked=source.checked,
            translator=source.translator,
            reviewer=source.reviewer,
            updated_at=hand.now,
        )
    )
    carry(hand, entry, old, revision, stale=None)
    # What was planned for later is behind what is decided now.
    for planned in hand.session.scalars(
        select(Revision).where(
            Revision.entry_id == entry.id, Revision.status == "published", Revision.live_from > hand.now
        )
    ):
        _withdraw(hand, entry, planned)
    hand.record("roll_back", entry, entry.source, revision=revision.number, to=number)
    return revision


def withdraw(hand: Hand, slug: str, version: int | None = None) -> Revision:
    """Take back the newest revision where it is not served yet: a draft, one under review, or one planned for later."""
    entry = entry_of(hand.session, slug, version)
    revision = revision_of(hand.session, entry)
    planned = revision.status == "published" and revision.live_from is not None and revision.live_from > hand.now
    hand.actor.need("publisher" if planned else "author")
    if not planned:
        require_state(revision.status, "draft", "review")
    _withdraw(hand, entry, revision)
    hand.record("withdraw", entry, entry.source, revision=revision.number)
    return revision


def facts_missing(
    session: Session, entry: Entry, revision: Revision, now: datetime, *, examples: bool = True
) -> dict[str, str]:
    """Facts of the revision that may not be served, each with why: `empty`, `expired`, `unverified`, `an example`."""
    today = now.astimezone(ZONE).date()
    rows = {row.name: row for row in session.scalars(select(StoredFact))}
    found = {}
    for name in revision.facts:
        trouble = as_fact(rows[name]).trouble(today) if name in rows else "empty"
        if trouble is None and not examples and rows[name].example:
            trouble = "an example"
        if trouble:
            found[name] = trouble
    known = set(session.scalars(select(Entry.slug).where(Entry.kind == "line")))
    return found | {f"the line {name}": "not there" for name in entry.lines if LINE + name not in known}


def _withdraw(hand: Hand, entry: Entry, revision: Revision) -> None:
    revision.status = "withdrawn"
    for row in translations_of(hand.session, revision).values():
        if row.language == entry.source:
            row.state = "draft"


def _errors(hand: Hand, entry: Entry, source: Translation) -> list[Problem]:
    facts = {row.name: as_fact(row) for row in hand.session.scalars(select(StoredFact))}
    today = hand.now.astimezone(ZONE).date()
    found = problems(facts, entry.source, as_words(source), None, entry, today)
    return [problem for problem in found if problem.level == "error"]
