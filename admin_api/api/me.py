# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who am I, whom may I give a case to, and what this API is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select
from starlette.requests import Request

from admin_api import desk, showing
from admin_api.openapi import describe, problems
from admin_api.policy import PUBLIC, SIGNED_IN, GuardedRoute, allow
from admin_api.schemas import Line, Me, Officers
from bot.access import CASEWORK, access_case, may_see
from bot.store.cases import Case
from bot.store.officers import Officer

router = APIRouter(route_class=GuardedRoute, tags=["officers"])


@router.get("/openapi.json", include_in_schema=False)
@allow(PUBLIC)
def openapi(request: Request) -> dict[str, Any]:
    return describe(request.app)


@router.get("/me", responses=problems(), summary="Who the key belongs to")
@allow(SIGNED_IN)
def me(request: Request) -> Me:
    with desk.read(request) as at:
        return Me.model_validate(at.officer, from_attributes=True)


@router.get("/officers", responses=problems(404), summary="Officers whom a case can be given to")
@allow(SIGNED_IN)
def officers(
    request: Request,
    case: Annotated[Line | None, Query(description="The case's reference; without it, all who work on cases.")] = None,
) -> Officers:
    with desk.read(request) as at:
        wanted = access_case(at.session, at.officer, case) if case else None
        return Officers(items=[showing.officer(row) for row in assignable(at, wanted)])


def assignable(at: desk.Desk, case: Case | None) -> list[Officer]:
    """Who works on cases and may see this one, by address."""
    rows = at.session.scalars(select(Officer).where(Officer.active).order_by(Officer.email))
    working = [row for row in rows if CASEWORK & set(row.roles)]
    return working if case is None else [row for row in working if may_see(at.session, row, case)]
