# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns rows into what an officer is shown, opening what is sealed. Who may see them was settled before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_api.desk import Desk
from admin_api.listing import is_overdue
from admin_api.schemas import (
    AttachmentOut,
    CaseDetail,
    CaseOut,
    ClocksOut,
    ContactOut,
    EventOut,
    History,
    MessageOut,
    NoteOut,
    OfficerOut,
    PlaceOut,
    Window,
)
from bot.errors import NotFound
from bot.history import whole
from bot.outbox import delivery
from bot.store.cases import Case, CaseEvent, Note
from bot.store.messages import Attachment, Message, Outbox
from bot.store.officers import Officer
from bot.store.people import Contact

People = Mapping[UUID, OfficerOut]


def cases(session: Session, found: Sequence[Case], now: datetime) -> list[CaseOut]:
    """Cases as a list shows them."""
    people = _people(session, (case.assignee_id for case in found))
    return [CaseOut.model_validate(_case(case, people, now)) for case in found]


def case_detail(desk: Desk, case: Case) -> CaseDetail:
    """One case with the person's channel and what it allows."""
    people = _people(desk.session, (case.assignee_id,))
    contact = desk.session.get_one(Contact, case.contact_id)
    return CaseDetail.model_validate(
        {
            **_case(case, people, desk.now),
            "resolution": case.resolution,
            "person_informed": case.person_informed,
            "contact": _contact(desk, contact),
        }
    )


def messages(desk: Desk, case: Case, only: UUID | None = None) -> list[MessageOut]:
    """The thread of a case, oldest first, or its one message `only`. Raises NotFound where there is no such one."""
    query = select(Message).where(Message.case_id == case.id).order_by(Message.at, Message.id)
    if only is not None:
        query = query.where(Message.id == only)
    rows = list(desk.session.scalars(query))
    if only is not None and not rows:
        raise NotFound("There is no such message.")
    out = [row.id for row in rows if not row.inbound]
    states, parts = delivery(desk.session, out), _parts(desk.session, out)
    people = _people(desk.session, (_officer_id(row.author) for row in rows))
    files = _attachments(desk, case, [row.id for row in rows if row.inbound])
    return [
        MessageOut.model_validate(
            {
                "id": row.id,
                "direction": "in" if row.inbound else "out",
                "author": row.author if row.author in ("person", "bot") else "officer",
                "officer": people.get(_officer_id(row.author) or row.id),
                "text": shown(desk.service.keyring.open("message.body", row.id, row.body)),
                "kind": row.kind,
                "language": row.language,
                "at": row.at,
                "answer": row.answer,
                "delivery": states.get(row.id),
                "delivery_error": parts.get(row.id, (None, None))[1],
                "segments": parts.get(row.id, (None, None))[0],
                "attachments": files.get(row.id, []),
            }
        )
        for row in rows
    ]


def notes(desk: Desk, case: Case) -> list[NoteOut]:
    """The notes of a case, oldest first."""
    rows = list(desk.session.scalars(select(Note).where(Note.case_id == case.id).order_by(Note.at, Note.id)))
    people = _people(desk.session, (row.officer_id for row in rows))
    return [
        NoteOut(
            id=row.id,
            officer=people.get(row.officer_id),
            text=shown(desk.service.keyring.open("note.body", row.id, row.body)),
            at=row.at,
        )
        for row in rows
    ]


def history(desk: Desk, case: Case) -> History:
    """A case's history, oldest first, and whether it is as it was written."""
    rows = list(desk.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number)))
    named = [_officer_id(row.actor) for row in rows] + [_officer_id(str(row.detail.get("to"))) for row in rows]
    people = _people(desk.session, named)
    items = []
    for row in rows:
        detail = dict(row.detail)
        given = _officer_id(str(detail.get("to")))
        if row.verb == "assigned" and given is not None and given in people:
            detail["to"] = people[given].email
        actor = row.actor if row.actor in ("system", "person") else "officer"
        items.append(
            EventOut.model_validate(
                {
                    "number": row.number,
                    "at": row.at,
                    "actor": actor,
                    "officer": people.get(_officer_id(row.actor) or row.id),
                    "verb": row.verb,
                    "detail": detail,
                }
            )
        )
    return History(items=items, whole=whole(desk.session, desk.service.keyring, case))


def attachment(desk: Desk, case: Case, attachment_id: UUID) -> tuple[AttachmentOut, bytes]:
    """A file of this case. Raises NotFound where there is none, or it was not fetched."""
    row = desk.session.scalar(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Message.case_id == case.id)
    )
    if row is None or row.content is None:
        raise NotFound("There is no such file.")
    return _file(desk, case, row), desk.service.keyring.open_bytes("attachment.content", row.id, row.content)


def officer(row: Officer) -> OfficerOut:
    """An officer as colleagues see them."""
    return OfficerOut(id=row.id, email=row.email, name=row.name)


def shown(text: str) -> str:
    """Text that can be written as UTF-8: half a surrogate pair, which a provider may send, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _case(case: Case, people: People, now: datetime) -> dict[str, object]:
    place = PlaceOut(pcode=case.place_pcode, name=case.place_name) if case.place_name else None
    return {
        "ref": case.ref,
        "category": case.category,
        "compartment": case.compartment,
        "topic": case.topic,
        "priority": case.priority,
        "status": case.status,
        "language": case.language,
        "place": place,
        "queue": case.queue,
        "assignee": people.get(case.assignee_id) if case.assignee_id else None,
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
        "clocks": ClocksOut(
            first_due_at=case.first_due_at,
            first_action_at=case.first_action_at,
            answer_due_at=case.answer_due_at,
            close_due_at=case.close_due_at,
            paused_at=case.paused_at,
            closed_at=case.closed_at,
            overdue=is_overdue(case, now),
        ),
        "version": case.version,
    }


def _contact(desk: Desk, contact: Contact) -> ContactOut:
    name = desk.service.keyring.open("contact.name", contact.id, contact.name) if contact.name else None
    loaded = desk.service.channels
    span = loaded[contact.channel].window if contact.channel in loaded else None
    last = contact.last_inbound_at
    until = last + span if span and last else None
    return ContactOut(
        channel=contact.channel,
        name=shown(name) if name else None,
        language=contact.language,
        stopped=contact.stopped_at is not None,
        blocked=contact.blocked_at is not None,
        window=Window(limited=span is not None, open=span is None or bool(until and until > desk.now), until=until),
    )


def _parts(session: Session, message_ids: list[UUID]) -> dict[UUID, tuple[int, str | None]]:
    rows = session.execute(
        select(Outbox.message_id, func.sum(Outbox.segments), func.max(Outbox.error))
        .where(Outbox.message_id.in_(message_ids))
        .group_by(Outbox.message_id)
    )
    return {row[0]: (int(row[1]), row[2] or None) for row in rows if row[0] is not None}


def _attachments(desk: Desk, case: Case, message_ids: list[UUID]) -> dict[UUID, list[AttachmentOut]]:
    found: dict[UUID, list[AttachmentOut]] = {}
    query = select(Attachment).where(Attachment.message_id.in_(message_ids)).order_by(Attachment.id)
    for row in desk.session.scalars(query):
        found.setdefault(row.message_id, []).append(_file(desk, case, row))
    return found


def _file(desk: Desk, case: Case, row: Attachment) -> AttachmentOut:
    ring = desk.service.keyring
    return AttachmentOut.model_validate(
        {
            "id": row.id,
            "content_type": row.content_type,
            "filename": shown(ring.open("attachment.filename", row.id, row.filename)) if row.filename else "",
            "voice": row.voice,
            "state": row.state,
            "href": f"/api/v1/cases/{case.ref}/attachments/{row.id}",
        }
    )


def _people(session: Session, ids: Iterable[UUID | None]) -> People:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {row.id: officer(row) for row in session.scalars(select(Officer).where(Officer.id.in_(wanted)))}


def _officer_id(actor: str) -> UUID | None:
    try:
        return UUID(actor)
    except ValueError:
        return None
