# SPDX-License-Identifier: AGPL-3.0-or-later
"""`keyring` and `migrate`: what must be there before a database on a server is used. Both are repeatable."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from bot import keyring, settings
from bot.store import migrate
from bot.store.engine import Store


def register(commands: Any) -> None:
    ring = commands.add_parser("keyring", help="make or rotate the key ring")
    verbs = ring.add_subparsers(dest="verb", required=True, metavar="verb")
    make = verbs.add_parser("create", help="write a new key ring where there is none")
    make.set_defaults(run=create)
    turn = verbs.add_parser("rotate", help="add a key and seal with it from now on")
    turn.set_defaults(run=rotate)
    bring = commands.add_parser("migrate", help="bring the database to this version")
    bring.set_defaults(run=bring_up)


def create(_options: argparse.Namespace) -> int:
    path = settings.load(os.environ).keyring
    if path.exists():
        keyring.load(path)
        print(f"There is a key ring at {path}; it stays as it is.")
        return 0
    keyring.create(path)
    print(f"A new key ring is at {path}. Back it up now, apart from the database: nothing opens without it.")
    return 0


def rotate(_options: argparse.Namespace) -> int:
    path = settings.load(os.environ).keyring
    number = keyring.rotate(path)
    print(f"Key {number} seals from the next start on. Back up {path} again.")
    return 0


def bring_up(_options: argparse.Namespace) -> int:
    chosen = settings.load(os.environ)
    if chosen.sqlite:
        Path(chosen.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    store = Store(chosen.database_url)
    try:
        was = migrate.pending(store)
        migrate.upgrade(store)
    finally:
        store.close()
    print("The database is brought to this version." if was else "The database is at this version already.")
    return 0
