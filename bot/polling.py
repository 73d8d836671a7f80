# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asks for messages where the provider cannot call us: one process at a time, each batch committed before the next."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from sqlalchemy import Connection, text

from bot.intake import Intake
from bot.store.engine import Store
from channels.base import Channel, Loaded

_RETRY = 5.0
_log = logging.getLogger(__name__)


class Poller:
    """Polls every channel that has to be asked."""

    def __init__(self, store: Store, channels: Loaded, intake: Intake) -> None:
        self._store, self._channels, self._intake = store, channels, intake

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set."""
        tasks = [asyncio.create_task(self._keep_polling(channel)) for channel in self._channels.by_name.values()]
        await stop.wait()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_polling(self, channel: Channel) -> None:
        if channel.poll() is None:
            return
        while True:
            try:
                with self._store.engine.connect() as connection:
                    connection.detach()  # closed at the end, not pooled: the lock must not outlive this block
                    if await asyncio.to_thread(self._alone, connection, channel.name):
                        await self._poll(channel, connection)
            except Exception as error:  # asked again; what was not committed is delivered again
                _log.error("polling %s stopped and goes on: %s", channel.name, type(error).__name__)
            await asyncio.sleep(_RETRY)

    async def _poll(self, channel: Channel, connection: Connection) -> None:
        hooks = channel.poll()
        if hooks is None:
            return
        async for hook in hooks:
            await self._intake.take(channel.name, hook)
            await asyncio.to_thread(connection.scalar, text("SELECT 1"))  # raises where the lock's connection is gone

    def _alone(self, connection: Connection, channel: str) -> bool:
        """Whether this process is the one to poll: a lock that its connection holds, and a crash lets go."""
        if self._store.sqlite:
            return True
        held = connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": f"poll {channel}"})
        connection.commit()
        return bool(held)
