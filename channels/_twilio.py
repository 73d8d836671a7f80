# SPDX-License-Identifier: AGPL-3.0-or-later
"""What SMS and WhatsApp share: Twilio's hooks, its sending, its list of what was sent and its media."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import aiohttp
import httpx
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from channels import _twilio_hooks as hooks
from channels._download import download
from channels._env import PUBLIC_URL, Reader, hush
from channels.base import (
    Accepted,
    Channel,
    Delivery,
    Hook,
    HookRequest,
    Media,
    Outcome,
    Part,
    Rate,
    Refused,
    Sent,
    Setting,
    Unknown,
)

_HOME = "https://api.twilio.com"

SETTINGS = (
    Setting("SAWT_TWILIO_ACCOUNT_SID", "Account SID, from the Twilio console."),
    Setting("SAWT_TWILIO_AUTH_TOKEN", "Auth token: signs hooks and signs in to the API.", secret=True),
    Setting("SAWT_TWILIO_API_URL", "Scheme and host that stand for Twilio's API, for a test.", _HOME),
    Setting("SAWT_TWILIO_TIMEOUT", "Seconds to wait for Twilio's answer before the outcome is unknown.", "15"),
)

_STOPPED = frozenset({21610})
"""The person opted out at Twilio: nothing more is taken for them until they write START."""
_FOR_GOOD = frozenset(
    {
        *(21211, 21214, 21217, 21265, 21408, 21602, 21604, 21605, 21612, 21614, 21617, 21635),
        *(63003, 63013, 63016, 63024, 63027, 63032, 63033, 63049),
    }
)
"""This text to this address will never be taken: a bad or unreachable number, a closed WhatsApp window, a limit of
the text itself. Every code that is not here is tried again later, because Twilio adds codes without notice."""
_PAGES, _PAGE = 5, 50
_MEDIA_HOSTS = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")


class _Failed(TwilioException):  # type: ignore[misc]
    """A status other than 2xx, with what the library's own error drops or writes into its text."""

    def __init__(self, status: int, code: int | None, after: float | None) -> None:
        super().__init__(f"status {status}")
        self.status, self.code, self.after = status, code, after


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]
    """The library's client with a time-out that holds, `Retry-After` kept, and no log of addresses."""

    def __init__(self, seconds: float) -> None:
        super().__init__(pool_connections=False, timeout=seconds)
        self._session: aiohttp.ClientSession | None = None
        self._limits = aiohttp.ClientTimeout(total=seconds, connect=min(5.0, seconds))

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the library passes none; `_limits` holds
        allow_redirects: bool = False,  # noqa: ARG002 - credentials follow no redirect
    ) -> Response:
        if self._session is None:
            # Not in the constructor: a session belongs to the loop that runs when it is made.
            self._session = aiohttp.ClientSession(timeout=self._limits)
        async with self._session.request(
            method.upper(),
            url,
            params=params,
            data=data,
            headers={**(headers or {}), **({"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {})},
            allow_redirects=False,
        ) as answer:
            text = await answer.text()
            if not 200 <= answer.status < 300:
                raise _Failed(answer.status, _code(text), _seconds(answer.headers.get("Retry-After", "")))
            return Response(answer.status, text, answer.headers)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _code(text: str) -> int | None:
    try:
        code = json.loads(text)["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None


def _seconds(header: str) -> float | None:
    """`Retry-After` as seconds from now, in its two forms; None if absent or senseless."""
    if re.fullmatch(r"\d{1,6}", header.strip()):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def outcome_of(status: int, code: int | None, after: float | None) -> Outcome:
    """What an answer other than 2xx means. Status 500 and its like are unknown: Twilio may have sent it."""
    said = str(code or status)
    if status in (429, 503):
        return Refused(said, again=True, after=after)
    if status >= 500 or status == 408:
        return Unknown(said)
    if code in _STOPPED:
        return Refused(said, again=False, stopped=True)
    return Refused(said, again=code not in _FOR_GOOD, after=after)


class TwilioChannel(Channel):
    """A Twilio sender. A subclass gives it its name, its form of address and its way to render."""

    lists_sent: ClassVar[bool] = True
    prefix: ClassVar[str] = ""
    """What Twilio writes before an address of this channel."""

    def __init__(self, read: Reader, sender: str, rate: str) -> None:
        self._account = read.text("SAWT_TWILIO_ACCOUNT_SID", r"[A-Za-z0-9]+", "the Account SID of your Twilio account")
        self._token = read.text("SAWT_TWILIO_AUTH_TOKEN", r"[!-~]+", "the auth token, without spaces")
        self._api = read.url("SAWT_TWILIO_API_URL", "an http or https address such as https://api.twilio.com")
        public = read.url(PUBLIC_URL, "the https address at which Twilio reaches this service")
        seconds = read.number("SAWT_TWILIO_TIMEOUT", "a number of seconds above 0")
        self._sender = self.prefix + read.text(
            sender, r"\+[1-9]\d{6,14}", 'your number as + and digits, "+15005550006"'
        )
        self.rate = Rate(read.number(rate, "a number of messages per second above 0"))
        read.done()
        hush("twilio", "httpx", "httpcore")
        self._callback = f"{public}/hooks/{self.name}/status"
        self._http = _Http(seconds)
        self._client = Client(self._account, self._token, http_client=self._http)
        self._client.api.base_url = self._api

    async def stop(self) -> None:
        await self._http.close()

    def receive(self, request: HookRequest) -> Hook:
        return hooks.message(self.name, self.prefix, hooks.verified(request, self._token))

    def receive_status(self, request: HookRequest) -> Hook:
        return hooks.status(hooks.verified(request, self._token))

    @abstractmethod
    def _content(self, part: Part) -> dict[str, str]:
        """The arguments of the library's call that carry the part."""

    async def send(self, address: str, part: Part) -> Outcome:
        try:
            taken = await self._client.messages.create_async(
                to=self.prefix + address,
                from_=self._sender,
                status_callback=self._callback,
                **self._content(part),
            )
        except _Failed as failed:
            return outcome_of(failed.status, failed.code, failed.after)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Refused("connection", again=True)
        except TimeoutError:
            return Unknown("timeout")
        except (aiohttp.ClientError, OSError):
            return Unknown("connection")
        except (TwilioException, ValueError, KeyError, TypeError, AttributeError):
            return Unknown("answer")
        if not taken.sid:
            return Unknown("answer")
        return Accepted(taken.sid, hooks.STATES.get(taken.status or "", Delivery.SENT))

    async def sent_since(self, address: str, since: datetime) -> tuple[Sent, ...] | None:
        oldest = since - timedelta(seconds=2)
        found: list[Sent] = []
        try:
            # Not filtered by date: Twilio's filter is on the date of sending, which a queued message lacks.
            listed = await self._client.messages.stream_async(
                to=self.prefix + address, from_=self._sender, limit=_PAGES * _PAGE, page_size=_PAGE
            )
            async for message in listed:
                created = message.date_created
                if created is not None and created < oldest:
                    break
                state = hooks.STATES.get(message.status or "", Delivery.SENT)
                found.append(Sent(message.sid, message.body or "", created, state))
        except (aiohttp.ClientError, OSError, TwilioException, ValueError, KeyError, TypeError, AttributeError):
            return None
        return tuple(found)

    async def fetch(self, media: Media, limit: int) -> bytes:
        url = media.reference
        if url.startswith(f"{_HOME}/"):
            url = self._api + url.removeprefix(_HOME)
        return await download(url, limit, self._at_twilio, (self._account, self._token))

    def _at_twilio(self, url: httpx.URL) -> bool:
        home = httpx.URL(self._api)
        if (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port):
            return True
        return url.scheme == "https" and url.host.endswith(_MEDIA_HOSTS)
