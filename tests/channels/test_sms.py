# SPDX-License-Identifier: AGPL-3.0-or-later
"""SMS passes the shared table, and what is peculiar to it is asked here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar

import pytest

from channels import _twilio, sms
from channels.base import (
    Accepted,
    BadSignature,
    Channel,
    ChannelError,
    Choice,
    Delivery,
    Hook,
    HookRequest,
    Kind,
    Media,
    Outgoing,
    Part,
    Receipt,
    Refused,
    Unknown,
)
from tests.channels.contract import CANARY, PUBLIC, Contract
from tests.fakes import twilio as fake
from tests.fakes._http import Answer, Request, Server
from tests.fakes.twilio import FakeTwilio

HOOK, STATUS = f"{PUBLIC}/hooks/sms", f"{PUBLIC}/hooks/sms/status"
PERSON = "+218910000001"


def environment(twilio: FakeTwilio | None) -> dict[str, str]:
    return {
        "SAWT_TWILIO_ACCOUNT_SID": fake.ACCOUNT,
        "SAWT_TWILIO_AUTH_TOKEN": fake.TOKEN,
        "SAWT_TWILIO_SMS_FROM": fake.SMS_FROM,
        "SAWT_TWILIO_WHATSAPP_FROM": fake.WHATSAPP_FROM,
        "SAWT_TWILIO_API_URL": twilio.url if twilio else "http://127.0.0.1:1",
        "SAWT_TWILIO_TIMEOUT": "0.4",
        "SAWT_PUBLIC_URL": f"{PUBLIC}/",
    }


def signed(fields: Mapping[str, str], url: str = HOOK) -> HookRequest:
    headers, body = fake.signed(url, dict(fields))
    return HookRequest(url, headers, body)


def image(number: int, kind: str) -> Media:
    folder = "MM00000000000000000000000000000004" if number == 4 else "x"
    home = f"https://api.twilio.com/2010-04-01/Accounts/{fake.ACCOUNT}/Messages/{folder}/Media"
    return Media(f"{home}/ME{number:032x}", kind)


class TestSms(Contract):
    name = "sms"
    address = PERSON
    secrets = (fake.TOKEN,)
    expected: ClassVar = {
        "text": {
            "provider_id": f"SM{1:032x}",
            "address": PERSON,
            "kind": Kind.TEXT,
            "text": "Where is the clinic?",
            "media": (),
            "location": None,
        },
        "arabic": {"kind": Kind.TEXT, "text": "أين العيادة؟"},
        "empty": {"kind": Kind.TEXT, "text": ""},
        "photo": {"kind": Kind.MEDIA, "text": "look", "media": (image(4, "image/jpeg"),)},
        "two_photos": {"kind": Kind.MEDIA, "media": (image(5, "image/jpeg"), image(6, "image/png"))},
        "short_code": {"address": "12345", "text": "hi"},
        "stop": {"kind": Kind.TEXT, "text": "STOP"},
        "reaction": {"kind": Kind.UNKNOWN, "address": PERSON},
    }
    unanswered = ("reaction",)

    @pytest.fixture
    def provider(self) -> Iterator[Any]:
        with FakeTwilio() as twilio:
            yield twilio

    def environment(self, provider: Any) -> dict[str, str]:
        return environment(provider)

    def connect(self, env: Mapping[str, str]) -> Channel:
        return sms.connect(env)

    def request(self, content: Any) -> HookRequest:
        return signed(content)

    def said(self, text: str) -> Any:
        return fake.message(text, PERSON)

    def forged(self) -> dict[str, HookRequest]:
        good = self.request(self.said(CANARY))
        signature = {"x-twilio-signature": good.headers["x-twilio-signature"]}
        form = {"content-type": good.headers["content-type"]}
        return {
            "no signature": HookRequest(good.url, form, good.body),
            "empty signature": HookRequest(good.url, {**form, "x-twilio-signature": ""}, good.body),
            "another token": HookRequest(HOOK, *fake.signed(HOOK, self.said(CANARY), "another-token")),
            "another body": HookRequest(good.url, dict(good.headers), good.body + b"&Extra="),
            "another path": HookRequest(f"{PUBLIC}/hooks/other", dict(good.headers), good.body),
            "another host": HookRequest("https://other.example/hooks/sms", dict(good.headers), good.body),
            "signature that is not ASCII": HookRequest(good.url, {**form, "x-twilio-signature": "\xe9"}, good.body),
            "no body": HookRequest(good.url, {**form, **signature}, b""),
        }

    def malformed(self) -> dict[str, HookRequest]:
        headers, _ = fake.signed(HOOK, {})
        as_text = {**headers, "content-type": "text/plain"}
        return {
            "not ASCII": HookRequest(HOOK, headers, f"Body={CANARY}\xff".encode("latin-1")),
            "not UTF-8": HookRequest(HOOK, headers, f"Body={CANARY}%FF%FE".encode()),
            "no form": HookRequest(HOOK, as_text, CANARY.encode()),
            "too many fields": HookRequest(HOOK, headers, f"{CANARY}=&".encode() * 1001),
        }

    def test_what_is_signed_but_not_a_message_is_kept_as_unknown(self, channel: Channel) -> None:
        cases: dict[str, tuple[dict[str, str], str]] = {
            "nothing at all": ({}, "message"),
            "no id": ({"From": PERSON, "Body": "hi"}, "message"),
            "no sender": ({"MessageSid": "SM1", "Body": "hi"}, "message"),
            "a WhatsApp sender": ({"MessageSid": "SM1", "From": f"whatsapp:{PERSON}", "Body": "hi"}, "channel"),
        }
        for label, (fields, word) in cases.items():
            assert channel.receive(signed(fields)) == Hook(unknown=word), label

    def test_senseless_media_fields_do_no_harm(self, channel: Channel) -> None:
        for number in ("", "-1", "many", "99999", "٣"):
            hook = channel.receive(signed(fake.message("hi", NumMedia=number)))
            assert hook.inbound[0].media == ()

    def test_a_status_posted_to_the_message_hook_is_still_a_receipt(self, channel: Channel) -> None:
        assert channel.receive(signed(fake.status("SM1", "sent"))) == Hook(receipts=(Receipt("SM1", Delivery.SENT),))


def receipts(fields: dict[str, str]) -> Hook:
    return sms.connect(environment(None)).receive_status(signed(fields, STATUS))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("accepted", Delivery.QUEUED),
        ("scheduled", Delivery.QUEUED),
        ("queued", Delivery.QUEUED),
        ("sending", Delivery.QUEUED),
        ("sent", Delivery.SENT),
        ("delivered", Delivery.DELIVERED),
        ("read", Delivery.READ),
        ("failed", Delivery.FAILED),
        ("undelivered", Delivery.FAILED),
        ("canceled", Delivery.FAILED),
    ],
)
def test_each_status_word_has_its_delivery_state(said: str, state: Delivery) -> None:
    assert receipts(fake.status("SM1", said)) == Hook(receipts=(Receipt("SM1", state),))


def test_a_failure_carries_its_code() -> None:
    assert receipts(fake.status("SM1", "undelivered", "30003")).receipts == (Receipt("SM1", Delivery.FAILED, "30003"),)


def test_a_status_with_a_new_word_or_no_id_is_kept_as_unknown() -> None:
    assert receipts(fake.status("SM1", "pondering")) == Hook(unknown="status")
    assert receipts({"MessageStatus": "sent"}) == Hook(unknown="status")


def test_a_status_with_a_bad_signature_is_refused() -> None:
    request = signed(fake.status("SM1", "sent"), STATUS)
    with pytest.raises(BadSignature):
        sms.connect(environment(None)).receive_status(HookRequest(HOOK, request.headers, request.body))


def test_a_send_carries_sender_person_text_and_callback() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = sms.connect(environment(twilio))
        outcome = await channel.send(PERSON, Part({"text": "أهلا"}))
        taken = twilio.messages[0]
        assert outcome == Accepted(taken["sid"], Delivery.QUEUED)
        assert (taken["to"], taken["from"], taken["body"]) == (PERSON, fake.SMS_FROM, "أهلا")
        assert taken["StatusCallback"] == STATUS
        await channel.stop()

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


@pytest.mark.parametrize(
    ("status", "code", "wanted"),
    [
        (400, 21610, Refused("21610", again=False, stopped=True)),
        (400, 21211, Refused("21211", again=False)),
        (400, 21614, Refused("21614", again=False)),
        (400, 21408, Refused("21408", again=False)),
        (400, 63016, Refused("63016", again=False)),
        (400, 99999, Refused("99999", again=True)),
        (400, None, Refused("400", again=True)),
        (401, 20003, Refused("20003", again=True)),
        (403, 20403, Refused("20403", again=True)),
        (404, 20404, Refused("20404", again=True)),
        (429, 20429, Refused("20429", again=True)),
        (503, 20503, Refused("20503", again=True)),
        (500, 20500, Unknown("20500")),
        (504, None, Unknown("504")),
    ],
)
def test_each_refusal_means_what_the_table_says(status: int, code: int | None, wanted: object) -> None:
    assert _twilio.outcome_of(status, code, None) == wanted


def test_retry_after_is_read_in_both_its_forms() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    for header, low, high in (("12", 12, 12), (format_datetime(soon, usegmt=True), 80, 90)):
        found = _twilio._seconds(header)
        assert found is not None
        assert low <= found <= high
    for senseless in ("", "soon", "-5", "99999999"):
        assert _twilio._seconds(senseless) is None


def test_an_unknown_outcome_is_settled_by_the_list() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = sms.connect(environment(twilio))
        before = datetime.now(UTC)
        await channel.send("+218910000002", Part({"text": "to another"}))
        twilio.trouble(status=500, accept=True)
        assert isinstance(await channel.send(PERSON, Part({"text": "once"})), Unknown)
        listed = await channel.sent_since(PERSON, before)
        assert listed is not None
        assert [(s.body, s.provider_id, s.state) for s in listed] == [
            ("once", twilio.messages[1]["sid"], Delivery.QUEUED)
        ]
        assert await channel.sent_since(PERSON, datetime.now(UTC) + timedelta(minutes=1)) == ()
        await channel.stop()

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


def test_the_list_is_read_over_several_pages_and_bounded() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = sms.connect(environment(twilio))
        for number in range(320):
            twilio._take({"To": PERSON, "From": fake.SMS_FROM, "Body": str(number)})
        listed = await channel.sent_since(PERSON, datetime.now(UTC) - timedelta(hours=1))
        assert listed is not None
        assert [s.body for s in listed] == [str(n) for n in reversed(range(70, 320))]
        await channel.stop()

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


def test_a_list_that_cannot_be_had_is_none() -> None:
    async def story() -> None:
        channel = sms.connect(environment(None))
        assert await channel.sent_since(PERSON, datetime.now(UTC)) is None
        await channel.stop()

    asyncio.run(story())


class Elsewhere(Server):
    """A host that is not Twilio's, or one that a redirect names."""

    answers: Answer = Answer(200, b"inside")

    async def answer(self, request: Request) -> Answer | None:
        return self.answers


def test_media_is_fetched_with_the_sign_in_and_within_the_limit() -> None:
    async def story(twilio: FakeTwilio) -> None:
        channel = sms.connect(environment(twilio))
        url = twilio.put_media(b"OggS" * 1000)
        assert await channel.fetch(Media(url, "audio/ogg"), 4000) == b"OggS" * 1000
        official = url.replace(twilio.url, "https://api.twilio.com")
        assert await channel.fetch(Media(official, "audio/ogg"), 4000) == b"OggS" * 1000
        with pytest.raises(ChannelError, match="larger"):
            await channel.fetch(Media(url, "audio/ogg"), 3999)
        with pytest.raises(ChannelError, match="status 404"):
            await channel.fetch(Media(f"{twilio.url}/media/none", "audio/ogg"), 10)

    with FakeTwilio() as twilio:
        asyncio.run(story(twilio))


def test_media_elsewhere_is_not_fetched_and_gets_no_sign_in() -> None:
    async def story(twilio: FakeTwilio, other: Elsewhere) -> None:
        channel = sms.connect(environment(twilio))
        urls = (
            f"{other.url}/file",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "https://twilio.com.evil.example/x",
            "https://eviltwilio.com/x",
            f"http://user@{other.url.removeprefix('http://')}/x",
            "https://[::1/x",
        )
        for url in urls:
            with pytest.raises(ChannelError):
                await channel.fetch(Media(url, "audio/ogg"), 100)
        assert other.requests == []

    with FakeTwilio() as twilio, Elsewhere() as other:
        asyncio.run(story(twilio, other))


def test_a_redirect_to_another_host_or_without_end_is_not_followed() -> None:
    async def story(home: Elsewhere, other: Elsewhere) -> None:
        channel = sms.connect(environment(None) | {"SAWT_TWILIO_API_URL": home.url})
        for target in (f"{other.url}/x", "ftp://127.0.0.1/x", f"{home.url}/again", ""):
            home.answers = Answer(302, b"", {"Location": target})
            with pytest.raises(ChannelError):
                await channel.fetch(Media(f"{home.url}/x", "audio/ogg"), 100)
        assert other.requests == []

    with Elsewhere() as home, Elsewhere() as other:
        asyncio.run(story(home, other))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAWT_TWILIO_SMS_FROM", "whatsapp:+15005550006"),
        ("SAWT_TWILIO_SMS_FROM", "15005550006"),
        ("SAWT_TWILIO_API_URL", "api.twilio.com"),
        ("SAWT_TWILIO_API_URL", "https://api.twilio.com?x=1"),
        ("SAWT_PUBLIC_URL", "sawt.example"),
        ("SAWT_SMS_RATE", "0"),
        ("SAWT_SMS_BUDGET", "four"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"Set {name} to "):
        sms.connect(environment(None) | {name: value})


def test_the_rate_and_budget_are_settings() -> None:
    assert sms.connect(environment(None)).rate.per_second == 100
    channel = sms.connect(environment(None) | {"SAWT_SMS_RATE": "0.5", "SAWT_SMS_BUDGET": "1"})
    assert channel.rate.per_second == 0.5
    rendered = channel.render(Outgoing("word " * 100, (Choice("yes", "Yes"),), "Reply MORE"))
    assert [part.body["text"].splitlines()[-1] for part in rendered.parts] == ["Reply MORE"]
    assert rendered.rest
