# SPDX-License-Identifier: AGPL-3.0-or-later
"""An officer at work: the one way from a request to a signed-in officer and the request's one transaction.

`read` serves what needs no record, `view` what shows a person's words (reading a restricted case is written down, in
the same transaction and before it is shown), `write` what changes something.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session
from starlette.requests import Request

from admin_api.policy import policy_of
from admin_api.problems import SignInFirst, TooMany
from admin_api.signin import Credential, WrongKeys, check_origin, credential
from bot import officers
from bot.access import access_case
from bot.errors import NotAllowed, Refusal
from bot.store.cases import Case
from bot.store.officers import Officer

if TYPE_CHECKING:
    from bot.service import Service


@dataclass(frozen=True, slots=True)
class Desk:
    """The officer, the transaction and the parts of the service that the request works with."""

    service: Service
    session: Session
    officer: Officer
    now: datetime

    def case(self, ref: str, *, change: bool = False) -> Case:
        """A case by its reference, recorded as read where it is restricted. Raises NotFound.

        With `change` the row is locked and nothing is recorded: the verb writes its own entry.
        """
        case = access_case(self.session, self.officer, ref, lock=change)
        if case.compartment is not None and not change:
            case = access_case(self.session, self.officer, ref, lock=True)
            self.service.cases.read(self.session, self.officer, case)
        return case


def service_of(request: Request) -> Service:
    """The service that this application serves."""
    found: Service = request.app.state.service
    return found


@contextmanager
def read(request: Request, *, awake: bool = True) -> Iterator[Desk]:
    """Work that changes nothing and shows no person's words. `awake` false lets the session go on dozing off."""
    service = service_of(request)
    with service.store.read() as session:
        desk = _seated(request, service, session)
        yield desk
    if awake:
        _touch(request, service, desk.now)


@contextmanager
def write(request: Request) -> Iterator[Desk]:
    """Work that changes something. It commits when the block ends well, and only then may an answer be given."""
    service = service_of(request)
    held = credential(request)
    if held is not None and held.kind == "session":
        check_origin(request)
    with service.store.write() as session:
        desk = _seated(request, service, session)
        if held is not None:
            officers.touch(session, held.kind, held.secret, desk.now)
        yield desk


@contextmanager
def view(request: Request) -> Iterator[Desk]:
    """Work that shows a person's words: able to record it where the officer may see restricted cases."""
    service = service_of(request)
    with service.store.read() as session:
        desk = _seated(request, service, session)
        if not desk.officer.compartments:
            yield desk
    if not desk.officer.compartments:
        _touch(request, service, desk.now)
        return
    with service.store.write() as session:
        yield _seated(request, service, session)
    _touch(request, service, desk.now)


def _seated(request: Request, service: Service, session: Session) -> Desk:
    now = service.clock()
    held = credential(request)
    officer = officers.holder(session, held.kind, held.secret, now) if held else None
    if officer is None:
        raise wrong_key(request, now)
    policy = policy_of(request.scope.get("endpoint"))
    if policy is None:
        raise NotAllowed
    policy.admit(officer)
    return Desk(service, session, officer, now)


def wrong_key(request: Request, now: datetime) -> Refusal:
    """What a wrong key is answered with."""
    wrong: WrongKeys = request.app.state.wrong_keys
    return TooMany() if wrong.too_many(request, now) else SignInFirst()


def _touch(request: Request, service: Service, now: datetime) -> None:
    """Keep a session awake that only looks; once a minute is enough."""
    held: Credential | None = credential(request)
    if held is None:
        return
    with service.store.read() as session:
        due = officers.rests(session, held.kind, held.secret, now)
    if due:
        with service.store.write() as session:
            officers.touch(session, held.kind, held.secret, now)
