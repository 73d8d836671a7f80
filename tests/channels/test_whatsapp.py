# SPDX-License-Identifier: AGPL-3.0-or-later
"""WhatsApp passes the shared table, and what is peculiar to it is asked here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import whatsapp
from channels.base import Channel, Choice, Hook, HookRequest, Inbound, Kind, Location, Media, Outgoing, Part, Refused
from tests.channels.contract import CANARY, PAYLOADS, PUBLIC, Contract, payload
from tests.channels.test_sms import environment, signed
from tests.fakes import twilio as fake
from tests.fakes.twilio import FakeTwilio

HOOK = f"{PUBLIC}/hooks/whatsapp"
PERSON = "+218910000001"


def media(number: int, kind: str, voice: bool = False) -> Media:
    home = f"https://api.twilio.com/2010-04-01/Accounts/{fake.ACCOUNT}/Messages/x/Media"
    return Media(f"{home}/ME{number:032x}", kind, voice=voice)


class TestWhatsApp(Contract):
    name = "whatsapp"
    address = PERSON
    secrets = (fake.TOKEN,)
    expected: ClassVar = {
        "text": {
            "provider_id": f"SM{1:032x}",
            "address": PERSON,
            "kind": Kind.TEXT,
            "text": "Where is the clinic?",
            "name": "A Person",
        },
        "bengali": {"kind": Kind.TEXT, "text": "ক্লিনিক কোথায়?"},
        "voice": {"kind": Kind.MEDIA, "text": "", "media": (media(3, "audio/ogg", True),)},
        "photo": {"kind": Kind.MEDIA, "text": "my paper", "media": (media(4, "image/jpeg"),)},
        "document": {"kind": Kind.MEDIA, "text": "file.pdf", "media": (media(5, "application/pdf"),)},
        "location": {"kind": Kind.LOCATION, "location": Location(32.8872, 13.1913, "Office, Tripoli")},
        "location_pin": {"kind": Kind.LOCATION, "location": Location(32.8872, 13.1913)},
        "location_broken": {"kind": Kind.UNKNOWN, "location": None},
        "button": {"kind": Kind.BUTTON, "payload": "yes", "text": "Yes"},
        "list": {"kind": Kind.BUTTON, "payload": "topic:health", "text": "Health"},
        "contact": {"kind": Kind.CONTACT, "media": (media(11, "text/vcard"),)},
        "sticker": {"kind": Kind.UNKNOWN, "address": PERSON},
        "edited": {"kind": Kind.UNKNOWN, "text": "Where is the school?"},
        "reaction": {"kind": Kind.UNKNOWN, "address": PERSON},
        "user_id": {"kind": Kind.TEXT, "address": "LY.13491208655302741918", "text": "hello"},
    }
    unanswered = ("sticker", "edited", "reaction", "location_broken")

    @pytest.fixture
    def provider(self) -> Iterator[Any]:
        with FakeTwilio() as twilio:
            yield twilio

    def environment(self, provider: Any) -> dict[str, str]:
        return environment(provider)

    def connect(self, env: Mapping[str, str]) -> Channel:
        return whatsapp.connect(env)

    def request(self, content: Any) -> HookRequest:
        return signed(content, HOOK)

    def said(self, text: str) -> Any:
        return fake.message(text, f"whatsapp:{PERSON}")

    def forged(self) -> dict[str, HookRequest]:
        good = self.request(self.said(CANARY))
        return {
            "the SMS hook's signature": HookRequest(HOOK, *fake.signed(f"{PUBLIC}/hooks/sms", self.said(CANARY))),
            "no signature": HookRequest(HOOK, {"content-type": good.headers["content-type"]}, good.body),
        }

    def malformed(self) -> dict[str, HookRequest]:
        headers, _ = fake.signed(HOOK, {})
        return {"not UTF-8": HookRequest(HOOK, headers, f"Body={CANARY}%C3%28".encode())}

    def test_a_phone_that_wrote_by_sms_is_not_answered_on_whatsapp(self, channel: Channel) -> None:
        assert channel.receive(self.request(fake.message("hi", PERSON))) == Hook(unknown="channel")


CHANNEL = whatsapp.connect(environment(None))
PIECES = sorted(p.stem for p in (PAYLOADS / "whatsapp").iterdir())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PIECES), st.data())
def test_a_signed_form_with_any_fields_spoilt_raises_nothing(piece: str, data: st.DataObject) -> None:
    fields = payload("whatsapp", piece)
    text = st.text(st.characters(codec="utf-8"), max_size=9) | st.sampled_from(
        ["nan", "inf", "1e400", "٣", "whatsapp:"]
    )
    fields |= data.draw(st.dictionaries(st.sampled_from(sorted(fields)), text, max_size=4))
    for hook in (CHANNEL.receive(signed(fields, HOOK)), CHANNEL.receive_status(signed(fields, HOOK))):
        for inbound in hook.inbound:
            assert Inbound.load(json.loads(json.dumps(inbound.dump(), allow_nan=False))) == inbound


def test_people_are_written_to_with_their_prefix_and_a_user_id_too() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = whatsapp.connect(environment(twilio))
        for address in (PERSON, "LY.13491208655302741918"):
            await channel.send(address, Part({"text": "hello"}))
        assert [m["to"] for m in twilio.messages] == [f"whatsapp:{PERSON}", "whatsapp:LY.13491208655302741918"]
        assert {m["from"] for m in twilio.messages} == {f"whatsapp:{fake.WHATSAPP_FROM}"}
        assert {m["StatusCallback"] for m in twilio.messages} == {f"{PUBLIC}/hooks/whatsapp/status"}
        await channel.stop()

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


def test_free_text_has_a_window_of_a_day_and_a_closed_one_is_refused_for_good() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = whatsapp.connect(environment(twilio))
        assert channel.window == timedelta(hours=24)
        twilio.refuse[f"whatsapp:{PERSON}"] = 63016
        assert await channel.send(PERSON, Part({"text": "late"})) == Refused("63016", again=False)
        await channel.stop()

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


def test_a_template_is_sent_by_its_id_where_the_language_has_one() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = whatsapp.connect(environment(twilio) | {"SAWT_TWILIO_WHATSAPP_TEMPLATES": '{"ar": "HX1"}'})
        assert channel.template("en") is None
        part = channel.template("ar")
        assert part is not None
        await channel.send(PERSON, part)
        assert (twilio.messages[0]["ContentSid"], twilio.messages[0]["body"]) == ("HX1", "")
        await channel.stop()

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


def test_templates_that_are_not_a_table_are_named() -> None:
    for wrong in ("HX1", '["HX1"]', '{"ar": 1}'):
        with pytest.raises(ValueError, match="SAWT_TWILIO_WHATSAPP_TEMPLATES"):
            whatsapp.connect(environment(None) | {"SAWT_TWILIO_WHATSAPP_TEMPLATES": wrong})


def test_a_long_text_goes_out_whole_in_ordered_parts_with_the_choices_last() -> None:
    text = "".join(f"Sentence number {n} is here.\n\n" for n in range(200))
    rendered = whatsapp.connect(environment(None)).render(Outgoing(text, (Choice("yes", "نعم"),), "Reply MORE"))
    bodies = [part.body["text"] for part in rendered.parts]
    assert all(len(body) <= 1600 for body in bodies)
    assert "\n\n".join(bodies) == f"{text.strip()}\n\n1 نعم"
    assert rendered.rest == ""
