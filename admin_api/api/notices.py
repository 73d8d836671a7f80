# SPDX-License-Identifier: AGPL-3.0-or-later
"""An officer's notices: something happened, and never what about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import and_, or_, update
from starlette.requests import Request
from starlette.responses import Response

from admin_api import desk
from admin_api.desk import Desk
from admin_api.listing import own_notices
from admin_api.openapi import IdempotencyKey, problems
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.repeats import Answer, Keyed
from admin_api.schemas import NoticeOut, Notices, Seen, SeenIn
from bot.errors import Invalid
from bot.store.cases import Notice

router = APIRouter(route_class=GuardedRoute, tags=["notices"])


@router.get("/notices", responses=problems(), summary="The officer's notices, newest first")
@allow(SIGNED_IN)
def notices(
    request: Request,
    unseen: Annotated[bool, Query(description="Only those not seen yet.")] = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Notices:
    with desk.read(request) as at:
        return page(at, unseen, limit, cursor)


@router.post("/notices/seen", response_model=Seen, responses=problems(411, 413), summary="Mark notices as seen")
@allow(SIGNED_IN)
def seen(request: Request, body: SeenIn, idempotency_key: IdempotencyKey = None) -> Response:
    keyed = Keyed(idempotency_key, f"{request.url.path}\n{body.model_dump_json()}")
    with desk.write(request) as at:
        stored = keyed.stored(at)
        if stored is not None:
            return stored.response(again=True)
        answer = Answer(200, Seen(seen=mark(at, body.ids)).model_dump_json())
        keyed.store(at, answer)
    return answer.response()


def page(at: Desk, unseen: bool, limit: int, cursor: str | None) -> Notices:
    """One page of the officer's notices. Raises Invalid for a cursor that is not ours."""
    query = own_notices(at.officer).order_by(Notice.at.desc(), Notice.id.desc()).limit(limit + 1)
    if unseen:
        query = query.where(Notice.seen_at.is_(None))
    if cursor:
        stamp, last = _read(cursor)
        query = query.where(or_(Notice.at < stamp, and_(Notice.at == stamp, Notice.id < last)))
    rows = at.session.execute(query).all()
    items = [NoticeOut(id=row.id, kind=row.kind, case=ref, at=row.at, seen_at=row.seen_at) for row, ref in rows[:limit]]
    more = f"{items[-1].at.isoformat(timespec='microseconds')}.{items[-1].id}" if len(rows) > limit else None
    return Notices(items=items, next=more.encode().hex() if more else None)


def mark(at: Desk, ids: list[UUID] | None) -> int:
    """Note that the officer has seen these notices, or all; others' are left alone. Returns how many were new."""
    own = update(Notice).where(Notice.officer_id == at.officer.id, Notice.seen_at.is_(None)).values(seen_at=at.now)
    done = at.session.execute(own if ids is None else own.where(Notice.id.in_(ids)))
    return int(getattr(done, "rowcount", 0))


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        stamp, _, last = bytes.fromhex(cursor).decode("ascii").rpartition(".")
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(last)
    except ValueError:
        raise Invalid("The cursor is not one of this list.", "cursor") from None
