# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tells which words, rules and weights made a decision."""

from __future__ import annotations

from routing.answer import Choice
from routing.decision import UNSURE, Guess, Reason
from routing.features import Features
from routing.glossary import PREFIX
from routing.model import Model
from routing.places import Found
from routing.reading import Reading
from routing.triage import Verdict

_MOST_CONCEPTS = 4
_MOST_SENSES = 4
_MOST_WORDS = 3
_LEAST = 0.05


def why(
    model: Model,
    reading: Reading,
    features: Features,
    verdict: Verdict,
    guess: Guess,
    topic: str | None,
    found: Found,
    choice: Choice,
    follows: bool,
    caution: float,
) -> tuple[Reason, ...]:
    """Every reason, the weightiest kind first: rules, concepts, words, then language, topic, place and entry."""
    reasons = [
        Reason("rule", f"{rule.name}: {rule.category}", _words(reading, rule.needs), rule.sure)
        for rule in reading.rules
    ]
    lean = model.concept_weights(features, verdict.category)
    spoken = [(name, weight) for name, weight in lean if weight > _LEAST and reading.found.get(name)]
    reasons += [Reason("lexicon", name, reading.quote(name), weight) for name, weight in spoken[:_MOST_CONCEPTS]]
    senses = [pair for pair in model.sense_weights(features, verdict.category) if pair[1] > _LEAST][:_MOST_SENSES]
    reasons += [Reason("glossary", name.removeprefix(PREFIX), reading.quote(name), weight) for name, weight in senses]
    words = [(at, weight) for at, weight in model.word_weights(features, verdict.category) if weight > _LEAST]
    if words:
        shown = tuple(reading.shown[reading.telling[at]] for at, _ in words[:_MOST_WORDS])
        reasons.append(Reason("model", f"speaks for {verdict.category}", shown, sum(w for _, w in words[:_MOST_WORDS])))
    if caution:
        reasons.append(Reason("model", "the sentence model is suspicious", (), caution))
    if verdict.watched and not verdict.sensitive:
        reasons.append(Reason("model", "a person looks, in case it is sensitive", (), verdict.suspicion))
    says = f"written in {guess.code}" if guess.code != UNSURE else "the language is not sure"
    reasons.append(Reason("language", says, (), guess.probability))
    if follows:
        reasons.append(Reason("history", f"continues the question about {topic}", (), 1.0))
    elif topic:
        reasons.append(Reason("topic", topic, reading.quote(f"topic:{topic}"), 0.0))
    if found.places or found.ambiguous:
        names = ", ".join(place.name for place in found.places or found.ambiguous)
        reasons.append(Reason("place", names if found.places else f"one of {names}", found.words, 1.0))
    reasons += [Reason("answer", fit.card.slug, fit.shared, fit.score) for fit in choice.fits]
    return tuple(reasons)


def _words(reading: Reading, concepts: frozenset[str]) -> tuple[str, ...]:
    positions = sorted({at for concept in concepts for at in reading.found.get(concept, ())})
    return tuple(reading.shown[at] for at in positions)
