# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content over the API, beside entries: facts, service points, files for translators, and what to see to."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_api import content_changes as verbs
from admin_api import content_showing as showing
from admin_api import desk
from admin_api.api.content import CONTENT, UPLOAD
from admin_api.content_schemas import (
    ContentHistory,
    FactIn,
    FactOut,
    Facts,
    Insight,
    OutcomeOut,
    PointIn,
    PointOut,
    Points,
    TroubleOut,
    VerifyIn,
)
from admin_api.openapi import IdempotencyKey, problems
from admin_api.policy import GuardedRoute, allow
from admin_api.problems import TooLarge, problem
from admin_api.schemas import Code
from bot.content import exchange, views
from bot.content.exchange.plan import Outcome, bring_back, take_out
from bot.content.hand import Hand, actor
from bot.content.rules import LANGUAGES
from bot.errors import Invalid

router = APIRouter(route_class=GuardedRoute, prefix="/content", tags=["content"])

_FILE = {"type": "string", "format": "binary"}
Form = Literal["xlsx", "csv", "po", "xliff", "json"]
Name = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9_]+$", description="The fact's name, such as `phone_mrc`.")]
Tongues = Annotated[list[Code] | None, Query(description="May be given several times; PO and XLIFF hold one.")]


@router.get("/facts", responses=problems(), summary="All facts, those that need somebody first")
@allow(CONTENT)
def facts(request: Request) -> Facts:
    with desk.read(request) as at:
        return Facts(items=showing.facts(at.session, at.now))


@router.post(
    "/facts/{name}",
    response_model=FactOut,
    responses=problems(409, 411, 412, 413),
    summary="Set a fact; texts that show it are stale until they are confirmed",
)
@allow(CONTENT)
def set_fact(request: Request, name: Name, body: FactIn, idempotency_key: IdempotencyKey = None) -> Response:
    return verbs.set_fact(request, name, body, idempotency_key).response()


@router.post(
    "/facts/{name}/verify",
    response_model=FactOut,
    responses=problems(404, 409, 411, 412, 413),
    summary="Say that a fact was verified as it stands",
)
@allow(CONTENT)
def verify_fact(request: Request, name: Name, body: VerifyIn, idempotency_key: IdempotencyKey = None) -> Response:
    return verbs.set_fact(request, name, body, idempotency_key).response()


@router.get("/points", responses=problems(), summary="Service points")
@allow(CONTENT)
def points(request: Request) -> Points:
    with desk.read(request) as at:
        return Points(items=[showing.point(row) for row in views.points(at.session)])


@router.post(
    "/points", status_code=201, response_model=PointOut, responses=problems(411, 413), summary="Make a service point"
)
@allow(CONTENT)
def make_point(request: Request, body: PointIn, idempotency_key: IdempotencyKey = None) -> Response:
    return verbs.set_point(request, body, None, idempotency_key).response()


@router.post(
    "/points/{point_id}", response_model=PointOut, responses=problems(404, 411, 413), summary="Change a service point"
)
@allow(CONTENT)
def change_point(request: Request, point_id: UUID, body: PointIn, idempotency_key: IdempotencyKey = None) -> Response:
    return verbs.set_point(request, body, point_id, idempotency_key).response()


@router.get("/insight", responses=problems(), summary="Questions without an answer, and whether answers helped")
@allow(CONTENT)
def insight(request: Request, days: Annotated[int, Query(ge=1, le=366)] = 30) -> Insight:
    with desk.read(request) as at:
        return showing.insight(at.session, at.now, days)


@router.get("/history", responses=problems(), summary="What was done, newest first")
@allow(CONTENT)
def history(request: Request, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> ContentHistory:
    with desk.read(request) as at:
        return ContentHistory(items=showing.events(at.session, limit=limit))


@router.get(
    "/export",
    responses={
        **problems(),
        200: {
            "description": "A file for translators.",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "object"} if form == "json" else _FILE}
                for form, kind in exchange.TYPES.items()
            },
        },
    },
    response_class=Response,
    summary="Take texts out",
)
@allow(CONTENT)
def export(
    request: Request,
    form: Form = "xlsx",
    language: Tongues = None,
    entry: Annotated[list[Code] | None, Query(description="Slugs; all without one.")] = None,
) -> Response:
    with desk.read(request) as at:
        wanted = [code for code in language or ["ar"] if code in LANGUAGES]
        items = take_out(at.session, wanted, entry or ())
    try:
        data = exchange.write(form, items)
    except ValueError as error:
        raise Invalid(str(error), "language") from error
    name = f"sawt-{'-'.join(wanted)}.{form}"
    return Response(
        data, media_type=exchange.TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.post(
    "/import",
    response_model=OutcomeOut,
    responses=problems(411, 413),
    summary="Bring texts back as drafts: all or nothing, on paper only with `dry`",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
@allow(UPLOAD)
async def bring(request: Request, form: Form, dry: bool = True, submit: bool = False) -> Response:
    data = await body_of(request)
    try:
        outcome = await run_in_threadpool(taken, request, form, data, dry, submit)
    except exchange.BadFile as error:
        return problem(
            422,
            "bad_file",
            "The file cannot be taken; nothing was changed.",
            fields=[{"field": trouble.where, "says": trouble.says} for trouble in error.troubles[:200]],
        )
    return Response(outcome_out(outcome, dry).model_dump_json(), media_type="application/json")


async def body_of(request: Request) -> bytes:
    """The body, at most as large as a content file may be. Raises TooLarge."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > exchange.LARGEST:
            raise TooLarge
    return bytes(data)


def taken(request: Request, form: str, data: bytes, dry: bool, submit: bool) -> Outcome:
    """Read a file and bring it back. Raises BadFile."""
    with desk.read(request):
        pass  # whoever may not come in has no file read for them
    items = exchange.read(form, data)
    with desk.write(request) as at:
        hand = Hand.take(at.session, actor(at.officer), at.now, at.service.bell)
        return bring_back(hand, items, submit=submit, dry=dry)


def outcome_out(outcome: Outcome, dry: bool) -> OutcomeOut:
    return OutcomeOut(
        dry=dry,
        changed=[list(pair) for pair in outcome.changed],
        same=outcome.same,
        troubles=[TroubleOut(where=each.where, says=each.says, level=each.level) for each in outcome.troubles],
    )
