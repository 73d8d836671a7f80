# SPDX-License-Identifier: AGPL-3.0-or-later
"""What came in is on disk before the provider is answered, once for ever, and sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import hooks
from bot.bell import Bell
from bot.intake import Intake, IntakeClosed
from bot.keyring import Keyring
from bot.store.engine import Store
from bot.store.messages import DeadLetter, Inbox, ParkedReceipt
from bot.store.people import Lane
from channels import load
from channels.base import Delivery, Hook, Inbound, Kind, Loaded, Receipt
from tests.conftest import Clock
from tests.fakes import twilio

CANARY = "canary-9173 ساعدوني"
ADDRESS = "+218910009173"


def inbound(number: int, text: str = CANARY, address: str = ADDRESS) -> Hook:
    return Hook(inbound=(Inbound("sms", f"SM{number}", address, Kind.TEXT, text=text),))


@pytest.fixture
def intake(store: Store, ring: Keyring, clock: Clock) -> Iterator[Intake]:
    found = Intake(store, ring, Bell(store), clock)
    yield found
    found.close()


def test_requests_that_come_together_are_all_stored(store: Store, intake: Intake) -> None:
    async def many() -> None:
        await asyncio.gather(*(intake.take("sms", inbound(n, address=f"+2189100{n:05}")) for n in range(200)))

    asyncio.run(many())
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 200
        assert session.scalar(select(func.count()).select_from(Lane)) == 200


def test_a_replay_a_week_later_has_no_second_effect(store: Store, intake: Intake, clock: Clock) -> None:
    asyncio.run(intake.take("sms", inbound(1)))
    clock.forward(days=8)
    asyncio.run(intake.take("sms", inbound(1)))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_duplicates_within_one_commit_are_one(store: Store, intake: Intake) -> None:
    async def twice() -> None:
        await asyncio.gather(*(intake.take("sms", inbound(1)) for _ in range(20)))

    asyncio.run(twice())
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_the_same_id_on_another_channel_is_another_message(store: Store, intake: Intake) -> None:
    other = Hook(inbound=(Inbound("whatsapp", "SM1", ADDRESS, Kind.TEXT, text="x"),))
    asyncio.run(intake.take("sms", inbound(1)))
    asyncio.run(intake.take("whatsapp", other))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 2


def test_nothing_of_a_message_is_readable_in_the_database_file(
    ring: Keyring, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest, store: Store, intake: Intake
) -> None:
    asyncio.run(intake.take("sms", inbound(1)))
    if not store.sqlite:
        with store.read() as session:
            row = session.scalars(select(Inbox)).one()
            raw = (row.payload or b"") + row.provider_key + row.address_key
    else:
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("sawt.db*"))
    for secret in (CANARY.encode(), ADDRESS.encode(), b"9173"):
        assert secret not in raw


def test_receipts_and_what_is_unknown_are_kept(store: Store, intake: Intake) -> None:
    hook = Hook(receipts=(Receipt("SM1", Delivery.DELIVERED),), unknown="odd")
    asyncio.run(intake.take("sms", hook))
    with store.read() as session:
        assert session.scalars(select(ParkedReceipt)).one().state == "delivered"
        assert session.scalars(select(DeadLetter)).one().reason == "odd"


def test_after_closing_nothing_is_taken(intake: Intake) -> None:
    intake.close()
    with pytest.raises(IntakeClosed):
        asyncio.run(intake.take("sms", inbound(1)))


@pytest.fixture
def door(intake: Intake) -> TestClient:
    env = {
        "SAWT_PUBLIC_URL": "https://help.example.org",
        "SAWT_TWILIO_ACCOUNT_SID": twilio.ACCOUNT,
        "SAWT_TWILIO_AUTH_TOKEN": twilio.TOKEN,
        "SAWT_TWILIO_SMS_FROM": twilio.SMS_FROM,
    }
    loaded = Loaded({"sms": load("sms", env)})
    return TestClient(Starlette(routes=hooks.routes(loaded, intake, "https://help.example.org")))


def post(door: TestClient, fields: dict[str, str], path: str = "/hooks/sms") -> int:
    headers, body = twilio.signed(f"https://help.example.org{path}", fields)
    return door.post(path, content=body, headers=headers).status_code


def test_the_door_answers_as_providers_need(door: TestClient, store: Store) -> None:
    fields = twilio.message("where is the clinic", ADDRESS)
    assert post(door, fields) in (200, 204)
    assert post(door, fields) in (200, 204)
    assert post(door, {"Odd": "1", "Empty": ""}) in (200, 204)
    assert door.post("/hooks/sms", content=b"Body=x", headers={"x-twilio-signature": "no"}).status_code == 403
    assert door.post("/hooks/sms", content=b"x" * (1024 * 1024 + 1)).status_code == 413
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 1
        assert session.scalar(select(func.count()).select_from(DeadLetter)) == 1


def test_when_the_store_is_away_the_provider_is_asked_to_come_again(door: TestClient, intake: Intake) -> None:
    intake.close()
    assert post(door, twilio.message("hello", ADDRESS)) == 503
