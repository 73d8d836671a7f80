# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content rows as the API and the console show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_api.content_schemas import (
    ContentEventOut,
    CountOut,
    EntryOut,
    EntryRow,
    FactOut,
    Insight,
    PointOut,
    ProblemOut,
    RevisionOut,
    TextOut,
    Vote,
)
from bot.content import views
from bot.content.facts import Fact, fill
from bot.content.hand import attempts_of, entry_of, revision_of
from bot.content.publishing import facts_missing
from bot.content.rules import LANGUAGES, sms_segments
from bot.content.snapshot import ZONE, as_fact, as_words
from bot.content.translating import giver, problems
from bot.store.content import ContentEvent, Entry, Revision, ServicePoint, StoredFact, Translation
from bot.store.officers import Officer


def entry(session: Session, slug: str, now: datetime, examples: bool) -> EntryOut:
    """One entry with the texts of its newest revision. Raises NotFound."""
    row = entry_of(session, slug)
    revision = revision_of(session, row)
    listed = session.scalars(select(Revision).where(Revision.entry_id == row.id).order_by(Revision.number.desc()))
    names = people(session)
    return EntryOut(
        slug=row.slug,
        kind=row.kind,
        topic=row.topic,
        audience=row.audience,
        places=row.places,
        lines=row.lines,
        sensitive=row.sensitive,
        menu=row.menu,
        source=row.source,
        owner=names.get(row.owner, row.owner),
        status=_status(session, row, now),
        archived_at=row.archived_at,
        ends_at=row.ends_at,
        version=row.version,
        revision=revision.number,
        facts_missing=facts_missing(session, row, revision, now, examples=examples),
        revisions=[_revision(each, names) for each in listed],
        texts=texts(session, row, revision, now),
    )


def texts(session: Session, row: Entry, revision: Revision, now: datetime) -> list[TextOut]:
    """All texts of a revision, the source first, each with everything that is wrong with it."""
    facts = stored_facts(session)
    names = people(session)
    found = attempts_of(session, revision)
    source = next(text for text in found if text.language == row.source)
    ranked = sorted(found, key=lambda text: (text.language != row.source, LANGUAGES.index(text.language), text.attempt))
    return [_text(text, row, source, facts, names, now) for text in ranked]


def rows(session: Session, now: datetime) -> list[EntryRow]:
    """Every entry with the state of each language."""
    names = people(session)
    return [
        EntryRow.model_validate(
            {
                "slug": row.slug,
                "title": row.title,
                "kind": row.kind,
                "topic": row.topic,
                "status": row.status,
                "owner": names.get(row.owner, row.owner),
                "cells": {
                    code: {"state": cell.state, "checked": cell.checked, "behind": cell.behind, "days": cell.days}
                    for code, cell in row.cells.items()
                },
            }
        )
        for row in views.coverage(session, now, LANGUAGES)
    ]


def facts(session: Session, now: datetime, language: str = "en") -> list[FactOut]:
    """All facts, those that need somebody first."""
    today = now.astimezone(ZONE).date()
    using = views.used_by(session)
    found = []
    for row in session.scalars(select(StoredFact).order_by(StoredFact.name)):
        fact = as_fact(row)
        found.append(
            FactOut(
                name=row.name,
                kind=fact.kind,
                value=row.value,
                text=fact.text(language, today) if row.value is not None else "",
                verified_by=row.verified_by,
                verified_on=row.verified_on,
                expires_on=row.expires_on,
                example=row.example,
                trouble=fact.trouble(today),
                entries=sorted(using.get(row.name, ())),
                point=row.point_id,
                version=row.version,
            )
        )
    return sorted(found, key=lambda fact: (fact.trouble is None or not fact.entries, fact.name))


def point(row: ServicePoint) -> PointOut:
    return PointOut(
        id=row.id,
        names={code: str(name) for code, name in row.names.items()},
        pcode=row.pcode,
        latitude=row.latitude,
        longitude=row.longitude,
        topics=row.topics,
        facts=row.facts,
        active=row.active,
        example=row.example,
        version=row.version,
    )


def events(session: Session, of: Entry | None = None, limit: int = 100) -> list[ContentEventOut]:
    """What was done, newest first."""
    names = people(session)
    return [_event(row, names) for row in views.history(session, of, limit)]


def insight(session: Session, now: datetime, days: int = 30) -> Insight:
    """Questions without an answer and votes of the last days."""
    since = now - timedelta(days=days)
    return Insight(
        days=days,
        unanswered={
            name: [CountOut(value=value, count=count) for value, count in counts]
            for name, counts in views.unanswered(session, since).items()
        },
        helped=[
            Vote(entry=slug, language=language, helped=yes, not_helped=no)
            for slug, language, yes, no in views.helped(session, since)
        ],
    )


def stored_facts(session: Session) -> dict[str, Fact]:
    return {row.name: as_fact(row) for row in session.scalars(select(StoredFact))}


def people(session: Session) -> Mapping[str, str]:
    """Officers' names by their id as histories hold it."""
    return {str(row.id): row.name or row.email for row in session.scalars(select(Officer))}


def _status(session: Session, row: Entry, now: datetime) -> str:
    return next(each.status for each in views.coverage(session, now, ()) if each.slug == row.slug)


def _revision(row: Revision, names: Mapping[str, str]) -> RevisionOut:
    return RevisionOut(
        number=row.number,
        change=row.change,
        status=row.status,
        author=names.get(row.author, row.author),
        publisher=names.get(row.publisher or "", row.publisher),
        created_at=row.created_at,
        live_from=row.live_from,
        facts=row.facts,
    )


def _text(
    row: Translation,
    entry_row: Entry,
    source: Translation,
    facts: Mapping[str, Fact],
    names: Mapping[str, str],
    now: datetime,
) -> TextOut:
    today = now.astimezone(ZONE).date()
    beside = None if row is source else as_words(source)
    found = problems(facts, row.language, as_words(row), beside, entry_row, today)
    fact = giver(facts, row.language, today)
    filled = fill(row.short, fact)
    return TextOut(
        language=row.language,
        state=row.state,
        because=row.because,
        checked=row.checked,
        attempt=row.attempt,
        title=row.title,
        questions=row.questions,
        short=row.short,
        long=row.long,
        filled=filled,
        filled_long=fill(row.long, fact),
        segments=sms_segments(filled),
        translator=names.get(row.translator, row.translator),
        reviewer=names.get(row.reviewer or "", row.reviewer),
        remark=row.remark,
        updated_at=row.updated_at,
        problems=[ProblemOut(field=each.field, says=each.says, level=each.level) for each in found],
    )


def _event(row: ContentEvent, names: Mapping[str, str]) -> ContentEventOut:
    detail: dict[str, Any] = row.detail
    return ContentEventOut(
        number=row.number,
        at=row.at,
        actor=names.get(row.actor, row.actor),
        verb=row.verb,
        subject=row.subject,
        language=row.language,
        detail=detail,
    )
