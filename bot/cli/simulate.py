# SPDX-License-Identifier: AGPL-3.0-or-later
"""`simulate`: a phone in the terminal that talks to a running service through the simulator's door."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot import settings

_ADDRESSES = {"sms": "+218910000999", "whatsapp": "+218910000999", "telegram": "7000999"}
_PATIENCE = 10.0
_QUIET = 1.0
_LOOK_EVERY = 0.2
_ON_ITS_WAY = ("waiting", "sending", "queued")


def register(commands: Any) -> None:
    command = commands.add_parser("simulate", help="write to a running service as a person would")
    command.add_argument("--as", dest="channel", choices=tuple(_ADDRESSES), default="sms", help="channel to imitate")
    command.add_argument("--address", default="", help="the person's number or chat id on that channel")
    command.add_argument("--name", default="", help="the person's name, where the channel tells it")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One line read is one message; an empty line only looks for news. Ends with the input."""
    phone = Terminal(
        settings.load(os.environ).public_url,
        options.channel,
        options.address or _ADDRESSES[options.channel],
        options.name,
    )
    try:
        phone.catch_up()
        for line in _lines():
            if line.strip():
                phone.say(line.strip())
            phone.listen(_PATIENCE if line.strip() else _QUIET)
    except Closed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


class Closed(Exception):
    """The service does not answer, or has no simulator."""


class Terminal:
    """One phone. It remembers what it has shown, and shows each part once it has gone out."""

    def __init__(self, url: str, channel: str, address: str, name: str) -> None:
        self._url, self._channel, self._address, self._name = urlsplit(url), channel, address, name
        self._mark = ""
        self._shown: set[str] = set()

    def say(self, text: str) -> None:
        """Send a message. Raises Closed."""
        body = {"as": self._channel, "address": self._address, "name": self._name, "text": text}
        status, _ = self._call("POST", "/simulator/messages", json.dumps(body))
        if status != 202:
            raise Closed(f"The service did not take the message ({status}).")

    def catch_up(self) -> None:
        """Take what is in the thread already as read."""
        self._shown.update(str(item["id"]) for item in self._thread())

    def listen(self, patience: float) -> None:
        """Print what comes until nothing has come for a second, or patience ends."""
        end = time.monotonic() + patience
        quiet_at = end
        while time.monotonic() < min(end, quiet_at):
            for item in self._thread():
                if item["direction"] == "out" and item["id"] not in self._shown and item["state"] not in _ON_ITS_WAY:
                    self._shown.add(str(item["id"]))
                    print(_worded(item, self._channel), flush=True)
                    quiet_at = time.monotonic() + _QUIET
            time.sleep(_LOOK_EVERY)

    def _thread(self) -> list[dict[str, Any]]:
        asked = urlencode({"as": self._channel, "address": self._address, "after": self._mark})
        status, body = self._call("GET", f"/simulator/thread?{asked}")
        if status == 204:
            return []
        if status != 200:
            raise Closed("The service has no simulator; add simulator to SAWT_CHANNELS.")
        found = json.loads(body)
        self._mark = found["mark"]
        items: list[dict[str, Any]] = found["items"]
        return items

    def _call(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        made = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = made(self._url.hostname or "", self._url.port, timeout=10)
        try:
            connection.request(method, self._url.path + path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            raise Closed(f"No service answers at {self._url.geturl()}; start it with: python -m bot run") from None
        finally:
            connection.close()


def _lines() -> Any:
    """Lines of the input, asked for with a prompt where a person sits there."""
    while True:
        if sys.stdin.isatty():
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.rstrip("\n")


def _worded(item: dict[str, Any], channel: str) -> str:
    lines = [str(item["text"])]
    lines += ["  " + "  ".join(f"[{title}]" for title, _ in row) for row in item["buttons"]]
    size = f"{item['segments']} segment{'s' if item['segments'] != 1 else ''}, " if channel == "sms" else ""
    return "\n".join(lines) + f"\n    ({size}{item['state']})\n"
