# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wakes who waits for work: within a process by an event, between processes by PostgreSQL's LISTEN and NOTIFY.

A bell may be missed (a connection drops) and costs then only the poll below it; nothing rests on it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from bot.store.engine import Store

_CHANNEL = "sawt"
_log = logging.getLogger(__name__)


class Bell:
    """Named bells of one store: `inbox`, `outbox`, `content`, `case`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._listeners: dict[str, list[Callable[[], Any]]] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def on(self, name: str, call: Callable[[], Any]) -> None:
        """Have `call` made, from some thread, whenever the bell is rung. It must be quick and must not raise."""
        with self._lock:
            self._listeners.setdefault(name, []).append(call)

    def ring(self, session: Session, name: str) -> None:
        """Ring when this session commits, and not if it does not."""
        if self._store.sqlite:
            rung = session.info.setdefault("bells", set())
            if name not in rung:
                rung.add(name)
                event.listen(session, "after_commit", lambda _: self.sound(name), once=True)
        else:
            session.execute(text("SELECT pg_notify(:channel, :name)"), {"channel": _CHANNEL, "name": name})

    def ring_rows(self, connection: Connection, names: Iterable[str]) -> None:
        """The same within `Store.write_rows`; on SQLite call `sound` after it."""
        if not self._store.sqlite:
            for name in names:
                connection.execute(text("SELECT pg_notify(:channel, :name)"), {"channel": _CHANNEL, "name": name})

    def sound(self, name: str) -> None:
        """Wake who listens in this process."""
        with self._lock:
            calls = list(self._listeners.get(name, ()))
        for call in calls:
            call()

    def listen(self) -> None:
        """Start hearing other processes; on SQLite there are none."""
        if not self._store.sqlite and self._thread is None:
            self._thread = threading.Thread(target=self._hear, name="bell", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread:
            self._thread.join(timeout=3)

    def _hear(self) -> None:
        url = self._store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._closing.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {_CHANNEL}")
                    while not self._closing.is_set():
                        for note in connection.notifies(timeout=1.0):
                            self.sound(note.payload)
            except psycopg.Error:
                _log.warning("the bell lost its database connection; polling until it is back")
                self._closing.wait(2.0)
