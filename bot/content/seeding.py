# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts the starter content and an office's facts into a database, repeatably and without undoing anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from bot.content import starter_files
from bot.content.facts import Fact
from bot.content.hand import SEED, Actor, Hand, revision_of, translations_of
from bot.content.keeping import set_fact, set_point
from bot.content.snapshot import ZONE
from bot.content.starter_files import SOURCE, Office, StarterEntry
from bot.content.translating import problems
from bot.content.words import Words
from bot.store.base import new_id
from bot.store.content import Entry, Revision, ServicePoint, StoredFact, Translation
from bot.store.engine import Store


@dataclass(slots=True)
class _Sown:
    facts: int = 0
    entries: int = 0
    texts: int = 0
    waiting: set[str] = field(default_factory=set)


def seed(store: Store, office_path: Path | None, now: datetime, *, publish: bool, examples: bool) -> str:
    """Load facts and starter entries that are not there yet; returns one line that says what was done.

    With `publish` they are published with `seed` in their history, as far as their facts and texts are sound; without,
    they wait for review. `examples` is whether the example office may fill the facts where no office file is given.
    """
    office = starter_files.office(office_path) if office_path or examples else None
    sown = _Sown()
    with store.write() as session:
        hand = Hand.take(session, Actor(SEED), now, None)
        facts = _facts(hand, office, sown)
        present = {entry.slug: entry for entry in session.scalars(select(Entry))}
        for starter in starter_files.entries().values():
            if starter.slug in present:
                _more_languages(hand, present[starter.slug], starter, facts, publish, sown)
            else:
                _entry(hand, starter, facts, publish, sown)
    return _told(sown, office, publish)


def _facts(hand: Hand, office: Office | None, sown: _Sown) -> dict[str, Fact]:
    stored = {row.name: row for row in hand.session.scalars(select(StoredFact))}
    wanted = {name for entry in starter_files.entries().values() for name in entry.words[SOURCE].facts}
    given = dict(office.facts) if office else {}
    for name in sorted(wanted | set(given)):
        fact = given.get(name, Fact(name, None))
        row = stored.get(name)
        if row is not None and (row.changed_by != SEED or row.value == fact.value or fact.value is None):
            continue
        set_fact(
            hand,
            name,
            fact.value,
            verified_by=fact.verified_by,
            verified_on=fact.verified_on,
            expires_on=fact.expires_on,
            example=fact.example,
        )
        sown.facts += fact.value is not None
    if office and hand.session.scalar(select(ServicePoint.id).limit(1)) is None:
        for point in office.points:
            set_point(
                hand,
                point.names,
                point.pcode,
                point.latitude,
                point.longitude,
                topics=point.topics,
                facts=point.facts,
                example=office.example,
            )
    rows = hand.session.scalars(select(StoredFact))
    return {r.name: Fact(r.name, r.value, r.verified_by, r.verified_on, r.expires_on, r.example) for r in rows}


def _entry(hand: Hand, starter: StarterEntry, facts: dict[str, Fact], publish: bool, sown: _Sown) -> None:
    entry = Entry(
        id=new_id(),
        slug=starter.slug,
        kind=starter.kind,
        topic=starter.topic,
        audience=list(starter.audience),
        lines=list(starter.lines),
        sensitive=starter.sensitive,
        menu=starter.menu,
        source=SOURCE,
        owner=SEED,
        created_at=hand.now,
        updated_at=hand.now,
        version=0,
    )
    today = hand.now.astimezone(ZONE).date()
    source = starter.words[SOURCE]
    ready = publish and not any(_trouble(facts, name, today) for name in source.facts)
    revision = Revision(
        id=new_id(),
        entry_id=entry.id,
        number=1,
        change="WORDING",
        status="published" if ready else "review",
        facts=list(source.facts),
        author=SEED,
        publisher=SEED if ready else None,
        created_at=hand.now,
        live_from=hand.now if ready else None,
    )
    hand.session.add(entry)
    hand.session.flush()
    hand.session.add(revision)
    hand.session.flush()
    for language, words in starter.words.items():
        _text(hand, entry, revision, language, words, source, facts, ready, sown)
    sown.entries += 1
    if not ready:
        sown.waiting.add(entry.slug)
    hand.record("seed", entry, published=ready, languages=sorted(starter.words))


def _more_languages(
    hand: Hand, entry: Entry, starter: StarterEntry, facts: dict[str, Fact], publish: bool, sown: _Sown
) -> None:
    """Languages that have come since, where the source is still the one that they translate."""
    revision = revision_of(hand.session, entry)
    have = translations_of(hand.session, revision)
    source = starter.words[SOURCE]
    if revision.author != SEED or SOURCE not in have or have[SOURCE].short != source.short:
        return
    added = [code for code in starter.words if code not in have]
    for language in added:
        _text(hand, entry, revision, language, starter.words[language], source, facts, publish, sown)
    if added:
        hand.record("seed", entry, languages=added)


def _text(
    hand: Hand,
    entry: Entry,
    revision: Revision,
    language: str,
    words: Words,
    source: Words,
    facts: dict[str, Fact],
    publish: bool,
    sown: _Sown,
) -> None:
    today = hand.now.astimezone(ZONE).date()
    beside = None if language == SOURCE else source
    sound = publish and not any(p.level == "error" for p in problems(facts, language, words, beside, entry, today))
    if publish and not sound:
        sown.waiting.add(entry.slug)
    hand.session.add(
        Translation(
            id=new_id(),
            entry_id=entry.id,
            revision_id=revision.id,
            language=language,
            title=words.title,
            questions=list(words.questions),
            short=words.short,
            long=words.long,
            state="approved" if sound else "needs_review",
            checked=words.state == "checked",
            translator=SEED,
            reviewer=SEED if sound else None,
            updated_at=hand.now,
        )
    )
    sown.texts += 1


def _trouble(facts: dict[str, Fact], name: str, today: date) -> bool:
    fact = facts.get(name)
    return fact is None or fact.trouble(today) is not None


def _told(sown: _Sown, office: Office | None, publish: bool) -> str:
    if not (sown.facts or sown.entries or sown.texts):
        return "The starter content is there already; nothing was changed."
    where = f"from {office.name}" if office else "with no office file, so their facts are empty"
    state = "published" if publish else "waiting for review"
    told = f"Starter content: {sown.entries} entries, {sown.texts} texts, {sown.facts} facts {where}; {state}."
    if publish and sown.waiting:
        told += f" Not published, or not in every language: {', '.join(sorted(sown.waiting))}."
    return told
