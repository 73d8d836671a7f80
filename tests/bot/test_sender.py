# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parts reach providers in order, within rates, and never twice if it can be known."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import receipts
from bot.bell import Bell
from bot.intake import address_key
from bot.keyring import Keyring
from bot.outbox import Lane, Outgo, delivery
from bot.sender import LEASE, Sender
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.messages import Outbox, ParkedReceipt
from bot.store.people import Contact
from channels.base import Accepted, Delivery, Loaded, Outgoing, Rate, Refused, Unknown
from tests.conftest import Clock
from tests.fakes.scripted import Scripted


class Desk:
    """A store with a sender over one scripted channel."""

    def __init__(self, store: Store, ring: Keyring, clock: Clock, channel: Scripted) -> None:
        self.store, self.ring, self.clock, self.channel = store, ring, clock, channel
        self.loaded = Loaded({channel.name: channel})
        self.bell = Bell(store)
        self.outgo = Outgo(self.loaded, ring, self.bell)
        self.sender = Sender(store, ring, self.loaded, self.bell, clock)

    def contact(self, address: str = "+218910000001") -> Contact:
        row = new_id()
        contact = Contact(
            id=row,
            channel=self.channel.name,
            address_key=address_key(self.ring, self.channel.name, address),
            address=self.ring.seal("contact.address", row, address),
            created_at=self.clock(),
            last_inbound_at=self.clock(),
        )
        with self.store.write() as session:
            session.add(contact)
        return contact

    def put(self, contact: Contact, text: str, lane: Lane = Lane.REPLY):
        with self.store.write() as session:
            return self.outgo.put(session, session.merge(contact), Outgoing(text), self.clock(), lane=lane)

    def round(self) -> list[str]:
        """One round of a sender: claim, hand over, record. Returns the texts handed over."""
        before = len(self.channel.handed)

        async def go() -> None:
            wake = asyncio.Event()
            for claimed in self.sender.claim():
                await self.sender._deliver(claimed, wake)

        asyncio.run(go())
        outcomes, self.sender._done = self.sender._done, []
        self.sender.record(outcomes)
        return [text for _, text in self.channel.handed[before:]]

    def states(self) -> list[str]:
        with self.store.read() as session:
            return [row.state for row in session.scalars(select(Outbox).order_by(Outbox.seq))]

    def rows(self, session: Session) -> list[Outbox]:
        return list(session.scalars(select(Outbox).order_by(Outbox.seq)))


@pytest.fixture
def desk(store: Store, ring: Keyring, clock: Clock) -> Desk:
    return Desk(store, ring, clock, Scripted())


def test_parts_of_one_person_go_in_order_one_at_a_time(desk: Desk) -> None:
    contact = desk.contact()
    desk.put(contact, "one|two|three")
    assert [desk.round(), desk.round(), desk.round()] == [["one"], ["two"], ["three"]]
    assert desk.states() == ["accepted"] * 3


def test_different_people_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.put(desk.contact("+218910000001"), "one")
    desk.put(desk.contact("+218910000002"), "two")
    assert sorted(desk.round()) == ["one", "two"]


def test_a_safety_message_overtakes_a_broadcast_to_the_same_person(desk: Desk) -> None:
    contact = desk.contact()
    desk.put(contact, "news", Lane.BROADCAST)
    desk.put(contact, "calm", Lane.SAFETY)
    assert [desk.round(), desk.round()] == [["calm"], ["news"]]


def test_what_is_refused_for_now_is_tried_again_after_a_while(desk: Desk) -> None:
    desk.channel.outcomes = [Refused("503", again=True), Accepted("SM1")]
    desk.put(desk.contact(), "one")
    assert desk.round() == ["one"]
    assert desk.round() == []
    desk.clock.forward(seconds=2)
    assert desk.round() == ["one"]
    assert desk.states() == ["accepted"]


def test_retry_after_pauses_the_whole_channel(desk: Desk) -> None:
    desk.channel.outcomes = [Refused("429", again=True, after=30.0)]
    desk.put(desk.contact("+218910000001"), "one")
    desk.round()
    desk.put(desk.contact("+218910000002"), "two")
    desk.clock.forward(seconds=20)
    assert desk.round() == []
    desk.clock.forward(seconds=11)
    assert sorted(desk.round()) == ["one", "two"]


def test_an_unknown_outcome_that_arrived_is_not_sent_twice(desk: Desk) -> None:
    desk.channel.outcomes = [Unknown("500")]
    desk.channel.took = lambda outcome: True
    desk.put(desk.contact(), "one")
    desk.round()
    desk.clock.forward(seconds=5)
    assert desk.round() == []
    assert desk.states() == ["accepted"]


def test_an_unknown_outcome_that_did_not_arrive_is_sent_again(desk: Desk) -> None:
    desk.channel.outcomes = [Unknown("timeout")]
    desk.put(desk.contact(), "one")
    desk.round()
    desk.clock.forward(seconds=5)
    desk.round()
    assert desk.round() == ["one"]
    assert desk.states() == ["accepted"]


def test_two_equal_texts_are_told_apart_by_what_is_already_ours(desk: Desk) -> None:
    contact = desk.contact()
    desk.put(contact, "same")
    desk.round()
    desk.channel.outcomes = [Unknown("500")]
    desk.put(contact, "same")
    desk.round()
    desk.clock.forward(seconds=5)
    desk.round()
    assert desk.round() == ["same"]


def test_a_sender_that_died_leaves_its_part_to_the_next_one(desk: Desk) -> None:
    desk.put(desk.contact(), "one")
    assert len(desk.sender.claim()) == 1  # and it dies here
    assert desk.round() == []
    desk.clock.forward(seconds=LEASE.total_seconds() + 1)
    desk.round()
    assert desk.round() == ["one"]


def test_a_part_in_flight_and_a_safety_message_do_not_wait_for_each_other(desk: Desk) -> None:
    contact = desk.contact()
    desk.put(contact, "news")
    assert len(desk.sender.claim()) == 1  # and the sender dies here
    desk.put(contact, "calm", Lane.SAFETY)
    desk.clock.forward(seconds=LEASE.total_seconds() + 1)
    desk.round()
    assert [desk.round(), desk.round()] == [["calm"], ["news"]]


def test_where_nobody_can_tell_a_reply_goes_again_and_a_broadcast_does_not(
    store: Store, ring: Keyring, clock: Clock
) -> None:
    desk = Desk(store, ring, clock, Scripted("telegram", lists=False))
    desk.channel.outcomes = [Unknown("timeout"), Unknown("timeout")]
    desk.put(desk.contact("1"), "reply")
    desk.put(desk.contact("2"), "news", Lane.BROADCAST)
    desk.round()
    desk.clock.forward(seconds=5)
    desk.round()
    assert desk.round() == ["reply"]
    assert desk.states() == ["accepted", "unsettled"]


def test_a_person_who_blocked_us_is_not_written_to_again(desk: Desk) -> None:
    desk.channel.outcomes = [Refused("21610", again=False, stopped=True)]
    contact = desk.contact()
    desk.put(contact, "one|two")
    desk.round()
    assert desk.states() == ["refused", "silenced"]
    assert desk.put(contact, "three").state == "silenced"


def test_outside_the_window_a_reply_is_held_until_the_person_writes(store: Store, ring: Keyring, clock: Clock) -> None:
    from datetime import timedelta

    desk = Desk(store, ring, clock, Scripted("whatsapp", window=timedelta(hours=24)))
    contact = desk.contact()
    clock.forward(hours=25)
    put = desk.put(contact, "one")
    assert put.state == "held"
    assert desk.round() == []
    with store.read() as session:
        assert delivery(session, [put.message_id]) == {put.message_id: "held"}
    with store.write() as session:
        desk.outgo.release(session, session.merge(contact), clock())
    assert desk.round() == ["one"]


def test_a_receipt_that_comes_before_our_own_record_is_not_lost(desk: Desk) -> None:
    desk.put(desk.contact(), "one")
    with desk.store.write() as session:
        session.add(
            ParkedReceipt(
                provider_key=desk.ring.lookup("provider", "sms", "P1"), state="delivered", error="", at=desk.clock()
            )
        )
    desk.round()
    with desk.store.read() as session:
        assert [row.delivery for row in desk.rows(session)] == ["delivered"]


@pytest.mark.parametrize(
    ("order", "end"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["failed", "sent"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
    ],
)
def test_deliveries_only_go_forward_in_whatever_order_receipts_come(desk: Desk, order: list[str], end: str) -> None:
    desk.put(desk.contact(), "one")
    desk.round()
    for state in order:
        with desk.store.write() as session:
            session.add(
                ParkedReceipt(
                    provider_key=desk.ring.lookup("provider", "sms", "P1"), state=state, error="", at=desk.clock()
                )
            )
            session.flush()
            receipts.settle(session, desk.clock())
    with desk.store.read() as session:
        assert [row.delivery for row in desk.rows(session)] == [end]
        assert session.scalar(select(ParkedReceipt)) is None
    assert Delivery(end)


def test_the_rate_of_a_channel_is_kept(store: Store, ring: Keyring, clock: Clock) -> None:
    desk = Desk(store, ring, clock, Scripted(rate=Rate(per_second=4)))
    for number in range(10):
        desk.put(desk.contact(f"+21891000{number:04}"), "x")
    assert len(desk.round()) == 2  # half a second's worth may go at once
    assert desk.round() == []
    clock.forward(seconds=0.5)
    assert len(desk.round()) == 2


def test_two_senders_never_take_the_same_part(desk: Desk) -> None:
    for number in range(20):
        desk.put(desk.contact(f"+21891000{number:04}"), "x")
    second = Sender(desk.store, desk.ring, desk.loaded, desk.bell, desk.clock)
    taken: list[int] = []

    def claim(sender: Sender) -> None:
        taken.extend(item.seq for item in sender.claim())

    threads = [threading.Thread(target=claim, args=[sender]) for sender in (desk.sender, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20
