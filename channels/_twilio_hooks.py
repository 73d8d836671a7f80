# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifies and reads what Twilio posts to us, without the vendor's library: this is the hot path of intake."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite
from urllib.parse import SplitResult, parse_qs, unquote_plus, urlsplit

from channels._json import read_object
from channels.base import BadSignature, Delivery, Hook, HookRequest, Inbound, Kind, Location, Malformed, Media, Receipt

Fields = Mapping[str, str]

STATES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), Delivery.QUEUED),
    **dict.fromkeys(("sent", "partially_delivered"), Delivery.SENT),
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    **dict.fromkeys(("failed", "undelivered", "canceled"), Delivery.FAILED),
}
_KNOWN = frozenset(
    {"", "text", "button", "interactive", "image", "audio", "video", "document", "location", "contacts", "contact"}
)
"""WhatsApp message types that are read by their fields; every other one (edit, reaction, sticker) is unknown."""
_MOST_FIELDS = 1000
_MOST_MEDIA = 20


def verified(request: HookRequest, token: str) -> Fields:
    """The fields of a request that Twilio signed. Raises `BadSignature` or `Malformed`."""
    signature = request.headers.get("x-twilio-signature", "")
    if not signature:
        raise BadSignature("the request has no signature")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _verified_json(request, token, signature)
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise Malformed("the body is not a form")
    try:
        pairs = _pairs(request.body.decode("ascii"))
    except ValueError:
        # `from None`: the library's error repeats the body.
        raise Malformed("the form cannot be read") from None
    if not signed(token, request.url, pairs, signature):
        raise BadSignature("the signature does not match")
    return dict(reversed(pairs))


def _pairs(form: str) -> list[tuple[str, str]]:
    """The form's names and values in order, empty ones too. Raises ValueError.

    Like `urllib.parse.parse_qsl`, at a third of its cost: most values need no unquoting.
    """
    pieces = form.split("&")
    if len(pieces) > _MOST_FIELDS:
        raise ValueError("too many fields")
    return [(_plain(name), _plain(value)) for name, _, value in (piece.partition("=") for piece in pieces if piece)]


def _plain(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def _verified_json(request: HookRequest, token: str, signature: str) -> Fields:
    said = parse_qs(urlsplit(request.url).query).get("bodySHA256", [""])[0]
    whole = hashlib.sha256(request.body).hexdigest()
    if not signed(token, request.url, (), signature) or not hmac.compare_digest(whole.encode(), said.encode()):
        raise BadSignature("the signature does not match")
    return {
        name: str(value) for name, value in read_object(request.body).items() if isinstance(value, str | int | float)
    }


def signed(token: str, url: str, pairs: Iterable[tuple[str, str]], signature: str) -> bool:
    """Whether the signature is Twilio's for this public URL and these fields, compared in constant time.

    Twilio signs the URL, with or without the scheme's port, and then each name with its value, sorted, where equal
    pairs count once and empty values count.
    """
    fields = "".join(name + value for name, value in sorted(set(pairs)))
    given = signature.encode()
    return any(hmac.compare_digest(_sign(token, form + fields), given) for form in _forms(url))


def _sign(token: str, text: str) -> bytes:
    return b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha1))


@lru_cache(maxsize=64)
def _forms(url: str) -> list[str]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return [url]
    if port:
        return [url, _with_host(parts, parts.netloc[: -len(f":{port}")])]
    return [url, _with_host(parts, f"{parts.netloc.rstrip(':')}:{443 if parts.scheme == 'https' else 80}")]


def _with_host(parts: SplitResult, host: str) -> str:
    return parts._replace(netloc=host).geturl()


def address_of(raw: str) -> str:
    """A phone number as E.164; anything else (a short code, a business-scoped user id) as it is."""
    bare = raw.strip().partition(":")[2] if ":" in raw else raw.strip()
    return f"+{bare.lstrip('+')}" if re.fullmatch(r"\+?[1-9][0-9]{6,14}", bare) else bare


def message(channel: str, prefix: str, fields: Fields) -> Hook:
    """A message hook. A status that was posted to it by a wrong setting is read as what it is."""
    if "MessageStatus" in fields and "Body" not in fields:
        return status(fields)
    sid = _first(fields, "MessageSid", "SmsMessageSid", "SmsSid")
    sender = fields.get("From", "")
    address = address_of(sender)
    if not sid or not address:
        return Hook(unknown="message")
    if _other_channel(prefix, sender, address):
        # Answered here it would reach the person on a channel that they did not choose.
        return Hook(unknown="channel")
    media = tuple(_media(fields))
    location = _location(fields)
    payload = _first(fields, "ButtonPayload", "ListId")
    return Hook(
        inbound=(
            Inbound(
                channel=channel,
                provider_id=sid,
                address=address,
                kind=_kind(fields, media, location, payload),
                text=_first(fields, "Body", "ButtonText", "ListTitle"),
                payload=payload,
                media=media,
                location=location,
                name=fields.get("ProfileName", "").strip(),
            ),
        )
    )


def status(fields: Fields) -> Hook:
    """A status hook."""
    sid = _first(fields, "MessageSid", "SmsSid")
    state = STATES.get(_first(fields, "MessageStatus", "SmsStatus").lower())
    if not sid or state is None:
        return Hook(unknown="status")
    return Hook(receipts=(Receipt(sid, state, _first(fields, "ErrorCode")),))


def _first(fields: Fields, *names: str) -> str:
    for name in names:
        if value := fields.get(name):
            return value
    return ""


def _other_channel(prefix: str, sender: str, address: str) -> bool:
    if ":" in sender:
        return not prefix or not sender.startswith(prefix)
    return bool(prefix) and address.startswith("+")


def _kind(fields: Fields, media: tuple[Media, ...], location: Location | None, payload: str) -> Kind:
    if fields.get("MessageType", "").lower() not in _KNOWN:
        return Kind.UNKNOWN
    if location:
        return Kind.LOCATION
    if media:
        return Kind.CONTACT if all("vcard" in m.content_type for m in media) else Kind.MEDIA
    if payload or fields.get("ButtonText") or fields.get("ListTitle"):
        return Kind.BUTTON
    return Kind.UNKNOWN if "Latitude" in fields else Kind.TEXT


def _media(fields: Fields) -> Iterable[Media]:
    number = fields.get("NumMedia", "0")
    count = min(int(number), _MOST_MEDIA) if re.fullmatch(r"[0-9]{1,3}", number) else 0
    for index in range(count):
        url = fields.get(f"MediaUrl{index}", "")
        kind = fields.get(f"MediaContentType{index}", "").lower()
        if url:
            voice = kind.startswith("audio/ogg") or fields.get("MessageType") == "audio"
            yield Media(url, kind or "application/octet-stream", voice=voice)


def _location(fields: Fields) -> Location | None:
    try:
        latitude, longitude = float(fields.get("Latitude", "")), float(fields.get("Longitude", ""))
    except ValueError:
        return None
    if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    said = dict.fromkeys(v for v in (fields.get("Label", "").strip(), fields.get("Address", "").strip()) if v)
    return Location(latitude, longitude, ", ".join(said))
