# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetches what came with a message, after the reply and never in its way, and stores it sealed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from bot.keyring import Keyring
from bot.store.engine import Store
from bot.store.messages import UNDERWAY, Attachment
from channels.base import ChannelError, Loaded, Media

LIMIT = 20 * 1024 * 1024
"""Bytes of one file; what is larger is not fetched."""
_DELAYS = (5, 30, 300, 3600)
_log = logging.getLogger(__name__)


class Fetcher:
    """Takes waiting attachments one at a time: nobody waits for them but an officer."""

    def __init__(self, store: Store, keyring: Keyring, channels: Loaded, clock: Callable[[], datetime]) -> None:
        self._store, self._keyring, self._channels, self._clock = store, keyring, channels, clock

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch until `stop` is set."""
        while not stop.is_set():
            try:
                busy = await self.step()
            except Exception as error:  # the store may be away for a moment; what waits stays
                _log.error("attachments will be tried again: %s", type(error).__name__)
                busy = False
            if not busy:
                try:
                    await asyncio.wait_for(stop.wait(), 1.0)
                except TimeoutError:
                    continue

    async def step(self) -> bool:
        """Fetch one attachment. Returns whether there was one."""
        due = await asyncio.to_thread(self._claim)
        if due is None:
            return False
        attachment_id, channel, media = due
        try:
            content: bytes | None = await self._channels[channel].fetch(media, LIMIT)
        except ChannelError:
            content = None
        await asyncio.to_thread(self._keep, attachment_id, content)
        return True

    def _claim(self) -> tuple[UUID, str, Media] | None:
        waiting = (
            select(Attachment)
            .where(
                Attachment.state == UNDERWAY[0],
                Attachment.next_at <= self._clock(),
                Attachment.channel.in_(tuple(self._channels.by_name)),
            )
            .order_by(Attachment.next_at)
            .limit(1)
        )
        with self._store.read() as session:
            if session.scalar(waiting) is None:
                return None
        with self._store.write() as session:
            row = session.scalar(waiting.with_for_update(skip_locked=True))
            if row is None:
                return None
            delay = _DELAYS[min(row.attempts, len(_DELAYS) - 1)]
            row.next_at = self._clock() + timedelta(seconds=max(delay, 60))
            row.attempts += 1
            reference = self._keyring.open("attachment.reference", row.id, row.reference)
            return row.id, row.channel, Media(reference, row.content_type, voice=row.voice)

    def _keep(self, attachment_id: UUID, content: bytes | None) -> None:
        with self._store.write() as session:
            row = session.get(Attachment, attachment_id)
            if row is None:  # erased meanwhile
                return
            if content is not None:
                row.content = self._keyring.seal_bytes("attachment.content", row.id, content)
                row.state = "fetched"
            elif row.attempts > len(_DELAYS):
                row.state = "failed"
            else:
                row.next_at = self._clock() + timedelta(seconds=_DELAYS[row.attempts - 1])
