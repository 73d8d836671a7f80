# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts API and console together into one application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from admin_api import api, pages, problems
from admin_api.headers import SafeHeaders
from admin_api.signin import WrongKeys
from bot.errors import Refusal

if TYPE_CHECKING:
    from bot.service import Service

_DESCRIPTION = """Cases of a helpline and what officers do with them.

Sign in with `Authorization: Bearer <token>`. What an officer may not see answers 404 and changes no count. Every change
of a case needs `If-Match` with the version that was read; a POST with an `Idempotency-Key` can be repeated safely.
Errors are `application/problem+json`."""


def create_app(service: Service, lifespan: Any = None) -> FastAPI:
    """Build the application for a service: `/api/v1`, `/api/v1/openapi.json` and `/console`."""
    app = FastAPI(
        title="Sawt",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.state.wrong_keys = WrongKeys()
    app.add_middleware(SafeHeaders, https=service.settings.public_url.startswith("https:"))
    for router in api.ROUTERS:
        app.include_router(router, prefix=api.PREFIX)
    for router in pages.ROUTERS:
        app.include_router(router, prefix=pages.PREFIX, include_in_schema=False)
    for kind, answer in (
        (Refusal, problems.refused),
        (RequestValidationError, problems.invalid),
        (HTTPException, problems.http),
    ):
        app.add_exception_handler(kind, _either(answer))
    return app


def _either(answer: Any) -> Any:
    """Errors of the console are pages; all others are problem documents."""

    def handle(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(pages.PREFIX):
            return pages.error_page(request, error)
        found: Response = answer(request, error)
        return found

    return handle
