# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs of a case. They are the only writers, and each writes its history entry in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import access
from bot.bell import Bell
from bot.clocks import Clocks
from bot.errors import Conflict, Invalid
from bot.history import chain
from bot.keyring import Keyring
from bot.outbox import Lane, Outgo, Put
from bot.store.base import new_id
from bot.store.cases import Case, CaseEvent, Note, Notice
from bot.store.messages import Message
from bot.store.officers import Officer
from bot.store.people import Contact
from channels.base import Outgoing
from routing.decision import Category, Compartment, Place, Priority

PRIORITIES: tuple[Priority, ...] = ("P0", "P1", "P2", "P3", "P4")
STRICTEST_FIRST: tuple[Compartment | None, ...] = ("pseah", "protection", "integrity", None)
GRAVEST_FIRST: tuple[Category, ...] = (
    "emergency",
    "pseah",
    "protection",
    "misconduct",
    "complaint",
    "assistance_request",
    "information_request",
    "suggestion",
    "appreciation",
    "rumour",
    "other",
)
CATEGORY_COMPARTMENT: Mapping[str, Compartment] = {
    "pseah": "pseah",
    "protection": "protection",
    "misconduct": "integrity",
}
"""The least compartment of each restricted category."""
RESOLUTIONS = ("answered", "helped", "referred", "not_reachable", "withdrawn", "duplicate", "outside_mandate")


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a case belongs: the taxonomy's codes."""

    category: Category
    priority: Priority
    compartment: Compartment | None = None
    topic: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Cases:
    """The verbs, with what they need at hand. Each takes the session of the caller's transaction."""

    keyring: Keyring
    outgo: Outgo
    bell: Bell
    clocks: Clocks
    clock: Callable[[], datetime]

    # What the service does on a person's behalf.

    def open_case(
        self, session: Session, contact: Contact, ref: str, filing: Filing, language: str | None, message: Message
    ) -> Case:
        """Open a case by its first message. Its clocks start now, and those who may see it get a notice.

        `ref` comes from `refs.new_ref`. Should another case have it, the constraint on it says so, and the message is
        worked again with the next.
        """
        now = self.clock()
        case = Case(
            id=new_id(),
            ref=ref,
            contact_id=contact.id,
            category=filing.category,
            compartment=filing.compartment,
            topic=filing.topic,
            priority=filing.priority,
            status="open",
            language=language,
            queue=_queue(filing.category, filing.compartment),
            opened_at=now,
            updated_at=now,
            close_due_at=self.clocks.close_due(filing.priority, now),
            first_due_at=self.clocks.first_due(filing.priority, now),
        )
        case.answer_due_at = case.next_check_at = case.first_due_at
        _set_place(case, filing.place)
        session.add(case)
        session.flush()
        message.case_id = case.id
        self._event(session, case, "person", "opened", {"category": case.category, "priority": case.priority})
        self._notify(session, case, "emergency" if case.priority == "P0" else "new")
        return case

    def join(self, session: Session, case: Case, message: Message) -> None:
        """The person wrote again on this matter: the clock for an answer runs, a closed case is open again."""
        now = self.clock()
        message.case_id = case.id
        was = case.status
        if was != "open":
            self._resume(case, now)
        self._touch(case)
        self._event(session, case, "person", "reopened" if was == "closed" else "wrote", {})
        if was != "open":
            self._notify(session, case, "new")

    def refile(self, session: Session, case: Case, filing: Filing, actor: str = "system") -> bool:
        """Move a case upward: to a graver category, a higher priority, a stricter compartment. Never downward.

        What was unknown (topic, place) is filled in. Returns whether anything changed.
        """
        before = (case.category, case.priority, case.compartment, case.topic, case.place_name)
        case.category = min((case.category, filing.category), key=_gravity)
        case.priority = min(case.priority, filing.priority)
        case.compartment = min((case.compartment, filing.compartment), key=_strictness)
        case.topic = case.topic or filing.topic
        if case.place_name is None:
            _set_place(case, filing.place)
        if before == (case.category, case.priority, case.compartment, case.topic, case.place_name):
            return False
        self._after_refiling(session, case, before[1], before[2], actor)
        return True

    def add_fact(self, session: Session, case: Case, name: str, value: str) -> None:
        """Something the person answered after opening: a code and its value, no free text."""
        self._touch(case)
        self._event(session, case, "person", "told", {name: value})

    # What officers do.

    def reply(self, session: Session, officer: Officer, case: Case, text: str, language: str | None = None) -> Put:
        """Send an officer's words on the person's channel. The clock stops: the case waits for the person.

        Raises Conflict where the person asked for silence or cannot be written to.
        """
        if not text.strip():
            raise Invalid("The reply is empty.", "empty")
        contact = session.get_one(Contact, case.contact_id)
        if contact.stopped_at or contact.blocked_at:
            raise Conflict("This person has asked for silence and is not written to until they write again.", "stopped")
        if contact.channel not in self.outgo.channels:
            raise Conflict("The channel of this person is switched off.", "channel_off")
        now = self.clock()
        put = self.outgo.put(
            session,
            contact,
            Outgoing(text=text, language=language or case.language or contact.language or "en"),
            now,
            lane=Lane.SAFETY if case.compartment or case.priority == "P0" else Lane.REPLY,
            author=str(officer.id),
            case_id=case.id,
        )
        self._acted(session, officer, case, "replied", {"state": put.state})
        if case.status != "closed":
            case.status = "waiting"
            case.paused_at = now
        case.answer_due_at = case.next_check_at = None
        return put

    def note(self, session: Session, officer: Officer, case: Case, text: str) -> Note:
        """Write for other officers."""
        if not text.strip():
            raise Invalid("The note is empty.", "empty")
        row = new_id()
        note = Note(
            id=row,
            case_id=case.id,
            officer_id=officer.id,
            body=self.keyring.seal("note.body", row, text),
            at=self.clock(),
        )
        session.add(note)
        self._acted(session, officer, case, "noted", {}, first=False)
        return note

    def assign(self, session: Session, officer: Officer, case: Case, to: Officer | None) -> None:
        """Give a case to an officer who may see it, or back to the queue."""
        if to is not None and not access.may_see(session, to, case):
            raise Invalid("That officer cannot be given this case.", "assignee")
        case.assignee_id = to.id if to else None
        self._acted(session, officer, case, "assigned", {"to": str(to.id) if to else None}, first=False)
        if to is not None and to.id != officer.id:
            self._notice(session, "new", to.id, case)

    def refer(self, session: Session, officer: Officer, case: Case, to: str, consent: bool) -> None:
        """Record that the matter was referred to another service. Needs the person's consent."""
        if not consent:
            raise Invalid("A referral needs the person's consent.", "consent")
        if not to.strip():
            raise Invalid("Say to whom the case is referred.", "empty")
        row = new_id()
        session.add(
            Note(
                id=row,
                case_id=case.id,
                officer_id=officer.id,
                body=self.keyring.seal("note.body", row, to.strip()),
                at=self.clock(),
            )
        )
        self._acted(session, officer, case, "referred", {"consent": True, "note": str(row)})

    def close(self, session: Session, officer: Officer, case: Case, resolution: str, person_informed: bool) -> None:
        """Close a case, saying what came of it and whether the person was told."""
        if case.status == "closed":
            raise Conflict("The case is closed already.", "closed")
        if resolution not in RESOLUTIONS:
            raise Invalid(f"The resolution must be one of {', '.join(RESOLUTIONS)}.", "resolution")
        now = self.clock()
        case.status, case.closed_at, case.paused_at = "closed", now, case.paused_at or now
        case.resolution, case.person_informed = resolution, person_informed
        case.answer_due_at = case.next_check_at = None
        self._acted(session, officer, case, "closed", {"resolution": resolution, "informed": person_informed})

    def reopen(self, session: Session, officer: Officer, case: Case) -> None:
        """Open a closed case again; its clocks go on."""
        if case.status != "closed":
            raise Conflict("The case is not closed.", "open")
        self._resume(case, self.clock())
        self._acted(session, officer, case, "reopened", {}, first=False)

    def correct(self, session: Session, officer: Officer, case: Case, filing: Filing) -> None:
        """File a case as an officer says. It may lower a category, and the history keeps both: a correction teaches.

        A restricted category keeps at least its own compartment, whatever the filing says.
        """
        before = _filed(case)
        priority, compartment = case.priority, case.compartment
        case.category, case.priority, case.topic = filing.category, filing.priority, filing.topic
        case.compartment = stricter(filing.compartment, CATEGORY_COMPARTMENT.get(filing.category))
        if filing.place:
            _set_place(case, filing.place)
        self._after_refiling(
            session, case, priority, compartment, str(officer.id), {"from": before, "to": _filed(case)}
        )

    def read(self, session: Session, officer: Officer, case: Case) -> None:
        """Record that an officer opened a restricted case, before it is shown to them."""
        if case.compartment is not None:
            self._event(session, case, str(officer.id), "read", {})

    # What time does.

    def overdue(self, session: Session, case: Case) -> None:
        """One step up the ladder: assignee, queue, duty manager; then the manager again and again."""
        case.rung += 1
        if case.rung == 1 and case.assignee_id is not None:
            self._notice(session, "overdue", case.assignee_id, case)
        elif case.rung <= 2:
            self._notify(session, case, "overdue")
        else:
            self._tell_managers(session, case)
        case.next_check_at = self.clocks.next_rung(case.priority, self.clock())
        self._event(session, case, "system", "overdue", {"rung": case.rung})

    def _resume(self, case: Case, now: datetime) -> None:
        if case.paused_at and case.close_due_at:
            case.close_due_at += now - case.paused_at
        case.status, case.paused_at, case.closed_at = "open", None, None
        case.resolution, case.person_informed, case.rung = None, False, 0
        case.answer_due_at = case.next_check_at = self.clocks.first_due(case.priority, now)

    def _acted(
        self,
        session: Session,
        officer: Officer,
        case: Case,
        verb: str,
        detail: Mapping[str, Any],
        *,
        first: bool = True,
    ) -> None:
        if first and case.first_action_at is None:
            case.first_action_at = self.clock()
        self._touch(case)
        self._event(session, case, str(officer.id), verb, detail)

    def _after_refiling(
        self,
        session: Session,
        case: Case,
        priority: str,
        compartment: str | None,
        actor: str,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        case.queue = _queue(case.category, case.compartment)
        if case.priority != priority and case.status == "open":
            case.close_due_at = self.clocks.close_due(case.priority, case.opened_at)
            if case.first_action_at is None:
                case.first_due_at = self.clocks.first_due(case.priority, case.opened_at)
            case.answer_due_at = case.next_check_at = self.clocks.first_due(case.priority, case.updated_at)
        self._touch(case)
        given = detail or {"category": case.category, "priority": case.priority, "compartment": case.compartment}
        self._event(session, case, actor, "refiled", given)
        if case.compartment != compartment:
            self._leave(session, case)
        if case.priority < priority or case.compartment != compartment:
            self._notify(session, case, "emergency" if case.priority == "P0" else "new")

    def _leave(self, session: Session, case: Case) -> None:
        """A case that changed compartment is taken from an assignee who may no longer see it."""
        if case.assignee_id is None:
            return
        assignee = session.get_one(Officer, case.assignee_id)
        session.flush()
        if not access.may_see(session, assignee, case):
            case.assignee_id = None

    def _touch(self, case: Case) -> None:
        case.version += 1
        case.updated_at = self.clock()

    def _notify(self, session: Session, case: Case, kind: str) -> None:
        """Tell everyone who may see the case."""
        session.flush()
        for officer in session.scalars(select(Officer).where(Officer.active)):
            if access.may_see(session, officer, case):
                self._notice(session, kind, officer.id, case)
        self.bell.ring(session, "case")

    def _tell_managers(self, session: Session, case: Case) -> None:
        """A manager who may not see the case learns that one waits, and not which."""
        for officer in session.scalars(select(Officer).where(Officer.active)):
            if "manager" in officer.roles:
                known = case if access.may_see(session, officer, case) else None
                self._notice(session, "overdue", officer.id, known)
        self.bell.ring(session, "case")

    def _notice(self, session: Session, kind: str, officer_id: UUID, case: Case | None) -> None:
        session.add(
            Notice(id=new_id(), kind=kind, officer_id=officer_id, case_id=case.id if case else None, at=self.clock())
        )

    def _event(self, session: Session, case: Case, actor: str, verb: str, detail: Mapping[str, Any]) -> None:
        session.flush()
        last = session.execute(select(func.max(CaseEvent.number)).where(CaseEvent.case_id == case.id)).scalar()
        number = (last or 0) + 1
        before = session.scalar(
            select(CaseEvent.digest).where(CaseEvent.case_id == case.id, CaseEvent.number == number - 1)
        )
        now = self.clock()
        event = CaseEvent(
            id=new_id(), case_id=case.id, number=number, at=now, actor=actor, verb=verb, detail=dict(detail), digest=b""
        )
        event.digest = chain(self.keyring, event, before or b"")
        session.add(event)


def stricter(one: Compartment | None, other: Compartment | None) -> Compartment | None:
    """The stricter of two compartments."""
    return min((one, other), key=_strictness)


def _filed(case: Case) -> dict[str, str | None]:
    return {
        "category": case.category,
        "priority": case.priority,
        "compartment": case.compartment,
        "topic": case.topic,
    }


def _queue(category: str, compartment: str | None) -> str:
    return compartment or ("emergency" if category == "emergency" else "feedback")


def _set_place(case: Case, place: Place | None) -> None:
    if place is not None:
        case.place_pcode, case.place_name = place.pcode, place.name[:60]


def _gravity(category: str) -> int:
    return GRAVEST_FIRST.index(category)


def _strictness(compartment: str | None) -> int:
    return STRICTEST_FIRST.index(compartment)
