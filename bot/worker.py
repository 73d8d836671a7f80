# SPDX-License-Identifier: AGPL-3.0-or-later
"""Works the inbox: each person's messages in order, any number of people at once, nothing lost to a crash.

A worker picks due lanes and holds each by an advisory lock of its transaction, which a crash lets go by itself. After
the work it locks the lane's row and looks again in a new statement, so that a message that came meanwhile is seen.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from bot import receipts
from bot.bell import Bell
from bot.keyring import Keyring
from bot.metrics import WORKED
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.messages import PENDING, DeadLetter, Inbox, ParkedReceipt
from bot.store.people import Lane
from bot.turn import Turns
from routing.decision import Decision

TRIES = 5
"""How often a message is tried before it becomes a dead letter and the person's next ones go on."""
_LANES = 32
_ROWS = 20
_SLICE = 0.02  # seconds of one transaction: on SQLite, intake waits for it
_BACKOFF = (1, 5, 20, 60)
_log = logging.getLogger(__name__)

Decided = dict[int, tuple[Decision, Decision]]


class Worker:
    """One worker thread's work. Any number may share a PostgreSQL store; on SQLite there is one."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        turns: Turns,
        bell: Bell,
        clock: Callable[[], datetime],
        pressure: Callable[[], int] = lambda: 0,
    ) -> None:
        self._store, self._keyring, self._turns, self._bell, self._clock = store, keyring, turns, bell, clock
        self._pressure = pressure

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        wake = threading.Event()
        self._bell.on("inbox", wake.set)
        self._bell.on("receipt", wake.set)
        while not stop.is_set():
            wake.clear()
            try:
                busy = self.step() | self.settle_receipts()
            except Exception as error:  # the store may be away for a moment; what is due stays due
                _log.error("the worker will try again: %s", type(error).__name__)
                busy = False
                stop.wait(1.0)
            if not busy:
                wake.wait(0.5)

    def step(self) -> bool:
        """Work what is due now, for a slice of time. Returns whether there was anything."""
        lanes = self._due()
        if not lanes:
            return False
        decided = self._decide(lanes) if self._store.sqlite else {}
        self._give_way()
        began = time.monotonic()
        with self._store.write() as session:
            for key in lanes:
                if self._hold(session, key):
                    self._work(session, key, decided)
                if time.monotonic() - began > _SLICE:
                    break
        return True

    def settle_receipts(self) -> bool:
        """Apply receipts that came in. Returns whether any was applied."""
        with self._store.read() as session:
            if not session.scalar(select(exists().where(ParkedReceipt.id.is_not(None)))):
                return False
        with self._store.write() as session:
            return receipts.settle(session, self._clock()) > 0

    def _due(self) -> list[bytes]:
        with self._store.read() as session:
            return list(
                session.scalars(
                    select(Lane.address_key).where(Lane.next_at <= self._clock()).order_by(Lane.next_at).limit(_LANES)
                )
            )

    def _decide(self, lanes: list[bytes]) -> Decided:
        """Route the first message of each lane before the store's one writer is needed: it is most of the work."""
        decided: Decided = {}
        began = time.monotonic()
        with self._store.read() as session:
            for key in lanes:
                for row in self._pending(session, key, 1):
                    try:
                        decided[row.seq] = self._turns.route(session, row)
                    except Exception as error:  # met again, and counted, when the row is worked
                        _log.debug("a message could not be routed: %s", type(error).__name__)
                if time.monotonic() - began > _SLICE:
                    break
        return decided

    def _give_way(self) -> None:
        """Let waiting requests be answered first, for a moment."""
        for _ in range(5):
            if self._pressure() < 4:
                return
            time.sleep(0.004)

    def _hold(self, session: Session, key: bytes) -> bool:
        if self._store.sqlite:
            return True
        number = int.from_bytes(key[:8], "big", signed=True)
        return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}))

    def _pending(self, session: Session, key: bytes, limit: int) -> list[Inbox]:
        return list(
            session.scalars(
                select(Inbox).where(Inbox.address_key == key, Inbox.state == PENDING).order_by(Inbox.seq).limit(limit)
            )
        )

    def _work(self, session: Session, key: bytes, decided: Decided) -> None:
        retry: datetime | None = None
        for row in self._pending(session, key, _ROWS if not self._store.sqlite else 1):
            retry = self._try(session, row, decided)
            if retry is not None:
                break
        self._reschedule(session, key, retry)

    def _try(self, session: Session, row: Inbox, decided: Decided) -> datetime | None:
        """Work one message. Returns when to try it again, or None when it is done with."""
        try:
            with session.begin_nested():
                outcome = self._turns.take(session, row, decided.get(row.seq))
                row.state, row.payload = "done", None
        except Exception as error:  # one poison message must not silence the person behind it
            outcome = type(error).__name__
            return self._failed(session, row, outcome)
        WORKED.labels(row.channel, outcome).inc()
        return None

    def _failed(self, session: Session, row: Inbox, error: str) -> datetime | None:
        session.refresh(row)
        row.attempts += 1
        row.error = error[:60]
        _log.error("a %s message failed on try %d: %s", row.channel, row.attempts, error)
        WORKED.labels(row.channel, "failed").inc()
        if row.attempts < TRIES:
            return self._clock() + timedelta(seconds=_BACKOFF[row.attempts - 1])
        self._bury(session, row)
        return None

    def _bury(self, session: Session, row: Inbox) -> None:
        """Keep a message that cannot be worked where an operator finds and replays it."""
        letter = new_id()
        payload = self._keyring.open_bytes("inbox.payload", row.id, row.payload or b"")
        session.add(
            DeadLetter(
                id=letter,
                source="inbox",
                channel=row.channel,
                reason=row.error,
                body=self._keyring.seal_bytes("dead_letter.body", letter, payload),
                inbox_id=row.id,
                at=self._clock(),
            )
        )
        row.state, row.payload = "dead", None

    def _reschedule(self, session: Session, key: bytes, retry: datetime | None) -> None:
        session.flush()
        locked = select(Lane).where(Lane.address_key == key).with_for_update()
        lane = session.scalars(locked.execution_options(populate_existing=True)).one()
        # A statement of its own, after the lock: it sees what intake committed while we waited for it.
        lane.next_at = (retry or self._clock()) if self._pending(session, key, 1) else None
        session.flush()
