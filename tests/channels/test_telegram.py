# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telegram passes the shared table, and what is peculiar to it is asked here."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import telegram
from channels.base import (
    Accepted,
    Channel,
    ChannelError,
    Choice,
    Hook,
    HookRequest,
    Inbound,
    Kind,
    Location,
    Media,
    Outgoing,
    Part,
    Refused,
)
from tests.channels.contract import CANARY, PAYLOADS, PUBLIC, Contract, everything_logged, payload
from tests.fakes import telegram as fake
from tests.fakes.telegram import FakeTelegram

HOOK = f"{PUBLIC}/hooks/telegram"
CHAT = "100123400001"
SENT_AT = datetime.fromtimestamp(1795348800, UTC)


def environment(bot_api: FakeTelegram | None, **more: str) -> dict[str, str]:
    return {
        "SAWT_TELEGRAM_TOKEN": fake.TOKEN,
        "SAWT_TELEGRAM_SECRET": fake.SECRET,
        "SAWT_TELEGRAM_API_URL": bot_api.url if bot_api else "http://127.0.0.1:1",
        "SAWT_TELEGRAM_TIMEOUT": "0.4",
        "SAWT_PUBLIC_URL": PUBLIC,
        **more,
    }


def sealed(provider_id: str) -> str:
    """As the channel gives it: keyed by the token, because Telegram's own ids hold the person's chat id."""
    key = hashlib.sha256(fake.TOKEN.encode()).digest()
    return hashlib.blake2b(provider_id.encode(), key=key, digest_size=16).hexdigest()


class TestTelegram(Contract):
    name = "telegram"
    address = CHAT
    secrets = (fake.TOKEN, fake.SECRET)
    expected: ClassVar = {
        "text": {
            "provider_id": sealed("1001:1"),
            "address": "1001",
            "kind": Kind.TEXT,
            "text": "أين العيادة؟",
            "name": "A Person",
            "language_hint": "ar",
            "sent_at": SENT_AT,
        },
        "start": {"provider_id": sealed("1001:2"), "kind": Kind.STARTED, "text": "/start"},
        "voice": {"kind": Kind.MEDIA, "media": (Media("voice-id", "audio/ogg", "", 9000, True),)},
        "audio": {"kind": Kind.MEDIA, "media": (Media("audio-id", "audio/mpeg", "song.mp3", 90000),)},
        "photo": {"kind": Kind.MEDIA, "text": "my paper", "media": (Media("large", "image/jpeg", "", 90000),)},
        "document": {"kind": Kind.MEDIA, "media": (Media("doc-id", "application/pdf", "paper.pdf", 12345),)},
        "video": {"kind": Kind.MEDIA, "text": "see", "media": (Media("video-id", "video/mp4", "v.mp4", 54321),)},
        "animation": {"kind": Kind.MEDIA, "media": (Media("anim-id", "video/mp4", "a.mp4", 1),)},
        "video_note": {"kind": Kind.MEDIA, "media": (Media("note-id", "video/mp4", "", 4),)},
        "location": {"kind": Kind.LOCATION, "location": Location(32.8872, 13.1913)},
        "venue": {"kind": Kind.LOCATION, "location": Location(32.8872, 13.1913, "Office, Tripoli")},
        "contact": {"kind": Kind.CONTACT, "text": "My Brother +218910000002"},
        "sticker": {"kind": Kind.UNKNOWN, "address": "1001"},
        "dice": {"kind": Kind.UNKNOWN, "address": "1001"},
        "edited": {"provider_id": sealed("1001:1:e1795348860"), "kind": Kind.EDITED, "text": "أين المدرسة؟"},
        "tap": {"provider_id": sealed("4382bfdwdsb323b2d9"), "kind": Kind.BUTTON, "payload": "yes", "text": "Yes"},
        "tap_on_old_message": {"kind": Kind.BUTTON, "payload": "yes", "address": "1001"},
        "blocked": {"provider_id": sealed("m500018"), "kind": Kind.BLOCKED, "address": "1001"},
        "unblocked": {"provider_id": sealed("m500019"), "kind": Kind.STARTED},
        "group": Hook(unknown="group"),
        "joined_group": Hook(unknown="group"),
        "channel_post": Hook(unknown="group"),
        "pinned": Hook(),
        "live_location_moved": {"kind": Kind.EDITED, "text": "", "location": Location(32.9, 13.2)},
        "odd": Hook(unknown="update"),
        "poll_answer": Hook(unknown="update"),
    }
    unanswered = ("sticker", "dice")

    @pytest.fixture
    def provider(self) -> Iterator[Any]:
        with FakeTelegram() as bot_api:
            yield bot_api

    def environment(self, provider: Any) -> dict[str, str]:
        return environment(provider)

    def connect(self, env: Mapping[str, str]) -> Channel:
        return telegram.connect(env)

    def request(self, content: Any) -> HookRequest:
        return HookRequest(HOOK, *fake.hook(content))

    def said(self, text: str) -> Any:
        return fake.message(text, int(CHAT))

    def forged(self) -> dict[str, HookRequest]:
        good = self.request(self.said(CANARY))
        form = {"content-type": "application/json"}
        return {
            "no secret": HookRequest(HOOK, form, good.body),
            "empty secret": HookRequest(HOOK, {**form, "x-telegram-bot-api-secret-token": ""}, good.body),
            "another secret": HookRequest(HOOK, *fake.hook(self.said(CANARY), "another")),
            "half the secret": HookRequest(HOOK, *fake.hook(self.said(CANARY), fake.SECRET[:-1])),
        }

    def malformed(self) -> dict[str, HookRequest]:
        headers, _ = fake.hook({})
        bodies = {
            "no JSON": CANARY.encode(),
            "half a JSON": f'{{"update_id": 1, "message": "{CANARY}'.encode(),
            "not UTF-8": b'{"x": "' + CANARY.encode() + b'\xff"}',
            "a list": json.dumps([CANARY]).encode(),
            "too deep": b"[" * 100_000 + CANARY.encode(),
            "empty": b"",
        }
        return {name: HookRequest(HOOK, headers, body) for name, body in bodies.items()}

    def test_an_update_of_any_shape_is_kept_as_unknown_and_raises_nothing(self, channel: Channel) -> None:
        shapes: tuple[Any, ...] = ({}, {"update_id": 1}, {"update_id": None, "message": 5}, {"message": {"chat": 1}})
        odd = {"update_id": 1, "message": {"message_id": 1, "date": 10**30, "chat": {"id": 1, "type": "private"}}}
        for shape in (*shapes, odd):
            assert channel.receive(self.request(shape)) == Hook(unknown="update"), shape

    def test_half_a_surrogate_pair_can_be_stored(self, channel: Channel) -> None:
        (inbound,) = channel.receive(self.request(self.said("x\ud83d"))).inbound
        assert inbound.text == "x\ufffd"


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["private"])
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
CHANNEL = telegram.connect(environment(None))
PIECES = sorted(p.stem for p in (PAYLOADS / "telegram").iterdir())


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*here, key)
        yield from paths(value[key], (*here, key))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_update_with_any_part_spoilt_raises_nothing(data: st.DataObject) -> None:
    update = payload("telegram", data.draw(st.sampled_from(PIECES)))
    path = data.draw(st.sampled_from(list(paths(update))))
    inside = update
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = data.draw(SHAPES)
    hook = CHANNEL.receive(HookRequest(HOOK, *fake.hook(update)))
    for inbound in hook.inbound:
        assert Inbound.load(json.loads(json.dumps(inbound.dump()))) == inbound
        json.dumps(inbound.dump(), ensure_ascii=False).encode()


def test_a_text_goes_out_without_parse_mode_and_with_its_buttons() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        channel = telegram.connect(environment(bot_api))
        choices = (Choice("y", "Yes"), Choice("n", "No"), Choice("p", "Talk to a person please"), Choice("m", "Menu"))
        (part,) = channel.render(Outgoing("*not* _markup_ <b>", choices)).parts
        outcome = await channel.send("1001", part)
        (taken,) = bot_api.messages
        assert outcome == Accepted(sealed(f"1001:{taken['message_id']}"))
        assert (taken["text"], taken["parse_mode"]) == ("*not* _markup_ <b>", None)
        assert taken["buttons"] == [[("Yes", "y"), ("No", "n")], [("Talk to a person please", "p")], [("Menu", "m")]]
        await channel.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


def test_a_long_text_is_split_by_code_units_with_the_buttons_under_the_last_part() -> None:
    rendered = telegram.connect(environment(None)).render(Outgoing("👩‍👩‍👧 " * 1500, (Choice("y", "Yes"),)))
    bodies = [part.body["text"] for part in rendered.parts]
    assert all(len(body.encode("utf-16-le")) // 2 <= 4096 for body in bodies)
    assert " ".join(bodies) == ("👩‍👩‍👧 " * 1500).strip()
    assert ["buttons" in part.body for part in rendered.parts] == [False] * (len(bodies) - 1) + [True]


def test_refusals_that_are_about_the_person_and_about_the_text_differ() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        channel = telegram.connect(environment(bot_api))
        bot_api.blocked.add(1)
        bot_api.unknown.add(2)
        assert await channel.send("1", Part({"text": "hi"})) == Refused("403", again=False, stopped=True)
        assert await channel.send("2", Part({"text": "hi"})) == Refused("chat not found", again=False, stopped=True)
        assert await channel.send("3", Part({"text": "x" * 4097})) == Refused("400", again=False)
        assert await channel.send("no chat", Part({"text": "hi"})) == Refused("address", again=False)
        await channel.stop()
        revoked = telegram.connect(environment(bot_api, SAWT_TELEGRAM_TOKEN="1:revoked"))
        assert await revoked.send("3", Part({"text": "hi"})) == Refused("401", again=True)
        await revoked.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


def test_a_tapped_button_stops_waiting_without_delaying_the_hook() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        channel = telegram.connect(environment(bot_api))
        update = fake.tap("yes")
        channel.receive(HookRequest(HOOK, *fake.hook(update)))
        while not bot_api.answered:
            await asyncio.sleep(0.01)
        assert bot_api.answered == [update["callback_query"]["id"]]
        await channel.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


def test_the_start_registers_the_webhook_and_keeps_trying_when_telegram_is_down() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        bot_api.hook_troubles = 1
        channel = telegram.connect(environment(bot_api))
        with everything_logged() as lines:
            await channel.start()
        assert any("Telegram did not take the webhook" in line for line in lines)
        while not bot_api.webhook:
            await asyncio.sleep(0.01)
        assert bot_api.webhook["url"] == HOOK
        assert bot_api.webhook["secret_token"] == fake.SECRET
        assert bot_api.webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
        await channel.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


async def first(channel: Channel, count: int) -> list[Inbound | str]:
    found: list[Inbound | str] = []
    hooks = channel.poll()
    assert hooks is not None
    async for hook in hooks:
        found.extend(hook.inbound or (hook.unknown,))
        if len(found) == count:
            break
    return found


def test_polling_removes_the_webhook_survives_errors_and_passes_odd_updates_on() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        bot_api.webhook = {"url": "https://old.example"}
        bot_api.poll_troubles = 1
        odd = {"update_id": 1, "message": {"chat": "?"}}
        bot_api._updates = [odd, fake.message("one"), fake.message("two")]
        channel = telegram.connect(environment(bot_api, SAWT_TELEGRAM_MODE="polling", SAWT_TELEGRAM_SECRET=""))
        await channel.start()
        assert [getattr(f, "text", f) for f in await first(channel, 3)] == ["update", "one", "two"]
        assert not bot_api.webhook
        await channel.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


def test_an_update_is_confirmed_only_after_the_poll_moved_on() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        bot_api._updates = [fake.message("one"), fake.message("two")]
        env = environment(bot_api, SAWT_TELEGRAM_MODE="polling")
        crashed = telegram.connect(env)
        assert [getattr(f, "text", f) for f in await first(crashed, 2)] == ["one", "two"]
        assert bot_api.waiting == 2
        await crashed.stop()
        channel = telegram.connect(env)
        hooks = channel.poll()
        assert hooks is not None
        await anext(hooks)
        await anext(hooks)
        following = asyncio.ensure_future(anext(hooks))
        while bot_api.waiting:
            await asyncio.sleep(0.01)
        bot_api.push(fake.message("three"))
        assert (await following).inbound[0].text == "three"
        await channel.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


def test_a_channel_with_a_webhook_does_not_poll_and_a_polling_one_takes_no_webhook() -> None:
    assert telegram.connect(environment(None)).poll() is None
    polling = telegram.connect(environment(None, SAWT_TELEGRAM_MODE="polling", SAWT_TELEGRAM_SECRET=""))
    request = HookRequest(HOOK, {"x-telegram-bot-api-secret-token": ""}, b"{}")
    with pytest.raises(ChannelError, match="secret"):
        polling.receive(request)


def test_files_are_fetched_within_the_limit_and_the_token_stays_out_of_errors() -> None:
    async def story(bot_api: FakeTelegram) -> None:
        channel = telegram.connect(environment(bot_api))
        file_id = bot_api.put_file(b"OggS" * 100)
        assert await channel.fetch(Media(file_id, "audio/ogg"), 400) == b"OggS" * 100
        for reference, limit in ((file_id, 399), ("gone", 400)):
            with pytest.raises(ChannelError) as caught:
                await channel.fetch(Media(reference, "audio/ogg"), limit)
            assert fake.TOKEN not in str(caught.value)
        await channel.stop()

    with FakeTelegram() as bot_api:
        asyncio.run(story(bot_api))


def test_the_rates_are_telegrams_own_and_a_setting() -> None:
    rate = telegram.connect(environment(None)).rate
    assert (rate.per_second, rate.per_address, rate.concurrency) == (30, 1, 32)
    assert telegram.connect(environment(None, SAWT_TELEGRAM_RATE="500")).rate.per_second == 500


@pytest.mark.parametrize(
    ("name", "value"),
    [("SAWT_TELEGRAM_MODE", "both"), ("SAWT_TELEGRAM_TOKEN", "no token"), ("SAWT_TELEGRAM_SECRET", "with space")],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"Set {name} to "):
        telegram.connect(environment(None, **{name: value}))
