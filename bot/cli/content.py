# SPDX-License-Identifier: AGPL-3.0-or-later
"""`seed` and `content`: load the starter content, take content out for translators and bring it back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot import keyring, officers, settings
from bot.bell import Bell
from bot.content import check, exchange, starter
from bot.content.exchange.plan import bring_back, take_out
from bot.content.hand import Hand, actor
from bot.content.rules import LANGUAGES
from bot.errors import NotFound
from bot.service import utc_now
from bot.settings import Settings
from bot.store import migrate
from bot.store.engine import Store


def register(commands: Any) -> None:
    sow = commands.add_parser("seed", help="load the starter content and the office's facts; repeatable")
    sow.set_defaults(run=seed)
    family = commands.add_parser("content", help="check content, take it out for translators, bring it back")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="verb")
    sound = verbs.add_parser("check", help="check the starter files of all languages, or of those named")
    sound.add_argument("language", nargs="*")
    sound.set_defaults(run=lambda options: check.main(options.language))
    out = verbs.add_parser("export", help="write texts to a file: .xlsx .csv .po .xliff .json")
    out.add_argument("file", type=Path)
    out.add_argument("--language", action="append", required=True, choices=LANGUAGES)
    out.add_argument("--entry", action="append", default=[], help="only these entries")
    out.set_defaults(run=export)
    back = verbs.add_parser("import", help="bring texts back as drafts, in the name of a content officer")
    back.add_argument("file", type=Path)
    back.add_argument("--email", required=True, help="the officer who answers for the texts")
    back.add_argument("--write", action="store_true", help="write them; without it everything is only checked")
    back.add_argument("--submit", action="store_true", help="hand them in for review too")
    back.set_defaults(run=bring)


@contextmanager
def _opened() -> Iterator[tuple[Settings, Store]]:
    chosen = settings.load(os.environ)
    store = Store(chosen.database_url)
    try:
        if migrate.pending(store):
            raise ValueError("the database is not at this version; run: python -m bot migrate")
        yield chosen, store
    finally:
        store.close()


def seed(_options: argparse.Namespace) -> int:
    with _opened() as (chosen, store):
        print(starter.seed(store, keyring.load(chosen.keyring), chosen, utc_now(), publish=not chosen.production))
    return 0


def export(options: argparse.Namespace) -> int:
    with _opened() as (_, store), store.read() as session:
        items = take_out(session, [code for code in options.language if code != "en"], options.entry)
    options.file.write_bytes(exchange.write(_form(options.file), items))
    print(f"{len(items)} texts are in {options.file}.")
    return 0


def bring(options: argparse.Namespace) -> int:
    try:
        items = exchange.read(_form(options.file), options.file.read_bytes())
        with _opened() as (_, store), store.write() as session:
            officer = officers.by_email(session, options.email)
            if officer is None:
                raise NotFound("There is no officer with this address.")
            hand = Hand.take(session, actor(officer), utc_now(), Bell(store))
            outcome = bring_back(hand, items, submit=options.submit, dry=not options.write)
    except exchange.BadFile as error:
        for trouble in error.troubles:
            print(f"{trouble.where}: {trouble.says}", file=sys.stderr)
        print("The file cannot be taken; nothing was changed.", file=sys.stderr)
        return 1
    for trouble in outcome.troubles:
        print(f"{trouble.where}: {trouble.says}", file=sys.stderr)
    done = "were brought in" if options.write else "would change (nothing was written; add --write)"
    print(f"{len(outcome.changed)} texts {done}; {outcome.same} are as they were.")
    return 0 if outcome.good else 1


def _form(path: Path) -> str:
    kind = path.suffix.removeprefix(".").lower()
    return {"xlf": "xliff"}.get(kind, kind)
