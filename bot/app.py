# SPDX-License-Identifier: AGPL-3.0-or-later
"""The front door: one web application of hooks, health, metrics, simulator, admin API and console."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

import admin_api
from bot import hooks, simulator
from bot.intake import Intake
from bot.service import Service
from bot.store import migrate


def create_app(service: Service, intake: Intake, ready: Callable[[], bool] = lambda: True) -> Starlette:
    """Build the application. `ready` says whether this process takes work.

    Hooks, health and simulator stand before the office's application, so that the hot path carries none of its
    middleware.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        intake.close()

    own: list[BaseRoute] = [
        *hooks.routes(service.channels, intake, service.settings.public_url),
        *_health(service, ready),
    ]
    if "simulator" in service.channels:
        own += simulator.routes(service, intake)
    return Starlette(routes=[*own, Mount("", app=admin_api.create_app(service))], lifespan=lifespan)


def _health(service: Service, ready: Callable[[], bool]) -> list[BaseRoute]:
    def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def fit(_request: Request) -> Response:
        """Ready means: the database answers and is at this version. Providers do not count: they come and go."""
        well = ready() and await run_in_threadpool(_store_is_well, service)
        return PlainTextResponse("ready" if well else "not ready", 200 if well else 503)

    def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", alive), Route("/readyz", fit), Route("/metrics", metrics)]


def _store_is_well(service: Service) -> bool:
    try:
        with service.store.read() as session:
            session.execute(text("SELECT 1"))
        return not migrate.pending(service.store)
    except Exception:  # whatever it is, this process cannot serve now
        return False
