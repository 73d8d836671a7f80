# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service as a whole: acknowledgement under a steady load, time to the provider, memory, cold start."""

from __future__ import annotations

import asyncio
import os
import time

from sqlalchemy import func, select

from bot.store.engine import Store
from bot.store.messages import Inbox
from tests.benchmarks.bench_intake import hooks
from tests.benchmarks.load import Load, closed, paced
from tests.benchmarks.world import installed, resident
from tests.running import Installation

SECONDS = int(os.environ.get("SAWT_BENCH_SECONDS", "60"))


def run() -> None:
    for database in ("sqlite", "postgresql"):
        with installed(database, SAWT_CHANNELS="sms") as installation:
            began = time.perf_counter()
            installation.start_all()
            cold = time.perf_counter() - began
            memory = {name: resident(process.pid) for name, process in installation.processes.items()}
            print(f"cold start {database}: {cold:.1f} s to ready; memory " + _memory(memory), flush=True)
            _replies(database, installation)
            _acknowledgement(database, installation)


def _replies(database: str, installation: Installation) -> None:
    """50 messages a second; from the webhook's arrival here to the reply's arrival at the provider."""
    per_second, seconds = 50, min(SECONDS, 20)
    count = per_second * seconds
    arrived: dict[str, float] = {}
    taken = installation.twilio._take

    def watched(given: dict[str, str]) -> object:
        arrived.setdefault(given["To"], time.perf_counter())
        return taken(given)

    installation.twilio._take = watched  # type: ignore[method-assign, assignment]
    requests = hooks(count, start=2_000_000)
    asyncio.run(closed(installation.port, hooks(20, start=3_000_000), 2))
    time.sleep(2)
    began = time.perf_counter()
    load = asyncio.run(paced(installation.port, requests, per_second))
    time.sleep(4)
    installation.twilio._take = taken  # type: ignore[method-assign]
    waits = sorted(
        1000 * (arrived[address] - began - number / per_second)
        for number in range(count)
        if (address := f"+2189{(2_000_000 + number) % 5000:08}") in arrived
    )
    print(
        f"replies {database}: {len(waits)}/{count} answered, p50 {waits[len(waits) // 2]:.0f} ms, "
        f"p99 {waits[int(len(waits) * 0.99)]:.0f} ms from webhook to provider at {per_second}/s (goal p99 < 1,000); "
        f"acknowledged p99 {load.percentile(0.99):.0f} ms",
        flush=True,
    )


def _acknowledgement(database: str, installation: Installation) -> None:
    """500 messages a second with the worker running; the backlog may grow and then drains."""
    requests = hooks(500 * SECONDS, start=4_000_000)
    load: Load = asyncio.run(paced(installation.port, requests, 500))
    memory = {name: resident(process.pid) for name, process in installation.processes.items()}
    began = time.perf_counter()
    left = _pending(installation)
    while _pending(installation) and time.perf_counter() - began < 600:
        time.sleep(1)
    drained = time.perf_counter() - began
    print(
        f"acknowledgement {database}: {load.per_second:.0f}/s for {load.seconds:.0f} s, "
        f"p50 {load.percentile(0.5):.1f} ms (goal 20), p99 {load.percentile(0.99):.0f} ms (goal 250), "
        f"{load.bad} not 2xx; backlog {left}, worked off in {drained:.0f} s; "
        f"the load took {load.own_share:.2f} of a core; memory " + _memory(memory),
        flush=True,
    )


def _pending(installation: Installation) -> int:
    store = Store(installation.env["SAWT_DATABASE_URL"])
    try:
        with store.read() as session:
            query = select(func.count()).select_from(Inbox).where(Inbox.state == "pending")
            return session.scalar(query) or 0
    finally:
        store.close()


def _memory(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in found.items())


if __name__ == "__main__":
    run()
