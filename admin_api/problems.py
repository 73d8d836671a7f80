# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every error of the API in one form, RFC 9457, rendered here and nowhere else. None repeats what was sent.

Refusal (bot.errors)
├── SignInFirst         401  no key, or one that is not good
├── LengthMissing       411  a body whose length is not told
├── TooLarge            413  a body larger than the route takes
├── TooMany             429  too many wrong keys from one place
└── Failed              500  something of ours broke
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import Refusal

MEDIA_TYPE = "application/problem+json"


class SignInFirst(Refusal):
    """Sign in first."""

    status = 401
    code = "sign_in"


class LengthMissing(Refusal):
    """Say how long the body is."""

    status = 411
    code = "length_missing"


class TooLarge(Refusal):
    """The body is too large."""

    status = 413
    code = "too_large"


class TooMany(Refusal):
    """Too many wrong keys; wait a minute."""

    status = 429
    code = "too_many"


class Failed(Refusal):
    """Something went wrong on our side."""

    status = 500
    code = "failed"


_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer realm="sawt"'},
    429: {"Retry-After": "60"},
}
_TITLES = {404: "There is no such thing.", 405: "This cannot be done here."}


def problem(
    status: int, code: str, title: str, detail: str = "", fields: Sequence[Mapping[str, str]] = ()
) -> JSONResponse:
    """A problem document."""
    body: dict[str, Any] = {
        "type": f"urn:sawt:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
    }
    if fields:
        body["fields"] = list(fields)
    return JSONResponse(body, status, dict(_HEADERS.get(status, {})), MEDIA_TYPE)


def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(error.status, error.code, error.title, error.detail)


def invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(422, "invalid", "The request does not make sense as it stands.", fields=fields_of(error))


def http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.status_code, "The request was not taken.")
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
    answer = problem(error.status_code, code, title)
    answer.headers.update(error.headers or {})
    return answer


def fields_of(error: RequestValidationError) -> list[dict[str, str]]:
    """Which fields are wrong and how. A name that the sender made up is not repeated, nor is any value."""
    told = []
    for found in error.errors():
        place = [str(step) for step in found.get("loc", ())]
        if found.get("type") == "extra_forbidden":
            place = place[:-1]
        if found.get("type") == "json_invalid":
            place = place[:1]
        told.append({"field": ".".join(place), "says": str(found.get("msg", ""))})
    return told
