# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the content team does takes effect at once, needs two people, leaves a history, and is refused with a reason."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import officers
from bot.bell import Bell
from bot.content import due, keeping, publishing, translating, views, writing
from bot.content.hand import Actor, Hand
from bot.content.published import LOOK_EVERY, Published
from bot.content.translating import Unsound
from bot.content.words import Words
from bot.errors import Conflict, Invalid, NotAllowed, Stale
from bot.settings import Settings
from bot.store.base import new_id
from bot.store.cases import Notice, Record
from bot.store.content import ContentEvent, Entry, StoredFact, Translation
from bot.store.engine import Store
from tests.bot.content.desk import (
    AUTHOR,
    PHONE,
    PUBLISHER,
    QUESTIONS_FR,
    REVIEWER,
    TRANSLATOR,
    Desk,
    mots,
    words,
)
from tests.conftest import Clock


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, clock)


def test_a_publication_is_seen_by_another_process_within_a_second(
    desk: Desk, store: Store, database_url: str, clock: Clock
) -> None:
    other_store = Store(database_url)
    other = Published(other_store, Bell(other_store), Settings(), clock)  # its bell hears nothing: the slow way
    try:
        assert other.known().cards == ()
        desk.entry()
        end = time.monotonic() + 2 * LOOK_EVERY
        while not other.known().cards and time.monotonic() < end:
            time.sleep(0.02)
        assert [card.slug for card in other.known().cards] == ["desk"]
    finally:
        other_store.close()


def test_the_own_process_sees_a_publication_with_the_next_message(desk: Desk) -> None:
    if not desk.store.sqlite:
        desk.bell.listen()
    desk.knowledge()
    desk.entry()
    end = time.monotonic() + 2 * LOOK_EVERY
    while desk.knowledge().entry("desk", "en") is None and time.monotonic() < end:
        time.sleep(0.01)
    assert desk.knowledge().entry("desk", "en") is not None
    desk.bell.close()


def test_a_snapshot_does_not_change_under_a_turn(desk: Desk) -> None:
    desk.entry("Open to all")
    held = desk.knowledge()
    desk.fact("+218 00 000 0777")
    served = held.entry("desk", "en")
    assert served is not None
    assert "0001" in served.text


def test_two_changes_at_once_come_one_after_the_other(desk: Desk) -> None:
    desk.entry()
    failed: list[Exception] = []

    def change(number: int) -> None:
        try:
            desk.fact(f"+218 00 000 1{number:03}")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with desk.store.read() as session:
        numbers = list(session.scalars(select(ContentEvent.number).order_by(ContentEvent.number)))
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_edit_of_a_draft_takes_the_approval_of_its_translations_away(desk: Desk) -> None:
    desk.entry()
    with desk.as_(AUTHOR) as hand:
        writing.revise(hand, "desk", "WORDING", words("Open to women"))
    desk.french("Ouvert aux femmes")
    with desk.as_(AUTHOR) as hand:
        writing.edit(hand, "desk", words("Closed to all"))
        writing.submit(hand, "desk")
    with desk.as_(PUBLISHER) as hand:
        publishing.publish(hand, "desk")
    desk.published._rung.set()
    assert desk.knowledge().entry("desk", "fr") is None
    with desk.as_(REVIEWER) as hand:
        translating.confirm(hand, "desk", "fr")
    desk.published._rung.set()
    assert desk.knowledge().entry("desk", "fr") is not None


def test_a_served_text_stays_while_a_better_one_is_worked_on(desk: Desk) -> None:
    desk.entry()
    desk.french("Ouvert à tous")
    with desk.as_(TRANSLATOR) as hand:
        translating.translate(hand, "desk", "fr", mots("Bienvenue à tous"))
        translating.submit_translation(hand, "desk", "fr")
    desk.published._rung.set()
    served = desk.knowledge().entry("desk", "fr")
    assert served is not None
    assert "Ouvert" in served.text
    with desk.as_(REVIEWER) as hand:
        translating.approve(hand, "desk", "fr")
    desk.published._rung.set()
    served = desk.knowledge().entry("desk", "fr")
    assert served is not None
    assert "Bienvenue" in served.text


def test_a_stale_correction_is_not_served_at_all(desk: Desk) -> None:
    desk.fact("2026-11-01", "date_checked")
    with desk.as_(AUTHOR) as hand:
        text = Words("Not true", words("x").questions, "Checked {date_checked}: not true.", "More.")
        writing.create(hand, "rumour", "correction", "cash", text)
        writing.submit(hand, "rumour")
    with desk.as_(PUBLISHER) as hand:
        publishing.publish(hand, "rumour")
    desk.published._rung.set()
    assert desk.knowledge().entry("rumour", "en") is not None
    desk.fact("2026-11-20", "date_checked")
    desk.published._rung.set()
    assert desk.knowledge().entry("rumour", "en") is None


def test_an_expired_fact_is_not_told_and_its_officers_are_reminded_once(desk: Desk) -> None:
    desk.entry()
    with desk.store.write() as session:
        officers.add(session, desk.clock(), "content@example.org", ["content"])
        officers.add(session, desk.clock(), "officer@example.org", ["officer"])
    desk.fact("+218 00 000 0001", expires_on=date(2026, 11, 30))
    for _ in range(2):
        with desk.store.write() as session:
            due.remind(session, desk.clock())
    with desk.store.read() as session:
        assert [notice.kind for notice in session.scalars(select(Notice))] == ["facts_due"]
        assert [(fact.name, fact.trouble) for fact in views.due(session, desk.clock())] == [(PHONE, None)]
    desk.clock.now = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
    assert desk.knowledge().entry("desk", "en") is None
    assert desk.published.known().cards == ()


def test_what_has_ended_is_not_served_and_shows_as_archived(desk: Desk) -> None:
    desk.entry(publish=False)
    with desk.as_(PUBLISHER) as hand:
        publishing.publish(hand, "desk", ends_at=desk.clock() + timedelta(hours=1))
    desk.clock.forward(hours=2)
    assert desk.knowledge().entry("desk", "en") is None
    for job in desk.published.jobs():
        with desk.store.write() as session:
            job.work(session)
    with desk.store.read() as session:
        assert session.scalars(select(Entry)).one().archived_at is not None


Act = Callable[[Hand], Any]
REFUSED: list[tuple[str, Actor, Act, type[Exception]]] = [
    (
        "an author publishes the own text",
        AUTHOR,
        lambda hand: (writing.submit(hand, "desk"), publishing.publish(hand, "desk")),
        NotAllowed,
    ),
    ("a draft is published", PUBLISHER, lambda hand: publishing.publish(hand, "desk"), Conflict),
    ("a second draft is begun", AUTHOR, lambda hand: writing.revise(hand, "desk", "TYPO", words("x")), Conflict),
    ("an old version is edited", AUTHOR, lambda hand: writing.edit(hand, "desk", words("x"), version=0), Stale),
    (
        "the source is translated",
        TRANSLATOR,
        lambda hand: translating.translate(hand, "desk", "en", words("x")),
        Invalid,
    ),
    ("a slug is taken", AUTHOR, lambda hand: writing.create(hand, "desk", "service", "mrc", words("x")), Conflict),
    ("a topic is unknown", AUTHOR, lambda hand: writing.create(hand, "new", "service", "no", words("x")), Invalid),
    ("a slug is odd", AUTHOR, lambda hand: writing.create(hand, "A b", "service", "mrc", words("x")), Invalid),
    ("a placeholder is no fact", AUTHOR, lambda hand: writing.edit(hand, "desk", Words("T", (), "{name}")), Invalid),
    (
        "somebody else's language",
        Actor("t", languages=("ar",)),
        lambda hand: translating.translate(hand, "desk", "fr", mots("x")),
        NotAllowed,
    ),
    (
        "a fact holds too long",
        PUBLISHER,
        lambda hand: keeping.set_fact(
            hand, PHONE, "+1 2", verified_by="A", verified_on=date(2026, 11, 1), expires_on=date(2029, 1, 1)
        ),
        Invalid,
    ),
    (
        "a fact was verified tomorrow",
        PUBLISHER,
        lambda hand: keeping.set_fact(
            hand, PHONE, "+1 2", verified_by="A", verified_on=date(2026, 11, 25), expires_on=date(2027, 1, 1)
        ),
        Invalid,
    ),
]


@pytest.mark.parametrize(("who", "act", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_may_not_be_is_refused_and_changes_nothing(
    desk: Desk, who: Actor, act: Act, error: type[Exception]
) -> None:
    desk.fact("+218 00 000 0001")
    with desk.as_(AUTHOR) as hand:
        writing.create(hand, "desk", "service", "mrc", words("Open"))
    with pytest.raises(error), desk.as_(who) as hand:
        act(hand)
    with desk.store.read() as session:
        assert session.scalars(select(ContentEvent.verb).order_by(ContentEvent.number)).all() == ["set_fact", "create"]


def test_an_unsound_translation_is_not_approved_and_says_why(desk: Desk) -> None:
    desk.entry()
    with desk.as_(TRANSLATOR) as hand:
        translating.translate(hand, "desk", "fr", Words("Guichet", QUESTIONS_FR, "Appelez le 091 234 567.", "Plus."))
        translating.submit_translation(hand, "desk", "fr")
    with pytest.raises(Unsound) as raised, desk.as_(REVIEWER) as hand:
        translating.approve(hand, "desk", "fr")
    said = {problem.says for problem in raised.value.problems}
    assert "lacks {phone_desk}" in said
    assert "has a phone, date or link written out; use a fact" in said


def test_a_machines_draft_is_never_served_without_two_people(desk: Desk) -> None:
    desk.entry()
    with desk.as_(TRANSLATOR) as hand:
        translating.translate(hand, "desk", "fr", mots("Ouvert"), machine=True)
        with pytest.raises(Conflict):
            translating.approve(hand, "desk", "fr")
        translating.submit_translation(hand, "desk", "fr")
    with pytest.raises(NotAllowed), desk.as_(TRANSLATOR) as hand:
        translating.approve(hand, "desk", "fr")
    with desk.as_(REVIEWER) as hand:
        translating.approve(hand, "desk", "fr")
        translating.translate(hand, "desk", "ar", mots("y"))
        with pytest.raises(Conflict):
            translating.translate(hand, "desk", "ar", mots("z"), machine=True)
    with desk.store.read() as session:
        row = session.scalars(select(Translation).where(Translation.language == "fr")).one()
        assert (row.state, row.checked, row.reviewer) == ("approved", True, "reviewer")


def test_a_service_point_near_is_told_with_the_answer(desk: Desk) -> None:
    desk.entry()
    desk.fact("+218 00 000 0500", "phone_sabha")
    with desk.as_(PUBLISHER) as hand:
        keeping.set_point(hand, {"en": "Sabha desk"}, "LY0319", 27.04, 14.43, topics=["mrc"], facts=["phone_sabha"])
    desk.published._rung.set()
    knowledge: Any = desk.knowledge()
    with desk.store.read() as session:
        owned = session.scalars(select(StoredFact).where(StoredFact.point_id.is_not(None))).all()
        assert [fact.name for fact in owned] == ["phone_sabha"]
    assert "Sabha desk\n+218 00 000 0500" in knowledge.entry("desk", "en", "LY031901").text
    assert "Sabha" not in knowledge.entry("desk", "en", "LY021101").text
    assert knowledge.near("mrc", 27.0, 14.4, "en") == (("Sabha desk\n+218 00 000 0500", pytest.approx(5.35, abs=0.1)),)


def test_unanswered_questions_and_votes_are_counted(desk: Desk) -> None:
    with desk.store.write() as session:
        for kind, language in (("unanswered", "ha"), ("unanswered", "ha"), ("helped", "en"), ("not_helped", "en")):
            session.add(Record(id=new_id(), kind=kind, topic="cash", language=language, entry="desk", at=desk.clock()))
    with desk.store.read() as session:
        since = desk.clock() - timedelta(days=1)
        assert views.unanswered(session, since)["language"] == [("ha", 2)]
        assert views.helped(session, since) == [("desk", "en", 1, 1)]
        assert len(views.unanswered_rows(session)) == 2


def test_a_fact_is_verified_anew_without_making_texts_stale(desk: Desk) -> None:
    desk.entry()
    with desk.as_(PUBLISHER) as hand:
        keeping.verify_fact(
            hand, PHONE, verified_by="B. Person", verified_on=date(2026, 11, 21), expires_on=date(2027, 3, 1)
        )
    desk.published._rung.set()
    served = desk.knowledge().entry("desk", "en")
    assert served is not None
    assert not served.stale
    with desk.store.read() as session:
        assert session.scalars(select(StoredFact)).one().verified_by == "B. Person"
