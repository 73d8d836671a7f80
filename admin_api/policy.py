# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may use a route. A route that does not say is shut: nothing is open by being forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from admin_api.problems import Failed, LengthMissing, SignInFirst, TooLarge
from admin_api.signin import credential
from bot.access import Role
from bot.errors import NotAllowed, Refusal
from bot.store.officers import Officer

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_log = logging.getLogger(__name__)
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule: `public` for everybody, else for whoever is signed in and has one of `roles` (empty: any role).

    Which cases an officer sees is not decided here but by `bot.access` alone. `body` is the largest request body in
    bytes.
    """

    public: bool = False
    roles: frozenset[Role] = frozenset()
    body: int = 256 * 1024

    def admit(self, officer: Officer) -> None:
        """Raises NotAllowed where the officer has none of the roles."""
        if self.roles and not self.roles & set(officer.roles):
            raise NotAllowed


PUBLIC = Policy(public=True)
SIGNED_IN = Policy()


def allow(policy: Policy) -> Callable[[Endpoint], Endpoint]:
    """Declare who may use the endpoint; stands directly above it, below the route."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.policy = policy  # type: ignore[attr-defined]
        return endpoint

    return declare


def policy_of(endpoint: object) -> Policy | None:
    """The declared policy of an endpoint."""
    found = getattr(endpoint, "policy", None)
    return found if isinstance(found, Policy) else None


class GuardedRoute(APIRoute):
    """Asks for a policy and a key before anything of the request is read; `admin_api.desk` then judges the key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        policy = policy_of(self.endpoint)

        async def guarded(request: Request) -> Response:
            if policy is None:
                raise NotAllowed
            if not policy.public and credential(request) is None:
                raise SignInFirst
            if request.method in _UNSAFE:
                _bounded(request, policy.body)
            try:
                return await inner(request)
            except (Refusal, HTTPException, RequestValidationError):
                raise
            except Exception as error:
                # Its text may hold a person's words, and so may what a server logs of it: only its kind is told.
                _log.error("a request failed: %s", type(error).__name__)
                raise Failed from None

        return guarded


def _bounded(request: Request, most: int) -> None:
    length = request.headers.get("content-length", "")
    if not length and "transfer-encoding" in request.headers:
        raise LengthMissing
    if length.isdecimal() and int(length) > most:
        raise TooLarge
