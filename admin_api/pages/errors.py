# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong in the console, as a page."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import render
from bot.errors import Refusal

_UNCLEAR = "The request does not make sense as it stands."


def error_page(request: Request, error: Exception) -> Response:
    """A page that says what was not done. Who only wanted to look is sent to sign in."""
    status, says = 500, "Something went wrong on our side."
    if isinstance(error, Refusal):
        status, says = error.status, error.detail
    elif isinstance(error, RequestValidationError):
        status, says = 422, _UNCLEAR
    elif isinstance(error, HTTPException):
        status, says = error.status_code, "There is no such page."
    if status == 401 and request.method == "GET":
        return RedirectResponse("/console/sign-in", 303)
    answer = render.page(request, "error.html", None, {"says": says, "code": status}, status)
    if isinstance(error, Refusal) and status == 429:
        answer.headers["Retry-After"] = "60"
    return answer
