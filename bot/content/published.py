# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps what is published in memory, at most half a second behind the database in every process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.bell import Bell
from bot.content.answers import Answers
from bot.content.due import end, remind
from bot.content.known import Known
from bot.content.snapshot import Snapshot, current_version, take
from bot.jobs import Job
from bot.settings import Settings
from bot.store.engine import Store

LOOK_EVERY = 0.5
"""Seconds after which the number of the last change is looked at again, should the bell not have been heard."""


class Published:
    """What is published right now. `known()` is cheap and may be called from any thread for every message."""

    def __init__(self, store: Store, bell: Bell, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._store, self._settings, self._clock, self._bell = store, settings, clock, bell
        self._lock = threading.Lock()
        self._rung = threading.Event()
        self._held: tuple[Snapshot, Known] | None = None
        self._looked = 0.0
        bell.on("content", self._rung.set)

    def known(self) -> Known:
        """The snapshot of this moment; it does not change while it is used."""
        held = self._held
        if held is not None and self._fresh(held[0]):
            return held[1]
        with self._lock:
            held = self._held
            if held is not None and self._fresh(held[0]):
                return held[1]
            return self._look(held)

    def jobs(self) -> list[Job]:
        """Reminders before facts expire, and the end of entries whose time is over."""
        return [
            Job("content_due", timedelta(hours=6), lambda session: remind(session, self._clock())),
            Job("content_ends", timedelta(minutes=1), lambda session: end(session, self._clock(), self._bell)),
        ]

    def _fresh(self, snapshot: Snapshot) -> bool:
        return (
            not self._rung.is_set() and time.monotonic() - self._looked < LOOK_EVERY and self._clock() < snapshot.until
        )

    def _look(self, held: tuple[Snapshot, Known] | None) -> Known:
        # The bell is put down before reading: one that rings meanwhile makes the next call read again.
        self._rung.clear()
        looked, now = time.monotonic(), self._clock()
        with self._one_moment() as session:
            if held is None or now >= held[0].until or current_version(session) != held[0].version:
                snapshot = take(session, now)
                held = (snapshot, self._known(snapshot))
        self._held, self._looked = held, looked
        return held[1]

    def _known(self, snapshot: Snapshot) -> Known:
        answers = Answers(
            snapshot,
            only=self._settings.languages,
            checked_only=self._settings.checked_only,
            no_examples=self._settings.production,
        )
        return Known(answers.cards(), answers)

    @contextmanager
    def _one_moment(self) -> Iterator[Session]:
        with self._store.read() as session:
            if not self._store.sqlite:  # there each query would see its own moment, and a half-made change with it
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session
