# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps all senders together within each channel's rate: one bucket a channel, a row that refills with time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.messages import Pace
from channels.base import Rate

_BURST = 0.5
"""Seconds' worth of parts that may go at once after a lull."""


class Paces:
    """The buckets, by channel. Each call belongs in the transaction that claims parts: it holds the channel's row."""

    def __init__(self, rates: Mapping[str, Rate]) -> None:
        self._rates = rates

    def allowance(self, session: Session, channel: str, now: datetime, free: int) -> int:
        """How many parts may go now, at most `free`."""
        if free <= 0:
            return 0
        row = self._row(session, channel, now)
        if row.paused_until is not None and row.paused_until > now:
            return 0
        rate = self._rates[channel].per_second
        elapsed = max(0.0, (now - row.at).total_seconds())
        row.tokens = min(max(1.0, rate * _BURST), row.tokens + elapsed * rate)
        row.at = now
        return min(free, int(row.tokens))

    def spend(self, session: Session, channel: str, parts: int) -> None:
        """Take from the bucket what has been claimed."""
        session.get_one(Pace, channel).tokens -= parts

    def pause(self, session: Session, channel: str, until: datetime) -> None:
        """The provider asked us to wait: the whole channel does."""
        row = session.get_one(Pace, channel)
        if row.paused_until is None or row.paused_until < until:
            row.paused_until = until

    def _row(self, session: Session, channel: str, now: datetime) -> Pace:
        query = select(Pace).where(Pace.channel == channel).with_for_update()
        row = session.scalar(query)
        if row is None:
            full = max(1.0, self._rates[channel].per_second * _BURST)
            sqlite_here = session.get_bind().dialect.name == "sqlite"
            insert: Any = sqlite.insert if sqlite_here else postgresql.insert
            session.execute(insert(Pace).values(channel=channel, tokens=full, at=now).on_conflict_do_nothing())
            row = session.scalars(query).one()
        return row
