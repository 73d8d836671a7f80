# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the parts of the service in a process: all of them embedded, or each kind apart."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn
from prometheus_client import start_http_server

from bot.app import create_app
from bot.attachments import Fetcher
from bot.intake import Intake
from bot.jobs import Ticker
from bot.polling import Poller
from bot.sender import Sender
from bot.service import Service
from bot.worker import Worker

_LAST_WORK = 5.0  # seconds for what is in hand, once the process ends
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts a process runs."""

    web: bool = False
    work: bool = False
    send: bool = False
    clock: bool = False


ALL = Parts(web=True, work=True, send=True, clock=True)


class Ending:
    """Tells every part at once, in coroutines and in threads, that the process ends."""

    def __init__(self) -> None:
        self.soon, self.threads = asyncio.Event(), threading.Event()

    def begin(self) -> None:
        self.soon.set()
        self.threads.set()


async def run(service: Service, parts: Parts) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in hand within ten seconds: all parts end side by side."""
    ending = Ending()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.begin)
    service.bell.listen()
    async with contextlib.AsyncExitStack() as stack:
        intake = Intake(service.store, service.keyring, service.bell, service.clock)
        stack.callback(intake.close)
        if parts.clock:
            stack.enter_context(_ticking(service))
        if parts.work:
            stack.enter_context(_working(service, intake, ending))
        await stack.enter_async_context(_connected(service, calls_us=parts.web))
        if parts.send:
            await stack.enter_async_context(_sending(service, intake, ending))
        if not parts.web:
            _show_metrics(service)
        gc.collect()
        gc.freeze()  # what is loaded stays; the collector need not walk it again
        if parts.web:
            await _serve(service, intake, ending)
        else:
            await ending.soon.wait()


@contextlib.contextmanager
def _ticking(service: Service) -> Iterator[None]:
    ticker = Ticker(service.store, service.jobs(), service.clock)
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()


@contextlib.contextmanager
def _working(service: Service, intake: Intake, ending: Ending) -> Iterator[None]:
    worker = Worker(service.store, service.keyring, service.turns, service.bell, service.clock, lambda: intake.pressure)
    thread = threading.Thread(target=worker.run, args=[ending.threads], name="worker")
    thread.start()
    try:
        yield
    finally:
        ending.begin()
        thread.join(timeout=_LAST_WORK)


@contextlib.asynccontextmanager
async def _connected(service: Service, *, calls_us: bool) -> AsyncIterator[None]:
    """Channels register their webhooks where the hooks are served, and let go of connections everywhere."""
    if calls_us:
        for channel in service.channels.by_name.values():
            await channel.start()
    try:
        yield
    finally:
        for channel in service.channels.by_name.values():
            await channel.stop()


@contextlib.asynccontextmanager
async def _sending(service: Service, intake: Intake, ending: Ending) -> AsyncIterator[None]:
    sender = Sender(service.store, service.keyring, service.channels, service.bell, service.clock)
    fetcher = Fetcher(service.store, service.keyring, service.channels, service.clock)
    poller = Poller(service.store, service.channels, intake)
    tasks = [asyncio.create_task(part.run(ending.soon)) for part in (sender, fetcher, poller)]
    try:
        yield
    finally:
        ending.begin()
        await asyncio.wait(tasks, timeout=_LAST_WORK)
        for task in tasks:
            task.cancel()


def _show_metrics(service: Service) -> None:
    """Processes without a web server show their numbers on a port of their own, where one is set."""
    if service.settings.metrics_port:
        start_http_server(service.settings.metrics_port, service.settings.host)


class _Server(uvicorn.Server):
    """Leaves the signals to `run`, which has more than a server to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(service: Service, intake: Intake, ending: Ending) -> None:
    config = uvicorn.Config(
        create_app(service, intake, lambda: not ending.soon.is_set()),
        host=service.settings.host,
        port=service.settings.port,
        access_log=False,  # URLs and addresses are nobody's business
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        backlog=2048,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    told = asyncio.create_task(ending.soon.wait())
    await asyncio.wait([serving, told], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    told.cancel()
