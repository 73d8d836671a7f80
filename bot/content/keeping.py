# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verbs over facts and service points. A changed fact takes the approval of every text that shows it, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bot.content.facts import FactError, kind_of, normalised
from bot.content.hand import SEED, Hand
from bot.content.snapshot import ZONE
from bot.errors import Invalid, NotFound, Stale
from bot.store.base import new_id
from bot.store.content import Entry, Revision, ServicePoint, StoredFact, Translation

LONGEST = timedelta(days=366)
"""How long a fact may go without being verified again."""


def set_fact(
    hand: Hand,
    name: str,
    value: Any,
    *,
    verified_by: str = "",
    verified_on: date | None = None,
    expires_on: date | None = None,
    example: bool = False,
    version: int | None = None,
) -> StoredFact:
    """Set a fact's value, and who verified it and until when it holds. Without these it is not served.

    Where the value differs, every approved text that shows the fact is stale in the same commit. Raises Invalid.
    """
    hand.actor.need("publisher")
    try:
        kind_of(name)
        clean = normalised(name, value)
    except FactError as error:
        raise Invalid(str(error), "fact") from error
    _until(hand, verified_by, verified_on, expires_on)
    row = fact_of(hand, name, version)
    fresh = row is None
    if row is None:
        row = StoredFact(id=new_id(), name=name, value=None, changed_by=hand.actor.id, changed_at=hand.now, version=0)
        hand.session.add(row)
    before = _dump(row)
    changed = fresh or row.value != clean
    row.value, row.verified_by, row.verified_on, row.expires_on = clean, verified_by.strip(), verified_on, expires_on
    row.example, row.reminded_on, row.version = example, None, row.version + 1
    touched: list[str] = []
    if changed:
        row.changed_by, row.changed_at = hand.actor.id, hand.now
        touched = _unsettle(hand, name)
    hand.record("set_fact", subject=name, before={} if fresh else before, after=_dump(row), stale=touched)
    return row


def verify_fact(
    hand: Hand, name: str, *, verified_by: str, verified_on: date, expires_on: date | None, version: int | None = None
) -> StoredFact:
    """Say that the value as it stands was verified, by whom, when, and until when it holds. Texts stay as they are."""
    hand.actor.need("publisher")
    row = fact_of(hand, name, version)
    if row is None:
        raise NotFound("There is no such fact.")
    _until(hand, verified_by, verified_on, expires_on)
    if not verified_by.strip():
        raise Invalid("Say who verified it.", "verified_by")
    before = _dump(row)
    row.verified_by, row.verified_on, row.expires_on = verified_by.strip(), verified_on, expires_on
    row.reminded_on, row.version = None, row.version + 1
    hand.record("verify_fact", subject=name, before=before, after=_dump(row))
    return row


def set_point(
    hand: Hand,
    names: Mapping[str, str],
    pcode: str,
    latitude: float,
    longitude: float,
    *,
    topics: Sequence[str] = (),
    facts: Sequence[str] = (),
    active: bool = True,
    example: bool = False,
    point_id: UUID | None = None,
) -> ServicePoint:
    """Make a service point or change one. The facts that it names belong to it. Raises Invalid, NotFound."""
    hand.actor.need("publisher")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid("Latitude and longitude are degrees.", "coordinates")
    try:
        clean = normalised("place_point", {"pcode": pcode, "names": dict(names)})
    except FactError as error:
        raise Invalid(str(error), "place") from error
    known = set(hand.session.scalars(select(StoredFact.name)))
    if unknown := set(facts) - known:
        raise Invalid(f"There is no fact {', '.join(sorted(unknown))}.", "facts")
    row = hand.session.get(ServicePoint, point_id) if point_id else None
    if point_id and row is None:
        raise NotFound("There is no such service point.")
    if row is None:
        row = ServicePoint(id=new_id(), names={}, pcode="", latitude=0.0, longitude=0.0, version=0)
        hand.session.add(row)
    row.names, row.pcode, row.latitude, row.longitude = clean["names"], clean["pcode"], latitude, longitude
    row.topics, row.facts, row.active, row.example = list(topics), list(facts), active, example
    row.version += 1
    hand.session.flush()
    for fact in hand.session.scalars(select(StoredFact)):
        if fact.name in facts:
            fact.point_id = row.id
        elif fact.point_id == row.id:
            fact.point_id = None
    hand.record(
        "set_point",
        subject=next(iter(clean["names"].values()))[:80],
        pcode=pcode,
        active=active,
        latitude=latitude,
        longitude=longitude,
        topics=list(topics),
        facts=list(facts),
    )
    return row


def fact_of(hand: Hand, name: str, version: int | None = None) -> StoredFact | None:
    """A fact's row. Raises Stale where it is not at the version that was read."""
    row = hand.session.scalar(
        select(StoredFact).where(StoredFact.name == name).execution_options(populate_existing=True)
    )
    if row is not None and version is not None and row.version != version:
        raise Stale
    return row


def _until(hand: Hand, verified_by: str, verified_on: date | None, expires_on: date | None) -> None:
    today = hand.now.astimezone(ZONE).date()
    if verified_on is not None and verified_on > today:
        raise Invalid("It cannot have been verified after today.", "verified_on")
    if verified_by and hand.actor.id != SEED and expires_on is None:
        raise Invalid("Say until when it holds, at most a year.", "expires_on")
    if expires_on is not None and hand.actor.id != SEED and expires_on > today + LONGEST:
        raise Invalid("A fact is verified again at least once a year.", "expires_on")


def _unsettle(hand: Hand, name: str) -> list[str]:
    """Make every approved translation of every revision that shows the fact stale. Returns what was touched."""
    using = {row.id for row in hand.session.scalars(select(Revision)) if name in row.facts}
    slugs = {entry.id: entry for entry in hand.session.scalars(select(Entry))}
    touched = []
    for row in hand.session.scalars(select(Translation).where(Translation.state == "approved")):
        if row.revision_id in using:
            row.state, row.because = "stale", "fact"
            slugs[row.entry_id].version += 1
            touched.append(f"{slugs[row.entry_id].slug} {row.language}")
    return sorted(set(touched))


def _dump(row: StoredFact) -> dict[str, Any]:
    return {
        "value": row.value,
        "verified_by": row.verified_by,
        "example": bool(row.example),
        "verified_on": row.verified_on.isoformat() if row.verified_on else None,
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
    }
