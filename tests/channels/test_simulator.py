# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulator passes the shared table, and what is peculiar to it is asked here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from channels import simulator
from channels.base import (
    Accepted,
    Channel,
    ChannelError,
    Choice,
    Delivery,
    Hook,
    HookRequest,
    Kind,
    Location,
    Media,
    Outgoing,
    Part,
)
from tests.channels.contract import CANARY, PUBLIC, Contract

HOOK = f"{PUBLIC}/simulator"
VOICE = Media("data:audio/ogg;base64,T2dnUw==", "audio/ogg", voice=True)


class TestSimulator(Contract):
    name = "simulator"
    address = "sms:+218910000001"
    signed = False
    expected: ClassVar = {
        "sms": {
            "provider_id": "s1",
            "address": "sms:+218910000001",
            "kind": Kind.TEXT,
            "text": "Where is the clinic?",
            "name": "Amal",
            "language_hint": "ar",
        },
        "whatsapp_location": {
            "address": "whatsapp:+218910000001",
            "kind": Kind.LOCATION,
            "location": Location(32.8872, 13.1913, "Office"),
        },
        "telegram_tap": {"address": "telegram:1001", "kind": Kind.BUTTON, "payload": "yes", "text": "Yes"},
        "voice": {"kind": Kind.MEDIA, "media": (VOICE,)},
        "sticker": {"kind": Kind.UNKNOWN, "address": "telegram:1001"},
        "blocked": {"kind": Kind.BLOCKED, "address": "telegram:1001"},
    }
    unanswered = ("sticker",)

    def environment(self, provider: Any) -> dict[str, str]:
        return {}

    def connect(self, env: Mapping[str, str]) -> Channel:
        return simulator.connect(env)

    def request(self, content: Any) -> HookRequest:
        return HookRequest(HOOK, {"content-type": "application/json"}, json.dumps(content).encode())

    def said(self, text: str) -> Any:
        return {"as": "sms", "address": "+218910000001", "text": text}

    def malformed(self) -> dict[str, HookRequest]:
        return {
            "no JSON": HookRequest(HOOK, {}, CANARY.encode()),
            "a list": HookRequest(HOOK, {}, json.dumps([CANARY]).encode()),
        }

    def test_what_names_no_imitated_channel_or_nobody_is_kept_as_unknown(self, channel: Channel) -> None:
        for content in ({}, {"as": "fax", "address": "1"}, {"as": "sms"}, {"as": ["sms"], "address": {}}):
            assert channel.receive(self.request(content)) == Hook(unknown="simulator")

    def test_a_pin_off_the_globe_is_a_kind_we_cannot_handle(self, channel: Channel) -> None:
        for pin in ({"latitude": 91, "longitude": 0}, {"latitude": float("nan"), "longitude": 0}, {}, "north"):
            (inbound,) = channel.receive(self.request({**self.said(""), "location": pin})).inbound
            assert (inbound.kind, inbound.location) == (Kind.UNKNOWN, None)

    def test_a_message_without_an_id_gets_a_new_one_each_time(self, channel: Channel) -> None:
        request = self.request(self.said("hi"))
        ids = {channel.receive(request).inbound[0].provider_id for _ in range(3)}
        assert len(ids) == 3

    def test_each_imitated_channel_has_its_own_form(self, channel: Channel) -> None:
        outgoing = Outgoing("word " * 400, (Choice("yes", "Yes"),), "Reply MORE")
        as_sms = channel.render(outgoing, "sms:+218910000001")
        assert as_sms.rest
        assert as_sms.parts[0].body["text"].endswith("1 Yes\n\nReply MORE")
        as_whatsapp = channel.render(outgoing, "whatsapp:+218910000001")
        assert (len(as_whatsapp.parts), as_whatsapp.rest) == (2, "")
        as_telegram = channel.render(outgoing, "telegram:1001")
        assert as_telegram.parts[-1].body["buttons"] == [[["Yes", "yes"]]]

    def test_everything_sent_is_delivered_at_once(self, channel: Channel) -> None:
        first, second = (asyncio.run(channel.send(self.address, Part({"text": "hi"}))) for _ in range(2))
        assert isinstance(first, Accepted)
        assert isinstance(second, Accepted)
        assert first.state is Delivery.DELIVERED
        assert first.provider_id != second.provider_id

    def test_a_voice_note_is_fetched_from_the_message_itself(self, channel: Channel) -> None:
        assert asyncio.run(channel.fetch(VOICE, 4)) == b"OggS"
        for reference, limit in ((VOICE.reference, 3), ("data:audio/ogg;base64,???", 9), ("https://x/,T2dnUw==", 9)):
            with pytest.raises(ChannelError):
                asyncio.run(channel.fetch(Media(reference, "audio/ogg"), limit))
