# SPDX-License-Identifier: AGPL-3.0-or-later
"""One inbound message, in a straight line: contact, routing, dialogue, effects, replies, all in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cases import PRIORITIES, Cases, Filing
from bot.clocks import Clocks
from bot.content.known import Known
from bot.dialogue import advance
from bot.dialogue.step import (
    Effect,
    Erase,
    JoinCase,
    Keep,
    KnownCase,
    Note,
    OpenCase,
    Person,
    Refile,
    Resume,
    SetLanguage,
    Silence,
    State,
    Step,
    Turn,
)
from bot.keyring import Keyring
from bot.loops import heard, looping
from bot.outbox import Lane, Outgo, silence
from bot.privacy import erase
from bot.refs import new_ref
from bot.store.base import new_id
from bot.store.cases import Case, Record
from bot.store.messages import Attachment, Inbox, Message
from bot.store.people import Contact
from bot.wording import worded
from channels.base import Inbound, Kind
from routing.decision import Decision, Heard, Place
from routing.router import Router

THOUGHT = timedelta(minutes=2)
"""How long messages of one person are understood together."""
_CASES_KNOWN = 5
_PRIOR_FADES = 0.7


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes inbound messages, one at a time per person."""

    keyring: Keyring
    router: Router
    outgo: Outgo
    cases: Cases
    clocks: Clocks
    clock: Callable[[], datetime]
    known: Callable[[], Known]

    def route(self, session: Session, row: Inbox) -> tuple[Decision, Decision]:
        """Decide on a message alone and together with the thought it continues. Writes nothing."""
        inbound = self._inbound(row)
        contact = _find(session, row.address_key)
        return self._route(inbound, contact, self._state(contact))

    def take(self, session: Session, row: Inbox, decided: tuple[Decision, Decision] | None = None) -> str:
        """Work one inbox row: everything it causes is in this session. Returns what was decided, as a code."""
        inbound = self._inbound(row)
        now = self.clock()
        contact = _find(session, row.address_key)
        first = contact is None
        if contact is None:
            contact = self._new_contact(session, row, inbound, now)
        state = self._state(contact)
        if not self._wrote(session, contact, inbound, now):
            return inbound.kind.value
        alone, together = decided or self._route(inbound, contact, state)
        message = self._message(session, contact, inbound, together, row, now)
        turn = self._turn(inbound, alone, together, now)
        known = self.known().knowledge
        step = advance(state, turn, self._person(session, contact, first), known)
        self._learn(contact, together)
        self._apply(session, contact, message, step, turn)
        contact.echo = heard(self.keyring, contact.echo, inbound.text, now)
        if looping(contact.echo) and not together.sensitive:
            return "loop"
        rest = self._speak(session, contact, step, message, now)
        self._remember(contact, step, rest)
        return together.action

    def _inbound(self, row: Inbox) -> Inbound:
        return Inbound.load(json.loads(self.keyring.open("inbox.payload", row.id, row.payload or b"")))

    def _route(self, inbound: Inbound, contact: Contact | None, state: State) -> tuple[Decision, Decision]:
        cards = self.known().cards
        fresh = self.clock() - THOUGHT
        earlier = tuple(text for at, text in state.thought if datetime.fromisoformat(at) >= fresh)
        heard = Heard(
            text=inbound.text[:20_000],
            prior=dict(contact.prior) if contact else {},
            language=contact.language if contact and contact.chosen else None,
            last_topic=state.topic,
            last_place=state.place,
            pin=(inbound.location.latitude, inbound.location.longitude) if inbound.location else None,
        )
        alone = self.router.route(heard, cards)
        if not earlier or alone.action == "command":
            return alone, alone
        return alone, self.router.route(replace(heard, earlier=earlier), cards)

    def _new_contact(self, session: Session, row: Inbox, inbound: Inbound, now: datetime) -> Contact:
        contact_id = new_id()
        contact = Contact(
            id=contact_id,
            channel=inbound.channel,
            address_key=row.address_key,
            address=self.keyring.seal("contact.address", contact_id, inbound.address),
            created_at=now,
            prior={},
        )
        session.add(contact)
        session.flush()
        return contact

    def _wrote(self, session: Session, contact: Contact, inbound: Inbound, now: datetime) -> bool:
        """Note that the person is there. Returns whether there is anything to answer: not a block, and not a live
        location that moves every few seconds."""
        if inbound.kind is Kind.BLOCKED:
            contact.blocked_at = now
            silence(session, contact.id)
            return False
        contact.blocked_at = None
        contact.last_inbound_at = now
        if inbound.name:
            contact.name = self.keyring.seal("contact.name", contact.id, inbound.name[:200])
        self.outgo.release(session, contact, now)
        return inbound.kind is not Kind.EDITED or bool(inbound.text)

    def _message(
        self, session: Session, contact: Contact, inbound: Inbound, decision: Decision, row: Inbox, now: datetime
    ) -> Message:
        message_id = new_id()
        words = inbound.text
        if inbound.location:
            words = f"{words}\n{inbound.location.latitude:.5f}, {inbound.location.longitude:.5f}".strip()
        message = Message(
            id=message_id,
            contact_id=contact.id,
            inbound=True,
            author="person",
            kind=inbound.kind.value,
            body=self.keyring.seal("message.body", message_id, words),
            language=decision.language.code,
            decision=_summary(decision),
            at=row.received_at,
        )
        session.add(message)
        session.flush()
        for media in inbound.media:
            attachment_id = new_id()
            session.add(
                Attachment(
                    id=attachment_id,
                    message_id=message_id,
                    channel=inbound.channel,
                    content_type=media.content_type[:100],
                    filename=self.keyring.seal("attachment.filename", attachment_id, media.filename),
                    reference=self.keyring.seal("attachment.reference", attachment_id, media.reference),
                    voice=media.voice,
                    next_at=now,
                )
            )
        return message

    def _turn(self, inbound: Inbound, alone: Decision, together: Decision, now: datetime) -> Turn:
        pin = (inbound.location.latitude, inbound.location.longitude) if inbound.location else None
        return Turn(
            kind=inbound.kind.value,
            text=inbound.text,
            payload=inbound.payload,
            language_hint=inbound.language_hint,
            decision=together,
            alone=alone,
            channel=inbound.channel,
            now=now,
            ref=new_ref(),
            officers_awake=self.clocks.working(now),
            media=len(inbound.media),
            pin=pin,
            pin_place=together.place if pin else None,
            due={priority: self.clocks.first_due(priority, now) for priority in PRIORITIES},
        )

    def _person(self, session: Session, contact: Contact, first: bool) -> Person:
        cases = session.scalars(
            select(Case).where(Case.contact_id == contact.id).order_by(Case.opened_at.desc()).limit(_CASES_KNOWN)
        )
        liked = sorted(contact.prior, key=lambda code: -contact.prior[code])
        own = [contact.language] if contact.language else []
        return Person(
            first=first,
            language=contact.language,
            chosen=contact.chosen,
            accepts=tuple(dict.fromkeys([*own, *liked])),
            stopped=contact.stopped_at is not None,
            cases=tuple(
                KnownCase(
                    id=case.id,
                    ref=case.ref,
                    status=case.status,
                    category=case.category,
                    restricted=case.compartment is not None,
                    opened_at=case.opened_at,
                    due=case.answer_due_at,
                    waiting_since=case.paused_at if case.status == "waiting" else None,
                )
                for case in cases
            ),
        )

    def _learn(self, contact: Contact, decision: Decision) -> None:
        """Let the message's language weigh on the next one's; older messages fade."""
        if decision.action == "command" or not decision.language.likeliest:
            return
        weights = {code: value * _PRIOR_FADES for code, value in contact.prior.items()}
        for code, probability in decision.language.likeliest:
            weights[code] = weights.get(code, 0.0) + (1 - _PRIOR_FADES) * probability
        total = sum(weights.values())
        contact.prior = {code: round(value / total, 4) for code, value in weights.items() if value / total > 0.01}

    def _apply(self, session: Session, contact: Contact, message: Message, step: Step, turn: Turn) -> None:
        for effect in step.effects:
            self._one(session, contact, message, effect, turn)
        session.flush()

    def _one(self, session: Session, contact: Contact, message: Message, effect: Effect, turn: Turn) -> None:
        match effect:
            case OpenCase(category, priority, compartment, topic, place, language):
                filing = Filing(category, priority, compartment, topic, place)
                self.cases.open_case(session, contact, turn.ref, filing, language, message)
            case JoinCase(case_id):
                self.cases.join(session, _case(session, contact, case_id), message)
            case Refile(case_id, category, priority, compartment, topic, place):
                filing = Filing(category, priority, compartment, topic, place)
                self.cases.refile(session, _case(session, contact, case_id), filing)
            case Note(case_id, name, value):
                self.cases.add_fact(session, _case(session, contact, case_id), name, value)
            case SetLanguage(code, chosen):
                contact.language, contact.chosen = code, chosen or contact.chosen
            case Silence():
                contact.stopped_at = turn.now
                silence(session, contact.id)
            case Resume():
                contact.stopped_at = None
            case Erase():
                erase(session, contact, turn.now)
            case Keep(kind, topic, place, entry, language):
                session.add(
                    Record(
                        id=new_id(),
                        kind=kind,
                        contact_id=contact.id,
                        message_id=message.id,
                        topic=topic,
                        place_pcode=place.pcode if place else None,
                        language=language or contact.language,
                        entry=entry,
                        at=turn.now,
                    )
                )

    def _speak(
        self, session: Session, contact: Contact, step: Step, message: Message, now: datetime
    ) -> tuple[str, str]:
        """Put what is to be said on its way. Returns the text left for MORE and its language."""
        rest = ("", "")
        for say in step.say:
            put = self.outgo.put(
                session,
                contact,
                worded(say),
                now,
                lane=Lane.SAFETY if say.lane == "safety" else Lane.REPLY,
                case_id=message.case_id,
                answer=say.answer,
                despite_stop=say.despite_stop,
            )
            if put.rest:
                rest = (put.rest, say.language)
        return rest

    def _remember(self, contact: Contact, step: Step, rest: tuple[str, str]) -> None:
        state = replace(step.state, rest=rest[0], rest_language=rest[1]) if rest[0] else step.state
        text = json.dumps(state.dump(), ensure_ascii=True, separators=(",", ":"))
        contact.dialogue = self.keyring.seal("contact.dialogue", contact.id, text)

    def _state(self, contact: Contact | None) -> State:
        if contact is None or contact.dialogue is None:
            return State()
        return State.load(json.loads(self.keyring.open("contact.dialogue", contact.id, contact.dialogue)))


def _find(session: Session, key: bytes) -> Contact | None:
    return session.scalar(select(Contact).where(Contact.address_key == key))


def _case(session: Session, contact: Contact, case_id: UUID) -> Case:
    return session.scalars(
        select(Case).where(Case.id == case_id, Case.contact_id == contact.id).with_for_update()
    ).one()


def _summary(decision: Decision) -> Mapping[str, Any]:
    """What routing made of it, without a word of the person."""
    place: Place | None = decision.place
    return {
        "action": decision.action,
        "category": decision.category,
        "topic": decision.topic,
        "compartment": decision.compartment,
        "priority": decision.priority,
        "answer": decision.answer,
        "command": decision.command,
        "language": decision.language.code,
        "confidence": round(decision.confidence, 3),
        "place": place.name if place else None,
    }
