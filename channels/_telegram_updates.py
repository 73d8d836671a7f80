# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads Telegram's updates: what a person sent, or that they blocked us or came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import telegram

from channels.base import Hook, Inbound, Kind, Location, Media

_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
)
"""Notes that Telegram writes into a chat by itself: there is nothing to answer."""
_GONE = (telegram.ChatMember.BANNED, telegram.ChatMember.LEFT)


Seal = Callable[[str], str]
"""Makes a provider id: Telegram's own ids hold the person's chat id, which may not be stored or shown."""


def message_id(chat: int, message: int) -> str:
    """A message's id within the channel, before it is sealed: Telegram numbers messages within each chat."""
    return f"{chat:d}:{message:d}"


def read(raw: dict[str, Any], seal: Seal) -> Hook:
    """One update. Raises nothing: what cannot be read is named in `unknown`."""
    try:
        hook = _read(telegram.Update.de_json(raw, None))
        sound = all(map(_sound, hook.inbound))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return Hook(unknown="update")
    if not sound:
        return Hook(unknown="update")
    return Hook(tuple(replace(i, provider_id=seal(i.provider_id)) for i in hook.inbound), unknown=hook.unknown)


def _sound(inbound: Inbound) -> bool:
    """Whether each value is of its type: the library passes on whatever the JSON held."""
    words = [inbound.provider_id, inbound.text, inbound.payload, inbound.name, inbound.language_hint]
    words += [word for m in inbound.media for word in (m.reference, m.content_type, m.filename)]
    sizes = [m.size for m in inbound.media if m.size is not None]
    pin = inbound.location
    return (
        all(isinstance(word, str) for word in words)
        and all(isinstance(size, int) for size in sizes)
        and (pin is None or (abs(pin.latitude) <= 90 and abs(pin.longitude) <= 180 and isinstance(pin.label, str)))
    )


def _read(update: telegram.Update) -> Hook:
    chat = update.effective_chat
    if chat is None or not isinstance(chat.id, int):
        return Hook(unknown="update")
    if chat.type != telegram.Chat.PRIVATE:
        return Hook(unknown="group")
    if update.callback_query is not None:
        return Hook((_tap(chat, update.callback_query),))
    if update.my_chat_member is not None:
        return Hook((_membership(chat, update.my_chat_member, update.update_id),))
    if update.edited_message is not None:
        return Hook((_edited(chat, update.edited_message),))
    if update.message is None:
        return Hook(unknown="update")
    if any(getattr(update.message, note, None) for note in _SERVICE):
        return Hook()
    return Hook((_message(chat, update.message),))


def _inbound(chat: telegram.Chat, provider_id: str, user: telegram.User | None, kind: Kind, **more: Any) -> Inbound:
    return Inbound(
        channel="telegram",
        provider_id=provider_id,
        address=str(chat.id),
        kind=kind,
        name=user.full_name if user else "",
        language_hint=(user.language_code or "") if user else "",
        **more,
    )


def _tap(chat: telegram.Chat, query: telegram.CallbackQuery) -> Inbound:
    return _inbound(chat, query.id, query.from_user, Kind.BUTTON, payload=query.data or "", text=_title(query))


def _title(query: telegram.CallbackQuery) -> str:
    """The words on the tapped button, where the message with it is still there."""
    markup = getattr(query.message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == query.data), "")


def _membership(chat: telegram.Chat, change: telegram.ChatMemberUpdated, number: int) -> Inbound:
    kind = Kind.BLOCKED if change.new_chat_member.status in _GONE else Kind.STARTED
    return _inbound(chat, f"m{number:d}", change.from_user, kind, sent_at=change.date)


def _edited(chat: telegram.Chat, message: telegram.Message) -> Inbound:
    when = message.edit_date or message.date
    provider_id = f"{message_id(chat.id, message.message_id)}:e{int(when.timestamp())}"
    return _inbound(
        chat,
        provider_id,
        message.from_user,
        Kind.EDITED,
        text=message.text or message.caption or "",
        media=tuple(_media(message)),
        location=_location(message),
        sent_at=when,
    )


def _message(chat: telegram.Chat, message: telegram.Message) -> Inbound:
    text = message.text or message.caption or ""
    media = tuple(_media(message))
    location = _location(message)
    if message.text:
        kind = Kind.STARTED if text.split(maxsplit=1)[0] == "/start" else Kind.TEXT
    elif location:
        kind = Kind.LOCATION
    elif message.contact:
        kind, text = Kind.CONTACT, _card(message.contact)
    else:
        kind = Kind.MEDIA if media else Kind.UNKNOWN
    return _inbound(
        chat,
        message_id(chat.id, message.message_id),
        message.from_user,
        kind,
        text=text,
        media=media,
        location=location,
        sent_at=message.date,
    )


def _card(contact: telegram.Contact) -> str:
    return " ".join(part for part in (contact.first_name, contact.last_name, contact.phone_number) if part)


def _location(message: telegram.Message) -> Location | None:
    if message.venue:
        place, label = message.venue.location, ", ".join(p for p in (message.venue.title, message.venue.address) if p)
        return Location(float(place.latitude), float(place.longitude), label)
    if message.location:
        return Location(float(message.location.latitude), float(message.location.longitude))
    return None


def _media(message: telegram.Message) -> Iterator[Media]:
    if message.photo:
        photo = max(message.photo, key=lambda size: size.width * size.height)
        yield Media(photo.file_id, "image/jpeg", size=photo.file_size)
    if message.voice:
        yield Media(message.voice.file_id, message.voice.mime_type or "audio/ogg", "", message.voice.file_size, True)
    if message.video_note:
        yield Media(message.video_note.file_id, "video/mp4", size=message.video_note.file_size)
    # An animation comes as a document too: one of them is enough.
    for file in (message.audio, message.video, message.animation or message.document):
        if file:
            kind = file.mime_type or "application/octet-stream"
            yield Media(file.file_id, kind, file.file_name or "", file.file_size)
