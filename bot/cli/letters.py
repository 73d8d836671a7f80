# SPDX-License-Identifier: AGPL-3.0-or-later
"""`deadletters`: what could be stored but not understood or worked."""

from __future__ import annotations

import argparse
import os
from typing import Any
from uuid import UUID

from bot import deadletters, keyring, settings
from bot.service import utc_now
from bot.store.engine import Store


def register(commands: Any) -> None:
    family = commands.add_parser("deadletters", help="list and replay what could not be worked")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="verb")
    verbs.add_parser("list", help="list them, newest first, without their content").set_defaults(run=listed)
    again = verbs.add_parser("replay", help="put messages that failed back into the inbox")
    again.add_argument("id", nargs="*", type=UUID, help="which; none means every one that can be replayed")
    again.set_defaults(run=replay)


def listed(_options: argparse.Namespace) -> int:
    store = Store(settings.load(os.environ).database_url)
    try:
        with store.read() as session:
            for letter in deadletters.listed(session):
                done = f" replayed {letter.replayed_at:%Y-%m-%d %H:%M}" if letter.replayed_at else ""
                print(f"{letter.id} {letter.at:%Y-%m-%d %H:%M} {letter.channel} {letter.source} {letter.reason}{done}")
    finally:
        store.close()
    return 0


def replay(options: argparse.Namespace) -> int:
    chosen = settings.load(os.environ)
    store, ring = Store(chosen.database_url), keyring.load(chosen.keyring)
    failed = 0
    try:
        with store.write() as session:
            wanted = options.id or [
                letter.id
                for letter in deadletters.listed(session)
                if letter.source == "inbox" and letter.replayed_at is None
            ]
            for letter_id in wanted:
                try:
                    deadletters.replay(session, ring, letter_id, utc_now)
                except deadletters.NoSuchLetter as error:
                    failed += 1
                    print(f"{letter_id}: {error}")
    finally:
        store.close()
    print(f"{len(wanted) - failed} put back into the inbox.")
    return 1 if failed else 0
