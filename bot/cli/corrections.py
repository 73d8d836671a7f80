# SPDX-License-Identifier: AGPL-3.0-or-later
"""`corrections`: what officers filed elsewhere, written out for somebody to review and for the models to learn from."""

from __future__ import annotations

import argparse
import os
import stat
from pathlib import Path
from typing import Any

from bot import corrections, keyring, settings
from bot.store.engine import Store


def register(commands: Any) -> None:
    command = commands.add_parser("corrections", help="write out messages that officers filed elsewhere, for training")
    command.add_argument("--language", required=True, help="the language of the cases, such as en or ar-Latn")
    command.add_argument("--out", required=True, type=Path, help="the file to write; it must not be there")
    command.add_argument("--restricted", action="store_true", help="restricted cases too: for trained eyes only")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    chosen = settings.load(os.environ)
    store, ring = Store(chosen.database_url), keyring.load(chosen.keyring)
    try:
        with store.read() as session:
            text = corrections.as_tsv(
                corrections.corrected(session, ring, options.language, restricted=options.restricted)
            )
    finally:
        store.close()
    try:
        handle = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        raise ValueError(f"{options.out} is there already; name another file.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    print(
        f"{text.count(chr(10)) - 1} messages are in {options.out}. Take out names and numbers before anybody else sees"
    )
    print("them, then move the file to routing/data/corrections/ and run: make train")
    return 0
