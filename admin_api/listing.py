# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of cases: filters, an order that does not move under the reader, and counts, all under one predicate."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from bot.access import access_cases, count_cases, visible
from bot.errors import Invalid
from bot.officers import by_email
from bot.refs import read_ref
from bot.store.cases import Case, Notice
from bot.store.officers import Officer

GOING = ("open", "waiting")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for "not due" where cases are put in the order of their urgency."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None narrows nothing. `assignee` is `me`, `none`, an e-mail address or an id.

    `urgent` puts what is graver and due sooner first; without it the newest case is first.
    """

    status: Sequence[str] = ()
    category: str | None = None
    topic: str | None = None
    priority: str | None = None
    compartment: str | None = None
    language: str | None = None
    place: str | None = None
    assignee: str | None = None
    overdue: bool | None = None
    q: str | None = None
    urgent: bool = False


def overdue(now: datetime) -> ColumnElement[bool]:
    """An answer is overdue, or the time to close has run out while the case does not wait for the person."""
    late = and_(Case.close_due_at.is_not(None), Case.close_due_at < now)
    return and_(Case.status == "open", or_(and_(Case.answer_due_at.is_not(None), Case.answer_due_at < now), late))


def is_overdue(row: Case, now: datetime) -> bool:
    """The same for one case."""
    return row.status == "open" and any(due is not None and due < now for due in (row.answer_due_at, row.close_due_at))


def page(
    session: Session, officer: Officer, wanted: Wanted, now: datetime, limit: int, cursor: str | None
) -> tuple[list[Case], str | None]:
    """At most `limit` cases and the cursor of the next page. Raises Invalid for a cursor that is not ours."""
    query = access_cases(officer).where(*_conditions(session, officer, wanted, now))
    order = _urgent_order() if wanted.urgent else _newest_order()
    if cursor:
        query = query.where(_after(order, _read_cursor(cursor, len(order))))
    found = list(session.scalars(_sorted(query, order).limit(limit + 1)))
    if len(found) <= limit:
        return found, None
    return found[:limit], _write_cursor(found[limit - 1], wanted.urgent)


def counts(session: Session, officer: Officer, now: datetime) -> dict[str, Any]:
    """How many cases there are by status, and of those not closed by priority, queue and category.

    Those not closed are few and are read once; the closed ones are counted by an index.
    """
    late, mine = case((overdue(now), 1), else_=0), case((Case.assignee_id == officer.id, 1), else_=0)
    columns = (Case.status, Case.priority, Case.queue, Case.category)
    rows = session.execute(
        select(*columns, func.count(), func.sum(late), func.sum(mine))
        .where(visible(officer), Case.status.in_(GOING))
        .group_by(*columns)
    ).all()
    tallies: list[Counter[str]] = [Counter() for _ in columns]
    for row in rows:
        for tally, value in zip(tallies, row[:4], strict=True):
            tally[value] += row[4]
    closed = count_cases(session, officer, Case.status == "closed")
    return {
        "status": {**tallies[0], **({"closed": closed} if closed else {})},
        "priority": tallies[1],
        "queue": tallies[2],
        "category": tallies[3],
        "overdue": sum(row[5] for row in rows),
        "mine": sum(row[6] for row in rows),
        "notices": session.scalar(
            select(func.count()).select_from(own_notices(officer).where(Notice.seen_at.is_(None)).subquery())
        )
        or 0,
    }


def own_notices(officer: Officer) -> Select[Notice, str]:
    """An officer's notices with the reference of their case; one about a case that they may not see is not there."""
    return (
        select(Notice, Case.ref)
        .outerjoin(Case, and_(Case.id == Notice.case_id, visible(officer)))
        .where(Notice.officer_id == officer.id, or_(Notice.case_id.is_(None), Case.id.is_not(None)))
    )


def _conditions(session: Session, officer: Officer, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        found.append(Case.status.in_(wanted.status))
    for name in ("category", "topic", "priority", "compartment", "language"):
        value = getattr(wanted, name)
        if value is not None:
            column = getattr(Case, name)
            found.append(column.is_(None) if value == "none" else column == value)
    if wanted.place is not None:
        within = Case.place_pcode.startswith(wanted.place.upper(), autoescape=True)
        found.append(or_(within, func.lower(Case.place_name) == wanted.place.lower()))
    if wanted.overdue is not None:
        found.append(overdue(now) if wanted.overdue else ~overdue(now))
    if wanted.assignee is not None:
        found.append(_assigned(session, officer, wanted.assignee))
    if wanted.q is not None:
        ref = read_ref(wanted.q)
        found.append(Case.ref == ref if ref else false())
    return found


def _assigned(session: Session, officer: Officer, assignee: str) -> ColumnElement[bool]:
    if assignee == "none":
        return Case.assignee_id.is_(None)
    if assignee == "me":
        return Case.assignee_id == officer.id
    if assignee == "me_or_none":
        return or_(Case.assignee_id == officer.id, Case.assignee_id.is_(None))
    try:
        return Case.assignee_id == UUID(assignee)
    except ValueError:
        named = by_email(session, assignee)
        return Case.assignee_id == named.id if named else false()


# An order is columns that are never NULL, each with whether it falls; the last one is unique.
Order = Sequence[tuple[Any, bool]]


def _newest_order() -> Order:
    return ((Case.opened_at, True), (Case.id, True))


def _urgent_order() -> Order:
    return ((Case.priority, False), (func.coalesce(Case.answer_due_at, NEVER), False), (Case.id, False))


def _sorted(query: Select[Case], order: Order) -> Select[Case]:
    return query.order_by(*(column.desc() if falls else column.asc() for column, falls in order))


def _after(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after `values` in this order."""
    steps: list[ColumnElement[bool]] = []
    for number, (column, falls) in enumerate(order):
        same = [earlier == value for (earlier, _), value in zip(order[:number], values, strict=False)]
        beyond = column < values[number] if falls else column > values[number]
        steps.append(and_(*same, beyond))
    return or_(*steps)


def _write_cursor(last: Case, urgent: bool) -> str:
    values = [last.priority, _stamp(last.answer_due_at or NEVER)] if urgent else [_stamp(last.opened_at)]
    raw = json.dumps([*values, str(last.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError
        *head, last = values
        read = [datetime.fromisoformat(value) if "T" in value else str(value) for value in head]
        if any(isinstance(value, datetime) and value.tzinfo is None for value in read):
            raise ValueError
        return [*read, UUID(last)]
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeError):
        raise Invalid("The cursor is not one of this list.", "cursor") from None


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
