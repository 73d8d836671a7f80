# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading cases: the list, one case, its thread, notes, history and files, and the counts."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from admin_api import desk, listing, showing
from admin_api.listing import Wanted
from admin_api.openapi import problems
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.schemas import (
    CaseDetail,
    CasePage,
    Code,
    Counts,
    History,
    Line,
    MessageOut,
    Messages,
    Notes,
    Status,
)
from routing.decision import Category, Compartment, Priority

router = APIRouter(route_class=GuardedRoute, tags=["cases"])

Ref = Annotated[str, Path(max_length=40, description="The case's reference, such as `K7M4-2QXT`.")]
_SHOWN_AS = re.compile(r"image/(jpeg|png|gif|webp)|audio/[a-z0-9.+-]+|video/(mp4|3gpp|webm)|application/pdf|text/plain")


def wanted(
    status: Annotated[list[Status] | None, Query(description="May be given several times.")] = None,
    category: Category | None = None,
    topic: Annotated[Code | None, Query(description="A topic of the taxonomy, or `none`.")] = None,
    priority: Priority | None = None,
    compartment: Annotated[Compartment | Literal["none"] | None, Query()] = None,
    language: Annotated[Code | None, Query(description="A language code of the taxonomy, or `none`.")] = None,
    place: Annotated[Line | None, Query(description="A P-code (all within it), or a place's name.")] = None,
    assignee: Annotated[Line | None, Query(description="`me`, `none`, an officer's address or id.")] = None,
    overdue: bool | None = None,
    q: Annotated[Line | None, Query(description="A case's reference, however it was written.")] = None,
    sort: Annotated[
        Literal["newest", "urgent"], Query(description="`urgent`: graver and sooner due first.")
    ] = "newest",
) -> Wanted:
    return Wanted(
        status or (), category, topic, priority, compartment, language, place, assignee, overdue, q, sort == "urgent"
    )


@router.get("/cases", responses=problems(), summary="The cases that the officer may see, newest first")
@allow(SIGNED_IN)
def cases(
    request: Request,
    filters: Annotated[Wanted, Depends(wanted)],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=300, description="`next` of the page before.")] = None,
) -> CasePage:
    with desk.read(request) as at:
        found, after = listing.page(at.session, at.officer, filters, at.now, limit, cursor)
        return CasePage(items=showing.cases(at.session, found, at.now), next=after)


@router.get("/counts", responses=problems(), summary="How many cases there are")
@allow(SIGNED_IN)
def counts(request: Request) -> Counts:
    with desk.read(request) as at:
        return Counts.model_validate(listing.counts(at.session, at.officer, at.now))


@router.get("/cases/{ref}", responses=problems(404), summary="One case")
@allow(SIGNED_IN)
def case(request: Request, response: Response, ref: Ref) -> CaseDetail:
    with desk.view(request) as at:
        found = at.case(ref)
        response.headers["ETag"] = f'"{found.version}"'
        return showing.case_detail(at, found)


@router.get("/cases/{ref}/messages", responses=problems(404), summary="The thread, oldest first")
@allow(SIGNED_IN)
def messages(request: Request, ref: Ref) -> Messages:
    with desk.view(request) as at:
        return Messages(items=showing.messages(at, at.case(ref)))


@router.get("/cases/{ref}/messages/{message_id}", responses=problems(404), summary="One message and its delivery")
@allow(SIGNED_IN)
def message(request: Request, ref: Ref, message_id: UUID) -> MessageOut:
    with desk.view(request) as at:
        return showing.messages(at, at.case(ref), only=message_id)[0]


@router.get("/cases/{ref}/notes", responses=problems(404), summary="The officers' notes, oldest first")
@allow(SIGNED_IN)
def notes(request: Request, ref: Ref) -> Notes:
    with desk.view(request) as at:
        return Notes(items=showing.notes(at, at.case(ref)))


@router.get("/cases/{ref}/history", responses=problems(404), summary="What was done with the case, oldest first")
@allow(SIGNED_IN)
def history(request: Request, ref: Ref) -> History:
    with desk.view(request) as at:
        return showing.history(at, at.case(ref))


@router.get(
    "/cases/{ref}/attachments/{attachment_id}",
    responses={
        **problems(404),
        200: {
            "description": "The file, always as a download.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
    response_class=Response,
    summary="A file that came with a message",
)
@allow(SIGNED_IN)
def attachment(request: Request, ref: Ref, attachment_id: UUID) -> Response:
    with desk.view(request) as at:
        shown, content = showing.attachment(at, at.case(ref), attachment_id)
    kind = shown.content_type.partition(";")[0].strip().lower()
    name = quote(shown.filename or str(shown.id), safe="")
    return Response(
        content,
        media_type=kind if _SHOWN_AS.fullmatch(kind) else "application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
