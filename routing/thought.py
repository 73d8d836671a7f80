# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts the verdicts on the messages of one thought together: as grave as its parts, graver only on real evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from routing.decision import Category
from routing.model import Scores
from routing.reading import Reading
from routing.triage import Thresholds, Verdict, harmless

_ORDER: tuple[Category, ...] = get_args(Category)
_CLOSING: frozenset[Category] = frozenset({"appreciation"})
_CLOSING_WORDS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One text with its scores and the verdict on it."""

    reading: Reading
    scores: Scores
    verdict: Verdict


def gravity(verdict: Verdict) -> int:
    """How grave a category is: 0 for the gravest; all ordinary categories are alike."""
    return _ORDER.index(verdict.category) if verdict.sensitive else len(_ORDER)


def joined(whole: Seen, parts: Sequence[Seen], limits: Thresholds) -> Seen:
    """What a thought is: the whole where that is no graver than its parts, or where joining them adds evidence.

    `parts` are the messages one by one, the last one last. Where the whole is graver without a new rule and below the
    higher threshold of suspicion, the gravest part counts; a person looks, should all parts be ordinary.
    """
    gravest = min(parts, key=lambda part: gravity(part.verdict))
    last = parts[-1]
    if not gravest.verdict.sensitive and _closes(last):
        return last
    if gravity(whole.verdict) < gravity(gravest.verdict):
        return whole if _adds(whole, parts, limits) else _calmed(whole, gravest)
    if gravity(whole.verdict) > gravity(gravest.verdict):
        return gravest
    held = gravest.verdict.compartment
    if whole.verdict.compartment != held and not _adds(whole, parts, limits):
        return replace(whole, verdict=replace(whole.verdict, compartment=held))
    return whole


def _closes(last: Seen) -> bool:
    """Whether the last message stands by itself: thanks, or no word at all, such as the number of a choice."""
    if not last.reading.has_letters:
        return True
    short = len(last.reading.telling) <= _CLOSING_WORDS
    return short and last.verdict.category in _CLOSING and not last.verdict.watched


def _adds(whole: Seen, parts: Sequence[Seen], limits: Thresholds) -> bool:
    """Whether joining the messages shows what none of them did alone: a rule, or a much stronger suspicion."""
    known = {rule.name for part in parts for rule in part.reading.rules}
    if any(rule.category == whole.verdict.category and rule.name not in known for rule in whole.reading.rules):
        return True
    return whole.scores.categories[whole.verdict.category] >= limits.joined


def _calmed(whole: Seen, gravest: Seen) -> Seen:
    """The gravest part; among ordinary parts the likeliest ordinary reading of the whole, shown to a person."""
    if gravest.verdict.sensitive:
        return gravest
    return replace(whole, verdict=harmless(whole.scores.categories, whole.verdict.suspicion, watched=True))
