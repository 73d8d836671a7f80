# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running installation on each database, people with phones, and officers with tokens."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import exists, select

from bot.store.engine import Store
from bot.store.messages import Inbox, Outbox, ParkedReceipt
from tests import databases
from tests.fakes import telegram, twilio
from tests.running import PUBLIC, Installation, wait_for

_numbers = itertools.count(1)


class World:
    """One installation with everything in it that a story needs."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.store = Store(installation.env["SAWT_DATABASE_URL"])
        self.http = httpx.Client(base_url=installation.url, timeout=20, trust_env=False)
        token = installation.token
        self.officer = Officer(self.http, token("officer@example.net", "officer"))
        self.focal = Officer(
            self.http, token("focal@example.net", "focal_point", compartments=("pseah", "protection", "integrity"))
        )
        self.manager = Officer(self.http, token("manager@example.net", "manager"))

    def phone(self, channel: str = "sms") -> Phone:
        number = next(_numbers)
        address = str(1000 + number) if channel == "telegram" else f"+2189200{number:05}"
        return Phone(self, channel, address)

    def settled(self) -> None:
        """Everything that came in has been worked, and what it caused has been handed over."""
        wait_for(self._quiet, 60)

    def _quiet(self) -> bool:
        with self.store.read() as session:
            busy = (
                exists().where(Inbox.state == "pending"),
                exists().where(Outbox.state.in_(("waiting", "sending"))),
                exists().where(ParkedReceipt.provider_key == Outbox.provider_key),
            )
            return not any(session.scalar(select(one)) for one in busy)


@dataclass
class Phone:
    """A person's phone. `says` gives the new replies in order, as they stand on the screen."""

    world: World
    channel: str
    address: str
    seen: int = 0
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def says(self, text: str, **more: Any) -> list[str]:
        if self.channel == "telegram":
            return self.sends(telegram.message(text, int(self.address), more.pop("language", "en"), **more))
        return self.sends(twilio.message(text, self._twilio_address, **more))

    def taps(self, number: int) -> list[str]:
        """Tap the button in that place of the last reply (Telegram), or type its number."""
        if self.channel == "telegram":
            title, payload = self.buttons[number - 1]
            return self.sends(telegram.tap(payload, int(self.address), title=title))
        return self.says(str(number))

    def sends(self, payload: dict[str, Any]) -> list[str]:
        """Post a raw provider payload and wait for what it causes."""
        status = self.post(payload)
        assert status in (200, 204), status
        self.world.settled()
        return self.new()

    def post(self, payload: dict[str, Any]) -> int:
        if self.channel == "telegram":
            headers, body = telegram.hook(payload)
        else:
            headers, body = twilio.signed(f"{PUBLIC}/hooks/{self.channel}", payload)
        return self.world.http.post(f"/hooks/{self.channel}", content=body, headers=headers).status_code

    def new(self) -> list[str]:
        """Replies since the last look."""
        everything = self._received()
        fresh, self.seen = everything[self.seen :], len(everything)
        return fresh

    @property
    def _twilio_address(self) -> str:
        return f"whatsapp:{self.address}" if self.channel == "whatsapp" else self.address

    def _received(self) -> list[str]:
        if self.channel == "telegram":
            taken = [m for m in self.world.installation.telegram.messages if m["chat_id"] == int(self.address)]
            self.buttons = [button for m in taken[self.seen :] for row in m["buttons"] for button in row]
            return [m["text"] for m in taken]
        return self.world.installation.twilio.texts(self._twilio_address)


@dataclass
class Officer:
    """An officer at the API."""

    http: httpx.Client
    token: str

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(f"/api/v1{path}", params=query, headers=self._headers())
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def status(self, path: str) -> int:
        return self.http.get(f"/api/v1{path}", headers=self._headers()).status_code

    def post(self, path: str, version: int | None = None, **body: Any) -> httpx.Response:
        more = {"If-Match": f'"{version}"'} if version is not None else {}
        return self.http.post(f"/api/v1{path}", json=body, headers=self._headers() | more)

    def cases(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/cases", **query)["items"]
        return found

    def newest(self) -> dict[str, Any]:
        return self.cases()[0]

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp(request.param)
    name = f"sawt_journeys_{os.getpid()}"
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder}/sawt.db" if on_sqlite else databases.fresh_postgres(name)
    with Installation(folder, url) as installation:
        installation.prepare()
        installation.start_all()
        found = World(installation)
        yield found
        found.http.close()
        found.store.close()
    if not on_sqlite:
        databases.drop_postgres(name)
