# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chooses the published entry that answers a message, a short choice where two fit, or none where none does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from routing.decision import EntryCard, Place
from routing.lexicon import Lexicon
from routing.places import Gazetteer
from routing.reading import Reading
from routing.text import fold, tokens
from routing.triage import Thresholds

_MOST_CHOICES = 3
_HALF_AS_GOOD = 0.5
_TOPIC_SHARE, _WORDS_SHARE = 0.65, 0.35
_ELSEWHERE, _HERE = 0.5, 0.08
_STEM = 4
_INDEXES_KEPT = 8
_MOST_WORDS = 60
_WORTH_SHOWING = 0.15


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one entry fits, 0 to about 1, and the words it shares with the message."""

    card: EntryCard
    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What to serve: one `answer`, or up to three `choices`, or neither; `fits` best first."""

    answer: EntryCard | None
    choices: tuple[EntryCard, ...]
    fits: tuple[Fit, ...]


class Answers:
    """Ranks entries. An index of the entries' words is kept for the last few lists of entries it was given."""

    def __init__(self, lexicon: Lexicon, limits: Thresholds) -> None:
        self._lexicon = lexicon
        self._limits = limits
        self._indexes: dict[tuple[int, ...], _Index] = {}

    def choose(
        self,
        reading: Reading,
        topics: Mapping[str, float],
        place: Place | None,
        entries: Sequence[EntryCard],
        kind: str = "service",
    ) -> Choice:
        """The best of `entries` of `kind`, given the probability of each topic and the place meant."""
        likenesses, shared = self._index(entries).likeness(reading)
        fits = []
        for at, card in enumerate(entries):
            if card.kind != kind or not _serves(card, place):
                continue
            score = _TOPIC_SHARE * topics.get(card.topic, 0.0) + _WORDS_SHARE * likenesses[at]
            if card.places:
                score = score + _HERE if place is not None else score * _ELSEWHERE
            fits.append(Fit(card, score, shared[at]))
        fits.sort(key=lambda fit: (-fit.score, fit.card.slug))
        good = [fit for fit in fits if fit.score >= self._limits.answer]
        if not good:
            return Choice(None, (), tuple(fits[:_MOST_CHOICES]))
        close = [fit for fit in good if fit.score > good[0].score - self._limits.margin]
        if len({fit.card.topic for fit in close}) > 1:
            return Choice(None, tuple(fit.card for fit in close[:_MOST_CHOICES]), tuple(fits[:_MOST_CHOICES]))
        likely = [fit for fit in fits[:_MOST_CHOICES] if fit.score >= _HALF_AS_GOOD * good[0].score]
        if good[0].score < self._limits.sure and len(likely) > 1:
            return Choice(None, tuple(fit.card for fit in likely), tuple(fits[:_MOST_CHOICES]))
        return Choice(good[0].card, (), tuple(fits[:_MOST_CHOICES]))

    def _index(self, entries: Sequence[EntryCard]) -> _Index:
        key = tuple(map(id, entries))
        index = self._indexes.get(key)
        if index is None:
            if len(self._indexes) >= _INDEXES_KEPT:
                self._indexes.pop(next(iter(self._indexes)))
            index = self._indexes[key] = _Index(tuple(entries), self._lexicon)
        return index


def _serves(card: EntryCard, place: Place | None) -> bool:
    """Whether an entry limited to places holds where the person means."""
    if not card.places or place is None or place.pcode is None:
        return True
    return any(Gazetteer.contains(code, place.pcode) or Gazetteer.contains(place.pcode, code) for code in card.places)


class _Index:
    """The words and concepts of every question variant, weighted by how few entries have them, by piece."""

    def __init__(self, entries: tuple[EntryCard, ...], lexicon: Lexicon) -> None:
        self.entries = entries
        variants: list[set[str]] = []
        self._starts: list[int] = []
        counts: Counter[str] = Counter()
        for card in entries:
            self._starts.append(len(variants))
            texts = [(language, text) for language, those in card.words.items() for text in those]
            for language, text in texts or [("", card.slug.replace("-", " "))]:
                words = tokens(fold(text))
                variants.append(_pieces(words, lexicon.find(words, frozenset({language}))))
            counts.update(set().union(*variants[self._starts[-1] :]))
        self._rare = {piece: math.log(1 + len(entries) / count) for piece, count in counts.items()}
        postings: dict[str, list[tuple[int, float]]] = {}
        for at, pieces in enumerate(variants):
            for piece, weight in _normed({piece: self._rare[piece] for piece in sorted(pieces)}).items():
                postings.setdefault(piece, []).append((at, weight))
        self._variants = variants
        self._postings = {
            piece: (np.array([at for at, _ in those]), np.array([weight for _, weight in those]))
            for piece, those in postings.items()
        }

    def likeness(self, reading: Reading) -> tuple[list[float], list[tuple[str, ...]]]:
        """For each entry: cosine likeness, 0 to 1, of the message and its nearest variant, and the words they share."""
        if not self.entries:
            return [], []
        pieces = _pieces(reading.words[:_MOST_WORDS], reading.found)
        message = _normed({piece: self._rare[piece] for piece in sorted(pieces) if piece in self._rare})
        scores = np.zeros(len(self._variants))
        for piece, weight in message.items():
            places, weights = self._postings[piece]
            scores[places] += weight * weights
        best = np.maximum.reduceat(scores, self._starts)
        ends = [*self._starts[1:], len(self._variants)]
        shared: list[tuple[str, ...]] = []
        for start, end, score in zip(self._starts, ends, best, strict=True):
            if score <= _WORTH_SHOWING:
                shared.append(())
                continue
            nearest = self._variants[start + int(scores[start:end].argmax())]
            shared.append(tuple(sorted(piece for piece in message if piece in nearest and piece.isalnum())))
        return best.tolist(), shared


def _pieces(words: Sequence[str], concepts: Mapping[str, tuple[int, ...]]) -> set[str]:
    """Words, their stems and the concepts behind them, which are the same in every language."""
    stems = {word[:_STEM] + "~" for word in words if len(word) > _STEM}
    return {*words, *stems, *(f"={concept}" for concept, places in concepts.items() if places)}


def _normed(weights: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {piece: weight / length for piece, weight in weights.items()}
