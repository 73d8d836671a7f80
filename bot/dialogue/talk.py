# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gathers what one turn comes to while the flows work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.dialogue.step import Effect, JoinCase, Knowledge, KnownCase, OpenCase, Option, Person, Say, State, Step, Turn
from locales import translate

Block = tuple[str, Mapping[str, Any]]
MOST_SAYS = 3
"""Outgoing messages to one incoming, at most."""


def words(key: str, **facts: Any) -> Block:
    """A message of the catalogue."""
    return key, facts


def plain(text: str) -> Block:
    """Words as they stand."""
    return "", {"text": text}


class Talk:
    """One turn being worked: what was heard and known, and what is to be said, done and remembered so far."""

    def __init__(self, state: State, turn: Turn, person: Person, knowledge: Knowledge, language: str) -> None:
        self.state = state
        self.turn = turn
        self.person = person
        self.knowledge = knowledge
        self.language = language
        self.says: list[Say] = []
        self.effects: list[Effect] = []
        self.guarded = False
        """Whether this turn is about something sensitive: then nothing chatty is added."""
        self.welcome_waits = False
        """Whether a welcome makes no sense yet, as long as we do not know the language."""

    def say(
        self,
        *blocks: str | Block,
        options: tuple[Option, ...] = (),
        lane: Literal["safety", "reply"] = "reply",
        language: str | None = None,
        answer: str | None = None,
        despite_stop: bool = False,
    ) -> None:
        """Add one outgoing message; a bare string is a key without facts."""
        worded = tuple((block, {}) if isinstance(block, str) else block for block in blocks)
        self.says.append(Say(worded, language or self.language, options, lane, answer, despite_stop))

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def remember(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def since(self, moment: str | None) -> timedelta | None:
        """How long ago a remembered moment was, or None where there is none."""
        return None if moment is None else self.turn.now - datetime.fromisoformat(moment)

    def case(self, ref: str | None) -> KnownCase | None:
        """The person's own case of this reference, if it is among those known."""
        return next((case for case in self.person.cases if case.ref == ref), None)

    @property
    def cased(self) -> bool:
        """Whether this message already lies on a case."""
        return any(isinstance(effect, OpenCase | JoinCase) for effect in self.effects)

    def step(self) -> Step:
        """The whole turn. Choices stand under one message only, so that each number means one thing."""
        says = _one_list(self.says[:MOST_SAYS])
        if says:
            self.remember(rest="", rest_language="", spoke_at=self.turn.now.isoformat())
            offering = next((say for say in says if say.options), says[-1])
            if offering.options or not self.state.form:  # an open question can still be answered by its number
                self.remember(
                    offered=tuple(option.payload for option in offering.options),
                    titles=tuple(
                        option.title or translate(offering.language, option.key) for option in offering.options
                    ),
                )
        return Step(tuple(says), tuple(self.effects), self.state)


def _one_list(says: list[Say]) -> list[Say]:
    offering = [number for number, say in enumerate(says) if say.options]
    if len(offering) < 2:
        return says
    options = tuple(option for say in says for option in say.options)
    return [replace(say, options=options if number == offering[-1] else ()) for number, say in enumerate(says)]
