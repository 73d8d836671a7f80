# SPDX-License-Identifier: AGPL-3.0-or-later
"""A migrated database is the one that the models describe, on both engines, and every step can be undone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.__main__ import main
from bot.store import migrate
from bot.store.engine import Store
from bot.store.models import metadata
from tests import databases


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    name = f"sawt_migrations_{os.getpid()}"
    yield databases.fresh_postgres(name)
    databases.drop_postgres(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path}/sawt.db")
    else:
        store = Store(request.getfixturevalue("server"))
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    yield store
    store.close()


@pytest.fixture
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations in a folder of their own, where a test may add one."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrate.__file__).parent / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    real = migrate._config

    def config(store: Store):  # type: ignore[no-untyped-def]
        found = real(store)
        found.set_main_option("script_location", str(folder))
        return found

    monkeypatch.setattr(migrate, "_config", config)
    return folder


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_brought_up_is_what_the_models_say(bare: Store) -> None:
    assert migrate.empty(bare)
    migrate.upgrade(bare)
    assert tables(bare) == set(metadata.tables)
    assert differences(bare) == []


def test_what_is_pending_is_told_before_and_not_after(bare: Store) -> None:
    assert migrate.pending(bare)
    migrate.upgrade(bare)
    assert not migrate.pending(bare)
    assert not migrate.empty(bare)


def test_bringing_up_twice_does_nothing_the_second_time(bare: Store) -> None:
    migrate.upgrade(bare)
    migrate.upgrade(bare)
    assert differences(bare) == []


def test_every_step_down_leads_to_an_empty_database_and_up_again(bare: Store) -> None:
    migrate.upgrade(bare)
    migrate.downgrade(bare, "base")
    assert tables(bare) == set()
    assert migrate.pending(bare)
    migrate.upgrade(bare)
    assert differences(bare) == []


def test_the_migrations_are_one_line(bare: Store) -> None:
    script = ScriptDirectory.from_config(migrate._config(bare))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    for revision in script.walk_revisions():
        assert revision.doc, f"{revision.revision} says nothing"
        source = Path(revision.path).read_text()
        assert "def downgrade() -> None:" in source
        # A migration must still run when the models have moved on; only the column type is shared.
        assert "bot.store.models" not in source
        assert set(_own_imports(source)) <= {"bot.store.engine"}


def _own_imports(source: str) -> list[str]:
    lines = (line.split() for line in source.splitlines() if line.startswith(("from bot", "import bot")))
    return [words[1] for words in lines]


def test_every_constraint_and_index_has_the_name_that_the_convention_gives(bare: Store) -> None:
    migrate.upgrade(bare)
    look = inspect(bare.engine)
    for table in sorted(tables(bare)):
        assert look.get_pk_constraint(table)["name"] == f"pk_{table}"
        for kind, found in (
            ("fk", look.get_foreign_keys(table)),
            ("uq", look.get_unique_constraints(table)),
            ("ck", look.get_check_constraints(table)),
        ):
            for constraint in found:
                assert (constraint["name"] or "").startswith(f"{kind}_{table}"), (table, constraint)
        for index in look.get_indexes(table):
            assert (index["name"] or "").startswith(("ix_", "uq_")), (table, index)


def test_every_foreign_key_that_is_deleted_by_has_an_index_or_a_reason(bare: Store) -> None:
    """What erasing a person deletes by must not be a walk through a table of millions."""
    migrate.upgrade(bare)
    look = inspect(bare.engine)
    for table, column in (("message", "contact_id"), ("attachment", "message_id"), ("outbox", "contact_id")):
        led = {str(index["column_names"][0]) for index in look.get_indexes(table)}
        assert column in led, (table, column)


def test_a_table_made_anew_keeps_the_rows_that_hang_on_it(bare: Store, aside: Path) -> None:
    """SQLite changes a table by copying it. With foreign keys on, dropping the old one would delete its children."""
    migrate.upgrade(bare)
    _a_message_with_an_attachment(bare)
    command.revision(migrate._config(bare), message="Test change.", rev_id="zz_test")
    (script,) = aside.glob("versions/*zz_test*.py")
    script.write_text(
        script.read_text().split("def upgrade")[0]
        + "def upgrade() -> None:\n"
        + "    with op.batch_alter_table('message', recreate='auto') as batch:\n"
        + "        batch.alter_column('kind', existing_type=sa.String(12), type_=sa.String(24))\n"
        + "\n\ndef downgrade() -> None:\n    pass\n"
    )
    assert migrate.pending(bare)
    migrate.upgrade(bare)
    with bare.engine.connect() as connection:
        counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("message", "attachment")]
        assert counts == [1, 1]
        if bare.sqlite:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1, "and they are on again afterwards"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_step_that_fails_leaves_the_database_as_it_was(bare: Store, aside: Path) -> None:
    migrate.upgrade(bare)
    command.revision(migrate._config(bare), message="Test failure.", rev_id="zz_fails")
    (script,) = aside.glob("versions/*zz_fails*.py")
    script.write_text(
        script.read_text().split("def upgrade")[0]
        + "def upgrade() -> None:\n"
        + "    op.create_table('half_done', sa.Column('id', sa.Integer, primary_key=True))\n"
        + "    raise RuntimeError('no')\n"
        + "\n\ndef downgrade() -> None:\n    pass\n"
    )
    with pytest.raises(RuntimeError):
        migrate.upgrade(bare)
    assert tables(bare) == set(metadata.tables)
    assert migrate.pending(bare)


def test_a_database_of_a_newer_program_is_left_alone_and_said_to_be_one(bare: Store) -> None:
    migrate.upgrade(bare)
    with bare.engine.execution_options(sawt_write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    assert migrate.pending(bare)
    with pytest.raises(ValueError, match="newer version"):
        migrate.upgrade(bare)


def run_command(monkeypatch: pytest.MonkeyPatch, url: str, *words: str) -> int:
    monkeypatch.setenv("SAWT_DATABASE_URL", url)
    return main(list(words))


def test_the_command_makes_the_folder_of_a_new_sqlite_database_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/not/there/yet/sawt.db"
    assert run_command(monkeypatch, url, "migrate") == 0
    assert run_command(monkeypatch, url, "migrate") == 0
    assert capsys.readouterr().out.splitlines() == [
        "The database is brought to this version.",
        "The database is at this version already.",
    ]


@pytest.mark.parametrize("words", [["migrate"], ["officer", "list"], ["deadletters", "list"]])
def test_a_database_that_does_not_answer_is_told_in_a_sentence_without_its_password(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(monkeypatch, "postgresql://sawt:canary@127.0.0.1:1/sawt", *words) == 2
    told = capsys.readouterr().err
    assert told.startswith("Sawt cannot go on: the database failed (OperationalError)")
    assert "canary" not in told


def _a_message_with_an_attachment(store: Store) -> None:
    from datetime import UTC, datetime

    from bot.store.base import new_id
    from bot.store.messages import Attachment, Message
    from bot.store.people import Contact

    now = datetime(2026, 11, 22, tzinfo=UTC)
    with store.write() as session:
        contact = Contact(id=new_id(), channel="sms", address_key=b"k", address=b"a", created_at=now)
        session.add(contact)
        session.flush()
        message = Message(
            id=new_id(), contact_id=contact.id, inbound=True, author="person", kind="text", body=b"b", at=now
        )
        session.add(message)
        session.flush()
        session.add(
            Attachment(
                id=new_id(),
                message_id=message.id,
                channel="sms",
                content_type="image/jpeg",
                reference=b"r",
                next_at=now,
            )
        )
