# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doors that providers knock on: `/hooks/{channel}` and `/hooks/{channel}/status`.

A request is verified, parsed, stored and only then answered. What can be stored is never answered 5xx: Telegram
would hold back a person's later messages behind it, and Twilio would lose it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.intake import Intake
from bot.metrics import HOOKS
from channels.base import MAX_BODY, BadSignature, Channel, Hook, HookRequest, Loaded, Malformed

_log = logging.getLogger(__name__)


class TooLarge(Exception):
    """The body is larger than a webhook's may be."""


def routes(channels: Loaded, intake: Intake, public_url: str) -> list[Route]:
    """One route a channel, and one for its receipts. The simulator's door is its own page's."""
    found: list[Route] = []
    for name, channel in channels.by_name.items():
        if name == "simulator":
            continue
        found.append(_door(f"/hooks/{name}", channel, channel.receive, intake, public_url))
        found.append(_door(f"/hooks/{name}/status", channel, channel.receive_status, intake, public_url))
    return found


def _door(path: str, channel: Channel, parse: Callable[[HookRequest], Hook], intake: Intake, public_url: str) -> Route:
    async def door(request: Request) -> Response:
        status = await _take(request, channel, parse, intake, public_url)
        HOOKS.labels(channel.name, str(status)).inc()
        return Response(status_code=status)

    return Route(path, door, methods=["POST"])


async def _take(
    request: Request, channel: Channel, parse: Callable[[HookRequest], Hook], intake: Intake, public_url: str
) -> int:
    try:
        hook_request = await read(request, public_url)
    except TooLarge:
        return 413
    try:
        hook = parse(hook_request)
    except BadSignature:
        return 403
    except Malformed:
        return 400
    except Exception as error:  # a defect of ours must not hold up what the person sends next
        _log.error("a %s hook could not be read: %s", channel.name, type(error).__name__)
        hook = Hook(unknown="unreadable")
    try:
        await intake.take(channel.name, hook, hook_request)
    except Exception as error:  # the store is down: the one case in which the provider must keep the message
        _log.error("a %s hook could not be stored: %s", channel.name, type(error).__name__)
        return 503
    if hook.unknown:
        _log.warning("a %s hook was kept as a dead letter: %s", channel.name, hook.unknown)
    return 204


async def read(request: Request, public_url: str) -> HookRequest:
    """The request as a channel needs it. Raises TooLarge before reading past the limit."""
    # From the raw scope: the request's own URL and headers objects cost as much as the signature.
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge
    path, query = request.scope["raw_path"], request.scope["query_string"]
    url = public_url + (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
    return HookRequest(url=url, headers=headers, body=bytes(body))
