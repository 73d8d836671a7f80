# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logging: constant sentences with codes. Libraries that would log addresses, URLs or bodies are kept quiet."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

# httpx logs the URL of every request, and Telegram's carries the bot's token; Twilio's client logs numbers.
_QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "twilio",
    "twilio.async_http_client",
    "aiohttp",
    "alembic",  # two lines each time the database is asked for its version
    "apscheduler",
    "urllib3",
    "uvicorn.access",
    "sqlalchemy.engine",
    "asyncio",
    "multipart",
    "python_multipart",
)
_log = logging.getLogger(__name__)


class _NoTrace(logging.Formatter):
    """Names an exception by its type and place only: its text may hold what a person wrote."""

    def formatException(self, ei: object) -> str:
        kind, _, trace = ei if isinstance(ei, tuple) else (None, None, None)
        return f"({_named(kind, trace)})"


def set_up(level: str) -> None:
    """Log to standard error, one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_NoTrace("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.raiseExceptions = False  # or a record that cannot be formatted is printed with its arguments
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        loud = logging.CRITICAL if name.startswith(("httpx", "telegram", "asyncio")) else logging.ERROR
        logging.getLogger(name).setLevel(loud)
    # An error that nobody caught would be printed with its text.
    sys.excepthook = lambda kind, _, trace: _log.critical("this process ended in %s", _named(kind, trace))
    threading.excepthook = lambda it: _log.critical("a thread ended in %s", _named(it.exc_type, it.exc_traceback))


def of_loop(_loop: object, context: Mapping[str, Any]) -> None:
    """What an event loop does with an error that nobody waited for; by itself it would print the error's text."""
    error = context.get("exception")
    _log.error("nobody waited for %s", _named(type(error), getattr(error, "__traceback__", None)))


def _named(kind: object, trace: TracebackType | None) -> str:
    name = kind.__name__ if isinstance(kind, type) else "an error"
    frames = traceback.extract_tb(trace)
    return f"{name} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else name
