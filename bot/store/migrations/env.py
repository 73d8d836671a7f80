# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs migrations over the engine that the program gives, all of them in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Engine, text

from bot.store import models

engine: Engine = context.config.attributes["engine"]
sqlite = engine.dialect.name == "sqlite"

with engine.execution_options(sawt_write=True).connect() as connection:
    if sqlite:
        # SQLite changes a table by copying it, and dropping the old one would delete what hangs on it. The switch
        # does nothing inside a transaction, so the driver is asked before one begins; the connection is not used again.
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=models.metadata,
        render_as_batch=sqlite,
        compare_type=True,
        user_module_prefix="",  # a new migration names UtcDateTime as its template imports it
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise RuntimeError("a migration left rows that point nowhere")
    connection.commit()
    connection.invalidate()
