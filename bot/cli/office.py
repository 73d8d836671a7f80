# SPDX-License-Identifier: AGPL-3.0-or-later
"""`officer`: who may sign in, with which roles and compartments."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers, settings
from bot.access import COMPARTMENTS, ROLES
from bot.content.hand import CONTENT_ROLES
from bot.errors import NotFound
from bot.service import utc_now
from bot.settings import Settings
from bot.store import migrate
from bot.store.engine import Store
from bot.store.officers import Officer


def register(commands: Any) -> None:
    family = commands.add_parser("officer", help="add officers and give them keys")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="verb")
    new = verbs.add_parser("add", help="add an officer; prints a one-time sign-in link, or an API token")
    new.add_argument("--email", required=True)
    new.add_argument("--name", default="")
    new.add_argument("--role", action="append", required=True, choices=ROLES, help="may be given several times")
    new.add_argument("--compartment", action="append", default=[], choices=COMPARTMENTS)
    new.add_argument("--language", action="append", default=[], help="a language the officer works in")
    new.add_argument("--place", action="append", default=[], metavar="PCODE")
    new.add_argument("--topic", action="append", default=[])
    new.add_argument(
        "--content-role",
        action="append",
        default=[],
        choices=CONTENT_ROLES,
        help="narrows the role content; without it all of them",
    )
    new.add_argument("--token", action="store_true", help="print an API token instead of a link")
    new.set_defaults(run=add)
    link = verbs.add_parser("link", help="print a new one-time sign-in link")
    link.add_argument("--email", required=True)
    link.add_argument("--token", action="store_true", help="print an API token instead of a link")
    link.set_defaults(run=relink)
    off = verbs.add_parser("disable", help="shut an officer out at once")
    off.add_argument("--email", required=True)
    off.set_defaults(run=disable)
    verbs.add_parser("list", help="list the officers").set_defaults(run=listed)


@contextmanager
def _writing() -> Iterator[tuple[Settings, Session]]:
    """Settings and a session that commits at the end, on a database that is at this version."""
    chosen = settings.load(os.environ)
    store = Store(chosen.database_url)
    try:
        if migrate.pending(store):
            raise ValueError("the database is not at this version; run: python -m bot migrate")
        with store.write() as session:
            yield chosen, session
    finally:
        store.close()


def add(options: argparse.Namespace) -> int:
    with _writing() as (chosen, session):
        officer = officers.add(
            session,
            utc_now(),
            options.email,
            options.role,
            options.compartment,
            options.name,
            options.language,
            options.place,
            options.topic,
        )
        officer.content_roles = sorted(set(options.content_role))
        lines = _key(chosen, session, officer, options.token)
    print(*lines, sep="\n")
    return 0


def relink(options: argparse.Namespace) -> int:
    with _writing() as (chosen, session):
        lines = _key(chosen, session, _wanted(session, options.email), options.token)
    print(*lines, sep="\n")
    return 0


def disable(options: argparse.Namespace) -> int:
    with _writing() as (_, session):
        officers.disable(session, _wanted(session, options.email))
    print("This officer can no longer sign in.")
    return 0


def listed(_options: argparse.Namespace) -> int:
    with _writing() as (_, session):
        for officer in session.scalars(select(Officer).order_by(Officer.email)):
            state = "" if officer.active else " (disabled)"
            print(f"{officer.email}{state}: {', '.join([*officer.roles, *officer.compartments])}")
    return 0


def _wanted(session: Session, email: str) -> Officer:
    officer = officers.by_email(session, email)
    if officer is None:
        raise NotFound("There is no officer with this address.")
    return officer


def _key(chosen: Settings, session: Session, officer: Officer, token: bool) -> list[str]:
    if token:
        secret = officers.issue(session, officer, "token", utc_now())
        return ["An API token for Authorization: Bearer, shown once:", secret]
    secret = officers.issue(session, officer, "link", utc_now())
    return ["A sign-in link, good once and for 24 hours:", officers.sign_in_url(chosen.public_url, secret)]
