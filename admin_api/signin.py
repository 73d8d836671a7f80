# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys at the door: which one a request carries, the session cookie, form tokens, and what wrong keys meet."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import NotAllowed
from bot.officers import LIVES

WRONG_KEYS = 60
"""Wrong keys that one place may show within a minute before it is told to wait. A good key always opens."""
_PLACES = 10_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows: an API token, or the secret of a console session."""

    kind: Literal["token", "session"]
    secret: str


def credential(request: Request) -> Credential | None:
    """The key that a request carries; a bearer token counts before a cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credential("token", token.strip())
    session = request.cookies.get(cookie_name(request))
    return Credential("session", session) if session else None


def cookie_name(request: Request) -> str:
    """With https the name binds the cookie to this host; browsers take that name only over https."""
    return "__Host-sawt" if _https(request) else "sawt"


def set_session(request: Request, response: Response, secret: str) -> None:
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=int(LIVES["session"].total_seconds()),
        path="/",
        secure=_https(request),
        httponly=True,
        samesite="strict",
    )


def clear_session(request: Request, response: Response) -> None:
    response.delete_cookie(cookie_name(request), path="/", secure=_https(request), httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def form_token(secret: str) -> str:
    """What a form of this session carries, so that no other site can send it."""
    return hmac.new(secret.encode(), b"sawt form", sha256).hexdigest()


def check_form(request: Request, token: str) -> None:
    """Raises NotAllowed unless the form was made for this session."""
    held = credential(request)
    if held is None or not hmac.compare_digest(form_token(held.secret), token):
        raise NotAllowed("This form is not of your session; load the page again.", "form")


def check_origin(request: Request) -> None:
    """Raises NotAllowed where a browser says that another site sent this.

    Our pages send no referrer, which makes browsers call the origin of their forms `null`; `Sec-Fetch-Site` tells then.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise NotAllowed("Another site sent this.", "origin")
        return
    own = {_origin(request.app.state.service.settings.public_url), f"http://{request.headers.get('host', '')}", "null"}
    if request.headers.get("origin", "null") not in own:
        raise NotAllowed("Another site sent this.", "origin")


class WrongKeys:
    """Counts wrong keys by the place they come from. It shuts nobody out: only further wrong ones wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def too_many(self, request: Request, now: datetime) -> bool:
        """Note one more wrong key; whether there were too many of them in the last minute."""
        place = request.client.host if request.client else ""
        with self._lock:
            times = self._seen.setdefault(place, deque(maxlen=WRONG_KEYS + 1))
            self._seen.move_to_end(place)
            while len(self._seen) > _PLACES:
                self._seen.popitem(last=False)
            times.append(now)
            return sum(at > now - _MINUTE for at in times) > WRONG_KEYS


def _https(request: Request) -> bool:
    return str(request.app.state.service.settings.public_url).startswith("https:")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
