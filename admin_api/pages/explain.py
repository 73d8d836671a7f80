# SPDX-License-Identifier: AGPL-3.0-or-later
"""Try a text: what routing decides about it and why. Nothing is stored, and the text stays out of the address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from admin_api import desk, render
from admin_api.api.classify import explain as explained
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.signin import check_form

router = APIRouter(route_class=GuardedRoute)
_LONGEST = 4000


@router.get("/explain")
@allow(SIGNED_IN)
def explain(request: Request) -> Response:
    with desk.read(request) as at:
        around = render.frame(request, at)
    return render.page(request, "explain.html", around, {"text": "", "result": None})


@router.post("/explain")
@allow(SIGNED_IN)
def tried(
    request: Request, form: Annotated[str, Form()] = "", text: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    check_form(request, form)
    with desk.read(request) as at:
        around, service = render.frame(request, at), at.service
    text = text[:_LONGEST]
    result = explained(service, text) if text.strip() else None
    return render.page(request, "explain.html", around, {"text": text, "result": result})
