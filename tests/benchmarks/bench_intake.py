# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intake: the whole webhook path against a bare endpoint with one insert, same run, both databases."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import httpx

from tests.benchmarks.load import Load, closed, request
from tests.benchmarks.world import installed
from tests.fakes import twilio
from tests.running import PUBLIC, ROOT, Installation, free_port, wait_for

CONNECTIONS = 32
REQUESTS = 12_000
ROUNDS = 3


def hooks(count: int, start: int = 0) -> list[bytes]:
    """Signed SMS hooks of as many people."""
    made = []
    for number in range(start, start + count):
        fields = twilio.message("where is the clinic in Tripoli and when is it open", f"+2189{number % 5000:08}")
        headers, body = twilio.signed(f"{PUBLIC}/hooks/sms", fields)
        made.append(request("http://127.0.0.1/hooks/sms", headers, body))
    return made


def run() -> None:
    """Print requests/s of both, round by round in turn, and their ratio."""
    for database in ("sqlite", "postgresql"):
        with installed(database) as installation:
            ratios, full, bare = [], [], []
            installation.start("web")
            installation.ready()
            port, process = _start_bare(installation)
            try:
                for number in range(ROUNDS):
                    full.append(_measure(installation.port, hooks(REQUESTS, number * REQUESTS)))
                    bare.append(_measure(port, [_bare_request()] * REQUESTS))
                    ratios.append(full[-1].per_second / bare[-1].per_second)
            finally:
                process.terminate()
                process.wait(10)
            _tell(database, full, bare, ratios)


def _tell(database: str, full: list[Load], bare: list[Load], ratios: list[float]) -> None:
    one, other = full[len(full) // 2], bare[len(bare) // 2]
    print(
        f"intake {database}: full {median(x.per_second for x in full):,.0f}/s (p50 {one.percentile(0.5):.1f} ms, "
        f"p99 {one.percentile(0.99):.1f} ms), bare {median(x.per_second for x in bare):,.0f}/s "
        f"(p50 {other.percentile(0.5):.1f} ms), ratio {median(ratios):.2f} (goal 0.70); "
        f"the load took {one.own_share:.2f} of a core; {sum(x.bad for x in full)} answers were not 2xx",
        flush=True,
    )


def _measure(port: int, requests: list[bytes]) -> Load:
    asyncio.run(closed(port, requests[:200], CONNECTIONS))  # warm
    return asyncio.run(closed(port, requests[200:], CONNECTIONS))


def _bare_request() -> bytes:
    return request("http://127.0.0.1/bare", {"content-type": "text/plain"}, b"x" * 300)


def _start_bare(installation: Installation) -> tuple[int, subprocess.Popen[bytes]]:
    port = free_port()
    env = installation.env
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bare", str(port), env["SAWT_DATABASE_URL"], env["SAWT_KEYRING"]],
        cwd=ROOT,
        env=env,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/").status_code == 404
        except httpx.TransportError:
            return False

    wait_for(answers, 20)
    time.sleep(0.2)
    return port, process


if __name__ == "__main__":
    assert Path(ROOT / "bot").is_dir()
    run()
