# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole service as the world meets it: real processes, a real database, providers that speak HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.fakes import telegram, twilio

ROOT = Path(__file__).parent.parent
PUBLIC = "https://help.example.org"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(what: Callable[[], Any], seconds: float = 15.0, every: float = 0.05) -> Any:
    """Ask until the answer is true. Fails with the question's name when the time is over."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {getattr(what, '__name__', 'something')} in vain")
        time.sleep(every)


class Installation:
    """One installation in a folder. Twilio and Telegram are fakes that live as long as the `with`."""

    def __init__(self, folder: Path, database_url: str, **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.twilio, self.telegram = twilio.FakeTwilio(), telegram.FakeTelegram()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.log = folder / "service.log"
        self._database_url, self._more = database_url, env
        self.sqlite = database_url.startswith("sqlite")

    def __enter__(self) -> Installation:
        self.twilio.__enter__()
        self.telegram.__enter__()
        self.twilio.routes[PUBLIC] = self.telegram.routes[PUBLIC] = self.url
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.twilio.__exit__()
        self.telegram.__exit__()

    @property
    def env(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("SAWT_")},
            "SAWT_DATABASE_URL": self._database_url,
            "SAWT_KEYRING": str(self.folder / "keys" / "keyring.json"),
            "SAWT_PUBLIC_URL": PUBLIC,
            "SAWT_PORT": str(self.port),
            "SAWT_CHANNELS": "sms,whatsapp,telegram",
            "SAWT_TWILIO_ACCOUNT_SID": twilio.ACCOUNT,
            "SAWT_TWILIO_AUTH_TOKEN": twilio.TOKEN,
            "SAWT_TWILIO_SMS_FROM": twilio.SMS_FROM,
            "SAWT_TWILIO_WHATSAPP_FROM": twilio.WHATSAPP_FROM.removeprefix("whatsapp:"),
            "SAWT_TWILIO_API_URL": self.twilio.url,
            "SAWT_TELEGRAM_TOKEN": telegram.TOKEN,
            "SAWT_TELEGRAM_SECRET": telegram.SECRET,
            "SAWT_TELEGRAM_API_URL": self.telegram.url,
            **self._more,
        }

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=self.env,
            check=check,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def prepare(self) -> None:
        """What an operator does first, in the documented order. On SQLite in development `run` does it by itself."""
        if not self.sqlite:
            for words in (("migrate",), ("keyring", "create"), ("seed",)):
                self.command(*words)

    def start(self, name: str, *arguments: str) -> None:
        """Start a process. Its log goes to the installation's log file."""
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "bot", name, *arguments], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    def start_all(self) -> None:
        """The embedded form on SQLite; web, worker and scheduler on PostgreSQL. Returns when it is ready."""
        for name in ("run",) if self.sqlite else ("web", "worker", "scheduler"):
            self.start(name)
        self.ready()

    def ready(self, seconds: float = 60.0) -> None:
        def is_ready() -> bool:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise AssertionError(f"{name} ended with {process.returncode}:\n{self.log.read_text()[-3000:]}")
            try:
                return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        wait_for(is_ready, seconds)

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.processes.pop(name)
        process.kill()
        process.wait(10)

    def stop(self, name: str) -> int:
        """SIGTERM; returns the exit status. Fails if it takes more than ten seconds."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(10)

    def token(self, email: str, *roles: str, compartments: tuple[str, ...] = ()) -> str:
        """An API token for a new officer."""
        words = [word for role in roles for word in ("--role", role)]
        words += [word for compartment in compartments for word in ("--compartment", compartment)]
        return self.command("officer", "add", "--email", email, *words, "--token").stdout.strip().splitlines()[-1]
