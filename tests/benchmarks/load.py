# SPDX-License-Identifier: AGPL-3.0-or-later
"""A light HTTP load over kept connections: as fast as answers come, or so many a second whether they come or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Load:
    """What a load saw: seconds each request took, the answers' statuses, and how long it ran."""

    times: list[float] = field(default_factory=list)
    bad: int = 0
    seconds: float = 0.0
    own_cpu: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def own_share(self) -> float:
        """Share of one core that the load itself took."""
        return self.own_cpu / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def request(url: str, headers: dict[str, str], body: bytes) -> bytes:
    """One request as bytes, made before the clock runs."""
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


async def closed(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Each connection sends its next request when it has its answer."""
    load, shared = Load(), iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for raw in shared:
            await _exchange(reader, writer, raw, load)
        writer.close()

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one() for _ in range(connections)))
    load.seconds, load.own_cpu = time.perf_counter() - began, time.process_time() - cpu
    return load


async def paced(port: int, requests: Sequence[bytes], per_second: float, connections: int = 64) -> Load:
    """Requests start on their tick; a time is counted from the tick, so that a queue here counts against the server."""
    load = Load()
    queue: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (item := await queue.get()) is not None:
            await _exchange(reader, writer, item[1], load, since=item[0])
        writer.close()

    began, cpu = time.perf_counter(), time.process_time()
    tasks = [asyncio.create_task(one()) for _ in range(connections)]
    for number, raw in enumerate(requests):
        due = began + number / per_second
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        queue.put_nowait((due, raw))
    for _ in tasks:
        queue.put_nowait(None)
    await asyncio.gather(*tasks)
    load.seconds, load.own_cpu = time.perf_counter() - began, time.process_time() - cpu
    return load


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes, load: Load, since: float | None = None
) -> None:
    began = since if since is not None else time.perf_counter()
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    if b"content-length: " in lower:
        length = int(lower.split(b"content-length: ")[1].split(b"\r\n")[0])
        if length:
            await reader.readexactly(length)
    load.times.append(time.perf_counter() - began)
    load.bad += head[9:10] != b"2"
