# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulator: a phone in the browser or a terminal that speaks as SMS, WhatsApp or Telegram, without any account."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from channels import _render
from channels._env import Reader
from channels._json import read_object
from channels.base import (
    Accepted,
    Channel,
    ChannelError,
    Delivery,
    Hook,
    HookRequest,
    Inbound,
    Kind,
    Location,
    Media,
    Outcome,
    Outgoing,
    Part,
    Rate,
    Rendered,
    Setting,
)

SETTINGS = (
    Setting("SAWT_SIMULATOR_SMS_BUDGET", "Segments that one reply may take where SMS is imitated.", "4"),
    Setting("SAWT_SIMULATOR_RATE", "Messages per second that the simulator takes.", "100"),
)

IMITATED = ("sms", "whatsapp", "telegram")
_DATA = "data:"


class Simulator(Channel):
    """Takes what the page posts and keeps nothing: the page reads replies where the service stores them.

    An address is the imitated channel and an address of it: `sms:+218910000001`, `telegram:1001`.
    """

    name: ClassVar[str] = "simulator"

    def __init__(self, env: Mapping[str, str]) -> None:
        read = Reader(env, SETTINGS)
        self._budget = int(read.number("SAWT_SIMULATOR_SMS_BUDGET", "a number of segments from 1")) or 1
        self.rate = Rate(read.number("SAWT_SIMULATOR_RATE", "a number of messages per second above 0"))
        read.done()

    def receive(self, request: HookRequest) -> Hook:
        """Reads {"as", "address", "text" | "payload" | "location" | "media", "name", "language", "id", "kind"}.

        `location` is {"latitude", "longitude", "label"}; `media` is {"content_type", "data" in base64, "filename",
        "voice"}; `kind` is needed only for started, blocked, edited and unknown.
        """
        raw = read_object(request.body)
        imitated, address = _word(raw, "as"), _word(raw, "address")
        if imitated not in IMITATED or not address:
            return Hook(unknown="simulator")
        media, location = _media(raw.get("media")), _location(raw.get("location"))
        return Hook(
            inbound=(
                Inbound(
                    channel=self.name,
                    provider_id=_word(raw, "id") or uuid.uuid4().hex,
                    address=f"{imitated}:{address.removeprefix(f'{imitated}:')}",
                    kind=_kind(raw, media, location),
                    text=_word(raw, "text"),
                    payload=_word(raw, "payload"),
                    media=media,
                    location=location,
                    name=_word(raw, "name"),
                    language_hint=_word(raw, "language"),
                ),
            )
        )

    def render(self, outgoing: Outgoing, address: str = "") -> Rendered:
        imitated = address.partition(":")[0]
        if imitated == "telegram":
            return _render.telegram(outgoing)
        return _render.whatsapp(outgoing) if imitated == "whatsapp" else _render.sms(outgoing, self._budget)

    async def send(self, address: str, part: Part) -> Outcome:  # noqa: ARG002 - the page reads it from the store
        return Accepted(uuid.uuid4().hex, Delivery.DELIVERED)

    async def fetch(self, media: Media, limit: int) -> bytes:
        _, comma, data = media.reference.partition(",")
        try:
            body = base64.b64decode(data, validate=True)
        except binascii.Error:
            raise ChannelError("the file cannot be read") from None
        if not media.reference.startswith(_DATA) or not comma:
            raise ChannelError("the file is not in the message")
        if len(body) > limit:
            raise ChannelError("the file is larger than the limit")
        return body


def _word(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _media(raw: object) -> tuple[Media, ...]:
    if not isinstance(raw, dict) or not _word(raw, "data"):
        return ()
    kind = _word(raw, "content_type") or "application/octet-stream"
    voice = bool(raw.get("voice")) or kind.startswith("audio/")
    return (Media(f"{_DATA}{kind};base64,{_word(raw, 'data')}", kind, _word(raw, "filename"), voice=voice),)


def _location(raw: object) -> Location | None:
    if not isinstance(raw, dict):
        return None
    latitude, longitude = raw.get("latitude"), raw.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Location(float(latitude), float(longitude), _word(raw, "label"))


def _kind(raw: Mapping[str, Any], media: tuple[Media, ...], location: Location | None) -> Kind:
    said = _word(raw, "kind")
    if said in (Kind.STARTED, Kind.BLOCKED, Kind.EDITED, Kind.UNKNOWN):
        return Kind(said)
    if _word(raw, "payload"):
        return Kind.BUTTON
    if location:
        return Kind.LOCATION
    if media:
        return Kind.MEDIA
    return Kind.TEXT if _word(raw, "text") else Kind.UNKNOWN


def connect(env: Mapping[str, str]) -> Channel:
    """Build the channel. Raises ValueError with a sentence for each setting to mend."""
    return Simulator(env)
