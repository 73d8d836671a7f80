# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulator's door: a page that looks like a phone, and the few calls behind it. Only where the channel is enabled.

What the page sends takes the same way in as a provider's webhook, and what it shows is what went out, part by part. The
people on the page are made up, and so are their addresses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.hooks import TooLarge, read
from bot.intake import Intake, address_key
from bot.outbox import opened
from bot.store.base import new_id
from bot.store.messages import Message, Outbox
from bot.store.people import Contact
from channels.base import BadSignature, Delivery, Malformed

if TYPE_CHECKING:
    from bot.service import Service

CHANNEL = "simulator"
_HERE = Path(__file__).parent
_FILES = {
    "simulator.css": "text/css; charset=utf-8",
    "simulator.js": "text/javascript; charset=utf-8",
    "simulator.svg": "image/svg+xml",
    "simulator-people.json": "application/json",
}
_SHOWN = 200
"""How many messages of a thread the page shows."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; media-src 'self' blob:",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}


def routes(service: Service, intake: Intake) -> list[BaseRoute]:
    """The page and its calls."""
    phone = Phone(service, intake)
    return [
        Route("/simulator", phone.page),
        Route("/simulator/static/{name}", phone.static),
        Route("/simulator/messages", phone.say, methods=["POST"]),
        Route("/simulator/thread", phone.thread),
        Route("/simulator/receipts", phone.receipt, methods=["POST"]),
    ]


class Phone:
    """The calls of the page over one service."""

    def __init__(self, service: Service, intake: Intake) -> None:
        self._service, self._intake = service, intake
        self._channel = service.channels[CHANNEL]

    def page(self, _request: Request) -> Response:
        return HTMLResponse(_page(), headers=_HEADERS)

    def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _FILES:
            return Response(status_code=404)
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response((_HERE / "static" / name).read_bytes(), headers=kept, media_type=_FILES[name])

    async def say(self, request: Request) -> Response:
        """Take in what a person sends, as a webhook would be. 202 when it is on disk."""
        if _from_elsewhere(request):
            return Response(status_code=403)
        try:
            hook = self._channel.receive(await read(request, self._service.settings.public_url))
        except TooLarge:
            return Response(status_code=413)
        except BadSignature:
            return Response(status_code=403)
        except Malformed:
            return Response(status_code=400)
        if not hook.inbound:
            return Response(status_code=400)
        await self._intake.take(CHANNEL, hook)
        return JSONResponse({"taken": len(hook.inbound)}, 202)

    def thread(self, request: Request) -> Response:
        """What this phone shows: `{"mark", "items"}`, or 204 where nothing changed since the mark in `after`."""
        asked = request.query_params
        address = f"{asked.get('as', '')}:{asked.get('address', '')}"
        with self._service.store.read() as session:
            key = address_key(self._service.keyring, CHANNEL, address)
            contact = session.scalar(select(Contact).where(Contact.address_key == key))
            if contact is None:
                return Response(status_code=204) if asked.get("after") == "none" else _thread("none", [])
            said, parts = _rows(session, contact)
            mark = _mark(said, parts)
            if asked.get("after") == mark:
                return Response(status_code=204)
            return _thread(mark, self._items(said, parts))

    async def receipt(self, request: Request) -> Response:
        """Play the provider: `{"part": id, "state": "delivered" | "read" | "failed"}`."""
        if _from_elsewhere(request):
            return Response(status_code=403)
        try:
            asked = json.loads((await read(request, self._service.settings.public_url)).body)
            part, state = UUID(asked["part"]), Delivery(asked["state"])
        except TooLarge:
            return Response(status_code=413)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Response(status_code=400)
        with self._service.store.read() as session:
            key = session.scalar(select(Outbox.provider_key).where(Outbox.id == part, Outbox.channel == CHANNEL))
        if key is None:
            return Response(status_code=409)
        row = {"id": new_id(), "provider_key": key, "state": state.value, "error": "", "at": self._service.clock()}
        await self._intake.write({"inbox": [], "receipt": [row], "dead": []})
        return Response(status_code=202)

    def _items(self, said: list[Message], parts: list[Outbox]) -> list[dict[str, Any]]:
        ring = self._service.keyring
        items: list[tuple[datetime, int, dict[str, Any]]] = []
        for message in said:
            text = ring.open("message.body", message.id, message.body)
            shown = {"id": str(message.id), "direction": "in", "text": _clean(text), "kind": message.kind}
            items.append((message.at, 0, {**shown, "at": message.at.isoformat()}))
        for row in parts:
            part = opened(ring, row.id, row.part, row.segments)
            items.append(
                (
                    row.created_at,
                    row.seq,
                    {
                        "id": str(row.id),
                        "direction": "out",
                        "text": _clean(part.text),
                        "buttons": part.body.get("buttons", []),
                        "segments": row.segments,
                        "state": (row.delivery or "sent") if row.state == "accepted" else row.state,
                        "at": row.created_at.isoformat(),
                    },
                )
            )
        return [item for _, _, item in sorted(items, key=lambda entry: entry[:2])]


def _rows(session: Session, contact: Contact) -> tuple[list[Message], list[Outbox]]:
    said = session.scalars(
        select(Message)
        .where(Message.contact_id == contact.id, Message.inbound)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(_SHOWN)
    )
    parts = session.scalars(
        select(Outbox).where(Outbox.contact_id == contact.id).order_by(Outbox.seq.desc()).limit(_SHOWN)
    )
    return list(said), list(parts)


def _mark(said: list[Message], parts: list[Outbox]) -> str:
    seen = [str(message.id) for message in said] + [f"{row.seq}{row.state}{row.delivery}" for row in parts]
    return sha256("|".join(seen).encode()).hexdigest()[:16]


def _thread(mark: str, items: list[dict[str, Any]]) -> Response:
    return JSONResponse({"mark": mark, "items": items})


def _clean(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site's page sent this."""
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


@cache
def _page() -> str:
    """The page, asking for its files under names that change with their content."""
    html = (_HERE / "templates" / "simulator.html").read_text(encoding="utf-8")
    for name, mark in _marks().items():
        html = html.replace(f"/simulator/static/{name}", f"/simulator/static/{name}?v={mark}")
    return html


def _marks() -> Mapping[str, str]:
    return {name: sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:12] for name in _FILES}
