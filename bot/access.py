# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may see what: one predicate, used by list, detail, search, counts, export, notices and every verb.

What an officer may not see answers as if it were not there, and changes no count.
"""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.store.cases import Case
from bot.store.officers import Officer

Role = Literal["officer", "focal_point", "manager", "analyst", "content", "administrator"]
ROLES: tuple[str, ...] = get_args(Role)
COMPARTMENTS = ("pseah", "protection", "integrity")
CASEWORK = frozenset({"officer", "focal_point", "manager"})
"""Roles that work on cases. The others see none: an administrator runs the service and reads no report."""


def visible(officer: Officer) -> ColumnElement[bool]:
    """The cases that this officer may see, as a condition on `Case`."""
    if not officer.active or not CASEWORK & set(officer.roles):
        return false()
    open_ones = and_(Case.compartment.is_(None), *_own_field(officer))
    if not officer.compartments:
        return open_ones
    return or_(Case.compartment.in_(officer.compartments), open_ones)


def access_cases(officer: Officer) -> Select[Case]:
    """A query over the cases that this officer may see."""
    return select(Case).where(visible(officer))


def access_case(session: Session, officer: Officer, ref: str, *, lock: bool = False) -> Case:
    """The only way to one case. Raises NotFound, also where there is one that is not theirs."""
    query = access_cases(officer).where(Case.ref == ref)
    case = session.scalar(query.with_for_update(of=Case) if lock else query)
    if case is None:
        raise NotFound("There is no such case.")
    return case


def count_cases(session: Session, officer: Officer, *conditions: ColumnElement[bool]) -> int:
    """How many of the cases that this officer may see fulfil the conditions."""
    return session.scalar(select(func.count()).select_from(Case).where(visible(officer), *conditions)) or 0


def may_see(session: Session, officer: Officer, case: Case) -> bool:
    """Whether this officer could open this case."""
    return session.scalar(select(Case.id).where(Case.id == case.id, visible(officer))) is not None


def _own_field(officer: Officer) -> list[ColumnElement[bool]]:
    """Places and topics narrow what an officer sees; a case without a place or topic is everybody's."""
    conditions: list[ColumnElement[bool]] = []
    if officer.places:
        within = [Case.place_pcode.startswith(pcode, autoescape=True) for pcode in officer.places]
        conditions.append(or_(Case.place_pcode.is_(None), *within))
    if officer.topics:
        conditions.append(or_(Case.topic.is_(None), Case.topic.in_(officer.topics)))
    return conditions
