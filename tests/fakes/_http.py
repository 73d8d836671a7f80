# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small HTTP server in a thread that, unlike a real one, can hang, fail or cut the connection when told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def fields(self) -> list[tuple[str, str]]:
        """The fields of a form or JSON body."""
        if self.headers.get("content-type", "").startswith("application/json"):
            return [(k, v if isinstance(v, str) else json.dumps(v)) for k, v in json.loads(self.body or b"{}").items()]
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def as_json(status: int, value: object, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


@dataclass(frozen=True)
class Trouble:
    """One misbehaviour. `accept` says whether the message is taken before it; `cut` closes without an answer."""

    status: int = 0
    code: int | None = None
    after: float | str | None = None
    accept: bool = False
    cut: bool = False
    hang: float = 0.0


class Server:
    """Serves in a thread of its own while the `with` lasts. `troubles` are used up one by one, in order."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.requests: list[Request] = []
        self.troubles: deque[Trouble] = deque()
        self.routes: dict[str, str] = {}
        """Public URL prefix -> where it is really served, for what this fake posts by itself."""
        self.loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._down: asyncio.Event = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(10), "the fake did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._down.set)
        self._thread.join(10)

    def trouble(self, times: int = 1, **what: Any) -> None:
        """Misbehave at the next `times` requests that send something."""
        self.troubles.extend([Trouble(**what)] * times)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the server's loop from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def real(self, url: str) -> str:
        """Where a public URL is really served."""
        for public, here in self.routes.items():
            if url.startswith(public):
                return here + url[len(public) :]
        return url

    async def answer(self, request: Request) -> Answer | None:
        """The answer, or None to cut the connection."""
        raise NotImplementedError

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.close()

    async def _serve(self) -> None:
        self.client = httpx.AsyncClient(trust_env=False, timeout=10)
        self._tasks: set[asyncio.Task[Any]] = set()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._down.wait()
        server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.aclose()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                answer = await self.answer(request)
                if answer is None:
                    break
                writer.write(_wire(answer))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(ConnectionError):
                writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    method, target, _ = head[0].split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)


def _wire(answer: Answer) -> bytes:
    headers = {"Content-Length": str(len(answer.body)), **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Said\r\n{lines}\r\n".encode() + answer.body
