# SPDX-License-Identifier: AGPL-3.0-or-later
"""The values of the dialogue: what it is told about a turn, and what it wants said and done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from routing.decision import Category, Compartment, Decision, Place, Priority


@dataclass(frozen=True, slots=True)
class Turn:
    """One inbound thing. `kind` is a `channels.base.Kind` value; `payload` that of a tapped choice.

    `alone` decides on this message by itself, `decision` on it together with what the same person wrote in the last
    two minutes (the same object where there was nothing). `ref` is the reference a case would get if one is opened in
    this turn. `officers_awake` is whether it is working time. `due` is, by priority, when a person must have acted on a
    case opened now; without it no time is promised.
    """

    kind: str
    text: str
    payload: str
    decision: Decision
    alone: Decision
    channel: str
    now: datetime
    ref: str
    officers_awake: bool
    media: int = 0
    pin: tuple[float, float] | None = None
    pin_place: Place | None = None
    language_hint: str = ""
    """The language of the person's app, where the provider tells it: a last resort."""
    due: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case of this contact, as the dialogue may know it. `due` is when a human will have answered, `waiting_since`
    when an officer wrote to the person, while the case waits for them."""

    id: UUID
    ref: str
    status: str
    category: str
    restricted: bool
    opened_at: datetime
    due: datetime | None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of who writes. `language` is what we write in (None: not settled yet), `chosen` whether they chose
    it, `accepts` the languages they have used or chosen, likeliest first. `cases` are newest first."""

    first: bool
    language: str | None
    chosen: bool
    accepts: tuple[str, ...]
    stopped: bool
    cases: tuple[KnownCase, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """An entry's text in one language, ready to be read. `language` is the text's own; `stale` that only the facts
    are current; `example` that a fact comes from the example office."""

    slug: str
    title: str
    text: str
    language: str
    topic: str
    stale: bool = False
    example: bool = False


class Knowledge(Protocol):
    """What is published right now. A snapshot: it does not change while a turn is worked."""

    def entry(self, slug: str, language: str, place: str | None = None) -> Served | None:
        """The entry in exactly this language, or None where that may not be served."""

    def languages(self, slug: str) -> tuple[str, ...]:
        """The languages in which the entry may be served."""

    def title(self, slug: str, language: str) -> str | None:
        """The entry's title in this language."""

    def menu(self, language: str) -> tuple[str, ...]:
        """Slugs for the main menu in this language, most asked first, at most eight."""

    def line(self, name: str, language: str) -> str | None:
        """A fixed line or a fact for dialogue use (`emergency`, `free`, `complain`, `anonymous`, ...)."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice to offer: `payload` comes back; the title is a message key, or words as they stand (`title`)."""

    payload: str
    key: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """One message to send: keys of the catalogue with their facts, or a served text, and choices under it.

    `blocks` are joined with blank lines: each is (key, facts) to be worded in `language`, or ("", {"text": ...}) for
    words as they stand. `lane` is safety or reply. `answer` is the slug where an entry is served.
    """

    blocks: tuple[tuple[str, Mapping[str, Any]], ...]
    language: str
    options: tuple[Option, ...] = ()
    lane: Literal["safety", "reply"] = "reply"
    answer: str | None = None
    despite_stop: bool = False


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case with `turn.ref` and put this message on it."""

    category: Category
    priority: Priority
    compartment: Compartment | None
    topic: str | None
    place: Place | None
    language: str


@dataclass(frozen=True, slots=True)
class JoinCase:
    """Put this message on a case of the person; a waiting clock runs again, a closed case opens again."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class Refile:
    """What was said since makes the case graver or clearer. The verb moves it upward only."""

    case_id: UUID
    category: Category
    priority: Priority
    compartment: Compartment | None
    topic: str | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class Note:
    """Something asked after opening, for the case: a code and its answer, such as ("safe_to_contact", "yes")."""

    case_id: UUID
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SetLanguage:
    code: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """The person wants no more messages; what is on its way is held back."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The person writes again after silence."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete what is stored of this person, as far as no case rests on it."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Count or keep for the weekly review: suggestion, appreciation, rumour, helped, not_helped, unanswered."""

    kind: Literal["suggestion", "appreciation", "rumour", "helped", "not_helped", "unanswered"]
    topic: str | None = None
    place: Place | None = None
    entry: str | None = None
    language: str | None = None


Effect = OpenCase | JoinCase | Refile | Note | SetLanguage | Silence | Resume | Erase | Keep


@dataclass(frozen=True, slots=True)
class State:
    """What the conversation remembers between turns. Plain JSON through `dump` and `load`; sealed in the database.

    `offered` are payloads of the last choices, in the order shown. `rest` is text that MORE brings, in
    `rest_language`. `thought` are the texts of the last two minutes with their times; `thought_case` the case that
    they opened or joined, as a reference. `case` is the reference of the case last written on, `case_at` when;
    `spoke_at` is when the machine last spoke. `form` is an unfinished form: its name, its case and its step.
    `helped_asked` is when we last asked whether an answer helped. `asked_language` and `script_offered` are so that
    each is asked once.
    """

    offered: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    rest: str = ""
    rest_language: str = ""
    topic: str | None = None
    place: str | None = None
    entry: str | None = None
    thought: tuple[tuple[str, str], ...] = ()
    thought_case: str | None = None
    helped_asked: str | None = None
    welcomed: bool = False
    stop_confirmed: bool = False
    case: str | None = None
    case_at: str | None = None
    spoke_at: str | None = None
    asked_language: bool = False
    script_offered: bool = False
    form: Mapping[str, Any] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        return {
            "offered": list(self.offered),
            "titles": list(self.titles),
            "rest": self.rest,
            "rest_language": self.rest_language,
            "topic": self.topic,
            "place": self.place,
            "entry": self.entry,
            "thought": [list(item) for item in self.thought],
            "thought_case": self.thought_case,
            "helped_asked": self.helped_asked,
            "welcomed": self.welcomed,
            "stop_confirmed": self.stop_confirmed,
            "case": self.case,
            "case_at": self.case_at,
            "spoke_at": self.spoke_at,
            "asked_language": self.asked_language,
            "script_offered": self.script_offered,
            "form": dict(self.form),
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> State:
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        for name in ("offered", "titles"):
            known[name] = tuple(known.get(name, ()))
        known["thought"] = tuple((at, text) for at, text in known.get("thought", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn comes to: at most three things to say, in order; effects, in order; and what to remember."""

    say: tuple[Say, ...]
    effects: tuple[Effect, ...]
    state: State
