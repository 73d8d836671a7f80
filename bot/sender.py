# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hands parts to providers: in order per person, within each channel's rate, and never twice if it can be known.

A part is claimed under a lease before it is handed over. Where the outcome is unknown (a cut connection, an error
500, a sender that died), the row stays claimed, and when the lease ends the provider's own list is asked first.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot import outbox, receipts
from bot.bell import Bell
from bot.keyring import Keyring
from bot.metrics import LATENCY, SENT
from bot.outbox import Lane
from bot.pace import Paces
from bot.store.engine import Store
from bot.store.messages import UNDERWAY, Outbox
from bot.store.people import Contact
from channels.base import Accepted, Channel, Delivery, Loaded, Outcome, Part, Refused, Unknown

LEASE = timedelta(seconds=20)
"""How long a claimed part is ours. Longer than any provider call may take."""
DELAYS = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before a part refused for now is tried again; after the last it is refused for good."""
ASK_AFTER = (3.0, 60.0)
"""Seconds before an unknown outcome is asked about: at first, and at most while the provider cannot say."""
GIVE_UP = timedelta(hours=6)
"""After this long nobody will tell any more what became of a part."""
_BLIND_TRIES = 3
_ROUND = 0.04  # seconds between two claims, and over which outcomes are gathered
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A part that this sender holds. `settling` says that an earlier attempt's outcome is unknown."""

    seq: int
    contact_id: UUID
    channel: str
    lane: int
    address: str
    part: Part
    attempts: int
    settling: bool
    tried_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """The earlier attempt is known, or must be taken, not to have arrived: hand the part over anew."""


class Sender:
    """One sender of a process; any number may share a PostgreSQL store."""

    def __init__(
        self, store: Store, keyring: Keyring, channels: Loaded, bell: Bell, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._keyring, self._channels, self._bell, self._clock = store, keyring, channels, bell, clock
        self._paces = Paces({name: channel.rate for name, channel in channels.by_name.items()})
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: dict[str, int] = defaultdict(int)
        self._last: dict[UUID, float] = {}
        self._done: list[tuple[Claimed, Outcome | Again]] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set, then finish what is in hand."""
        loop = asyncio.get_running_loop()
        wake = asyncio.Event()
        self._bell.on("outbox", lambda: loop.call_soon_threadsafe(wake.set))
        recorder = asyncio.create_task(self._recorder(stop, wake))
        while not stop.is_set():
            wake.clear()
            try:
                claimed = await asyncio.to_thread(self.claim)
            except Exception as error:  # the store may be away for a moment; what is due stays due
                _log.error("parts could not be claimed: %s", type(error).__name__)
                claimed = []
            for item in claimed:
                self._busy[item.channel] += 1
                task = asyncio.create_task(self._deliver(item, wake))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            # A round costs a commit whatever it finds: many parts in few rounds leave the disk to intake.
            await asyncio.sleep(_ROUND)
            if not claimed:
                await _first(wake, stop, 0.5)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=4)
        await recorder

    def claim(self) -> list[Claimed]:
        """Take what is due and may go now."""
        if not self._anything_due():
            return []
        with self._store.write() as session:
            now = self._clock()
            claimed: list[Claimed] = []
            for name, channel in self._channels.by_name.items():
                free = channel.rate.concurrency - self._busy[name]
                allowed = self._paces.allowance(session, name, now, free)
                if allowed > 0:
                    rows = session.execute(self._due(name, now, allowed))
                    taken = [self._take(row, contact, now) for row, contact in rows]
                    self._paces.spend(session, name, len(taken))
                    claimed += taken
            return claimed

    def record(self, outcomes: list[tuple[Claimed, Outcome | Again]]) -> None:
        """Write down what became of parts, all in one commit."""
        with self._store.write() as session:
            now = self._clock()
            wanted = [claimed.seq for claimed, _ in outcomes]
            rows = {row.seq: row for row in session.scalars(select(Outbox).where(Outbox.seq.in_(wanted)))}
            for claimed, outcome in outcomes:
                row = rows.get(claimed.seq)
                if row is not None and row.state == "sending":
                    self._write(session, row, claimed, outcome, now)
            session.flush()
            if keys := [row.provider_key for row in rows.values() if row.provider_key is not None]:
                receipts.settle(session, now, keys)

    def _anything_due(self) -> bool:
        with self._store.read() as session:
            return bool(
                session.scalar(select(exists().where(Outbox.state.in_(UNDERWAY), Outbox.next_at <= self._clock())))
            )

    def _due(self, channel: str, now: datetime, limit: int):  # type: ignore[no-untyped-def]
        other = aliased(Outbox)
        ahead = exists().where(
            other.contact_id == Outbox.contact_id,
            other.state.in_(UNDERWAY),
            other.seq != Outbox.seq,
            or_(
                other.state == "sending",
                other.lane < Outbox.lane,
                and_(other.lane == Outbox.lane, other.seq < Outbox.seq),
            ),
        )
        return (
            select(Outbox, Contact)
            .join(Contact, Contact.id == Outbox.contact_id)
            .where(
                Outbox.channel == channel,
                Outbox.state.in_(UNDERWAY),
                Outbox.next_at <= now,
                # What is in flight already is settled first, or it and a safety message would wait for each other.
                or_(Outbox.state == "sending", ~ahead),
            )
            .order_by(Outbox.lane, Outbox.next_at, Outbox.seq)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Outbox)
        )

    def _take(self, row: Outbox, contact: Contact, now: datetime) -> Claimed:
        settling = row.state == "sending"
        if not settling:
            row.attempts += 1
            row.tried_at = now
        row.state = "sending"
        row.next_at = now + LEASE
        return Claimed(
            seq=row.seq,
            contact_id=row.contact_id,
            channel=row.channel,
            lane=row.lane,
            address=self._keyring.open("contact.address", contact.id, contact.address),
            part=outbox.opened(self._keyring, row.id, row.part, row.segments),
            attempts=row.attempts,
            settling=settling,
            tried_at=row.tried_at or now,
            created_at=row.created_at,
        )

    async def _deliver(self, item: Claimed, wake: asyncio.Event) -> None:
        channel = self._channels[item.channel]
        try:
            await self._keep_distance(item, channel)
            work = self._settle(item, channel) if item.settling else channel.send(item.address, item.part)
            outcome = await asyncio.wait_for(work, LEASE.total_seconds() - 4)
        except TimeoutError:
            outcome = Unknown("timeout")
        except Exception as error:  # a channel promises not to raise; if it does, nothing is known
            _log.error("a %s part ended in %s", item.channel, type(error).__name__)
            outcome = Unknown(type(error).__name__)
        finally:
            self._busy[item.channel] -= 1
        SENT.labels(item.channel, type(outcome).__name__.lower()).inc()
        self._done.append((item, outcome))
        wake.set()

    async def _keep_distance(self, item: Claimed, channel: Channel) -> None:
        """Wait until this address may be written to again."""
        loop = asyncio.get_running_loop()
        due = self._last.get(item.contact_id, 0.0) + channel.rate.per_address
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        if channel.rate.per_address:
            if len(self._last) > 50_000:
                self._last.clear()
            self._last[item.contact_id] = loop.time()

    async def _settle(self, item: Claimed, channel: Channel) -> Outcome | Again:
        """Find out what became of an attempt whose outcome is unknown."""
        if not channel.lists_sent:
            # Nobody can tell. A reply that comes twice harms less than one that never comes; a broadcast does not.
            blind = item.lane == Lane.BROADCAST or item.attempts >= _BLIND_TRIES
            return Refused("unsettled", again=False) if blind else Again()
        listed = await channel.sent_since(item.address, item.tried_at - timedelta(minutes=1))
        if listed is None:
            return Unknown("unlisted")
        same = [sent for sent in listed if sent.body == item.part.text]
        keys = {self._keyring.lookup("provider", item.channel, sent.provider_id): sent for sent in same}
        ours = await asyncio.to_thread(self._known, list(keys))
        for key, sent in keys.items():
            if key not in ours:
                return Accepted(sent.provider_id, sent.state)
        return Again()

    def _known(self, keys: list[bytes]) -> set[bytes]:
        with self._store.read() as session:
            found = session.scalars(select(Outbox.provider_key).where(Outbox.provider_key.in_(keys)))
            return {key for key in found if key is not None}

    async def _recorder(self, stop: asyncio.Event, wake: asyncio.Event) -> None:
        """Commit outcomes together as they gather."""
        while not (stop.is_set() and not self._tasks and not self._done):
            if not self._done:
                await asyncio.sleep(_ROUND)
                continue
            batch, self._done = self._done, []
            try:
                await asyncio.to_thread(self.record, batch)
            except Exception as error:  # the leases stand, so the outcomes are asked about again
                _log.error("outcomes of %d parts could not be recorded: %s", len(batch), type(error).__name__)
            wake.set()

    def _write(self, session: Session, row: Outbox, claimed: Claimed, outcome: Outcome | Again, now: datetime) -> None:
        match outcome:
            case Accepted(provider_id, state):
                row.state, row.error, row.next_at = "accepted", "", now
                row.provider_key = self._keyring.lookup("provider", row.channel, provider_id)
                row.delivery = state.value
                row.delivered_at = now if state is Delivery.DELIVERED else None
                LATENCY.labels(row.channel).observe((now - claimed.created_at).total_seconds())
            case Again():
                row.state, row.next_at = "waiting", now
            case Unknown(code):
                row.error = code[:60]
                waited = now - (row.tried_at or now)
                row.next_at = now + _spread(min(max(waited.total_seconds(), ASK_AFTER[0]), ASK_AFTER[1]))
                if waited > GIVE_UP:
                    row.state = "unsettled"
            case Refused(code, again, after, stopped):
                row.error = code[:60]
                self._refuse(session, row, again, after, now)
                if stopped:
                    _block(session, row.contact_id, now)

    def _refuse(self, session: Session, row: Outbox, again: bool, after: float | None, now: datetime) -> None:
        if row.error == "unsettled":
            row.state = "unsettled"
        elif not again or row.attempts > len(DELAYS):
            row.state = "refused"
        else:
            wait = timedelta(seconds=after) if after else _spread(DELAYS[row.attempts - 1])
            row.state, row.next_at = "waiting", now + wait
            if after:
                self._paces.pause(session, row.channel, now + wait)


def _block(session: Session, contact_id: UUID, now: datetime) -> None:
    session.get_one(Contact, contact_id).blocked_at = now
    outbox.silence(session, contact_id)


def _spread(seconds: float) -> timedelta:
    """With some jitter, so that what failed together does not come back together."""
    return timedelta(seconds=seconds * random.uniform(0.85, 1.25))


async def _first(wake: asyncio.Event, stop: asyncio.Event, timeout: float) -> None:
    waits = [asyncio.ensure_future(wake.wait()), asyncio.ensure_future(stop.wait())]
    await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
