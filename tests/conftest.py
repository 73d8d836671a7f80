# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all tests share: two real databases, a key ring, a clock that is set by hand, and no network."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import keyring
from bot.keyring import Keyring
from bot.store.engine import Store
from bot.store.models import metadata
from tests import databases


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **spans: float) -> datetime:
        self.now += timedelta(**spans)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))  # a Sunday: the working week begins


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    keyring.create(tmp_path / "keyring.json")
    return keyring.load(tmp_path / "keyring.json")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One PostgreSQL database with the schema, for this test process."""
    name = f"sawt_test_{os.getpid()}"
    url = databases.fresh_postgres(name)
    store = Store(url)
    metadata.create_all(store.engine)
    store.close()
    yield url
    databases.drop_postgres(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with the schema: each test that asks for it runs on both."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/sawt.db"
        store = Store(url)
        metadata.create_all(store.engine.execution_options(sawt_write=True))
        store.close()
        yield url
        return
    url = request.getfixturevalue("postgres_url")
    store = Store(url)
    databases.clean(store)
    store.close()
    yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    found = Store(database_url)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests speak to this machine only."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        local = self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost")
        if not local:
            raise AssertionError("a test wanted to leave this machine")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
