# SPDX-License-Identifier: AGPL-3.0-or-later
"""The queue: what waits for whom, most urgent first, and a small count that browsers may poll."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import desk, labels, listing, render, showing
from admin_api.listing import Wanted
from admin_api.nav import shown_to
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from bot.access import CASEWORK
from bot.refs import read_ref
from routing.decision import Category, Priority

router = APIRouter(route_class=GuardedRoute)

TABS: Mapping[str, tuple[str, Wanted]] = {
    "mine": ("Waiting for me", Wanted(status=("open",), assignee="me_or_none", urgent=True)),
    "open": ("All open", Wanted(status=("open",), urgent=True)),
    "waiting": ("Waiting for the person", Wanted(status=("waiting",))),
    "closed": ("Closed", Wanted(status=("closed",))),
}
_PAGE = 50

Choice = Annotated[str, Query(max_length=60)]


@router.get("")
@allow(SIGNED_IN)
def queue(
    request: Request,
    tab: Choice = "mine",
    category: Choice = "",
    topic: Choice = "",
    priority: Choice = "",
    language: Choice = "",
    place: Choice = "",
    overdue: Choice = "",
    q: Choice = "",
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    ref = read_ref(q)
    tab = tab if tab in TABS else "mine"
    chosen = {
        "category": category if category in get_args(Category) else "",
        "topic": topic.replace("\x00", ""),
        "priority": priority if priority in get_args(Priority) else "",
        "language": language.replace("\x00", ""),
        "place": place.replace("\x00", ""),
        "overdue": "yes" if overdue == "yes" else "",
    }
    with desk.read(request) as at:
        if not CASEWORK & set(at.officer.roles):
            return RedirectResponse(shown_to(at.officer)[0].path, 303)
        if ref and listing.page(at.session, at.officer, Wanted(q=ref), at.now, 1, None)[0]:
            return RedirectResponse(f"/console/cases/{ref}", 303)
        found, after = listing.page(at.session, at.officer, _wanted(tab, chosen, q), at.now, _PAGE, cursor or None)
        context: dict[str, Any] = {
            "cases": showing.cases(at.session, found, at.now),
            "counts": _tab_counts(listing.counts(at.session, at.officer, at.now)),
        }
        around = render.frame(request, at)
    kept = {"tab": tab, **{name: value for name, value in chosen.items() if value}}
    context |= {
        "tabs": {name: title for name, (title, _) in TABS.items()},
        "tab": tab,
        "chosen": chosen,
        "q": q,
        "filtered": any(chosen.values()) or bool(q),
        "next": f"?{urlencode({**kept, 'cursor': after})}" if after else None,
        "categories": labels.CATEGORY,
        "priorities": labels.PRIORITY,
    }
    return render.page(request, "queue.html", around, context)


@router.get("/pulse")
@allow(SIGNED_IN)
def pulse(request: Request) -> dict[str, int]:
    """How much waits. It does not keep a session awake: nobody may be looking."""
    with desk.read(request, awake=False) as at:
        counts = listing.counts(at.session, at.officer, at.now)
        return {"open": counts["status"].get("open", 0), "notices": counts["notices"], "overdue": counts["overdue"]}


def _wanted(tab: str, chosen: Mapping[str, str], q: str) -> Wanted:
    base = TABS[tab][1]
    narrowed: dict[str, Any] = {name: value for name, value in chosen.items() if value and name != "overdue"}
    if chosen["overdue"]:
        narrowed["overdue"] = True
    if q:
        return Wanted(q=q)
    return Wanted(status=base.status, assignee=base.assignee, urgent=base.urgent, **narrowed)


def _tab_counts(counts: Mapping[str, Any]) -> dict[str, int]:
    return {
        "open": counts["status"].get("open", 0),
        "waiting": counts["status"].get("waiting", 0),
        "closed": counts["status"].get("closed", 0),
        "overdue": counts["overdue"],
    }
