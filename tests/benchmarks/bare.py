# SPDX-License-Identifier: AGPL-3.0-or-later
"""The baseline of intake: a plain route on the same server, database and group-commit writer; one row, no signature,
no encryption, no lane. Run as a process: `python -m tests.benchmarks.bare PORT DATABASE_URL KEYRING`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import keyring
from bot.bell import Bell
from bot.intake import Intake
from bot.store.base import new_id
from bot.store.engine import Store


def app(intake: Intake) -> Starlette:
    async def bare(request: Request) -> Response:
        body = await request.body()
        row = {
            "id": new_id(),
            "source": "bare",
            "channel": "bare",
            "reason": "",
            "body": body,
            "at": datetime.now(UTC),
        }
        await intake.write({"inbox": [], "receipt": [], "dead": [row]})
        return Response(status_code=204)

    return Starlette(routes=[Route("/bare", bare, methods=["POST"])])


async def main(port: int, database_url: str, ring: Path) -> None:
    store = Store(database_url)
    intake = Intake(store, keyring.load(ring), Bell(store), lambda: datetime.now(UTC))
    config = uvicorn.Config(app(intake), port=port, log_config=None, access_log=False, server_header=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
