# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a content team does and in whatever order: nobody is ever told what is stale, unapproved or past."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.bell import Bell
from bot.content import keeping, published, publishing, translating, writing
from bot.content.hand import Actor, Hand
from bot.content.published import Published
from bot.content.writing import Change
from bot.errors import Refusal
from bot.settings import Settings
from bot.store.content import (
    ContentEvent,
    ContentVersion,
    Entry,
    Revision,
    ServicePoint,
    StoredFact,
    Translation,
)
from bot.store.engine import Store
from tests.bot.content.desk import Desk, mots, words
from tests.conftest import Clock

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PEOPLE = [Actor(name) for name in ("ann", "ben", "cleo")]
VERBS = (
    "revise",
    "edit",
    "submit",
    "publish",
    "publish_later",
    "translate",
    "machine",
    "submit_fr",
    "approve",
    "reject",
    "confirm_en",
    "confirm_fr",
    "fact",
    "fact",
    "unverify",
    "archive",
    "restore",
    "roll_back",
    "withdraw",
    "later",
)
WHOLE: dict[str, tuple[str, ...]] = {
    "new_text": ("revise", "submit", "publish"),
    "new_text_later": ("revise", "submit", "publish_later"),
    "new_french": ("translate", "submit_fr", "approve"),
}
"""What teams mostly do, each step by the next person, so that random histories get somewhere."""


@dataclass
class Past:
    """What was approved and what was changed, noted beside the program as things happen."""

    approved: dict[str, int] = field(default_factory=dict)
    beside: dict[str, set[str]] = field(default_factory=dict)
    """For each French text the English ones beside which a person approved it."""
    gone_facts: set[str] = field(default_factory=set)
    fact: str = ""
    fact_changed: int = 0
    verified: bool = True


@dataclass
class World:
    desk: Desk
    other: Published
    clock: Clock
    past: Past = field(default_factory=Past)
    step: int = 0
    count: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    def token(self) -> str:
        """Words that occur in one text only; a letter code, since digits must be the same in every language."""
        number = self.count()
        return "tok" + "".join(chr(97 + int(digit)) for digit in str(number)) + "end"

    def do(self, verb: str, who: Actor, change: Change) -> None:
        for number, part in enumerate(WHOLE.get(verb, (verb,))):
            self.clock.forward(seconds=1)
            self._one(part, PEOPLE[(PEOPLE.index(who) + number) % len(PEOPLE)], change)

    def _one(self, verb: str, who: Actor, change: Change) -> None:
        self.step += 1
        if verb == "later":
            self.clock.forward(hours=3)
            return
        try:
            with self.desk.as_(who) as hand:
                self._do(hand, verb, change)
                settled = verb.startswith(("approve", "confirm", "publish"))
                noted = self._texts(hand) if settled else []
        except Refusal:
            return
        for text, source in noted:
            self.past.approved[text] = self.step
            self.past.beside.setdefault(text, set()).add(source)

    def _do(self, hand: Hand, verb: str, change: Change) -> None:
        match verb:
            case "revise":
                writing.revise(hand, "desk", change, words(self.token()))
            case "edit":
                writing.edit(hand, "desk", words(self.token()), change)
            case "submit":
                writing.submit(hand, "desk")
            case "publish":
                publishing.publish(hand, "desk")
            case "publish_later":
                publishing.publish(hand, "desk", starts_at=self.clock.now.replace(minute=30))
            case "translate":
                translating.translate(hand, "desk", "fr", mots(self.token()))
            case "machine":
                translating.translate(hand, "desk", "fr", mots(self.token()), machine=True)
            case "submit_fr":
                translating.submit_translation(hand, "desk", "fr")
            case "approve":
                translating.approve(hand, "desk", "fr")
            case "reject":
                translating.reject(hand, "desk", "fr", "no")
            case "confirm_en" | "confirm_fr":
                translating.confirm(hand, "desk", verb.removeprefix("confirm_"))
            case "fact" | "unverify":
                self._fact(hand, verb)
            case "archive":
                publishing.archive(hand, "desk")
            case "restore":
                publishing.restore(hand, "desk")
            case "roll_back":
                publishing.roll_back(hand, "desk", 1)
            case "withdraw":
                publishing.withdraw(hand, "desk")

    def _fact(self, hand: Hand, verb: str) -> None:
        if verb == "unverify":
            keeping.set_fact(hand, "phone_desk", self.past.fact)
            self.past.verified = False
            return
        new = f"+218 00 {self.step:03} {self.count():04}"
        today = self.clock.now.date()
        keeping.set_fact(
            hand, "phone_desk", new, verified_by="A", verified_on=today, expires_on=today.replace(year=2027)
        )
        self.past.gone_facts.add(self.past.fact)
        self.past.fact, self.past.fact_changed, self.past.verified = new, self.step, True

    def _texts(self, hand: Hand) -> list[tuple[str, str]]:
        rows = hand.session.scalars(select(Translation)).all()
        sources = {row.revision_id: row.short for row in rows if row.language == "en"}
        return [
            (row.short, sources[row.revision_id])
            for row in rows
            if row.state == "approved" and row.reviewer == hand.actor.id and row.updated_at == hand.now
        ]

    def told(self, language: str) -> None:
        """Nobody is told anything wrong, by either process."""
        for process in (self.desk.published, self.other):
            served = process.known().knowledge.entry("desk", language)
            if served is None:
                continue
            assert served.language == language
            assert self.past.verified
            assert not any(gone and gone in served.text for gone in self.past.gone_facts)
            with self.desk.store.read() as session:
                self._true(session, served.stale, served.text, language)

    def _true(self, session: object, stale: bool, text: str, language: str) -> None:
        assert self.past.fact in text
        if stale:
            assert "tok" not in text
            return
        template = text.split("\n\n")[0].replace("\u200e", "").replace(self.past.fact, "{phone_desk}")
        assert template in self.past.approved, "an unapproved text was served"
        assert self.past.approved[template] >= self.past.fact_changed, "a stale text was served"
        assert self._live(template, language), "a text of a revision that is not live was served"

    def _live(self, template: str, language: str) -> bool:
        with self.desk.store.read() as session:
            entry = session.scalars(select(Entry)).one()
            published_ones = [
                row
                for row in session.scalars(select(Revision).where(Revision.status == "published"))
                if row.live_from is not None and row.live_from <= self.clock.now
            ]
            last = max(published_ones, key=lambda row: row.number)
            rows = session.scalars(select(Translation).where(Translation.revision_id == last.id))
            held = [row for row in rows if (row.language, row.state, row.short) == (language, "approved", template)]
            good = entry.archived_at is None and bool(held)
            return good and (language == "en" or bool(self.past.beside[template] & self._same_but_for_typos(last)))

    def _same_but_for_typos(self, revision: Revision) -> set[str]:
        """The English texts of this revision, and of the one whose typo it mends, and so on."""
        with self.desk.store.read() as session:
            revisions = {row.number: row for row in session.scalars(select(Revision)) if row.live_from is not None}
            sources = {
                row.revision_id: row.short
                for row in session.scalars(select(Translation).where(Translation.language == "en"))
            }
            texts, number = set(), revision.number
            while True:
                texts.add(sources[revisions[number].id])
                lower = [each for each in revisions if each < number]
                if revisions[number].change != "TYPO" or not lower:
                    return texts
                number = max(lower)


def _empty(store: Store) -> None:
    with store.write() as session:
        for model in (ContentEvent, Translation, Revision, Entry, StoredFact, ServicePoint, ContentVersion):
            session.execute(delete(model))


@pytest.fixture
def always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "LOOK_EVERY", 0.0)


STEPS = st.tuples(st.sampled_from((*VERBS, *WHOLE, *WHOLE)), st.sampled_from(PEOPLE), st.sampled_from(writing.CHANGES))


@pytest.mark.usefixtures("always_looking")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=15))
def test_no_history_tells_anybody_what_is_stale_or_unapproved(
    store: Store, database_url: str, steps: list[tuple[str, Actor, Change]]
) -> None:
    _empty(store)
    clock, second = Clock(START), Store(database_url)
    try:
        world = World(Desk(store, clock), Published(second, Bell(second), Settings(), clock), clock)
        world.desk.entry("tokstart")
        world.desk.french("tokdepart")
        world.past.fact = "+218 00 000 0001"
        world.past.approved = dict.fromkeys((words("tokstart").short, mots("tokdepart").short), 0)
        world.past.beside = {mots("tokdepart").short: {words("tokstart").short}}
        world.told("en")
        for verb, who, change in steps:
            world.do(verb, who, change)
            world.told("en")
            world.told("fr")
    finally:
        second.close()
