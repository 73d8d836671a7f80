# SPDX-License-Identifier: AGPL-3.0-or-later
"""In and out: a sign-in link that works once, signing out, the language of the console, its style and script."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import assets, desk, render
from admin_api.policy import PUBLIC, SIGNED_IN, GuardedRoute, allow
from admin_api.signin import check_form, check_origin, clear_session, credential, set_session
from bot import officers
from bot.errors import Invalid, NotFound

router = APIRouter(route_class=GuardedRoute)


@router.get("/sign-in")
@allow(PUBLIC)
def sign_in(request: Request, key: Annotated[str, Query(max_length=200)] = "") -> Response:
    """A page with a button: a preview of the link, or a scanner that follows it, does not use it up."""
    return render.page(request, "sign_in.html", None, {"key": key, "failed": False})


@router.post("/sign-in")
@allow(PUBLIC)
def use_link(request: Request, key: Annotated[str, Form(max_length=200)] = "") -> Response:
    check_origin(request)
    service = desk.service_of(request)
    now = service.clock()
    with service.store.write() as session:
        redeemed = officers.redeem(session, key, now)
    if redeemed is None:
        status = desk.wrong_key(request, now).status
        return render.page(request, "sign_in.html", None, {"key": "", "failed": True}, status)
    answer = RedirectResponse("/console", 303)
    set_session(request, answer, redeemed[1])
    return answer


@router.post("/sign-out")
@allow(SIGNED_IN)
def sign_out(request: Request, form: Annotated[str, Form()] = "") -> Response:
    check_form(request, form)
    held = credential(request)
    with desk.write(request) as at:
        if held is not None and held.kind == "session":
            officers.sign_out(at.session, held.secret)
    answer = RedirectResponse("/console/sign-in", 303)
    clear_session(request, answer)
    return answer


@router.post("/language")
@allow(SIGNED_IN)
def language(
    request: Request, form: Annotated[str, Form()] = "", locale: Annotated[str, Form(max_length=8)] = ""
) -> Response:
    check_form(request, form)
    if locale not in render.LANGUAGES:
        raise Invalid("The console does not speak this language.", "locale")
    with desk.write(request) as at:
        at.officer.locale = locale
    return RedirectResponse("/console", 303)


@router.get("/static/{name}")
@allow(PUBLIC)
def static(request: Request, name: str) -> Response:
    found = assets.all_assets().get(name)
    if found is None:
        raise NotFound("There is no such file.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.zipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=found.content_type)
    return Response(found.plain, headers=headers, media_type=found.content_type)
