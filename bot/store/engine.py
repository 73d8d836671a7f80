# SPDX-License-Identifier: AGPL-3.0-or-later
"""One database behind one door: SQLite or PostgreSQL, a session to read and a session that commits once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

_PRAGMAS = (
    "PRAGMA busy_timeout=10000",  # first: the next ones may have to wait
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged message survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # per connection, or deleted text stays in the file
    "PRAGMA trusted_schema=OFF",
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime. SQLite keeps no zone, so it is stored in UTC there and read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone was given to the store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Store:
    """The database. `read()` and `write()` give a session; a write commits at the end of its block or not at all."""

    def __init__(self, url: str) -> None:
        self.engine = _connect(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        # SQLite has one writer at a time; waiting for it here is fair and quick, polling for its file lock is neither.
        self._turn = threading.Lock() if self.sqlite else nullcontext()
        self._writing = self.engine.execution_options(sawt_write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment and writes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits once, when the block ends well."""
        with (
            self._turn,
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def write_rows(self) -> Iterator[Connection]:
        """The same for plain rows: half the cost of a session, for the hot path of intake."""
        with self._turn, self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,  # or an exception would carry a person's text
            pool_size=12,
            max_overflow=8,
            pool_pre_ping=True,
        )
    if parsed.get_backend_name() != "sqlite":
        raise ValueError("the database URL must begin with sqlite:/// or postgresql://")
    engine = create_engine(parsed, hide_parameters=True, connect_args={"check_same_thread": False}, pool_size=12)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("sawt_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
