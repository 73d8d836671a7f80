# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes what came in durable before the provider is answered.

One writer thread commits together what arrives together: the requests of one moment share a transaction and each is
answered after it. Three to eight times as many messages per second fit through one disk that way.
"""

from __future__ import annotations

import asyncio
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from bot.bell import Bell
from bot.keyring import Keyring
from bot.store import hotpath
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.messages import DeadLetter, ParkedReceipt
from channels.base import Hook, HookRequest, Inbound

_BATCH = 512
_GATHER = 0.003  # seconds; far less than a provider notices
_log = logging.getLogger(__name__)

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Rows that one request needs written, and whom to tell."""

    rows: Rows
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None] = field(repr=False)


class IntakeClosed(Exception):
    """The service is going down and takes nothing more."""


class Intake:
    """Takes hooks in. `take` returns when they are on disk."""

    def __init__(self, store: Store, keyring: Keyring, bell: Bell, clock: Callable[[], datetime]) -> None:
        self._store, self._keyring, self._bell, self._clock = store, keyring, bell, clock
        self._into_receipts = insert(ParkedReceipt.__table__)  # type: ignore[arg-type]
        self._into_letters = insert(DeadLetter.__table__)  # type: ignore[arg-type]
        self._waiting: queue.SimpleQueue[_Wanted | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    @property
    def pressure(self) -> int:
        """How many requests wait for a commit; the worker gives way to them."""
        return self._waiting.qsize()

    async def take(self, channel: str, hook: Hook, request: HookRequest | None = None) -> None:
        """Store everything a hook holds. Raises what the database raised, or IntakeClosed."""
        rows = self.rows(channel, hook, request)
        if any(rows.values()):
            await self.write(rows)

    async def write(self, rows: Rows) -> None:
        """Have rows committed by the writer, together with whatever else waits."""
        if self._closed:
            raise IntakeClosed
        loop = asyncio.get_running_loop()
        wanted = _Wanted(rows, loop, loop.create_future())
        self._waiting.put(wanted)
        await wanted.done

    def take_now(self, channel: str, hook: Hook, request: HookRequest | None = None) -> None:
        """The same without an event loop, for the command line."""
        self._store_rows(self.rows(channel, hook, request))

    def close(self) -> None:
        """Commit what waits and end."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join(timeout=10)

    def rows(self, channel: str, hook: Hook, request: HookRequest | None) -> Rows:
        """What one hook is as rows, sealed."""
        now = self._clock()
        key = self._keyring
        return {
            "inbox": [self._inbox(inbound, now) for inbound in hook.inbound],
            "receipt": [
                {
                    "id": new_id(),
                    "provider_key": key.lookup("provider", channel, receipt.provider_id),
                    "state": receipt.state.value,
                    "error": receipt.error[:60],
                    "at": now,
                }
                for receipt in hook.receipts
            ],
            "dead": [self._dead(channel, hook.unknown, request, now)] if hook.unknown else [],
        }

    def _inbox(self, inbound: Inbound, now: datetime) -> dict[str, Any]:
        row = new_id()
        payload = json.dumps(inbound.dump(), ensure_ascii=True, separators=(",", ":"))
        return {
            "id": row,
            "channel": inbound.channel,
            "provider_key": self._keyring.lookup("inbound", inbound.channel, inbound.provider_id),
            "address_key": address_key(self._keyring, inbound.channel, inbound.address),
            "payload": self._keyring.seal("inbox.payload", row, payload),
            "received_at": now,
        }

    def _dead(self, channel: str, reason: str, request: HookRequest | None, now: datetime) -> dict[str, Any]:
        row = new_id()
        body = request.body if request else b""
        return {
            "id": row,
            "source": "hook",
            "channel": channel,
            "reason": reason[:60],
            "body": self._keyring.seal_bytes("dead_letter.body", row, body),
            "at": now,
        }

    def _run(self) -> None:
        closing, busy = False, False
        while not closing:
            batch = [self._waiting.get()]
            if busy:
                # Others are on their way: a commit costs the same for one as for all of them.
                time.sleep(_GATHER)
            while len(batch) < _BATCH:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            closing, busy = None in batch, len(batch) > 1
            wanted = [item for item in batch if item is not None]
            if wanted:
                self._commit(wanted)

    def _commit(self, batch: list[_Wanted]) -> None:
        error: Exception | None = None
        try:
            self._store_rows(_together(item.rows for item in batch))
        except Exception as failure:  # the requests must hear of it; they answer 503 and the provider comes again
            _log.error("intake could not commit %d requests: %s", len(batch), type(failure).__name__)
            if len(batch) > 1:  # one of them may be the cause: each for itself
                for item in batch:
                    self._commit([item])
                return
            error = failure
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for item in batch:
            by_loop.setdefault(item.loop, []).append(item.done)
        for loop, futures in by_loop.items():
            loop.call_soon_threadsafe(_settle, futures, error)

    def _store_rows(self, rows: Rows) -> None:
        with self._store.write_rows() as connection:
            rung = self._insert(connection, rows)
            self._bell.ring_rows(connection, rung)
        if self._store.sqlite:
            for name in rung:
                self._bell.sound(name)

    def _insert(self, connection: Connection, rows: Rows) -> list[str]:
        """Write the rows. Returns the bells to ring for them."""
        rung = []
        if rows["inbox"]:
            hotpath.add_to_inbox(connection, rows["inbox"])
            hotpath.wake_lanes(connection, {row["address_key"]: row["received_at"] for row in rows["inbox"]})
            rung.append("inbox")
        if rows["receipt"]:
            connection.execute(self._into_receipts, rows["receipt"])
            rung.append("receipt")
        if rows["dead"]:
            connection.execute(self._into_letters, rows["dead"])
        return rung


def address_key(keyring: Keyring, channel: str, address: str) -> bytes:
    """The keyed hash by which a contact is found."""
    return keyring.lookup("address", channel, address)


def _together(parts: Iterable[Rows]) -> Rows:
    rows: Rows = {"inbox": [], "receipt": [], "dead": []}
    for part in parts:
        for name, more in part.items():
            rows[name] += more
    return rows


def _settle(futures: list[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.cancelled():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
