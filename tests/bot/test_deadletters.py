# SPDX-License-Identifier: AGPL-3.0-or-later
"""What could not be worked is kept sealed, listed without a word of it, and put back once when asked."""

from __future__ import annotations

import dataclasses
import json
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import deadletters
from bot.bell import Bell
from bot.deadletters import NoSuchLetter
from bot.intake import Intake, address_key
from bot.keyring import Keyring
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.messages import DeadLetter, Inbox
from bot.store.people import Lane
from channels.base import Hook, HookRequest, Inbound, Kind
from tests.conftest import Clock

CANARY = "canary-5512 he took my passport"
ADDRESS = "+218910005512"


def message(number: int = 1) -> Inbound:
    return Inbound("sms", f"SM{number}", ADDRESS, Kind.TEXT, text=CANARY, name="Canary Name")


def bury(store: Store, ring: Keyring, clock: Clock, number: int = 1) -> UUID:
    """A message that failed each time, as the worker leaves it."""
    intake = Intake(store, ring, Bell(store), clock)
    intake.take_now("sms", Hook(inbound=(message(number),)))
    intake.close()
    with store.write() as session:
        row = session.scalars(select(Inbox).where(Inbox.state == "pending")).one()
        payload = ring.open_bytes("inbox.payload", row.id, row.payload or b"")
        letter = DeadLetter(
            id=new_id(),
            source="inbox",
            channel=row.channel,
            reason="ValueError",
            inbox_id=row.id,
            at=clock(),
        )
        letter.body = ring.seal_bytes("dead_letter.body", letter.id, payload)
        session.add(letter)
        row.state, row.payload, row.attempts, row.error = "dead", None, 5, "ValueError"
        session.get_one(Lane, address_key(ring, "sms", ADDRESS)).next_at = None
        return letter.id


def lane(session: Session, ring: Keyring) -> Lane:
    return session.get_one(Lane, address_key(ring, "sms", ADDRESS))


def test_a_list_shows_when_where_and_why_and_nothing_that_was_written(
    store: Store, ring: Keyring, clock: Clock
) -> None:
    first = bury(store, ring, clock)
    clock.forward(minutes=1)
    second = bury(store, ring, clock, 2)
    with store.read() as session:
        found = deadletters.listed(session)
    assert [letter.id for letter in found] == [second, first]
    assert {(letter.channel, letter.source, letter.reason) for letter in found} == {("sms", "inbox", "ValueError")}
    shown = json.dumps([dataclasses.asdict(letter) for letter in found], default=str)
    assert not any(canary in shown for canary in ("canary", "Canary", ADDRESS))


def test_a_letter_put_back_is_the_message_as_it_came(store: Store, ring: Keyring, clock: Clock) -> None:
    letter = bury(store, ring, clock)
    clock.forward(hours=5)
    with store.write() as session:
        deadletters.replay(session, ring, letter, clock)
    with store.read() as session:
        row = session.scalars(select(Inbox)).one()
        assert (row.state, row.attempts, row.error) == ("pending", 0, "")
        assert Inbound.load(json.loads(ring.open("inbox.payload", row.id, row.payload or b""))) == message()
        assert lane(session, ring).next_at == clock(), "the person's lane is due"
        kept = session.get_one(DeadLetter, letter)
        assert (kept.replayed_at, kept.body) == (clock(), None), "its content lies in one place only"


def test_a_letter_is_put_back_once(store: Store, ring: Keyring, clock: Clock) -> None:
    letter = bury(store, ring, clock)
    with store.write() as session:
        deadletters.replay(session, ring, letter, clock)
    with pytest.raises(NoSuchLetter, match="already"), store.write() as session:
        deadletters.replay(session, ring, letter, clock)


def test_a_letter_that_nobody_wrote_cannot_be_put_back(store: Store, ring: Keyring, clock: Clock) -> None:
    with pytest.raises(NoSuchLetter, match="no dead letter"), store.write() as session:
        deadletters.replay(session, ring, new_id(), clock)


def test_a_request_that_was_never_understood_is_kept_sealed_and_cannot_become_a_message(
    store: Store, ring: Keyring, clock: Clock
) -> None:
    intake = Intake(store, ring, Bell(store), clock)
    request = HookRequest("https://help.example.org/hooks/sms", {}, f"Body={CANARY}".encode())
    intake.take_now("sms", Hook(unknown="new kind"), request)
    intake.close()
    with store.read() as session:
        letter = session.scalars(select(DeadLetter)).one()
        assert (letter.source, letter.reason) == ("hook", "new kind")
        assert b"canary" not in (letter.body or b"")
        assert ring.open_bytes("dead_letter.body", letter.id, letter.body or b"") == request.body
    with pytest.raises(NoSuchLetter, match="never understood"), store.write() as session:
        deadletters.replay(session, ring, letter.id, clock)


def test_putting_one_back_leaves_the_others(store: Store, ring: Keyring, clock: Clock) -> None:
    first, second = bury(store, ring, clock), bury(store, ring, clock, 2)
    with store.write() as session:
        deadletters.replay(session, ring, second, clock)
    with store.read() as session:
        states = {row.id: row.state for row in session.scalars(select(Inbox))}
        kept = session.get_one(DeadLetter, first)
        assert kept.inbox_id is not None
        assert states[kept.inbox_id] == "dead"
        assert sorted(states.values()) == ["dead", "pending"]
