# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns decisions on labelled utterances into the figures by which routing is judged."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from routing.decision import SENSITIVE, UNSURE, Category, Decision, EntryCard
from routing.text import fold
from routing.utterances import Utterance

CATEGORIES: tuple[str, ...] = get_args(Category)
SHORT = 20
_PLACES = Path(__file__).parent.parent / "data" / "places"
_SEEN_BY_PERSON = "escalate"


@dataclass(frozen=True, slots=True)
class Judged:
    """One utterance and what routing decided about it."""

    row: Utterance
    decision: Decision

    @property
    def sensitive(self) -> bool:
        return self.row.category in SENSITIVE

    @property
    def silent_miss(self) -> bool:
        """A sensitive message that no person would see."""
        return self.sensitive and self.decision.action != _SEEN_BY_PERSON

    @property
    def language_credit(self) -> float:
        """1 for the right language, a half for unsure, 0 for a wrong one."""
        code = self.decision.language.code
        return 1.0 if code == self.row.language else 0.5 if code == UNSURE else 0.0


def share(judged: Sequence[Judged], of: Callable[[Judged], float]) -> float:
    """The mean of `of`, 1.0 of nothing."""
    return sum(map(of, judged)) / len(judged) if judged else 1.0


def figures(judged: Sequence[Judged], entries: Sequence[EntryCard]) -> dict[str, float]:
    """Every figure by its name; shares from 0 to 1."""
    topics = {card.slug: card.topic for card in entries}
    sensitive = [one for one in judged if one.sensitive]
    ordinary = [one for one in judged if not one.sensitive]
    pseah = [one for one in judged if one.row.category == "pseah"]
    emergency = [one for one in judged if one.row.category == "emergency"]
    asked = [one for one in judged if one.row.category == "information_request"]
    answered = [one for one in asked if one.decision.action == "answer" and one.decision.answer]
    long = [one for one in judged if len(one.row.text) >= SHORT]
    placed = [one for one in judged if one.row.place]
    return {
        "language_long": share(long, lambda one: one.language_credit),
        "language_short": share([one for one in judged if len(one.row.text) < SHORT], lambda one: one.language_credit),
        "silent_misses": share(sensitive, lambda one: one.silent_miss) if sensitive else 0.0,
        "sensitive_recall": share(sensitive, lambda one: one.decision.sensitive),
        "false_alarms": share(ordinary, lambda one: one.decision.sensitive) if ordinary else 0.0,
        "pseah_recall": share(pseah, lambda one: one.decision.compartment == "pseah"),
        "pseah_false": share(ordinary, lambda one: one.decision.compartment == "pseah") if ordinary else 0.0,
        "emergency_recall": share(emergency, lambda one: one.decision.category == "emergency"),
        "category_accuracy": share(judged, lambda one: one.decision.category == one.row.category),
        "category_macro_f1": macro_f1(judged),
        "topic_of_questions": share(asked, lambda one: one.decision.topic == one.row.topic),
        "answer_topic": share(answered, lambda one: topics.get(one.decision.answer or "") == one.row.topic),
        "answered": share(asked, lambda one: one.decision.action == "answer"),
        "offered_choice": share(asked, lambda one: bool(one.decision.choices) and not one.decision.answer),
        "place_recall": share(placed, place_found),
        "place_false": share([one for one in judged if not one.row.place], lambda one: one.decision.place is not None),
        "calibration_error": calibration_error(judged),
    }


def macro_f1(judged: Sequence[Judged]) -> float:
    """The mean over the categories that occur of the harmonic mean of precision and recall."""
    scores = []
    for code in CATEGORIES:
        right = sum(one.row.category == code == one.decision.category for one in judged)
        gold = sum(one.row.category == code for one in judged)
        said = sum(one.decision.category == code for one in judged)
        if gold:
            scores.append(2 * right / (gold + said))
    return sum(scores) / len(scores) if scores else 1.0


def calibration_error(judged: Sequence[Judged], bands: int = 10) -> float:
    """Expected calibration error: how far confidence is from being right, in ten bands weighted by size."""
    off = 0.0
    for band in range(bands):
        inside = [one for one in judged if min(int(one.decision.confidence * bands), bands - 1) == band]
        right = sum(one.decision.category == one.row.category for one in inside)
        off += abs(right - sum(one.decision.confidence for one in inside))
    return off / max(len(judged), 1)


def _same_places() -> dict[str, str]:
    """Folded English name -> P-code, as the tables of places have them."""
    codes: dict[str, str] = {}
    for table in sorted(_PLACES.glob("*.tsv")):
        with table.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                codes.setdefault(fold(row.get("name") or ""), row.get("pcode") or "")
    return codes


_CODES = _same_places()


def place_found(one: Judged) -> bool:
    """Whether the place, or one of the places asked about, bears the name or lies under the P-code that was meant."""
    meant = fold(one.row.place or "")
    code = _CODES.get(meant, "")
    for place in (one.decision.place, *one.decision.places):
        if place is None:
            continue
        if meant in {fold(name) for name in (place.name, *place.names)}:
            return True
        if code and place.pcode and (place.pcode.startswith(code) or code.startswith(place.pcode)):
            return True
    return False


def confusion(judged: Sequence[Judged]) -> Counter[tuple[str, str]]:
    """How often each category (first) was taken for each (second)."""
    return Counter((one.row.category, one.decision.category) for one in judged)
