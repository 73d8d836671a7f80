# SPDX-License-Identifier: AGPL-3.0-or-later
"""Brings a database to the schema of this program, and tells when it is not there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import inspect

from bot.store.engine import Store


def _config(store: Store) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = store.engine
    return config


def upgrade(store: Store) -> None:
    """Apply what is pending. Does nothing where nothing is. Raises ValueError where a newer program was here before."""
    try:
        command.upgrade(_config(store), "head")
    except CommandError:
        raise ValueError("the database was made by a newer version of this program; install that version") from None


def downgrade(store: Store, revision: str) -> None:
    """Go back to a revision; `base` is an empty database."""
    command.downgrade(_config(store), revision)


def pending(store: Store) -> bool:
    """Whether the database lacks a migration."""
    head = ScriptDirectory.from_config(_config(store)).get_current_head()
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != head


def empty(store: Store) -> bool:
    """Whether the database holds no table at all."""
    return not inspect(store.engine).get_table_names()
