# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts the parts together: everything the processes share, built from settings in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import channels
from bot import keyring as keyrings
from bot.bell import Bell
from bot.cases import Cases
from bot.clocks import Clocks
from bot.content.published import Published
from bot.jobs import Job, own_jobs
from bot.keyring import Keyring
from bot.outbox import Outgo
from bot.settings import Settings
from bot.store.engine import Store
from bot.turn import Turns
from channels.base import Loaded
from routing.embed import Embedder
from routing.router import Router


def utc_now() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """The parts, ready to be run by one process or several."""

    settings: Settings
    store: Store
    keyring: Keyring
    channels: Loaded
    bell: Bell
    clocks: Clocks
    outgo: Outgo
    cases: Cases
    published: Published
    turns: Turns
    clock: Callable[[], datetime]

    def jobs(self) -> list[Job]:
        """All periodic work."""
        return [*own_jobs(self.cases, self.clock), *self.published.jobs()]

    def close(self) -> None:
        self.bell.close()
        self.store.close()


def part_problems(settings: Settings) -> list[str]:
    """What the channels and the clocks say of their settings, a sentence each."""
    makers: list[Callable[[], object]] = [partial(Clocks, settings.clocks)]
    makers += [partial(channels.load, name, settings.channel_env) for name in settings.channels]
    problems: list[str] = []
    for make in makers:
        try:
            make()
        except ValueError as error:
            problems += str(error).splitlines()
    return list(dict.fromkeys(problems))  # two channels of one provider lack the same


def _router(settings: Settings) -> Router:
    return Router.load(Embedder(settings.embedding_model) if settings.embedding_model else None)


def build(settings: Settings, clock: Callable[[], datetime] = utc_now, router: Router | None = None) -> Service:
    """Build the service. Raises ValueError or KeyringError with a sentence that says what to do; connects nowhere."""
    store = Store(settings.database_url)
    ring = keyrings.load(settings.keyring)
    loaded = Loaded({name: channels.load(name, settings.channel_env) for name in settings.channels})
    bell = Bell(store)
    clocks = Clocks(settings.clocks)
    outgo = Outgo(loaded, ring, bell)
    cases = Cases(ring, outgo, bell, clocks, clock)
    published = Published(store, bell, settings, clock)
    turns = Turns(
        keyring=ring,
        router=router or _router(settings),
        outgo=outgo,
        cases=cases,
        clocks=clocks,
        clock=clock,
        known=published.known,
    )
    return Service(settings, store, ring, loaded, bell, clocks, outgo, cases, published, turns, clock)
