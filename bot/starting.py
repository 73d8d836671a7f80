# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens before the service runs: on an empty development database everything, elsewhere nothing by itself."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import keyring, officers
from bot.content import starter
from bot.service import part_problems, utc_now
from bot.settings import Settings
from bot.store import migrate
from bot.store.engine import Store

_EXAMPLE_OFFICERS = (
    ("officer@example.org", ("officer", "manager"), ()),
    ("focal@example.org", ("focal_point",), ("pseah", "protection", "integrity")),
    ("content@example.org", ("content",), ()),
    ("publisher@example.org", ("content",), ()),  # two people publish
    ("administrator@example.org", ("administrator",), ()),
)


def first_start(chosen: Settings) -> list[str]:
    """In development on an empty SQLite database: make the key ring, the schema, the content and example officers.

    Returns lines that say what was done. Does nothing anywhere else.
    """
    if chosen.production or not chosen.sqlite:
        return []
    _database_file(chosen).parent.mkdir(parents=True, exist_ok=True)
    store = Store(chosen.database_url)
    try:
        if not migrate.empty(store):
            return []
        told = []
        if not chosen.keyring.exists():
            keyring.create(chosen.keyring)
            told.append(f"A new key ring is at {chosen.keyring}.")
        ring = keyring.load(chosen.keyring)
        migrate.upgrade(store)
        told.append("The database is made.")
        told.append(starter.seed(store, ring, chosen, utc_now(), publish=True))
        return told + _example_officers(store, chosen)
    finally:
        store.close()


def ready_to_start(chosen: Settings, *, alone: bool) -> list[str]:
    """Everything that keeps the service from starting, each with what to do."""
    return [*_key_problems(chosen), *_database_problems(chosen, alone=alone), *part_problems(chosen)]


def _key_problems(chosen: Settings) -> list[str]:
    try:
        keyring.load(chosen.keyring)
    except keyring.KeyringError as error:
        return [f"{error}."]
    return []


def _database_problems(chosen: Settings, *, alone: bool) -> list[str]:
    if chosen.sqlite and not alone and not _database_file(chosen).exists():
        return ["There is no database yet; run: python -m bot migrate."]
    store = Store(chosen.database_url)
    try:
        if migrate.pending(store):
            return ["The database is not at this version; run: python -m bot migrate."]
    except SQLAlchemyError as error:
        return [f"The database cannot be reached ({type(error).__name__}); check SAWT_DATABASE_URL."]
    finally:
        store.close()
    return []


def _database_file(chosen: Settings) -> Path:
    return Path(chosen.database_url.removeprefix("sqlite:///"))


def _example_officers(store: Store, chosen: Settings) -> list[str]:
    told = ["Example officers, for development; each link signs in once (another: python -m bot officer link):"]
    with store.write() as session:
        for email, roles, compartments in _EXAMPLE_OFFICERS:
            officer = officers.add(session, utc_now(), email, roles, compartments)
            secret = officers.issue(session, officer, "link", utc_now())
            told.append(f"  {email}: {officers.sign_in_url(chosen.public_url, secret)}")
    return told
