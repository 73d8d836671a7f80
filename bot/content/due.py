# SPDX-License-Identifier: AGPL-3.0-or-later
"""What content asks for by the clock: facts to verify before they expire, entries whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bell import Bell
from bot.content.hand import Actor, Hand
from bot.content.snapshot import ZONE
from bot.store.base import new_id
from bot.store.cases import Notice
from bot.store.content import Entry, StoredFact
from bot.store.officers import Officer

AHEAD = timedelta(days=14)
AGAIN = timedelta(days=7)
SYSTEM = Actor("system")


def remind(session: Session, now: datetime) -> None:
    """Tell everybody who works on content, once a week, that facts expire within two weeks or have expired."""
    today = now.astimezone(ZONE).date()
    found = [
        row
        for row in session.scalars(select(StoredFact).where(StoredFact.expires_on <= today + AHEAD))
        if row.reminded_on is None or row.reminded_on <= today - AGAIN
    ]
    if not found:
        return
    for row in found:
        row.reminded_on = today
    for officer in session.scalars(select(Officer).where(Officer.active)):
        if "content" in officer.roles:
            session.add(Notice(id=new_id(), kind="facts_due", officer_id=officer.id, at=now))


def end(session: Session, now: datetime, bell: Bell) -> None:
    """Archive entries whose end has come, so that the list shows what is so; they were not served any more."""
    over = session.scalars(select(Entry).where(Entry.ends_at <= now, Entry.archived_at.is_(None))).all()
    if not over:
        return
    hand = Hand.take(session, SYSTEM, now, bell)
    for entry in over:
        entry.archived_at = now
        hand.record("end", entry)
