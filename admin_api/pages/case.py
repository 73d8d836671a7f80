# SPDX-License-Identifier: AGPL-3.0-or-later
"""One case: the thread, what officers do with it, and its history. Every form carries the version it was made from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import changes, desk, labels, render, showing
from admin_api.api.cases import Ref
from admin_api.api.me import assignable
from admin_api.changes import Body, Verb, Version
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.schemas import AssignIn, CloseIn, CorrectIn, NoteIn, ReferIn, ReplyIn, Sent
from admin_api.signin import check_form
from bot.access import COMPARTMENTS
from bot.errors import Conflict, Invalid, Refusal, Stale

router = APIRouter(route_class=GuardedRoute)

Field = Annotated[str, Form(max_length=20_000)]


class Hidden(BaseModel):
    """What every form of a case carries unseen: the session's token, the version that was read, and its own key."""

    form: str = ""
    version: str = ""
    key: str = ""


@router.get("/cases/{ref}")
@allow(SIGNED_IN)
def case(request: Request, ref: Ref) -> Response:
    return _show(request, ref)


@router.post("/cases/{ref}/reply")
@allow(SIGNED_IN)
def reply(
    request: Request,
    ref: Ref,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    text: Field = "",
    language: Field = "",
) -> Response:
    hidden, draft = Hidden(form=form, version=version, key=key), {"reply": text}
    said: dict[str, Any] = {"text": text, **({"language": language} if language else {})}
    return _act(request, ref, hidden, lambda: ReplyIn(**said), changes.reply, draft)


@router.post("/cases/{ref}/note")
@allow(SIGNED_IN)
def note(
    request: Request, ref: Ref, form: Field = "", version: Field = "", key: Field = "", text: Field = ""
) -> Response:
    hidden = Hidden(form=form, version=version, key=key)
    return _act(request, ref, hidden, lambda: NoteIn(text=text), changes.note, {"note": text})


@router.post("/cases/{ref}/assign")
@allow(SIGNED_IN)
def assign(
    request: Request, ref: Ref, form: Field = "", version: Field = "", key: Field = "", assignee: Field = ""
) -> Response:
    hidden = Hidden(form=form, version=version, key=key)
    return _act(request, ref, hidden, lambda: AssignIn(assignee=assignee or None), changes.assign, {})


@router.post("/cases/{ref}/refer")
@allow(SIGNED_IN)
def refer(
    request: Request,
    ref: Ref,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    to: Field = "",
    consent: Field = "",
) -> Response:
    hidden = Hidden(form=form, version=version, key=key)
    return _act(request, ref, hidden, lambda: ReferIn(to=to, consent=consent == "yes"), changes.refer, {"refer": to})


@router.post("/cases/{ref}/close")
@allow(SIGNED_IN)
def close(
    request: Request,
    ref: Ref,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    resolution: Field = "",
    informed: Field = "",
) -> Response:
    hidden = Hidden(form=form, version=version, key=key)
    said: dict[str, Any] = {"resolution": resolution, "person_informed": informed == "yes"}
    return _act(request, ref, hidden, lambda: CloseIn(**said), changes.close, {})


@router.post("/cases/{ref}/reopen")
@allow(SIGNED_IN)
def reopen(request: Request, ref: Ref, form: Field = "", version: Field = "", key: Field = "") -> Response:
    return _act(request, ref, Hidden(form=form, version=version, key=key), Sent, changes.reopen, {})


@router.post("/cases/{ref}/correct")
@allow(SIGNED_IN)
def correct(
    request: Request,
    ref: Ref,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    category: Field = "",
    priority: Field = "",
    compartment: Field = "",
    topic: Field = "",
) -> Response:
    hidden = Hidden(form=form, version=version, key=key)
    said: dict[str, Any] = {
        "category": category,
        "priority": priority,
        "compartment": compartment or None,
        "topic": topic or None,
    }
    return _act(request, ref, hidden, lambda: CorrectIn(**said), changes.correct, {})


def _act(
    request: Request, ref: str, hidden: Hidden, made: Callable[[], Body], verb: Verb[Body], draft: Mapping[str, str]
) -> Response:
    """Do it and go back to the case. What cannot be done is said on the case's page, and the draft stays in its box."""
    check_form(request, hidden.form)
    try:
        body = _body(made)
        answer, _ = changes.change(request, ref, body, Version.parse(hidden.version), hidden.key or None, verb)
    except (Invalid, Conflict, Stale) as refusal:
        return _show(request, ref, refusal, draft)
    gone = answer.body == changes.OUT_OF_SIGHT
    return RedirectResponse("/console" if gone else f"/console/cases/{ref}#latest", 303)


def _body(made: Callable[[], Body]) -> Body:
    try:
        return made()
    except ValidationError as error:
        empty = any(found["type"] == "string_too_short" for found in error.errors())
        long = any(found["type"] == "string_too_long" for found in error.errors())
        says = "The text is empty." if empty else "The text is too long." if long else "Choose one of the list."
        raise Invalid(says) from None


def _show(
    request: Request, ref: str, refusal: Refusal | None = None, draft: Mapping[str, str] | None = None
) -> Response:
    with desk.view(request) as at:
        row = at.case(ref)
        context: dict[str, Any] = {
            "case": showing.case_detail(at, row),
            "thread": showing.messages(at, row),
            "notes": showing.notes(at, row),
            "history": showing.history(at, row),
            "officers": [showing.officer(found) for found in assignable(at, row)],
        }
        around = render.frame(request, at)
    context |= {
        "refusal": refusal.detail if refusal else "",
        "stale": isinstance(refusal, Stale),
        "draft": {"reply": "", "note": "", "refer": "", **(draft or {})},
        "key": uuid.uuid4().hex,
        "categories": labels.CATEGORY,
        "priorities": labels.PRIORITY,
        "compartments": COMPARTMENTS,
        "resolutions": labels.RESOLUTION,
    }
    return render.page(request, "case.html", around, context, refusal.status if refusal else 200)
