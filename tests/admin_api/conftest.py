# SPDX-License-Identifier: AGPL-3.0-or-later
"""An office with officers of every kind, and cases that were opened by the verbs, without any dialogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from admin_api import create_app
from bot import officers
from bot.bell import Bell
from bot.cases import Cases, Filing
from bot.clocks import Clocks
from bot.intake import address_key
from bot.keyring import Keyring
from bot.outbox import Outgo
from bot.refs import new_ref
from bot.settings import Settings
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.messages import Message
from bot.store.models import metadata
from bot.store.officers import Officer
from bot.store.people import Contact
from channels.base import Loaded
from routing.decision import Decision, Guess, Heard, Place, Reason
from tests.admin_api.checked import Checked
from tests.conftest import Clock
from tests.fakes.scripted import Scripted

CANARY = "قال لي كناري السري zzcanaryzz"
"""What a person wrote: it may stand in a thread and nowhere else."""


class ScriptedRouter:
    """Routes everything to one decision, whose reasons quote the text as the real one's do."""

    def route(self, heard: Heard, _cards: object = ()) -> Decision:
        return Decision(
            "escalate",
            "complaint",
            Guess("ar", 0.9, "Arab"),
            False,
            "P2",
            0.8,
            topic="cash",
            place=Place("Sabha", "LY030901", ("سبها",)),
            reasons=(Reason("lexicon", "late", (heard.text,), 0.4),),
        )


class Office:
    """The service's parts that officers meet, on a real database."""

    def __init__(self, store: Store, ring: Keyring, clock: Clock, public_url: str = "http://testserver") -> None:
        self.store, self.ring, self.clock = store, ring, clock
        self.channel = Scripted()
        loaded = Loaded({self.channel.name: self.channel})
        self.bell = Bell(store)
        self.outgo = Outgo(loaded, ring, self.bell)
        clocks = Clocks()
        self.cases = Cases(ring, self.outgo, self.bell, clocks, clock)
        self.service: Any = SimpleNamespace(
            settings=Settings(public_url=public_url),
            store=store,
            keyring=ring,
            channels=loaded,
            bell=self.bell,
            clocks=clocks,
            outgo=self.outgo,
            cases=self.cases,
            clock=clock,
            turns=SimpleNamespace(router=ScriptedRouter()),
            published=SimpleNamespace(known=lambda: SimpleNamespace(cards=())),
        )
        self.app = create_app(self.service)
        self._count = 0

    def officer(self, email: str, role: str, *compartments: str, **more: Any) -> Officer:
        with self.store.write() as session:
            return officers.add(session, self.clock(), email, [role], compartments, **more)

    def key(self, email: str, kind: officers.Kind = "token") -> str:
        with self.store.write() as session:
            found = officers.by_email(session, email)
            assert found is not None
            return officers.issue(session, found, kind, self.clock())

    def client(self, email: str | None = None) -> Checked:
        """A client with the officer's API token, or without any key."""
        client = Checked(self.app, raise_server_exceptions=False, follow_redirects=False)
        if email:
            client.headers["authorization"] = f"Bearer {self.key(email)}"
        return client

    def contact(self, name: str = "Amina") -> Contact:
        self._count += 1
        row, address = new_id(), f"+2189100000{self._count:02}"
        contact = Contact(
            id=row,
            channel=self.channel.name,
            address_key=address_key(self.ring, self.channel.name, address),
            address=self.ring.seal("contact.address", row, address),
            name=self.ring.seal("contact.name", row, name),
            language="ar",
            created_at=self.clock(),
            last_inbound_at=self.clock(),
        )
        with self.store.write() as session:
            session.add(contact)
        return contact

    def message(self, session: Any, contact: Contact, text: str) -> Message:
        row = new_id()
        message = Message(
            id=row,
            contact_id=contact.id,
            inbound=True,
            author="person",
            kind="text",
            language="ar",
            body=self.ring.seal("message.body", row, text),
            at=self.clock(),
        )
        session.add(message)
        session.flush()
        return message

    def case(self, category: str = "complaint", text: str = CANARY, **filing: Any) -> str:
        """Open a case by a message, as the dialogue would. Returns its reference."""
        contact = self.contact()
        usual: dict[str, Any] = {"priority": "P2", "topic": "cash"}
        with self.store.write() as session:
            message = self.message(session, contact, text)
            ref = new_ref()
            chosen = Filing(category=category, **{**usual, **filing})  # type: ignore[arg-type]
            self.cases.open_case(session, contact, ref, chosen, "ar", message)
        self.clock.forward(seconds=1)
        return ref


STAFF = {
    "officer@example.org": ("officer",),
    "second@example.org": ("officer",),
    "focal@example.org": ("focal_point", "pseah"),
    "guard@example.org": ("focal_point", "protection", "integrity"),
    "manager@example.org": ("manager",),
    "analyst@example.org": ("analyst",),
    "content@example.org": ("content",),
    "admin@example.org": ("administrator",),
    "odd@example.org": ("administrator", "pseah"),
}
"""Officers by address: a role and compartments. The odd one has a compartment and no casework: it must see nothing."""


def staffed(store: Store, ring: Keyring, clock: Clock, **more: str) -> Office:
    found = Office(store, ring, clock, **more)
    for email, (role, *compartments) in STAFF.items():
        found.officer(email, role, *compartments)
    return found


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/office.db")
    metadata.create_all(store.engine.execution_options(sawt_write=True))
    yield store
    store.close()


@pytest.fixture
def office(sqlite_store: Store, ring: Keyring, clock: Clock) -> Office:
    """On SQLite."""
    return staffed(sqlite_store, ring, clock)


@pytest.fixture
def both(store: Store, ring: Keyring, clock: Clock) -> Office:
    """On SQLite and on PostgreSQL."""
    return staffed(store, ring, clock)
