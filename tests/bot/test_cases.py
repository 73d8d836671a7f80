# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases are opened at once, filed upward only, seen by those who may, and answered within their clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import access
from bot.cases import Filing
from bot.errors import Conflict, Invalid, NotFound
from bot.history import whole
from bot.jobs import Job, Ticker, climb
from bot.keyring import Keyring
from bot.store.cases import Case, CaseEvent, Notice
from bot.store.engine import Store
from bot.store.messages import Outbox
from tests.bot.office import Office
from tests.conftest import Clock


@pytest.fixture
def office(store: Store, ring: Keyring, clock: Clock) -> Office:
    return Office(store, ring, clock)


def test_opening_starts_the_clocks_of_the_priority(office: Office, store: Store, clock: Clock) -> None:
    with store.write() as session:
        urgent = office.case(session, "emergency", "P0")
        slow = office.case(session, "complaint", "P2", address="+218910000002")
        assert urgent.first_due_at == clock() + timedelta(hours=1)
        assert slow.first_due_at == clock() + timedelta(hours=72)
        assert urgent.close_due_at is None
        assert slow.close_due_at is not None


def test_a_case_is_refiled_upward_and_never_downward(office: Office, store: Store) -> None:
    with store.write() as session:
        case = office.case(session, "complaint", "P2")
        assert office.cases.refile(session, case, Filing("pseah", "P1", "pseah"))
        assert (case.category, case.priority, case.compartment, case.queue) == ("pseah", "P1", "pseah", "pseah")
        assert not office.cases.refile(session, case, Filing("complaint", "P2"))
        assert (case.category, case.priority, case.compartment) == ("pseah", "P1", "pseah")


def test_an_emergency_that_is_also_restricted_is_both(office: Office, store: Store) -> None:
    with store.write() as session:
        case = office.case(session, "protection", "P1", "protection")
        office.cases.refile(session, case, Filing("emergency", "P0", None))
        assert (case.category, case.priority, case.compartment) == ("emergency", "P0", "protection")


def test_a_restricted_case_is_there_for_its_compartment_alone(office: Office, store: Store) -> None:
    with store.write() as session:
        focal = office.officer(session, "focal", "focal_point", compartments=["pseah"])
        others = [
            office.officer(session, "officer", "officer"),
            office.officer(session, "manager", "manager"),
            office.officer(session, "integrity", "focal_point", compartments=["integrity"]),
            office.officer(session, "admin", "administrator", compartments=["pseah"]),
            office.officer(session, "analyst", "analyst"),
        ]
        case = office.case(session, "pseah", "P1", "pseah")
        assert access.access_case(session, focal, case.ref) is case
        for other in others:
            with pytest.raises(NotFound):
                access.access_case(session, other, case.ref)
            assert access.count_cases(session, other) == 0
            assert office.notices(session, other) == []
        assert office.notices(session, focal) == ["new"]


def test_a_place_or_topic_narrows_what_an_officer_sees_but_never_hides_what_has_none(
    office: Office, store: Store
) -> None:
    with store.write() as session:
        narrow = office.officer(session, "narrow", places=["LY0211"], topics=["cash"])
        everywhere = office.case(session)
        everywhere.place_pcode = None
        here = office.case(session, topic="cash", address="+218910000002")
        here.place_pcode = "LY021101"
        elsewhere = office.case(session, topic="cash", address="+218910000003")
        elsewhere.place_pcode = "LY0103"
        session.flush()
        seen = set(session.scalars(access.access_cases(narrow)))
        assert seen == {everywhere, here}


def test_a_reply_goes_out_on_the_persons_channel_and_stops_the_clock(
    office: Office, store: Store, clock: Clock
) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        clock.forward(hours=2)
        put = office.cases.reply(session, officer, case, "Please come on Sunday.")
        assert put.state == "waiting"
        assert (case.status, case.answer_due_at, case.first_action_at) == ("waiting", None, clock())
        part = session.scalars(select(Outbox)).one()
        assert part.message_id == put.message_id


def test_the_clock_goes_on_when_the_person_writes_again(office: Office, store: Store, clock: Clock) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        target = case.close_due_at
        office.cases.reply(session, officer, case, "Which card is it?")
        clock.forward(days=3)
        office.cases.join(session, case, office.message(session, office.contact(session)))
        assert case.status == "open"
        assert case.answer_due_at is not None
        assert case.close_due_at == target + timedelta(days=3)


def test_a_person_who_asked_for_silence_is_not_written_to(office: Office, store: Store, clock: Clock) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        office.contact(session).stopped_at = clock()
        with pytest.raises(Conflict, match="silence"):
            office.cases.reply(session, officer, case, "Hello")


def test_closing_says_what_came_of_it_and_a_message_opens_it_again(office: Office, store: Store) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        with pytest.raises(Invalid):
            office.cases.close(session, officer, case, "whatever", person_informed=True)
        office.cases.close(session, officer, case, "helped", person_informed=True)
        assert (case.status, case.resolution, case.person_informed) == ("closed", "helped", True)
        with pytest.raises(Conflict):
            office.cases.close(session, officer, case, "helped", person_informed=True)
        office.cases.join(session, case, office.message(session, office.contact(session)))
        assert (case.status, case.resolution) == ("open", None)


def test_an_assignee_who_may_not_see_a_refiled_case_loses_it(office: Office, store: Store) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        office.cases.assign(session, officer, case, officer)
        office.cases.refile(session, case, Filing("pseah", "P1", "pseah"))
        assert case.assignee_id is None


def test_a_case_cannot_be_given_to_somebody_who_may_not_see_it(office: Office, store: Store) -> None:
    with store.write() as session:
        focal = office.officer(session, "focal", "focal_point", compartments=["pseah"])
        officer = office.officer(session, "officer")
        case = office.case(session, "pseah", "P1", "pseah")
        with pytest.raises(Invalid):
            office.cases.assign(session, focal, case, officer)


def test_a_referral_needs_consent(office: Office, store: Store) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        with pytest.raises(Invalid, match="consent"):
            office.cases.refer(session, officer, case, "Legal aid", consent=False)
        office.cases.refer(session, officer, case, "Legal aid", consent=True)


def test_overdue_climbs_from_assignee_to_queue_to_managers(office: Office, store: Store, clock: Clock) -> None:
    with store.write() as session:
        mine = office.officer(session, "mine")
        other = office.officer(session, "other")
        manager = office.officer(session, "manager", "manager")
        case = office.case(session)
        office.cases.assign(session, other, case, mine)
        session.query(Notice).delete()
        for expected in (
            {mine: ["overdue"], other: [], manager: []},
            {mine: ["overdue"] * 2, other: ["overdue"], manager: ["overdue"]},
            {mine: ["overdue"] * 2, other: ["overdue"], manager: ["overdue"] * 2},
        ):
            clock.now = case.next_check_at
            climb(session, office.cases, clock())
            session.flush()
            assert {officer: office.notices(session, officer) for officer in expected} == expected


def test_up_the_ladder_a_manager_learns_only_that_one_waits(office: Office, store: Store, clock: Clock) -> None:
    with store.write() as session:
        focal = office.officer(session, "focal", "focal_point", compartments=["protection"])
        manager = office.officer(session, "manager", "manager")
        case = office.case(session, "emergency", "P0", "protection")
        for _ in range(3):
            clock.now = case.next_check_at
            climb(session, office.cases, clock())
        session.flush()
        told = session.scalars(select(Notice).where(Notice.officer_id == manager.id)).all()
        assert [(notice.kind, notice.case_id) for notice in told] == [("overdue", None)]
        assert "emergency" in office.notices(session, focal)


def test_what_is_answered_does_not_climb(office: Office, store: Store, clock: Clock) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        office.cases.reply(session, officer, case, "Hello")
        clock.forward(days=30)
        climb(session, office.cases, clock())
        assert case.rung == 0


def test_of_two_schedulers_one_works_a_tick(store: Store, clock: Clock) -> None:
    worked: list[int] = []
    job = Job("count", timedelta(seconds=10), lambda session: worked.append(1))
    first, second = Ticker(store, [job], clock), Ticker(store, [job], clock)
    assert [first.tick(job), second.tick(job), first.tick(job)] == [True, False, False]
    clock.forward(seconds=10)
    assert second.tick(job)
    assert len(worked) == 2


def test_a_change_a_gap_or_a_swap_in_the_history_shows(office: Office, store: Store) -> None:
    def history(case: Case) -> list[CaseEvent]:
        return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number)))

    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        for number in range(3):
            office.cases.note(session, officer, case, f"note {number}")
        assert whole(session, office.ring, case)
    for harm in ("change", "gap", "swap"):
        with store.write() as session:
            case = session.scalars(select(Case)).one()
            events = history(case)
            if harm == "change":
                events[1].actor = "somebody else"
            elif harm == "gap":
                session.delete(events[1])
            else:
                events[1].detail, events[2].detail = {"x": 1}, events[1].detail
            session.flush()
            assert not whole(session, office.ring, case), harm
            session.rollback()


def test_every_verb_raises_the_version(office: Office, store: Store) -> None:
    with store.write() as session:
        officer = office.officer(session, "officer")
        case = office.case(session)
        versions = [case.version]
        for act in (
            lambda: office.cases.note(session, officer, case, "n"),
            lambda: office.cases.assign(session, officer, case, officer),
            lambda: office.cases.reply(session, officer, case, "r"),
            lambda: office.cases.close(session, officer, case, "helped", person_informed=True),
            lambda: office.cases.reopen(session, officer, case),
        ):
            act()
            versions.append(case.version)
        assert versions == sorted(set(versions))
