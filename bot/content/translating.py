# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verbs of translators and reviewers: write a translation, hand it in, approve it, send it back, confirm it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select

from bot.content.facts import Fact
from bot.content.hand import (
    SEED,
    Hand,
    attempts_of,
    entry_of,
    require_state,
    revision_of,
    translation_of,
    translations_of,
)
from bot.content.rules import Problem, check
from bot.content.snapshot import ZONE, as_fact, as_words
from bot.content.words import Words
from bot.content.writing import dump, write
from bot.errors import Conflict, Invalid
from bot.store.base import new_id
from bot.store.content import Entry, Revision, StoredFact, Translation


class Unsound(Invalid):
    """The text is not sound yet."""

    code = "unsound"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.says}" for problem in problems), "unsound")
        self.problems = problems


def translate(
    hand: Hand,
    slug: str,
    language: str,
    words: Words,
    *,
    machine: bool = False,
    number: int | None = None,
    version: int | None = None,
) -> Translation:
    """Write a translation of a revision (the newest without a number) as a draft, or as a machine's draft."""
    if not machine:
        hand.actor.need("translator", language)
    entry = entry_of(hand.session, slug, version)
    if language == entry.source:
        raise Invalid("This is the source language; edit the entry itself.", "source_language")
    revision = revision_of(hand.session, entry, number)
    row = translations_of(hand.session, revision).get(language)
    if machine and row is not None and row.state not in ("machine", "rejected", "stale"):
        raise Conflict("A person has written this translation.", "written")
    before = dump(row) if row else {}
    if row is None or row.state in ("approved", "stale"):
        row = Translation(
            id=new_id(),
            entry_id=entry.id,
            revision_id=revision.id,
            language=language,
            attempt=row.attempt + 1 if row else 1,
            updated_at=hand.now,
        )
        hand.session.add(row)
    write(hand, row, words)
    row.state, row.because, row.reviewer, row.remark = "machine" if machine else "draft", None, None, ""
    hand.record(
        "machine" if machine else "translate", entry, language, revision=revision.number, before=before, after=dump(row)
    )
    return row


def submit_translation(hand: Hand, slug: str, language: str, version: int | None = None) -> Translation:
    """Hand a draft in for review. A machine's draft is handed in by a person who has read it and answers for it."""
    hand.actor.need("translator", language)
    entry, revision, row = _row(hand, slug, language, version)
    require_state(row.state, "draft", "machine", "rejected")
    if row.state == "machine":
        row.translator = hand.actor.id
    row.state = "needs_review"
    hand.record("submit_translation", entry, language, revision=revision.number)
    return row


def approve(hand: Hand, slug: str, language: str, version: int | None = None) -> Translation:
    """Approve a translation: from now it may be served. Raises Unsound with everything that is wrong with it."""
    hand.actor.need("reviewer", language)
    entry, revision, row = _row(hand, slug, language, version)
    require_state(row.state, "needs_review")
    hand.actor.other_than(row.translator, "approve what another person has translated")
    _sound(hand, entry, revision, row)
    for older in attempts_of(hand.session, revision):
        if older.language == language and older.attempt < row.attempt:
            hand.session.delete(older)
    _settle(hand, row)
    hand.record("approve", entry, language, revision=revision.number)
    return row


def reject(hand: Hand, slug: str, language: str, remark: str, version: int | None = None) -> Translation:
    """Send a translation back with a remark."""
    hand.actor.need("reviewer", language)
    entry, revision, row = _row(hand, slug, language, version)
    require_state(row.state, "needs_review", "approved", "stale", "machine", "draft")
    row.state, row.because, row.remark, row.reviewer = "rejected", None, remark[:1000], hand.actor.id
    hand.record("reject", entry, language, revision=revision.number, remark=remark[:1000])
    return row


def confirm(hand: Hand, slug: str, language: str, version: int | None = None) -> Translation:
    """Say that a stale text is right with the facts as they are now. Not by the person who changed the fact."""
    entry, revision, row = _row(hand, slug, language, version, served=True)
    if language == entry.source:
        hand.actor.need("reviewer")
    else:
        hand.actor.need("reviewer", language)
    require_state(row.state, "stale")
    hand.actor.other_than(revision.author if row.because == "wording" else None, "confirm it with the new wording")
    for fact in hand.session.scalars(select(StoredFact).where(StoredFact.name.in_(revision.facts))):
        if fact.changed_at >= row.updated_at:
            hand.actor.other_than(fact.changed_by, "confirm the text after a change of facts")
    _sound(hand, entry, revision, row)
    _settle(hand, row)
    hand.record("confirm", entry, language, revision=revision.number)
    return row


def problems(
    facts: Mapping[str, Fact], language: str, words: Words, source: Words | None, entry: Entry, today: date
) -> list[Problem]:
    """Everything wrong with words for an entry, with the facts as they stand."""
    return check(
        language,
        words,
        source,
        giver(facts, language, today),
        sensitive=entry.sensitive,
        line=entry.kind == "line",
    )


def giver(facts: Mapping[str, Fact], language: str, today: date) -> Callable[[str], str]:
    """Gives a fact in words; one that is missing or empty stays a placeholder."""

    def give(name: str) -> str:
        fact = facts.get(name)
        return fact.text(language, today) if fact and fact.value is not None else f"{{{name}}}"

    return give


def _sound(hand: Hand, entry: Entry, revision: Revision, row: Translation) -> None:
    facts = {fact.name: as_fact(fact) for fact in hand.session.scalars(select(StoredFact))}
    source = None
    if row.language != entry.source:
        source = as_words(translation_of(hand.session, revision, entry.source))
    today = hand.now.astimezone(ZONE).date()
    found = problems(facts, row.language, as_words(row), source, entry, today)
    if wrong := [problem for problem in found if problem.level == "error"]:
        raise Unsound(wrong)


def _settle(hand: Hand, row: Translation) -> None:
    row.state, row.because, row.remark = "approved", None, ""
    row.reviewer, row.checked, row.updated_at = hand.actor.id, hand.actor.id != SEED, hand.now


def _row(
    hand: Hand, slug: str, language: str, version: int | None, *, served: bool = False
) -> tuple[Entry, Revision, Translation]:
    entry = entry_of(hand.session, slug, version)
    revision = revision_of(hand.session, entry)
    if served and revision.status in ("draft", "review"):
        live = hand.session.scalar(
            select(Revision)
            .where(Revision.entry_id == entry.id, Revision.status == "published")
            .order_by(Revision.number.desc())
            .limit(1)
        )
        revision = live or revision
    if served:
        stale = [row for row in attempts_of(hand.session, revision) if (row.language, row.state) == (language, "stale")]
        if stale:
            return entry, revision, stale[-1]
    return entry, revision, translation_of(hand.session, revision, language)
