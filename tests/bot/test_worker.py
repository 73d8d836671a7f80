# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each person's messages are worked in order, once, whatever fails on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import deadletters
from bot.bell import Bell
from bot.intake import Intake
from bot.keyring import Keyring
from bot.store.engine import Store
from bot.store.messages import DeadLetter, Inbox
from bot.store.people import Lane
from bot.worker import TRIES, Worker
from channels.base import Hook, Inbound, Kind
from tests.conftest import Clock


class Recording:
    """Takes messages as turns do, and only writes down in which order they came."""

    def __init__(self, ring: Keyring) -> None:
        self.ring = ring
        self.taken: list[str] = []
        self.poison: Callable[[str], bool] = lambda words: False

    def route(self, session: Session, row: Inbox) -> Any:
        return None

    def take(self, session: Session, row: Inbox, decided: Any = None) -> str:
        words = str(json.loads(self.ring.open("inbox.payload", row.id, row.payload or b""))["text"])
        if self.poison(words):
            raise ValueError("canary: " + words)
        self.taken.append(words)
        return "answer"


class Bench:
    def __init__(self, store: Store, ring: Keyring, clock: Clock) -> None:
        self.store, self.ring, self.clock = store, ring, clock
        self.bell = Bell(store)
        self.turns = Recording(ring)
        self.worker = self.another()
        self.intake = Intake(store, ring, self.bell, clock)
        self.number = 0

    def another(self) -> Worker:
        return Worker(self.store, self.ring, self.turns, self.bell, self.clock)  # type: ignore[arg-type]

    def send(self, words: str, address: str = "+218910000001") -> None:
        self.number += 1
        hook = Hook(inbound=(Inbound("sms", f"SM{self.number}", address, Kind.TEXT, text=words),))
        self.intake.take_now("sms", hook)

    def drain(self) -> None:
        while self.worker.step():
            pass


@pytest.fixture
def bench(store: Store, ring: Keyring, clock: Clock):
    found = Bench(store, ring, clock)
    yield found
    found.intake.close()


def test_a_persons_messages_are_worked_in_the_order_they_came(bench: Bench) -> None:
    for number in range(30):
        bench.send(str(number))
    bench.drain()
    assert bench.turns.taken == [str(number) for number in range(30)]


def test_nothing_is_left_due_when_all_is_done(bench: Bench) -> None:
    bench.send("one")
    bench.drain()
    with bench.store.read() as session:
        assert session.scalars(select(Lane.next_at)).all() == [None]
        row = session.scalars(select(Inbox)).one()
        assert (row.state, row.payload) == ("done", None)


def test_a_poison_message_becomes_a_dead_letter_and_the_next_ones_go_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.turns.poison = lambda words: words == "poison"
    for words in ("before", "poison", "after"):
        bench.send(words)
    for _ in range(TRIES):
        bench.drain()
        bench.clock.forward(minutes=2)
    assert bench.turns.taken == ["before", "after"]
    with bench.store.read() as session:
        letter = session.scalars(select(DeadLetter)).one()
        assert (letter.source, letter.reason) == ("inbox", "ValueError")
    assert "poison" not in caplog.text


def test_while_a_message_is_tried_again_later_ones_of_the_person_wait(bench: Bench) -> None:
    failures = iter([True, False])
    bench.turns.poison = lambda words: words == "first" and next(failures)
    bench.send("first")
    bench.send("second")
    bench.drain()
    assert bench.turns.taken == []
    bench.clock.forward(seconds=2)
    bench.drain()
    assert bench.turns.taken == ["first", "second"]


def test_one_persons_failure_does_not_hold_up_another(bench: Bench) -> None:
    bench.turns.poison = lambda words: words == "poison"
    bench.send("poison", "+218910000001")
    bench.send("fine", "+218910000002")
    bench.drain()
    assert bench.turns.taken == ["fine"]


def test_a_dead_letter_that_is_replayed_is_worked(bench: Bench) -> None:
    bench.turns.poison = lambda words: True
    bench.send("later")
    for _ in range(TRIES):
        bench.drain()
        bench.clock.forward(minutes=2)
    bench.turns.poison = lambda words: False
    with bench.store.write() as session:
        letter = session.scalars(select(DeadLetter)).one()
        deadletters.replay(session, bench.ring, letter.id, bench.clock)
    bench.drain()
    assert bench.turns.taken == ["later"]
    with bench.store.read() as session:
        assert session.scalars(select(DeadLetter)).one().body is None


def test_a_lane_that_another_worker_holds_is_left_to_it(bench: Bench) -> None:
    if bench.store.sqlite:
        return  # one writer: there is no other worker
    bench.send("one")
    with bench.store.read() as other:
        key = other.scalars(select(Lane.address_key)).one()
        number = int.from_bytes(key[:8], "big", signed=True)
        other.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        bench.worker.step()
        assert bench.turns.taken == []
    bench.drain()
    assert bench.turns.taken == ["one"]


def test_several_workers_keep_order_and_do_nothing_twice(bench: Bench) -> None:
    if bench.store.sqlite:
        return
    for number in range(60):
        bench.send(f"{number % 6}:{number:03}", f"+21891000000{number % 6}")
    stop = threading.Event()
    workers = [threading.Thread(target=bench.another().run, args=[stop]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for _ in range(200):
        with bench.store.read() as session:
            if not session.scalar(select(Inbox.seq).where(Inbox.state == "pending")):
                break
        stop.wait(0.05)
    stop.set()
    for worker in workers:
        worker.join()
    assert len(bench.turns.taken) == len(set(bench.turns.taken)) == 60
    for person in range(6):
        mine = [words for words in bench.turns.taken if words.startswith(f"{person}:")]
        assert mine == sorted(mine)
