# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract between Sawt and a channel: what comes in, what goes out, and what became of it.

A channel is one module of this package. It defines `SETTINGS` (its environment variables, documented in place) and
`connect(env) -> Channel`. It speaks to its provider and to nobody else: it knows no database, officer or topic.

    ChannelError
    ├── BadSignature     the request does not come from the provider: answered 403
    └── Malformed        the body is not what the provider sends: answered 400
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

MAX_BODY = 1024 * 1024
"""Largest webhook body in bytes; a larger one is answered 413 before it is read to its end."""


class ChannelError(Exception):
    """A request that a channel cannot take. The text names the cause and never repeats the request."""


class BadSignature(ChannelError):
    """The request is not signed by the provider."""


class Malformed(ChannelError):
    """The body cannot be parsed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what it is for, and how its absence reads.

    `default` None means that it must be set where its channel or feature is on. `secret` values are never shown.
    """

    name: str
    help: str
    default: str | None = None
    secret: bool = False


class Kind(StrEnum):
    """What sort of thing came in."""

    TEXT = "text"
    BUTTON = "button"  # a tapped choice: `payload` holds what we gave it
    MEDIA = "media"  # voice, photo, document, video, with or without a text
    LOCATION = "location"
    CONTACT = "contact"
    EDITED = "edited"  # the person changed an earlier text: `text` is the new one
    STARTED = "started"  # Telegram /start, or unblocked
    BLOCKED = "blocked"  # the person blocked us: nothing may be sent
    UNKNOWN = "unknown"  # a kind we cannot handle, from a known person: it is answered, never ignored


@dataclass(frozen=True, slots=True)
class Media:
    """A file at the provider, not fetched yet. `reference` is a URL or a file id; `size` is in bytes."""

    reference: str
    content_type: str
    filename: str = ""
    size: int | None = None
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """A pin, in decimal degrees."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person sent.

    `provider_id` is unique within the channel for ever, so that a replay has no second effect. `address` is how the
    provider names the person (E.164 for SMS and WhatsApp, a chat id for Telegram). `language_hint` is the language of
    the person's app, if the provider tells it. `sent_at` is the provider's own time.
    """

    channel: str
    provider_id: str
    address: str
    kind: Kind
    text: str = ""
    payload: str = ""
    media: tuple[Media, ...] = ()
    location: Location | None = None
    name: str = ""
    language_hint: str = ""
    sent_at: datetime | None = None

    def dump(self) -> dict[str, Any]:
        """As plain JSON values; `load` reads it back unchanged."""
        return {
            "channel": self.channel,
            "provider_id": self.provider_id,
            "address": self.address,
            "kind": self.kind.value,
            "text": self.text,
            "payload": self.payload,
            "media": [[m.reference, m.content_type, m.filename, m.size, m.voice] for m in self.media],
            "location": [self.location.latitude, self.location.longitude, self.location.label]
            if self.location
            else None,
            "name": self.name,
            "language_hint": self.language_hint,
            "sent_at": self.sent_at.astimezone(UTC).isoformat() if self.sent_at else None,
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Inbound:
        return cls(
            channel=data["channel"],
            provider_id=data["provider_id"],
            address=data["address"],
            kind=Kind(data["kind"]),
            text=data["text"],
            payload=data["payload"],
            media=tuple(Media(*m) for m in data["media"]),
            location=Location(*data["location"]) if data["location"] else None,
            name=data["name"],
            language_hint=data["language_hint"],
            sent_at=datetime.fromisoformat(data["sent_at"]) if data["sent_at"] else None,
        )


class Delivery(StrEnum):
    """How far an outgoing part has come. States only go forward; see `further`."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


_RANK = {Delivery.QUEUED: 0, Delivery.SENT: 1, Delivery.FAILED: 2, Delivery.DELIVERED: 3, Delivery.READ: 4}


def further(now: Delivery, reported: Delivery) -> Delivery:
    """The later of two states: a receipt that comes late or twice never takes a delivery back.

    Failed is final unless the part turns out to have been delivered or read after all.
    """
    return reported if _RANK[reported] > _RANK[now] else now


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider says became of a part it took. `error` is the provider's code, empty if none."""

    provider_id: str
    state: Delivery
    error: str = ""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A webhook request as a channel needs it. `url` is the public URL, with its query, as the provider called it."""

    url: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True)
class Hook:
    """What a request held. `unknown` names, in a word of ours, something authentic that we cannot read: it is kept
    as a dead letter, with a notice, and answered 200."""

    inbound: tuple[Inbound, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice offered. `payload` (1 to 64 bytes) comes back when it is tapped."""

    payload: str
    title: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.payload.encode()) <= 64:
            raise ValueError("A choice's payload is 1 to 64 bytes: shorten it.")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be said, already in the person's words, before the channel gives it its form.

    `more` is the line that says how to get the rest where a text is cut ("Reply MORE"); without it nothing is cut
    and the text goes out whole, in as many parts as it takes. `language` is that of the text. A text is never parsed
    as markup.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    more: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Part:
    """One call to the provider. `body` is plain JSON for the channel's own `send`; `segments` is what it costs.

    Every body has its words under `text`, as the provider would list them; a template has none.
    """

    body: Mapping[str, Any]
    segments: int = 1

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))


@dataclass(frozen=True, slots=True)
class Rendered:
    """An `Outgoing` in a channel's form: ordered parts, and the text left over that MORE brings."""

    parts: tuple[Part, ...]
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it under this id."""

    provider_id: str
    state: Delivery = Delivery.SENT


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not take it.

    `again` says that trying later is right, after `after` seconds if the provider said so. `stopped` says that the
    person cannot be written to (blocked us, opted out at the provider). `code` is the provider's, safe to show.
    """

    code: str
    again: bool
    after: float | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been taken: a cut connection, a time-out, an error 500."""

    code: str


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the provider lists it afterwards, to settle an `Unknown`."""

    provider_id: str
    body: str
    at: datetime | None
    state: Delivery = Delivery.SENT


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a provider lets us send: `per_second` over all, `per_address` seconds between two to one address."""

    per_second: float
    per_address: float = 0.0
    concurrency: int = 32


class Channel(ABC):
    """One way to reach a person. A channel that has no status hook, list or media leaves those methods as they are."""

    name: ClassVar[str]
    window: ClassVar[timedelta | None] = None
    """How long after the person's last message free text may be sent; None where there is no such limit."""
    lists_sent: ClassVar[bool] = False
    """Whether `sent_since` can settle an unknown outcome."""
    rate: Rate

    async def start(self) -> None:  # noqa: B027 - most channels need no preparation
        """Prepare: register a webhook, check the credentials. Raises nothing that stops the service."""

    async def stop(self) -> None:  # noqa: B027 - the same
        """Let go of connections."""

    @abstractmethod
    def receive(self, request: HookRequest) -> Hook:
        """Verify and parse a message hook. Raises `BadSignature` or `Malformed`. Does no I/O."""

    def receive_status(self, request: HookRequest) -> Hook:  # noqa: ARG002 - for the channels that have one
        """Verify and parse a status hook. Raises like `receive`."""
        raise Malformed("this channel has no status hook")

    def poll(self) -> AsyncIterator[Hook] | None:
        """Hooks as the provider gives them to a long poll, or None where the provider calls us. An update is asked
        for again until the iteration moves on, so commit before asking for the next."""
        return None

    @abstractmethod
    def render(self, outgoing: Outgoing, address: str = "") -> Rendered:
        """Give a text this channel's form, within its limits. Pure.

        `address` is whom it goes to, for a channel whose form depends on that. Every part's `body` has a `text`
        that is what the person reads.
        """

    @abstractmethod
    async def send(self, address: str, part: Part) -> Outcome:
        """Hand one part to the provider. Never raises for what a provider or a network can do."""

    async def sent_since(
        self,
        address: str,  # noqa: ARG002 - for the channels that can tell
        since: datetime,  # noqa: ARG002 - the same
    ) -> tuple[Sent, ...] | None:
        """What the provider says it took for this address since then; None where it cannot or does not tell.

        Providers count whole seconds, so the list may reach back up to two seconds before `since`.
        """
        return None

    async def fetch(self, media: Media, limit: int) -> bytes:  # noqa: ARG002 - for the channels that have media
        """Fetch a file of at most `limit` bytes. Raises `ChannelError` with a reason that holds no content."""
        raise ChannelError("this channel has no media")

    def template(self, language: str) -> Part | None:  # noqa: ARG002 - for the channels that have a window
        """A pre-approved text that may be sent outside the window, or None."""
        return None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Channels by name, as the service was configured."""

    by_name: Mapping[str, Channel] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Channel:
        return self.by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by_name
