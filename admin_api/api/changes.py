# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing cases: each a POST with `If-Match`, and with an `Idempotency-Key` safe to repeat."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from admin_api import changes
from admin_api.api.cases import Ref
from admin_api.changes import Body, Verb, Version
from admin_api.openapi import IdempotencyKey, IfMatch, problems
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.schemas import (
    AssignIn,
    Changed,
    CloseIn,
    CorrectIn,
    Noted,
    NoteIn,
    ReferIn,
    Replied,
    ReplyIn,
    Sent,
)

router = APIRouter(route_class=GuardedRoute, tags=["changes"])

_PROBLEMS = problems(404, 409, 411, 412, 413, 428)


@router.post(
    "/cases/{ref}/reply",
    status_code=201,
    response_model=Replied,
    responses=_PROBLEMS,
    summary="Write to the person on their channel",
)
@allow(SIGNED_IN)
def reply(
    request: Request, ref: Ref, body: ReplyIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, ref, body, if_match, idempotency_key, changes.reply, 201)


@router.post(
    "/cases/{ref}/note", status_code=201, response_model=Noted, responses=_PROBLEMS, summary="Write for other officers"
)
@allow(SIGNED_IN)
def note(
    request: Request, ref: Ref, body: NoteIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, ref, body, if_match, idempotency_key, changes.note, 201)


@router.post("/cases/{ref}/assign", response_model=Changed, responses=_PROBLEMS, summary="Give the case to an officer")
@allow(SIGNED_IN)
def assign(
    request: Request, ref: Ref, body: AssignIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, ref, body, if_match, idempotency_key, changes.assign)


@router.post(
    "/cases/{ref}/refer", response_model=Changed, responses=_PROBLEMS, summary="Record a referral, with consent"
)
@allow(SIGNED_IN)
def refer(
    request: Request, ref: Ref, body: ReferIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, ref, body, if_match, idempotency_key, changes.refer)


@router.post("/cases/{ref}/close", response_model=Changed, responses=_PROBLEMS, summary="Close the case")
@allow(SIGNED_IN)
def close(
    request: Request, ref: Ref, body: CloseIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, ref, body, if_match, idempotency_key, changes.close)


@router.post("/cases/{ref}/reopen", response_model=Changed, responses=_PROBLEMS, summary="Open a closed case again")
@allow(SIGNED_IN)
def reopen(request: Request, ref: Ref, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None) -> Response:
    return _done(request, ref, Sent(), if_match, idempotency_key, changes.reopen)


@router.post(
    "/cases/{ref}/correct", response_model=Changed, responses=_PROBLEMS, summary="File the case where it belongs"
)
@allow(SIGNED_IN)
def correct(
    request: Request, ref: Ref, body: CorrectIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, ref, body, if_match, idempotency_key, changes.correct)


def _done(
    request: Request, ref: str, body: Body, if_match: str | None, key: str | None, verb: Verb[Body], status: int = 200
) -> Response:
    answer, again = changes.change(request, ref, body, Version.parse(if_match), key, verb, status)
    response = answer.response(again=again)
    if status == 201:
        response.headers["Location"] = _where(ref, answer.body)
    return response


def _where(ref: str, body: str) -> str:
    made = _Made.model_validate_json(body)
    return made.href or f"/api/v1/cases/{ref}/notes"


class _Made(BaseModel):
    href: str = ""
