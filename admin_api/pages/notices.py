# SPDX-License-Identifier: AGPL-3.0-or-later
"""An officer's notices, and the button that marks them seen."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import desk, render
from admin_api.api import notices as verbs
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.signin import check_form
from bot.errors import Invalid

router = APIRouter(route_class=GuardedRoute)
_PAGE = 50


@router.get("/notices")
@allow(SIGNED_IN)
def notices(request: Request, cursor: Annotated[str, Query(max_length=300)] = "") -> Response:
    with desk.read(request) as at:
        found = verbs.page(at, False, _PAGE, cursor or None)
        around = render.frame(request, at)
    return render.page(request, "notices.html", around, {"notices": found.items, "next": found.next})


@router.post("/notices/seen")
@allow(SIGNED_IN)
def seen(
    request: Request, form: Annotated[str, Form()] = "", ids: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Marks those that the page showed, so that one that came meanwhile stays new."""
    check_form(request, form)
    try:
        shown = [UUID(one) for one in (ids or [])[:_PAGE]]
    except ValueError:
        raise Invalid from None
    with desk.write(request) as at:
        verbs.mark(at, shown)
    return RedirectResponse("/console/notices", 303)
