# SPDX-License-Identifier: AGPL-3.0-or-later
"""A content team over a store, for tests of its verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from bot.bell import Bell
from bot.content import keeping, publishing, translating, writing
from bot.content.hand import Actor, Hand
from bot.content.published import Published
from bot.content.words import Words
from bot.dialogue.step import Knowledge
from bot.settings import Settings
from bot.store.engine import Store
from tests.conftest import Clock

AUTHOR, PUBLISHER = Actor("author"), Actor("publisher")
TRANSLATOR, REVIEWER = Actor("translator"), Actor("reviewer")
PHONE = "phone_desk"
QUESTIONS = ("where is it", "when is it open", "who can come", "is it free")
QUESTIONS_FR = ("c'est où", "quelles heures", "qui peut venir", "est-ce gratuit")


def words(text: str, title: str = "Desk") -> Words:
    """English words with one fact."""
    return Words(title, QUESTIONS, f"{text}. Call {{{PHONE}}}.", f"More on {text}.")


def mots(text: str, title: str = "Guichet") -> Words:
    """French words with the same fact."""
    return Words(title, QUESTIONS_FR, f"{text}. Appelez {{{PHONE}}}.", f"Plus sur {text}.")


class Desk:
    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.bell = Bell(store)
        self.published = Published(store, self.bell, Settings(), clock)

    @contextmanager
    def as_(self, who: Actor) -> Iterator[Hand]:
        with self.store.write() as session:
            yield Hand.take(session, who, self.clock(), self.bell)

    def knowledge(self) -> Knowledge:
        return self.published.known().knowledge

    def fact(self, value: Any, name: str = PHONE, expires_on: date = date(2027, 6, 1), who: Actor = PUBLISHER) -> None:
        with self.as_(who) as hand:
            keeping.set_fact(
                hand, name, value, verified_by="A. Person", verified_on=date(2026, 11, 1), expires_on=expires_on
            )

    def entry(self, text: str = "Open to all", slug: str = "desk", publish: bool = True, **more: Any) -> None:
        """An entry, published with the fact it shows."""
        self.fact("+218 00 000 0001")
        with self.as_(AUTHOR) as hand:
            writing.create(hand, slug, "service", "mrc", words(text), **more)
            writing.submit(hand, slug)
        if publish:
            with self.as_(PUBLISHER) as hand:
                publishing.publish(hand, slug)

    def french(self, text: str = "Ouvert à tous", slug: str = "desk") -> None:
        """An approved French translation."""
        with self.as_(TRANSLATOR) as hand:
            translating.translate(hand, slug, "fr", mots(text))
            translating.submit_translation(hand, slug, "fr")
        with self.as_(REVIEWER) as hand:
            translating.approve(hand, slug, "fr")
