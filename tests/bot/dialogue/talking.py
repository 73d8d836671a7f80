# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person who talks to the dialogue without a database: effects are played back into what is known of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bot.dialogue import advance, choices
from bot.dialogue.step import (
    JoinCase,
    KnownCase,
    Note,
    OpenCase,
    Person,
    Refile,
    Resume,
    Served,
    SetLanguage,
    Silence,
    State,
    Step,
    Turn,
)
from bot.refs import new_ref
from bot.wording import worded
from locales import languages
from locales.check import FIRST_LINE, revealing
from routing.decision import Decision, Guess, Place

LANGUAGES = ("ar", "en", "fr", "ha", "bn", "ti", "so", "am", "ur")
SABHA = Place("Sebha", "LY031901")
TRIPOLI = Place("Tripoli", "LY021104")
_HOURS = {"P0": 1, "P1": 24, "P2": 72, "P3": 72, "P4": 168}


class Shelf:
    """What is published: two entries in some languages, one line."""

    def __init__(self, served: tuple[str, ...] = LANGUAGES, *, example: bool = False, stale: bool = False) -> None:
        self.served = served
        self.example = example
        self.stale = stale

    def entry(self, slug: str, language: str, place: str | None = None) -> Served | None:
        if language not in self.served or slug == "gone":
            return None
        where = f" {place}" if place else ""
        return Served(slug, slug, f"[{slug} {language}{where}]", language, "health", self.stale, self.example)

    def languages(self, slug: str) -> tuple[str, ...]:
        return () if slug == "gone" else self.served

    def title(self, slug: str, language: str) -> str | None:
        return f"{slug} ({language})" if language in self.served else None

    def menu(self, language: str) -> tuple[str, ...]:
        return ("doctor", "vhr", "cash") if language in self.served else ()

    def line(self, name: str, language: str) -> str | None:
        return f"<{name} {language}>" if name in {"emergency", "rescue", "medical", "talk", "protection"} else None


def guess(code: str = "en", probability: float = 0.95, *likeliest: str) -> Guess:
    return Guess(code, probability, "Latn", tuple((one, 0.4) for one in likeliest) or ((code, probability),))


def decided(action: str = "menu", category: str = "other", language: str | Guess = "en", **more: Any) -> Decision:
    sensitive = category in {"emergency", "pseah", "protection", "misconduct"}
    compartment = {"pseah": "pseah", "protection": "protection", "misconduct": "integrity"}.get(category)
    priority = {"emergency": "P0", "complaint": "P2", "assistance_request": "P3", "information_request": "P3"}
    settings = {
        "priority": "P1" if compartment else priority.get(category, "P4"),
        "confidence": 0.9,
        "compartment": compartment,
        "language": language if isinstance(language, Guess) else guess(language),
        "sensitive": sensitive,
    }
    return Decision(action=action, category=category, **{**settings, **more})  # type: ignore[arg-type]


def asks(slug: str = "doctor", language: str = "en", **more: Any) -> Decision:
    return decided("answer", "information_request", language, answer=slug, topic="health", **more)


def tells(category: str, language: str = "en", **more: Any) -> Decision:
    return decided("escalate", category, language, **more)


def command(name: str, language: str = "unsure") -> Decision:
    return decided("command", language=language, command=name)


class Chat:
    """One person and one conversation. `hear` plays a turn and holds every step to the promises of the dialogue."""

    def __init__(self, shelf: Shelf | None = None, *, channel: str = "telegram", awake: bool = True) -> None:
        self.shelf = shelf or Shelf()
        self.channel = channel
        self.awake = awake
        self.state = State()
        self.person = Person(first=True, language=None, chosen=False, accepts=(), stopped=False)
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def hear(
        self,
        text: str,
        alone: Decision | None = None,
        together: Decision | None = None,
        *,
        after: timedelta = timedelta(minutes=10),
        **more: Any,
    ) -> Step:
        self.now += after
        alone = alone or decided()
        turn = Turn(
            **{
                "kind": "text",
                "text": text,
                "payload": "",
                "decision": together or alone,
                "alone": alone,
                "channel": self.channel,
                "now": self.now,
                "ref": new_ref(),
                "officers_awake": self.awake,
                "due": {code: self.now + timedelta(hours=hours) for code, hours in _HOURS.items()},
                **more,
            }
        )
        step = advance(self.state, turn, self.person, self.shelf)
        assert step == advance(self.state, turn, self.person, self.shelf), "the same input gives the same step"
        self._hold(step, turn)
        self.state = State.load(json.loads(json.dumps(step.state.dump())))
        self._play(step, turn)
        return step

    def tap(self, payload: str, **more: Any) -> Step:
        return self.hear("", decided(language="unsure"), kind="button", payload=payload, **more)

    def said(self, step: Step) -> list[str]:
        return [worded(say).text for say in step.say]

    def keys(self, step: Step) -> list[str]:
        return [key for say in step.say for key, _ in say.blocks if key]

    def officer_wrote(self) -> None:
        first, *others = self.person.cases
        self.now += timedelta(minutes=1)
        asked = replace(first, status="waiting", waiting_since=self.now)
        self.person = replace(self.person, cases=(asked, *others))

    def _hold(self, step: Step, turn: Turn) -> None:
        assert len(step.say) <= 3
        assert all(len(option.payload.encode()) <= 64 for say in step.say for option in say.options)
        assert sum(bool(say.options) for say in step.say) <= 1, "a number must mean one thing"
        assert sum(isinstance(effect, OpenCase | JoinCase) for effect in step.effects) <= 1
        own = {case.id for case in self.person.cases}
        assert all(effect.case_id in own for effect in step.effects if isinstance(effect, JoinCase | Refile | Note))
        assert len(step.state.thought) <= 10
        assert sum(len(text) for _, text in step.state.thought) <= 2_000
        for say in step.say:
            assert say.language in languages()
            text = worded(say).text
            assert text.strip()
            heard = turn.alone.sensitive and not choices.plain(self.state, turn)
            if heard or say.lane == "safety":
                assert not revealing(say.language, text[:FIRST_LINE])

    def _play(self, step: Step, turn: Turn) -> None:
        for effect in step.effects:
            match effect:
                case OpenCase(category=category, compartment=compartment):
                    case = KnownCase(uuid4(), turn.ref, "open", category, compartment is not None, self.now, None)
                    self.person = replace(self.person, cases=(case, *self.person.cases)[:5])
                case JoinCase(case_id):
                    cases = (replace(c, status="open") if c.id == case_id else c for c in self.person.cases)
                    self.person = replace(self.person, cases=tuple(cases))
                case SetLanguage(code, chosen):
                    self.person = replace(
                        self.person,
                        language=code,
                        chosen=chosen or self.person.chosen,
                        accepts=tuple(dict.fromkeys((code, *self.person.accepts))),
                    )
                case Silence():
                    self.person = replace(self.person, stopped=True)
                case Resume():
                    self.person = replace(self.person, stopped=False)
                case _:
                    pass
        self.person = replace(self.person, first=False)


def effects(step: Step, kind: type) -> list[Any]:
    return [effect for effect in step.effects if isinstance(effect, kind)]
