# SPDX-License-Identifier: AGPL-3.0-or-later
"""One change of one case, the same for the API and the console: seen, not stale, done once, answered after commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from admin_api import desk as desks
from admin_api import showing
from admin_api.desk import Desk
from admin_api.repeats import Answer, Keyed
from admin_api.schemas import (
    AssignIn,
    CaseDetail,
    Changed,
    CloseIn,
    CorrectIn,
    Noted,
    NoteIn,
    ReferIn,
    Replied,
    ReplyIn,
)
from bot.access import may_see
from bot.cases import CATEGORY_COMPARTMENT, Filing, stricter
from bot.errors import Invalid, NotFound, Stale, VersionMissing
from bot.officers import by_email
from bot.store.cases import Case

Body = TypeVar("Body", bound=BaseModel)
_TAG = re.compile(r'"?(\d{1,12})"?')


@dataclass(frozen=True, slots=True)
class Version:
    """The versions that the sender read, from `If-Match`; None where they did not say."""

    read: frozenset[int] | None

    @classmethod
    def parse(cls, header: str | None) -> Version:
        """From `"3"` or a list of such tags. A weak tag or `*` names no version and matches none."""
        if header is None or header.strip() in ("", "*"):
            return cls(None)
        tags = (_TAG.fullmatch(tag.strip()) for tag in header.split(","))
        return cls(frozenset(int(tag[1]) for tag in tags if tag))

    def check(self, case: Case) -> None:
        """Raises VersionMissing, or Stale where the case has changed since."""
        if self.read is None:
            raise VersionMissing
        if case.version not in self.read:
            raise Stale("The case has changed since you read it; read it again and decide.")


Verb = Callable[[Desk, Case, Body], BaseModel]


def change(
    request: Request, ref: str, body: Body, version: Version, key: str | None, verb: Verb[Body], status: int = 200
) -> tuple[Answer, bool]:
    """Do it, or give the answer of the time it was done. Returns the answer and whether it is an old one."""
    said = "\n".join((request.method, request.url.path, body.model_dump_json(exclude_unset=True)))
    keyed = Keyed(key, said)
    with desks.write(request) as desk:
        stored = keyed.stored(desk)
        try:
            case = desk.case(ref, change=True)
        except NotFound:
            if stored is not None and stored.body == OUT_OF_SIGHT:
                return stored, True
            raise
        if stored is not None:
            return stored, True
        version.check(case)
        result = verb(desk, case, body)
        desk.session.flush()
        answer = Answer(status, result.model_dump_json(), f'"{case.version}"')
        keyed.store(desk, answer)
    return answer, False


OUT_OF_SIGHT = Changed(case=None).model_dump_json()


def reply(desk: Desk, case: Case, body: ReplyIn) -> Replied:
    put = desk.service.cases.reply(desk.session, desk.officer, case, body.text, body.language)
    return Replied.model_validate(
        {
            "message_id": put.message_id,
            "delivery": put.state,
            "href": f"/api/v1/cases/{case.ref}/messages/{put.message_id}",
            "case": showing.case_detail(desk, case),
        }
    )


def note(desk: Desk, case: Case, body: NoteIn) -> Noted:
    written = desk.service.cases.note(desk.session, desk.officer, case, body.text)
    return Noted(note_id=written.id, case=showing.case_detail(desk, case))


def assign(desk: Desk, case: Case, body: AssignIn) -> Changed:
    if body.assignee is None:
        to = None
    elif body.assignee == "me":
        to = desk.officer
    else:
        to = by_email(desk.session, body.assignee)
        if to is None:  # the same words as for an officer who may not see the case
            raise Invalid("That officer cannot be given this case.", "assignee")
    desk.service.cases.assign(desk.session, desk.officer, case, to)
    return _changed(desk, case)


def refer(desk: Desk, case: Case, body: ReferIn) -> Changed:
    desk.service.cases.refer(desk.session, desk.officer, case, body.to, body.consent)
    return _changed(desk, case)


def close(desk: Desk, case: Case, body: CloseIn) -> Changed:
    desk.service.cases.close(desk.session, desk.officer, case, body.resolution, body.person_informed)
    return _changed(desk, case)


def reopen(desk: Desk, case: Case, _body: BaseModel) -> Changed:
    desk.service.cases.reopen(desk.session, desk.officer, case)
    return _changed(desk, case)


def correct(desk: Desk, case: Case, body: CorrectIn) -> Changed:
    """File the case anew. Left out means unchanged; a restricted category keeps at least its own compartment."""
    now = showing.case_detail(desk, case)
    category = body.category or now.category
    given = body.compartment if "compartment" in body.model_fields_set else now.compartment
    filing = Filing(
        category=category,
        priority=body.priority or now.priority,
        compartment=stricter(given, CATEGORY_COMPARTMENT.get(category)),
        topic=body.topic if "topic" in body.model_fields_set else now.topic,
    )
    desk.service.cases.correct(desk.session, desk.officer, case, filing)
    return _changed(desk, case)


def _changed(desk: Desk, case: Case) -> Changed:
    desk.session.flush()
    seen: CaseDetail | None = showing.case_detail(desk, case) if may_see(desk.session, desk.officer, case) else None
    return Changed(case=seen)
