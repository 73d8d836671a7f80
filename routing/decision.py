# SPDX-License-Identifier: AGPL-3.0-or-later
"""The values that routing takes and gives: what was heard, and what was decided about it and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Category = Literal[
    "emergency",
    "pseah",
    "protection",
    "misconduct",
    "complaint",
    "assistance_request",
    "information_request",
    "suggestion",
    "appreciation",
    "rumour",
    "other",
]
Compartment = Literal["pseah", "protection", "integrity"]
Priority = Literal["P0", "P1", "P2", "P3", "P4"]
Action = Literal["answer", "escalate", "record", "menu", "ask_language", "command"]
Command = Literal["stop", "start", "help", "menu", "language", "person", "delete", "exit", "more"]

SENSITIVE: frozenset[Category] = frozenset({"emergency", "pseah", "protection", "misconduct"})
"""Categories of which a person must see every message."""

UNSURE = "unsure"
"""The language code that says: ask the person."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A language, how likely it is (0 to 1, calibrated) and the script it is written in.

    `code` is one of the taxonomy's codes (`ar`, `ar-Latn`, ... `other`, `unsure`). `likeliest` holds up to three
    (code, probability) pairs, likeliest first, also when `code` is `unsure`. `script` is an ISO 15924 code
    (`Arab`, `Latn`, `Ethi`, `Beng`, ...) or `Zyyy` where there are no letters.
    """

    code: str
    probability: float
    script: str
    likeliest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer. `pcode` is its own or that of the smallest unit containing it; None where unknown."""

    name: str
    pcode: str | None
    names: tuple[str, ...] = ()
    level: str = "municipality"
    """One of country, region, district, municipality, neighbourhood, town, crossing, landmark, route."""


Source = Literal["language", "command", "lexicon", "glossary", "rule", "model", "topic", "place", "answer", "history"]
"""Which part of routing found a piece of evidence."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: which part of routing found it, the words it rests on (as written), and its weight."""

    source: Source
    says: str
    words: tuple[str, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class EntryCard:
    """What routing needs to know of one published entry to choose it; the heart builds these from content.

    `words` are titles and question variants per language. `places` are the P-codes it is limited to, empty for
    everywhere. `kind` is `service`, or `correction` for the answer to a rumour.
    """

    slug: str
    topic: str
    kind: Literal["service", "correction"] = "service"
    audience: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as routing hears it.

    `earlier` are texts of the same thought (the last two minutes), oldest first; the decision is then about all of
    them together. `prior` are the person's past languages as probabilities. `language` is the language the person
    chose, if any. `last_topic` and `last_place` serve follow-ups such as "and in Sabha?". `pin` is latitude and
    longitude in degrees.
    """

    text: str
    earlier: tuple[str, ...] = ()
    prior: Mapping[str, float] = field(default_factory=dict)
    language: str | None = None
    last_topic: str | None = None
    last_place: str | None = None
    pin: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one message is, where it goes, and why.

    `compartment` is the strictest of every category that the words show, apart from `category`. `answer` is the slug
    to serve; `choices` are up to three slugs to offer instead of a guess. `places` holds several where the name is
    ambiguous (then `place` is None). `confidence` is the calibrated probability of `category`.
    """

    action: Action
    category: Category
    language: Guess
    sensitive: bool
    priority: Priority
    confidence: float
    command: Command | None = None
    compartment: Compartment | None = None
    topic: str | None = None
    place: Place | None = None
    places: tuple[Place, ...] = ()
    answer: str | None = None
    choices: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
