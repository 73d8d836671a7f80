# SPDX-License-Identifier: AGPL-3.0-or-later
"""`run`, `web`, `worker`, `scheduler` and `check`: the service as processes, and what would keep it from starting."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import Any

from bot import logs, settings
from bot.process import ALL, Parts, run
from bot.service import build
from bot.settings import Settings, SettingsError
from bot.starting import first_start, ready_to_start

WORKER_PARTS = {"all": Parts(work=True, send=True), "work": Parts(work=True), "send": Parts(send=True)}


def register(commands: Any) -> None:
    everything = commands.add_parser("run", help="run the whole service in one process")
    everything.set_defaults(run=lambda _options: serve(ALL, embedded=True))
    web = commands.add_parser("web", help="take hooks, serve the API and the console")
    web.set_defaults(run=lambda _options: serve(Parts(web=True)))
    worker = commands.add_parser("worker", help="work messages and send replies")
    worker.add_argument("--only", choices=("work", "send"), help="one of the two, to run them on hosts of their own")
    worker.set_defaults(run=lambda options: serve(WORKER_PARTS[options.only or "all"]))
    scheduler = commands.add_parser("scheduler", help="drive clocks and periodic jobs")
    scheduler.set_defaults(run=lambda _options: serve(Parts(clock=True)))
    commands.add_parser("check", help="tell everything that would keep the service from starting").set_defaults(
        run=check
    )


def serve(parts: Parts, *, embedded: bool = False) -> int:
    chosen = settings.load(os.environ)
    logs.set_up(chosen.log_level)
    if embedded:
        for line in first_start(chosen):
            print(line)
    problems = ready_to_start(chosen, alone=embedded)
    if problems:
        raise SettingsError(problems)
    service = build(chosen)
    if parts.web:
        print(f"Sawt listens on http://{chosen.host}:{chosen.port}", *_doors(chosen), sep="\n  ", flush=True)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run(service, parts))
    finally:
        service.close()
    return 0


def check(_options: argparse.Namespace) -> int:
    """All problems at once, those of the settings and those of the key ring and the database."""
    chosen = settings.load(os.environ)
    problems = ready_to_start(chosen, alone=False)
    if problems:
        print("Sawt cannot start:", *problems, sep="\n  ", file=sys.stderr)
        return 2
    print("Sawt can start.")
    print(f"  channels: {', '.join(chosen.channels)}")
    return 0


def _doors(chosen: Settings) -> list[str]:
    doors = [f"console    {chosen.public_url}/console"]
    if "simulator" in chosen.channels:
        doors.append(f"simulator  {chosen.public_url}/simulator")
    return doors


def _loop_factory() -> Any:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
