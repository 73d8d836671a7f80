# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content beside entries: facts and when they are due, service points on a map, files, questions, history."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import content_changes as verbs
from admin_api import content_showing as showing
from admin_api import desk, render
from admin_api.api.content import CONTENT, UPLOAD
from admin_api.api.content_more import Name, taken
from admin_api.content_map import drawn
from admin_api.content_schemas import FactIn, PointIn, VerifyIn
from admin_api.pages.content_forms import Field, made, page
from admin_api.policy import GuardedRoute, allow
from admin_api.signin import check_form
from bot.content import exchange, views
from bot.content.exchange.plan import Outcome
from bot.content.facts import KINDS
from bot.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Stale

router = APIRouter(route_class=GuardedRoute, prefix="/content")


@router.get("/facts")
@allow(CONTENT)
def facts(request: Request) -> Response:
    with desk.read(request) as at:
        found, around = showing.facts(at.session, at.now), render.frame(request, at)
        due = {each.name for each in views.due(at.session, at.now)}
    return page(request, "content_facts.html", around, "/facts", {"facts": found, "due": due, "kinds": KINDS})


@router.get("/facts/{name}")
@allow(CONTENT)
def fact(request: Request, name: Name) -> Response:
    return _fact(request, name)


@router.post("/facts/{name}")
@allow(CONTENT)
def set_fact(
    request: Request,
    name: Name,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    value: Field = "",
    verified_by: Field = "",
    verified_on: Field = "",
    expires_on: Field = "",
    verb: Field = "set",
) -> Response:
    check_form(request, form)
    told: dict[str, Any] = {
        "verified_by": verified_by,
        "verified_on": verified_on or None,
        "expires_on": expires_on or None,
        "version": int(version) if version.isdecimal() else None,
    }
    try:
        body = made(lambda: VerifyIn(**told) if verb == "verify" else FactIn(value=_value(name, value), **told))
        assert isinstance(body, VerifyIn | FactIn)
        verbs.set_fact(request, name, body, key or None)
    except (Invalid, Conflict, Stale, NotAllowed, NotFound) as refusal:
        return _fact(request, name, refusal, value)
    return RedirectResponse("/console/content/facts", 303)


@router.get("/points")
@allow(CONTENT)
def points(request: Request) -> Response:
    return _points(request)


@router.post("/points")
@allow(CONTENT)
def set_point(
    request: Request,
    form: Field = "",
    key: Field = "",
    point: Field = "",
    english: Field = "",
    arabic: Field = "",
    pcode: Field = "",
    latitude: Field = "",
    longitude: Field = "",
    topics: Field = "",
    told: Field = "",
    active: Field = "",
) -> Response:
    check_form(request, form)
    names = {code: name for code, name in (("en", english.strip()), ("ar", arabic.strip())) if name}
    try:
        body = made(
            lambda: PointIn(
                names=names,
                pcode=pcode.strip(),
                latitude=float(latitude),
                longitude=float(longitude),
                topics=topics.split(),
                facts=told.split(),
                active=active == "yes",
            )
        )
        assert isinstance(body, PointIn)
        verbs.set_point(request, body, UUID(point) if point else None, key or None)
    except (Invalid, Conflict, NotAllowed, NotFound) as refusal:
        return _points(request, refusal)
    except ValueError:
        return _points(request, Invalid("There is no such service point."))
    return RedirectResponse("/console/content/points", 303)


@router.get("/files")
@allow(CONTENT)
def files(request: Request) -> Response:
    return _files(request)


@router.post("/files")
@allow(UPLOAD)
async def bring(
    request: Request, file: UploadFile, form: Annotated[str, Form()] = "", verb: Annotated[str, Form()] = "dry"
) -> Response:
    check_form(request, form)
    data = await file.read(exchange.LARGEST + 1)
    kind = (file.filename or "").rpartition(".")[2].lower()
    kind = {"xlf": "xliff"}.get(kind, kind)
    try:
        outcome = await run_in_threadpool(taken, request, kind, data, verb == "dry", verb == "submit")
    except exchange.BadFile as error:
        return await run_in_threadpool(_files, request, error=error)
    return await run_in_threadpool(_files, request, outcome=outcome, dry=verb == "dry")


@router.get("/insight")
@allow(CONTENT)
def insight(request: Request) -> Response:
    with desk.read(request) as at:
        found, around = showing.insight(at.session, at.now), render.frame(request, at)
        rows = views.unanswered_rows(at.session, 50)
    return page(request, "content_insight.html", around, "/insight", {"insight": found, "rows": rows})


@router.get("/history")
@allow(CONTENT)
def history(request: Request) -> Response:
    with desk.read(request) as at:
        found, around = showing.events(at.session, limit=200), render.frame(request, at)
    return page(request, "content_history.html", around, "/history", {"events": found})


def _value(name: str, text: str) -> Any:
    """A fact's value as the form holds it: plain for phones, dates and links, JSON for what has parts."""
    if not text.strip():
        return None
    if name.split("_", 1)[0] in ("phone", "date", "link"):
        return text.strip()
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Invalid("The value is not written as the example shows.", "value") from error


def _fact(request: Request, name: str, refusal: Refusal | None = None, value: str | None = None) -> Response:
    with desk.read(request) as at:
        found = next((each for each in showing.facts(at.session, at.now) if each.name == name), None)
        around = render.frame(request, at)
    if value is None:
        held = found.value if found else None
        value = held if isinstance(held, str) else json.dumps(held, ensure_ascii=False, indent=1) if held else ""
    context = {"fact": found, "name": name, "value": value, "refusal": refusal.detail if refusal else ""}
    return page(request, "content_fact.html", around, "/facts", context, refusal.status if refusal else 200)


def _points(request: Request, refusal: Refusal | None = None) -> Response:
    with desk.read(request) as at:
        found = [showing.point(row) for row in views.points(at.session)]
        names = [each.name for each in showing.facts(at.session, at.now)]
        around = render.frame(request, at)
    context = {
        "points": found,
        "map": drawn(found),
        "refusal": refusal.detail if refusal else "",
        "facts": sorted(names),
    }
    return page(request, "content_points.html", around, "/points", context, refusal.status if refusal else 200)


def _files(
    request: Request, outcome: Outcome | None = None, dry: bool = True, error: exchange.BadFile | None = None
) -> Response:
    with desk.read(request) as at:
        around = render.frame(request, at)
    troubles = error.troubles if error else outcome.troubles if outcome else ()
    context = {
        "outcome": outcome,
        "dry": dry,
        "troubles": troubles[:300],
        "failed": error is not None,
        "forms": exchange.FORMATS,
    }
    return page(request, "content_files.html", around, "/files", context, 422 if error else 200)
