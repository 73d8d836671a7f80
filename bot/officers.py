# SPDX-License-Identifier: AGPL-3.0-or-later
"""Officers and their keys to the door: one-time links, sessions and API tokens, of which only hashes are kept."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.access import COMPARTMENTS, ROLES
from bot.errors import Conflict, Invalid
from bot.store.base import new_id
from bot.store.officers import Officer, Pass

Kind = Literal["link", "session", "token"]
LIVES: dict[Kind, timedelta] = {
    "link": timedelta(hours=24),
    "session": timedelta(hours=8),
    "token": timedelta(days=365),
}
IDLE = timedelta(minutes=30)
"""A session that is not used for this long has ended."""
NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a secret is known."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def add(
    session: Session,
    now: datetime,
    email: str,
    roles: Sequence[str],
    compartments: Sequence[str] = (),
    name: str = "",
    languages: Sequence[str] = (),
    places: Sequence[str] = (),
    topics: Sequence[str] = (),
) -> Officer:
    """Create an officer. Raises Invalid, or Conflict where the address is taken."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid("That is not an e-mail address.", "email")
    if not roles or set(roles) - set(ROLES):
        raise Invalid(f"Give at least one role of {', '.join(ROLES)}.", "role")
    if set(compartments) - set(COMPARTMENTS):
        raise Invalid(f"A compartment is one of {', '.join(COMPARTMENTS)}.", "compartment")
    if session.scalar(select(Officer.id).where(Officer.email == email)):
        raise Conflict("There is an officer with this address.", "email_taken")
    officer = Officer(
        id=new_id(),
        email=email,
        name=name,
        roles=sorted(set(roles)),
        compartments=sorted(set(compartments)),
        languages=list(languages),
        places=list(places),
        topics=list(topics),
        active=True,
        created_at=now,
        locale="en",
    )
    session.add(officer)
    session.flush()
    return officer


def by_email(session: Session, email: str) -> Officer | None:
    """The officer with this address, if there is one."""
    return session.scalar(select(Officer).where(Officer.email == email.strip().lower()))


def disable(session: Session, officer: Officer) -> None:
    """Shut an officer out at once: every key of theirs is void."""
    officer.active = False
    session.execute(delete(Pass).where(Pass.officer_id == officer.id))


def issue(session: Session, officer: Officer, kind: Kind, now: datetime) -> str:
    """A new secret (43 characters of A-Za-z0-9_-). It is shown once; only its hash is stored."""
    secret = secrets.token_urlsafe(32)
    session.add(
        Pass(
            id=new_id(),
            kind=kind,
            officer_id=officer.id,
            digest=_digest(kind, secret),
            created_at=now,
            expires_at=now + LIVES[kind],
            used_at=now if kind == "session" else None,
        )
    )
    return secret


def holder(session: Session, kind: Kind, secret: str, now: datetime) -> Officer | None:
    """Whose secret this is, if it is still good. A session that is used stays awake."""
    found = session.scalar(select(Pass).where(Pass.digest == _digest(kind, secret)))
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    if kind == "session" and (found.used_at is None or now - found.used_at > IDLE):
        return None
    officer = session.get_one(Officer, found.officer_id)
    return officer if officer.active else None


def rests(session: Session, kind: Kind, secret: str, now: datetime) -> bool:
    """Whether the last use of a secret is so long ago that it should be noted again."""
    used = session.execute(select(Pass.used_at).where(Pass.digest == _digest(kind, secret))).first()
    return used is not None and (used[0] is None or now - used[0] >= NOTED_EVERY)


def touch(session: Session, kind: Kind, secret: str, now: datetime) -> None:
    """Note that a secret was used."""
    found = session.scalar(select(Pass).where(Pass.digest == _digest(kind, secret)))
    if found is not None:
        found.used_at = now


def sign_in_url(public_url: str, secret: str) -> str:
    """Where a one-time link leads: to a page with a button, so that a preview of the link does not use it up."""
    return f"{public_url}/console/sign-in?key={secret}"


def redeem(session: Session, secret: str, now: datetime) -> tuple[Officer, str] | None:
    """Use a sign-in link, which works once. Returns the officer and a session's secret."""
    officer = holder(session, "link", secret, now)
    if officer is None:
        return None
    used = delete(Pass).where(Pass.digest == _digest("link", secret)).returning(Pass.id)
    if session.scalar(used) is None:  # somebody else used it in this very moment
        return None
    return officer, issue(session, officer, "session", now)


def sign_out(session: Session, secret: str) -> None:
    """End a session."""
    session.execute(delete(Pass).where(Pass.digest == _digest("session", secret)))


def _digest(kind: Kind, secret: str) -> bytes:
    return sha256(f"{kind}:{secret}".encode()).digest()
