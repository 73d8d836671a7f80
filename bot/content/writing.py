# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verbs of authors: make an entry, revise it, edit the draft, hand it in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from bot.content.facts import FactError, kind_of
from bot.content.hand import (
    Hand,
    attempts_of,
    entry_of,
    next_number,
    published_before,
    require_state,
    revision_of,
    translation_of,
)
from bot.content.plain import odd_characters
from bot.content.rules import same
from bot.content.words import Words
from bot.errors import Conflict, Invalid
from bot.store.base import new_id
from bot.store.content import Entry, Revision, Translation
from routing.topics import load_topics

Change = Literal["FACT", "WORDING", "TYPO"]
CHANGES: tuple[Change, ...] = ("FACT", "WORDING", "TYPO")
ENTRY_KINDS = ("service", "correction", "line")
_SLUG = re.compile(r"^[a-z0-9]+([-_][a-z0-9]+)*$")
_TITLE, _TEXT, _QUESTIONS = 200, 4000, 60


def create(
    hand: Hand,
    slug: str,
    kind: str,
    topic: str,
    words: Words,
    *,
    audience: Sequence[str] = (),
    places: Sequence[str] = (),
    lines: Sequence[str] = (),
    sensitive: bool = False,
    menu: int | None = None,
    source: str = "en",
) -> Entry:
    """Make an entry with a first draft. Raises Invalid, and Conflict where the slug is taken."""
    hand.actor.need("author")
    if not _SLUG.match(slug) or len(slug) > 80:
        raise Invalid("A slug is small letters and digits with hyphens.", "slug")
    if kind not in ENTRY_KINDS:
        raise Invalid(f"A kind is one of {', '.join(ENTRY_KINDS)}.", "kind")
    if topic not in load_topics():
        raise Invalid("There is no such topic.", "topic")
    if hand.session.scalar(select(Entry.id).where(Entry.slug == slug)):
        raise Conflict("There is an entry with this slug.", "slug_taken")
    entry = Entry(
        id=new_id(),
        slug=slug,
        kind=kind,
        topic=topic,
        audience=list(audience),
        places=list(places),
        lines=list(lines),
        sensitive=sensitive,
        menu=menu,
        source=source,
        owner=hand.actor.id,
        created_at=hand.now,
        updated_at=hand.now,
        version=0,
    )
    hand.session.add(entry)
    hand.session.flush()
    _new_revision(hand, entry, 1, "WORDING", words)
    hand.record("create", entry, source)
    return entry


def revise(hand: Hand, slug: str, change: Change, words: Words, version: int | None = None) -> Revision:
    """Begin a new revision of the source text; what is published stays as it is until this one is.

    Translations come along: as they are for a TYPO, else stale, to be worked on. Raises Conflict where a revision is
    still being worked on.
    """
    hand.actor.need("author")
    if change not in CHANGES:
        raise Invalid("Say what changes: FACT, WORDING or TYPO.", "change")
    entry = entry_of(hand.session, slug, version)
    last = revision_of(hand.session, entry)
    if last.status in ("draft", "review"):
        raise Conflict("There is a draft already; edit that one.", "draft_exists")
    number = next_number(hand.session, entry)
    last = published_before(hand.session, entry, number) or last
    revision = _new_revision(hand, entry, number, change, words)
    _only_a_typo(hand, entry, revision)
    carry(hand, entry, last, revision, stale=None if change == "TYPO" else change.lower())
    hand.record("revise", entry, entry.source, revision=revision.number, change=change)
    return revision


def edit(hand: Hand, slug: str, words: Words, change: Change | None = None, version: int | None = None) -> Revision:
    """Change the draft of the source text. One that is under review goes back to draft."""
    hand.actor.need("author")
    entry = entry_of(hand.session, slug, version)
    revision = revision_of(hand.session, entry)
    require_state(revision.status, "draft", "review")
    source = translation_of(hand.session, revision, entry.source)
    before = dump(source)
    write(hand, source, words)
    source.state = revision.status = "draft"
    source.reviewer, revision.author, revision.facts = None, hand.actor.id, list(words.facts)
    revision.change = change or revision.change
    _only_a_typo(hand, entry, revision)
    _unsettle(hand, revision, entry.source)
    hand.record("edit", entry, entry.source, revision=revision.number, before=before, after=dump(source))
    return revision


def frame(
    hand: Hand,
    slug: str,
    *,
    topic: str,
    audience: Sequence[str],
    places: Sequence[str],
    lines: Sequence[str],
    sensitive: bool,
    menu: int | None,
    ends_at: datetime | None,
    version: int | None = None,
) -> Entry:
    """Change what is not text: topic, audience, places, lines, rank in the menu, end. Needs a publisher: it is live."""
    hand.actor.need("publisher")
    entry = entry_of(hand.session, slug, version)
    if topic not in load_topics():
        raise Invalid("There is no such topic.", "topic")
    before = [entry.topic, entry.audience, entry.places, entry.lines, entry.sensitive, entry.menu, str(entry.ends_at)]
    entry.topic, entry.audience, entry.places = topic, list(audience), list(places)
    entry.lines, entry.sensitive, entry.menu, entry.ends_at = list(lines), sensitive, menu, ends_at
    after = [topic, list(audience), list(places), list(lines), sensitive, menu, str(ends_at)]
    hand.record("frame", entry, before=before, after=after)
    return entry


def submit(hand: Hand, slug: str, version: int | None = None) -> Revision:
    """Hand the draft in for review."""
    hand.actor.need("author")
    entry = entry_of(hand.session, slug, version)
    revision = revision_of(hand.session, entry)
    require_state(revision.status, "draft")
    source = translation_of(hand.session, revision, entry.source)
    revision.status, source.state = "review", "needs_review"
    hand.record("submit", entry, entry.source, revision=revision.number)
    return revision


def carry(hand: Hand, entry: Entry, old: Revision, new: Revision, stale: str | None) -> None:
    """Copy the old revision's translations to the new one; `stale` is why they no longer hold, None where they do."""
    for row in attempts_of(hand.session, old):
        if row.language == entry.source:
            continue
        holds = stale is None or row.state not in ("approved", "stale")
        hand.session.add(
            Translation(
                id=new_id(),
                entry_id=entry.id,
                revision_id=new.id,
                language=row.language,
                attempt=row.attempt,
                title=row.title,
                questions=list(row.questions),
                short=row.short,
                long=row.long,
                state=row.state if holds else "stale",
                because=row.because if holds else stale,
                checked=row.checked,
                translator=row.translator,
                reviewer=row.reviewer,
                updated_at=hand.now,
            )
        )
    hand.session.flush()


def write(hand: Hand, row: Translation, words: Words) -> None:
    """Put words into a row. Raises Invalid for what may not stand in any text."""
    texts = (words.title, *words.questions, words.short, words.long)
    for text in texts:
        if odd := odd_characters(text):
            raise Invalid(f"In the text: {odd}.", "characters")
    if len(words.title) > _TITLE or max(map(len, texts)) > _TEXT or len(words.questions) > _QUESTIONS:
        raise Invalid("The text is too long.", "too_long")
    try:
        for name in words.facts:
            kind_of(name)
    except FactError as error:
        raise Invalid(str(error), "placeholder") from error
    row.title, row.questions, row.short, row.long = words.title, list(words.questions), words.short, words.long
    row.translator, row.updated_at, row.checked = hand.actor.id, hand.now, False


def dump(row: Translation) -> dict[str, object]:
    """A row's words for the history."""
    return {"title": row.title, "questions": list(row.questions), "short": row.short, "long": row.long}


def _new_revision(hand: Hand, entry: Entry, number: int, change: Change, words: Words) -> Revision:
    revision = Revision(
        id=new_id(),
        entry_id=entry.id,
        number=number,
        change=change,
        status="draft",
        facts=list(words.facts),
        author=hand.actor.id,
        created_at=hand.now,
    )
    source = Translation(id=new_id(), entry_id=entry.id, revision_id=revision.id, language=entry.source, state="draft")
    write(hand, source, words)
    hand.session.add(revision)
    hand.session.flush()
    hand.session.add(source)
    hand.session.flush()
    return revision


def _unsettle(hand: Hand, revision: Revision, source: str) -> None:
    """A draft that changes more than a typo takes the approval of its translations away."""
    if revision.change == "TYPO":
        return
    for row in attempts_of(hand.session, revision):
        if row.language != source and row.state == "approved":
            row.state, row.because = "stale", revision.change.lower()


def _only_a_typo(hand: Hand, entry: Entry, revision: Revision) -> None:
    """Raises Invalid where a TYPO changes a fact or a number: its translations would go on unchanged."""
    base = published_before(hand.session, entry, revision.number)
    if revision.change != "TYPO" or base is None:
        return
    new = translation_of(hand.session, revision, entry.source)
    old = translation_of(hand.session, base, entry.source)
    for field in ("short", "long"):
        if any(same(field, getattr(new, field), getattr(old, field))):
            raise Invalid("This changes a fact or a number, so it is no mere TYPO.", "not_a_typo")
