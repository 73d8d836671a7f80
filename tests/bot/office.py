# SPDX-License-Identifier: AGPL-3.0-or-later
"""An office without a web: contacts, officers and cases over a store, for tests of the verbs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers
from bot.bell import Bell
from bot.cases import Cases, Filing
from bot.clocks import Clocks
from bot.intake import address_key
from bot.keyring import Keyring
from bot.outbox import Outgo
from bot.refs import new_ref
from bot.store.base import new_id
from bot.store.cases import Case, Notice
from bot.store.engine import Store
from bot.store.messages import Message
from bot.store.officers import Officer
from bot.store.people import Contact
from channels.base import Loaded
from routing.decision import Category, Compartment, Priority
from tests.conftest import Clock
from tests.fakes.scripted import Scripted


class Office:
    def __init__(self, store: Store, ring: Keyring, clock: Clock) -> None:
        self.store, self.ring, self.clock = store, ring, clock
        self.channel = Scripted()
        bell = Bell(store)
        self.outgo = Outgo(Loaded({"sms": self.channel}), ring, bell)
        self.cases = Cases(ring, self.outgo, bell, Clocks(), clock)

    def officer(
        self,
        session: Session,
        name: str,
        *roles: str,
        compartments: Sequence[str] = (),
        places: Sequence[str] = (),
        topics: Sequence[str] = (),
    ) -> Officer:
        return officers.add(
            session,
            self.clock(),
            f"{name}@example.net",
            roles or ("officer",),
            compartments,
            places=places,
            topics=topics,
        )

    def contact(self, session: Session, address: str = "+218910000001") -> Contact:
        key = address_key(self.ring, "sms", address)
        found = session.scalar(select(Contact).where(Contact.address_key == key))
        if found is not None:
            return found
        row = new_id()
        contact = Contact(
            id=row,
            channel="sms",
            address_key=key,
            address=self.ring.seal("contact.address", row, address),
            created_at=self.clock(),
            last_inbound_at=self.clock(),
            language="en",
        )
        session.add(contact)
        session.flush()
        return contact

    def message(self, session: Session, contact: Contact, words: str = "words") -> Message:
        row = new_id()
        message = Message(
            id=row,
            contact_id=contact.id,
            inbound=True,
            author="person",
            kind="text",
            body=self.ring.seal("message.body", row, words),
            at=self.clock(),
        )
        session.add(message)
        session.flush()
        return message

    def case(
        self,
        session: Session,
        category: Category = "complaint",
        priority: Priority = "P2",
        compartment: Compartment | None = None,
        topic: str | None = None,
        address: str = "+218910000001",
    ) -> Case:
        contact = self.contact(session, address)
        filing = Filing(category, priority, compartment, topic)
        message = self.message(session, contact)
        return self.cases.open_case(session, contact, new_ref(), filing, "en", message)

    def notices(self, session: Session, officer: Officer) -> list[str]:
        rows = session.scalars(select(Notice).where(Notice.officer_id == officer.id).order_by(Notice.at))
        return [row.kind for row in rows]
