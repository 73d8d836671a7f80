# SPDX-License-Identifier: AGPL-3.0-or-later
"""Try a text: what routing would do with it, and why. Nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request

from admin_api import desk
from admin_api.openapi import problems
from admin_api.policy import SIGNED_IN, GuardedRoute, allow
from admin_api.schemas import Classified, ClassifyIn
from routing.decision import Heard
from routing.explain import as_json

if TYPE_CHECKING:
    from bot.service import Service

router = APIRouter(route_class=GuardedRoute, tags=["routing"])


@router.post("/classify", responses=problems(411, 413), summary="Explain how a text is routed")
@allow(SIGNED_IN)
def classify(request: Request, body: ClassifyIn) -> Classified:
    with desk.read(request) as at:
        service = at.service
    return explain(service, body.text)


def explain(service: Service, text: str) -> Classified:
    """Route a text as if somebody had sent it first, against what is published now."""
    decision = service.turns.router.route(Heard(text), service.published.known().cards)
    return Classified.model_validate(
        {
            **as_json(decision, None),
            "compartment": decision.compartment,
            "priority": decision.priority,
            "command": decision.command,
        }
    )
