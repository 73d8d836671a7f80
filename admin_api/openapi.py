# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's description of itself, OpenAPI 3.1: the same words for errors and keys on every route."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header
from fastapi.openapi.utils import get_openapi

from admin_api.problems import MEDIA_TYPE
from admin_api.schemas import Problem

Responses = dict[int | str, dict[str, Any]]

_SAYS = {
    401: "No key, or one that is not good.",
    403: "The role does not include this.",
    404: "There is no such thing, or not for this officer: the two look alike.",
    409: "It is not in a state for this.",
    411: "The length of the body is not told.",
    412: "It changed since it was read; `If-Match` names an older version.",
    413: "The body is too large.",
    422: "The request does not make sense as it stands.",
    428: "`If-Match` is missing.",
    429: "Too many wrong keys from one place.",
    500: "Something went wrong on our side.",
}

IfMatch = Annotated[
    str | None,
    Header(description='The version that was read, quoted as in `ETag`: `"3"`. Needed for every change of a case.'),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="A request that is repeated with its key has one effect and gets the first answer again.",
    ),
]


def problems(*statuses: int) -> Responses:
    """The errors of a route, for `responses=`; those that every route has come by themselves."""
    return {
        status: {
            "description": _SAYS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({401, 403, 422, 429, 500, *statuses})
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            description=app.description,
            routes=app.routes,
            license_info={"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        )
        parts = found.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        parts["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "From `python -m bot officer add --token`."},
            "session": {"type": "apiKey", "in": "cookie", "name": "sawt", "description": "A console session."},
        }
        found["security"] = [{"token": []}, {"session": []}]
        found["servers"] = [{"url": "/"}]
        app.openapi_schema = found
    return app.openapi_schema
