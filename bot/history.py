# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chains the entries of a case's history by keyed hashes, so that a change or a gap shows."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.keyring import Keyring
from bot.store.cases import Case, CaseEvent


def chain(keyring: Keyring, event: CaseEvent, before: bytes) -> bytes:
    """The digest of one history entry over its own fields and the digest of the one before."""
    fields = json.dumps([event.actor, event.verb, event.detail], sort_keys=True)
    stamp = event.at.isoformat(timespec="microseconds")
    return keyring.lookup("history", str(event.case_id), str(event.number), stamp, fields, before.hex())


def whole(session: Session, keyring: Keyring, case: Case) -> bool:
    """Whether a case's history is as written: nothing changed, added, reordered, or removed before the last entry."""
    before, expected = b"", 1
    events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number))
    for event in events:
        if event.number != expected or event.digest != chain(keyring, event, before):
            return False
        before, expected = event.digest, expected + 1
    return expected > 1
