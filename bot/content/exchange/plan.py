# SPDX-License-Identifier: AGPL-3.0-or-later
"""Takes items out of the database and brings them back as drafts: first on paper, then at once or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.content.exchange.items import BadFile, Item, Trouble, trouble_in
from bot.content.hand import Hand, entry_of, revision_of, translations_of
from bot.content.rules import LANGUAGES
from bot.content.snapshot import ZONE, as_fact, as_words
from bot.content.translating import problems, submit_translation, translate
from bot.content.words import Words
from bot.errors import Refusal
from bot.store.content import Entry, Revision, StoredFact, Translation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import does or would do: texts that change, texts that are as they were, and everything that is wrong."""

    changed: tuple[tuple[str, str], ...]
    same: int
    troubles: tuple[Trouble, ...]

    @property
    def good(self) -> bool:
        """Whether nothing stands against it."""
        return not any(trouble.level == "error" for trouble in self.troubles)


def take_out(session: Session, languages: Iterable[str], slugs: Sequence[str] = ()) -> list[Item]:
    """Every entry (or those named) in each language, beside the newest source; missing texts are empty."""
    found = []
    wanted = list(languages)
    query = select(Entry).where(Entry.archived_at.is_(None)).order_by(Entry.slug)
    for entry in session.scalars(query.where(Entry.slug.in_(slugs)) if slugs else query):
        revision = revision_of(session, entry)
        have = translations_of(session, revision)
        source = _plain(have[entry.source])
        for language in wanted:
            row = have.get(language)
            if language != entry.source:
                words = _plain(row) if row else Words("")
                found.append(
                    Item(entry.slug, language, revision.number, words, source, row.state if row else "missing")
                )
    return found


def bring_back(hand: Hand, items: Sequence[Item], *, submit: bool = False, dry: bool = False) -> Outcome:
    """Write what differs as drafts (handed in with `submit`). Raises BadFile where anything stands against it.

    With `dry` nothing is written and nothing is raised. Texts that are not sound yet come in, with a warning: a
    reviewer cannot approve them.
    """
    troubles: list[Trouble] = []
    changed: list[Item] = []
    same, seen = 0, set()
    for item in items:
        if (item.slug, item.language) in seen:
            troubles.append(Trouble(item.at("item"), f"is the second {item.language} text of {item.slug}"))
            continue
        seen.add((item.slug, item.language))
        wrong, differs = _judge(hand, item)
        troubles += wrong
        if differs and not any(trouble.level == "error" for trouble in wrong):
            changed.append(item)
        same += not differs
    outcome = Outcome(tuple((item.slug, item.language) for item in changed), same, tuple(troubles))
    if dry:
        return outcome
    if not outcome.good:
        raise BadFile(list(outcome.troubles))
    for item in changed:
        translate(hand, item.slug, item.language, item.words)
        if submit:
            submit_translation(hand, item.slug, item.language)
    return outcome


def _judge(hand: Hand, item: Item) -> tuple[list[Trouble], bool]:
    """What is wrong with one item, and whether it changes anything."""
    if item.language not in LANGUAGES:
        return [Trouble(item.at("language"), f"{item.language[:12]!r} is not a language of the service")], False
    try:
        entry = entry_of(hand.session, item.slug)
    except Refusal:
        return [Trouble(item.at("entry"), "there is no such entry")], False
    if item.language == entry.source:
        return [Trouble(item.at("language"), "is the source; it is changed in the entry itself")], False
    revision = revision_of(hand.session, entry)
    have = translations_of(hand.session, revision)
    row = have.get(item.language)
    if not any((item.words.title, item.words.questions, item.words.short, item.words.long)):
        return [], False
    if row is not None and _plain(row) == item.words:
        return [], False
    return [*_stands_against(hand, item, revision), *_unsound(hand, item, entry, have[entry.source])], True


def _stands_against(hand: Hand, item: Item, revision: Revision) -> Iterator[Trouble]:
    if item.revision != revision.number:
        yield Trouble(
            item.at("revision"), f"was made from revision {item.revision}; the source is at revision {revision.number}"
        )
    try:
        hand.actor.need("translator", item.language)
    except Refusal as refusal:
        yield Trouble(item.at("language"), refusal.detail)
    for text in (item.words.title, *item.words.questions, item.words.short, item.words.long):
        yield from trouble_in(text, item.at("item"))


def _unsound(hand: Hand, item: Item, entry: Entry, source: Translation) -> Iterator[Trouble]:
    facts = {row.name: as_fact(row) for row in hand.session.scalars(select(StoredFact))}
    today = hand.now.astimezone(ZONE).date()
    for problem in problems(facts, item.language, item.words, as_words(source), entry, today):
        yield Trouble(item.at(problem.field), f"{problem.field} {problem.says}", "warning")


def _plain(row: Translation) -> Words:
    """Words without their state, to compare."""
    return Words(row.title, tuple(row.questions), row.short, row.long)
