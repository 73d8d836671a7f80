# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chooses the published entry that answers a message, a short choice where two fit, or none where none does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from routing.decision import EntryCard, Place
from routing.lexicon import Lexicon
from routing.places import Gazetteer
from routing.reading import Reading, languages_to_read
from routing.text import fold, tokens
from routing.triage import Thresholds

_MOST_CHOICES = 3
_HALF_AS_GOOD = 0.5
_TOPIC_SHARE, _WORDS_SHARE = 0.65, 0.35
_ELSEWHERE, _HERE = 0.5, 0.08
_STEM = 4
_INDEXES_KEPT = 8
_MOST_WORDS = 60


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
        index = self._index(entries)
        pieces = index.known(reading)
        ranked = []
        for at, likeness in enumerate(index.likeness(pieces)):
            card = entries[at]
            if card.kind != kind or not _serves(card, place):
                continue
            score = _TOPIC_SHARE * topics.get(card.topic, 0.0) + _WORDS_SHARE * likeness
            if card.places:
                score = score + _HERE if place is not None else score * _ELSEWHERE
            ranked.append((-score, card.slug, at))
        ranked.sort()
        good = [entries[at] for worth, _, at in ranked if -worth >= self._limits.answer]
        fits = tuple(Fit(entries[at], -worth, index.shared(pieces, at)) for worth, _, at in ranked[:_MOST_CHOICES])
        if not good:
            return Choice(None, (), fits)
        best = fits[0].score
        close = good[: sum(-worth > best - self._limits.margin for worth, _, _ in ranked[: len(good)])]
        if len({card.topic for card in close}) > 1:
            return Choice(None, tuple(close[:_MOST_CHOICES]), fits)
        likely = [fit.card for fit in fits if fit.score >= _HALF_AS_GOOD * best]
        if best < self._limits.sure and len(likely) > 1:
            return Choice(None, tuple(likely), fits)
        return Choice(good[0], (), fits)

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
        self._of_entry: list[set[str]] = []
        for card in entries:
            self._starts.append(len(variants))
            variants += _variants(card, lexicon)
            self._of_entry.append(set().union(*variants[self._starts[-1] :]))
        counts = Counter(chain.from_iterable(self._of_entry))
        self._rare = {piece: math.log(1 + len(entries) / count) for piece, count in counts.items()}
        postings: dict[str, tuple[list[int], list[float]]] = {piece: ([], []) for piece in counts}
        for at, pieces in enumerate(variants):
            for piece, weight in _normed({piece: self._rare[piece] for piece in pieces}).items():
                places, weights = postings[piece]
                places.append(at)
                weights.append(weight)
        self._variants = len(variants)
        self._postings = {piece: (np.array(at), np.array(weight)) for piece, (at, weight) in postings.items()}

    def known(self, reading: Reading) -> list[str]:
        """What a message is made of, as far as any entry has it; sorted."""
        pieces = _pieces(reading.words[:_MOST_WORDS], reading.found)
        return sorted(piece for piece in pieces if piece in self._rare)

    def likeness(self, known: Sequence[str]) -> list[float]:
        """For each entry the cosine likeness, 0 to 1, of the message and its nearest variant."""
        if not self.entries:
            return []
        scores = np.zeros(self._variants)
        for piece, weight in _normed({piece: self._rare[piece] for piece in known}).items():
            places, weights = self._postings[piece]
            scores[places] += weight * weights
        nearest: list[float] = np.maximum.reduceat(scores, self._starts).tolist()
        return nearest

    def shared(self, known: Sequence[str], at: int) -> tuple[str, ...]:
        """The words of the message, or beginnings of them, that the entry at this place has in any variant."""
        return tuple(piece for piece in known if piece.isalnum() and piece in self._of_entry[at])


def _variants(card: EntryCard, lexicon: Lexicon) -> Iterator[set[str]]:
    """What each title and question of an entry is made of; of one without any, its slug."""
    texts = [(language, text) for language, those in card.words.items() for text in those]
    for language, text in texts or [("", card.slug.replace("-", " "))]:
        words = tokens(fold(text))
        yield _pieces(words, lexicon.find(words, languages_to_read(language)))


def _pieces(words: Sequence[str], concepts: Mapping[str, tuple[int, ...]]) -> set[str]:
    """Words, their stems and the concepts behind them, which are the same in every language."""
    stems = {word[:_STEM] + "~" for word in words if len(word) > _STEM}
    return {*words, *stems, *(f"={concept}" for concept, places in concepts.items() if places)}


def _normed(weights: dict[str, float]) -> dict[str, float]:
    # The exact sum, because pieces come in no certain order.
    length = math.sqrt(math.fsum(weight * weight for weight in weights.values())) or 1.0
    return {piece: weight / length for piece, weight in weights.items()}
