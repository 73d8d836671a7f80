# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns probabilities and rules into a category, a compartment and a priority, with caution where errors cost most."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields
from pathlib import Path
from typing import get_args

from routing.decision import SENSITIVE, Category, Compartment, Priority
from routing.model import Scores
from routing.reading import Reading

THRESHOLDS = Path(__file__).parent / "data" / "thresholds.toml"
_COMPARTMENTS: tuple[tuple[Category, Compartment], ...] = (
    ("pseah", "pseah"),
    ("protection", "protection"),
    ("misconduct", "integrity"),
)
_CATEGORIES: tuple[Category, ...] = get_args(Category)
_SENSITIVE: tuple[Category, ...] = tuple(code for code in _CATEGORIES if code in SENSITIVE)
_FIRM = 0.9
_NEVER = 2.0
_PLAIN = 0.97
_SMALL = 6  # words that a message of nothing but thanks and greetings may have
_SHARE = 0.7  # of the suspicion that comes from the categories; the rest from the model of sensitive against ordinary
_PRIORITIES: Mapping[Category, Priority] = {
    "emergency": "P0",
    "pseah": "P1",
    "protection": "P1",
    "misconduct": "P1",
    "complaint": "P2",
    "assistance_request": "P3",
    "information_request": "P3",
    "other": "P3",
}
_URGENT_RULES = frozenset({"thoughts of suicide", "held for ransom", "a child alone", "kidnapped"})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The probabilities of data/thresholds.toml, each explained there."""

    suspect: float
    watch: float
    emergency: float
    alarm: float
    pseah: float
    shown: float
    rival: float
    joined: float
    plain: float
    hint: float
    answer: float
    sure: float
    margin: float
    clear: float

    @classmethod
    def load(cls, path: Path = THRESHOLDS) -> Thresholds:
        """Raises KeyError or ValueError where a threshold is missing or no number."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(**{field.name: float(data[field.name]) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is. `watched`: not sensitive, but suspicious enough that a person looks."""

    category: Category
    confidence: float
    sensitive: bool
    suspicion: float
    watched: bool
    compartment: Compartment | None
    priority: Priority


def judge(scores: Scores, reading: Reading, limits: Thresholds, caution: float = 0.0) -> Verdict:
    """The verdict on one reading; `caution` is a suspicion from elsewhere, which can only raise."""
    talk = _small_talk(reading)
    if talk is not None and not caution:
        return Verdict(talk, _PLAIN, False, 0.0, False, None, _PRIORITIES.get(talk, "P4"))
    chances = _without_rival(scores.categories, reading, limits)
    if not reading.has_letters:
        return Verdict("other", 1.0, False, caution, False, None, _PRIORITIES["other"])
    ordinary = [code for code in _CATEGORIES if code not in SENSITIVE]
    from_categories = 1.0 - sum(chances[code] for code in ordinary)
    suspicion = max(_SHARE * from_categories + (1 - _SHARE) * scores.sensitive, caution)
    if chances["emergency"] >= limits.alarm:
        suspicion = max(suspicion, limits.suspect)
    believed = suspicion >= limits.suspect
    suspicion = max([suspicion, *(rule.sure for rule in reading.rules)])
    if suspicion < limits.suspect:
        return harmless(chances, suspicion, suspicion >= limits.watch)
    # Rules name the category where they are sure of it, or where the model saw nothing at all.
    ruled = {rule.category for rule in reading.rules if rule.sure >= _FIRM or not believed}
    category = _which(chances, ruled, limits)
    compartment = _compartment(category, chances, ruled, limits)
    confidence = min(1.0, suspicion * chances[category] / max(from_categories, 1e-6))
    confidence = max(chances[category], suspicion if category in ruled else confidence)
    return Verdict(category, confidence, True, suspicion, True, compartment, _priority(category, scores, reading))


def _small_talk(reading: Reading) -> Category | None:
    """Thanks or a greeting and nothing else, whatever the spelling of its words reminds a model of."""
    if not reading.telling or len(reading.telling) > _SMALL or reading.rules or "mark:question" in reading.found:
        return None
    thanks, greeting = (set(reading.found.get(concept, ())) for concept in ("thanks", "greet"))
    if not thanks | greeting or not thanks.union(greeting, reading.found.get("chat", ())).issuperset(reading.telling):
        return None
    return "appreciation" if thanks else "other"


def harmless(chances: Mapping[str, float], suspicion: float, watched: bool) -> Verdict:
    """The verdict that a message is the likeliest of the ordinary categories."""
    category = max((code for code in _CATEGORIES if code not in SENSITIVE), key=chances.__getitem__)
    return Verdict(category, chances[category], False, suspicion, watched, None, _PRIORITIES.get(category, "P4"))


def _without_rival(chances: Mapping[str, float], reading: Reading, limits: Thresholds) -> Mapping[str, float]:
    """Chances in which money asked by staff is not taken for exploitation that nothing else supports."""
    ruled = {rule.category for rule in reading.rules}
    if "misconduct" not in ruled or "pseah" in ruled or chances["pseah"] >= limits.rival:
        return chances
    return {**chances, "pseah": 0.0, "misconduct": chances["misconduct"] + chances["pseah"]}


def _which(chances: Mapping[str, float], ruled: Set[Category], limits: Thresholds) -> Category:
    """Which sensitive category: the first of the taxonomy that is ruled or likely enough, else the likeliest."""
    least = {"emergency": limits.emergency, "pseah": limits.pseah}
    for code in _SENSITIVE:
        if code in ruled or chances[code] >= least.get(code, _NEVER):
            return code
    return max(_SENSITIVE, key=chances.__getitem__)


def _compartment(
    category: Category, chances: Mapping[str, float], ruled: Set[Category], limits: Thresholds
) -> Compartment | None:
    """The strictest compartment of every category that is shown."""
    for code, compartment in _COMPARTMENTS:
        if code == category or code in ruled or chances[code] >= limits.shown:
            return compartment
    return None


def _priority(category: Category, scores: Scores, reading: Reading) -> Priority:
    """P0 also for suicide risk, for people held now and for a child alone."""
    urgent = any(rule.name in _URGENT_RULES for rule in reading.rules) or scores.topics.get("self_harm", 0.0) >= 0.4
    return "P0" if category == "protection" and urgent else _PRIORITIES[category]
