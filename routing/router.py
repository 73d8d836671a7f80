# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one entry point of routing: one message heard, one decision, and why; no I/O once loaded, no clock, no memory."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from routing.answer import Answers, Choice
from routing.commands import Commands
from routing.condense import Condenser
from routing.decision import UNSURE, Action, Decision, EntryCard, Guess, Heard, Place, Reason
from routing.embed import Embedder
from routing.language import Identifier
from routing.lexicon import Lexicon
from routing.model import MODEL, Model, Scores
from routing.places import Found, Gazetteer
from routing.reading import Reading, languages_to_read, read
from routing.reasons import why
from routing.rules import Rule, load_rules
from routing.text import clean, excerpt
from routing.thought import Seen, joined
from routing.triage import Thresholds, Verdict, judge
from routing.vocabulary import load_vocabulary

_ELLIPSIS_WORDS = 6
_LONGEST_COMMAND = 200
_SENTENCE = re.compile(r"[.,;:!?\n\u060c\u061b\u061f\u06d4\u0964\u1362-\u1367]+")
_MOST_SENTENCES = 8
_NO_TOPIC = "-"
_ANSWERABLE = frozenset({"information_request", "assistance_request", "rumour"})
_TOPIC_FROM_EMBEDDING = 0.3


@dataclass(frozen=True, slots=True)
class Parts:
    """What a router is made of; each part is loaded once and shared by every message."""

    identifier: Identifier
    commands: Commands
    gazetteer: Gazetteer
    lexicon: Lexicon
    rules: tuple[Rule, ...]
    model: Model
    limits: Thresholds
    condense: Condenser


class Router:
    """Pure: the same message, entries and history give the same decision. Safe to share between threads."""

    def __init__(self, parts: Parts, embedder: Embedder | None = None) -> None:
        self._parts = parts
        self._answers = Answers(parts.lexicon, parts.limits)
        self._embedder = embedder

    @classmethod
    def load(cls, embedder: Embedder | None = None, *, model: Path = MODEL) -> Router:
        """The router with the shipped models and data, or with another `model` of categories.

        Raises OSError or ValueError where a file is missing or unsound.
        """
        with _kept_for_good():
            lexicon = load_vocabulary()
            rules = load_rules(known=lexicon.concepts)
            parts = Parts(
                identifier=Identifier.load(),
                commands=Commands.load(),
                gazetteer=Gazetteer.load(),
                lexicon=lexicon,
                rules=rules,
                model=Model(model),
                limits=Thresholds.load(),
                condense=Condenser(*lexicon.signs({concept for rule in rules for concept in rule.needs})),
            )
        return cls(parts, embedder)

    def route_many(self, heard: Iterable[Heard], entries: Sequence[EntryCard] = ()) -> list[Decision]:
        """`route` for many messages, in their order."""
        return [self.route(one, entries) for one in heard]

    def route(self, heard: Heard, entries: Sequence[EntryCard] = ()) -> Decision:
        """What `heard` is, where it goes and why. Never raises, whatever the text."""
        parts = self._parts
        text = parts.condense("\n".join([*heard.earlier, heard.text]))
        guess = parts.identifier.identify(text, _prior(heard))
        command = parts.commands.recognise(heard.text) if len(heard.text) <= _LONGEST_COMMAND else None
        if command is not None:
            reason = Reason("command", f"the whole message is the command {command}", (clean(heard.text),), 1.0)
            return Decision("command", "other", guess, False, "P4", 1.0, command=command, reasons=(reason,))
        caution, topics = self._second_look(text)
        seen = self._see(text, guess, caution)
        if heard.earlier:
            seen = joined(seen, [self._part(one, heard) for one in (*heard.earlier, heard.text)], parts.limits)
        else:
            seen = self._with_sentences(seen, guess)
        reading, verdict = seen.reading, seen.verdict
        scores = _with_topics(seen.scores, topics)
        found = parts.gazetteer.find(excerpt(text), heard.last_place)
        place = self._place(heard, found)
        follows = _follows_up(heard, reading, found, verdict)
        topic = heard.last_topic if follows else _topic(scores)
        chances: Mapping[str, float] = {heard.last_topic: 1.0} if follows and heard.last_topic else scores.topics
        choice = self._choose(verdict, reading, chances, place, entries, follows)
        action = self._action(verdict, guess, heard, choice, follows)
        served = choice.answer if action in {"answer", "escalate"} and not verdict.sensitive else None
        features = scores.features or parts.model.features(reading)
        reasons = why(parts.model, reading, features, verdict, guess, topic, found, choice, follows, caution)
        return Decision(
            action=action,
            category="information_request" if follows else verdict.category,
            language=guess,
            sensitive=verdict.sensitive,
            priority="P3" if follows else verdict.priority,
            confidence=verdict.confidence,
            compartment=verdict.compartment,
            topic=topic,
            place=place,
            places=() if place else found.ambiguous,
            answer=served.slug if served else None,
            choices=tuple(card.slug for card in choice.choices) if not verdict.sensitive else (),
            reasons=reasons,
        )

    def _second_look(self, text: str) -> tuple[float, Mapping[str, float]]:
        """What the sentence model says, where there is one: caution, and the probabilities of topics."""
        if self._embedder is None:
            return 0.0, {}
        seen = self._embedder.look(text)
        return seen.caution, seen.topics

    def _part(self, text: str, heard: Heard) -> Seen:
        """One message of a thought seen alone, in its own language."""
        text = self._parts.condense(text)
        return self._see(text, self._parts.identifier.identify(text, _prior(heard)), 0.0)

    def _see(self, text: str, guess: Guess, caution: float) -> Seen:
        """One text read, scored and judged."""
        parts = self._parts
        reading = read(text, parts.lexicon, parts.rules, languages_to_read(guess.code, guess.likeliest))
        scores = parts.model.scores(reading)
        return Seen(reading, scores, judge(scores, reading, parts.limits, caution))

    def _with_sentences(self, seen: Seen, guess: Guess) -> Seen:
        """`seen` as grave as its gravest sentence, where that is a plain report: a question beside it hides nothing."""
        if seen.verdict.sensitive or seen.verdict.suspicion < self._parts.limits.hint:
            return seen
        sentences = [one for one in _SENTENCE.split(seen.reading.text) if len(one.split()) > 1]
        if not 1 < len(sentences) <= _MOST_SENTENCES:
            return seen
        gravest = max((self._see(one, guess, 0.0).verdict for one in sentences), key=_graveness)
        return replace(seen, verdict=gravest) if _graveness(gravest) >= self._parts.limits.plain else seen

    def _place(self, heard: Heard, found: Found) -> Place | None:
        """The place named, else the one pinned; the place talked of before only where nothing else is said."""
        if found.places:
            return found.places[0]
        if heard.pin is not None:
            return self._parts.gazetteer.nearest(*heard.pin)
        if found.ambiguous or heard.last_place is None or heard.last_topic is None:
            return None
        return self._parts.gazetteer.by_pcode(heard.last_place)

    def _choose(
        self,
        verdict: Verdict,
        reading: Reading,
        chances: Mapping[str, float],
        place: Place | None,
        entries: Sequence[EntryCard],
        follows: bool,
    ) -> Choice:
        if verdict.sensitive or not (follows or verdict.category in _ANSWERABLE):
            return Choice(None, (), ())
        kind = "correction" if verdict.category == "rumour" and not follows else "service"
        return self._answers.choose(reading, chances, place, entries, kind)

    def _action(self, verdict: Verdict, guess: Guess, heard: Heard, choice: Choice, follows: bool) -> Action:
        category = verdict.category
        if verdict.sensitive:
            return "escalate"
        if not follows and (verdict.watched or category in {"complaint", "assistance_request"}):
            return "escalate"
        if follows or category == "information_request":
            return "answer" if choice.answer or choice.choices else "escalate"
        lost = guess.code == UNSURE and heard.language is None and not heard.prior
        if lost and (category == "other" or verdict.confidence < self._parts.limits.clear):
            return "ask_language"
        if category == "rumour" and choice.answer:
            return "answer"
        return "menu" if category == "other" else "record"


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """What is made inside is never searched for garbage, which would hold up loading and, now and then, a message."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def _graveness(verdict: Verdict) -> float:
    return verdict.suspicion if verdict.sensitive else 0.0


def _prior(heard: Heard) -> Mapping[str, float]:
    """The person's history, and the language they chose, which counts as much as all of it."""
    if heard.language is None:
        return heard.prior
    return {**heard.prior, heard.language: heard.prior.get(heard.language, 0.0) + 1.0}


def _topic(scores: Scores) -> str | None:
    best = max(scores.topics, key=scores.topics.__getitem__, default=_NO_TOPIC)
    return None if best == _NO_TOPIC else best


def _with_topics(scores: Scores, others: Mapping[str, float]) -> Scores:
    """Topic probabilities moved part of the way to another judge's."""
    if not others:
        return scores
    share = _TOPIC_FROM_EMBEDDING
    mixed = {code: (1 - share) * chance + share * others.get(code, 0.0) for code, chance in scores.topics.items()}
    return Scores(scores.categories, scores.sensitive, mixed, scores.features)


def _follows_up(heard: Heard, reading: Reading, found: Found, verdict: Verdict) -> bool:
    """Whether a short message such as "and in Sabha?" continues the question before: it has no topic of its own."""
    if heard.last_topic is None or verdict.sensitive or len(reading.words) > _ELLIPSIS_WORDS:
        return False
    if verdict.category == "appreciation" or not reading.has_letters:
        return False
    own_topic = any(concept.startswith("topic:") for concept in reading.found)
    asks = any(concept.startswith("ask_") for concept in reading.found) or "mark:question" in reading.found
    return not own_topic and (bool(found.places or found.ambiguous) or asks)
