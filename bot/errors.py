# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an officer's action can come to instead of its effect. Each carries its HTTP status and a stable code.

Refusal
├── NotFound            404  there is no such thing, or not for you: the two look alike
├── NotAllowed          403  your role does not include this
├── Conflict            409  the thing is not in a state for this
├── Stale               412  it changed since you read it
├── VersionMissing      428  say which version you read
└── Invalid             422  the request does not make sense as it stands
"""

from __future__ import annotations


class Refusal(Exception):
    """An action that was not done. The docstring of the class is its title; `detail` never repeats a person's words."""

    status = 400
    code = "refused"

    def __init__(self, detail: str = "", code: str = "") -> None:
        super().__init__(detail or (self.__doc__ or ""))
        self.detail = detail or (self.__doc__ or "")
        self.code = code or type(self).code

    @property
    def title(self) -> str:
        return (type(self).__doc__ or "").strip()


class NotFound(Refusal):
    """There is no such thing."""

    status = 404
    code = "not_found"


class NotAllowed(Refusal):
    """Your role does not include this."""

    status = 403
    code = "not_allowed"


class Conflict(Refusal):
    """It is not in a state for this."""

    status = 409
    code = "conflict"


class Stale(Refusal):
    """It changed since you read it."""

    status = 412
    code = "stale"


class VersionMissing(Refusal):
    """Say in If-Match which version you read."""

    status = 428
    code = "version_missing"


class Invalid(Refusal):
    """The request does not make sense as it stands."""

    status = 422
    code = "invalid"
