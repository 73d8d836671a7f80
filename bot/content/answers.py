# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers from a snapshot: composes what a person reads, and never gives what is not approved, current and verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

from bot.content.facts import fill
from bot.content.snapshot import LiveEntry, LiveText, Point, Snapshot
from bot.content.starter_files import LINE
from bot.dialogue.step import Served
from locales.facts import by_language
from routing.decision import EntryCard

_MENU = 8
_DISTRICT = 6
"""Length of a district's P-code; points of the district are near a place in it."""
_POINTS = 2


@dataclass(frozen=True, slots=True)
class Answers:
    """The dialogue's `Knowledge` over one snapshot. `only` narrows the languages, empty means all.

    `checked_only` leaves out texts that no reader of the language has checked; `no_examples` counts a fact of the
    example office as missing.
    """

    snapshot: Snapshot
    only: tuple[str, ...] = ()
    checked_only: bool = False
    no_examples: bool = False
    _made: dict[tuple[str, str, str], Served | None] = field(default_factory=dict)

    def entry(self, slug: str, language: str, place: str | None = None) -> Served | None:
        """The entry in exactly this language, or None where that may not be served."""
        found = self.snapshot.entries.get(slug)
        points = self._points(found, place) if found else []
        # Places without a point of their own have one answer between them, so that the memory stays small.
        key = (slug, language, place[:_DISTRICT] if place and points else "")
        if key not in self._made:
            self._made[key] = self._compose(found, language, points) if found else None
        return self._made[key]

    def languages(self, slug: str) -> tuple[str, ...]:
        """The languages in which the entry may be served."""
        found = self.snapshot.entries.get(slug)
        return tuple(code for code in found.texts if self.entry(slug, code)) if found else ()

    def title(self, slug: str, language: str) -> str | None:
        """The entry's title in this language."""
        served = self.entry(slug, language)
        return served.title if served else None

    def menu(self, language: str) -> tuple[str, ...]:
        """Slugs for the main menu in this language, in the content team's order, at most eight."""
        ranked = sorted((found.menu, slug) for slug, found in self.snapshot.entries.items() if found.menu is not None)
        return tuple(slug for _, slug in ranked if self.entry(slug, language))[:_MENU]

    def line(self, name: str, language: str) -> str | None:
        """A fixed line, or a fact by its name, in the language; None where it may not be served."""
        if name in self.snapshot.facts:
            return self._fact(name, language)
        found = self.snapshot.entries.get(LINE + name)
        text = self._text(found, language) if found else None
        if found is None or text is None or self._missing((*found.facts, *text.words.facts)):
            return None
        if text.stale:
            return self._plain_facts(found.facts, language) or None
        return self._filled(text.words.short, language)

    def near(
        self, topic: str | None, latitude: float, longitude: float, language: str
    ) -> tuple[tuple[str, float], ...]:
        """The nearest service points for a topic (or any), each in words with its distance in kilometres."""
        ranked = sorted(
            (_distance(point, latitude, longitude), number)
            for number, point in enumerate(self.snapshot.points)
            if (topic is None or topic in point.topics) and self._usable(point)
        )
        return tuple((self._pointed(self.snapshot.points[number], language), km) for km, number in ranked[:_POINTS])

    def cards(self) -> tuple[EntryCard, ...]:
        """What routing may choose from: entries that can be served in at least one language."""
        return tuple(
            EntryCard(
                slug=found.slug,
                topic=found.topic,
                kind="correction" if found.kind == "correction" else "service",
                audience=found.audience,
                places=found.places,
                words={
                    code: (text.words.title, *text.words.questions)
                    for code, text in found.texts.items()
                    if self._text(found, code)
                },
            )
            for found in self.snapshot.entries.values()
            if found.kind != "line" and self.languages(found.slug)
        )

    def _compose(self, found: LiveEntry, language: str, near: Sequence[Point]) -> Served | None:
        text = self._text(found, language) if found.kind != "line" else None
        if text is None or self._missing((*found.facts, *text.words.facts)):
            return None
        points = [point for point in near if self._usable(point)]
        if text.stale:
            body, used = self._plain_facts(found.facts, language), list(found.facts)
            if not body or found.kind == "correction":
                return None
            body = f"{text.words.title}\n{body}"
        else:
            lines = [self.line(name.removeprefix(LINE), language) for name in found.lines]
            told = [self._pointed(point, language) for point in points]
            parts = [text.words.short, *told, text.words.long, "\n".join(line for line in lines if line)]
            body = self._filled("\n\n".join(part for part in parts if part), language)
            used = [*text.words.facts, *(name for point in points for name in point.facts), *self._line_facts(found)]
        return Served(
            slug=found.slug,
            title=text.words.title,
            text=body,
            language=language,
            topic=found.topic,
            stale=text.stale,
            example=any(self.snapshot.facts[name].example for name in used if name in self.snapshot.facts)
            or any(point.example for point in points),
        )

    def _text(self, found: LiveEntry, language: str) -> LiveText | None:
        if self.only and language not in self.only:
            return None
        text = found.texts.get(language)
        if text is None or (self.checked_only and not text.checked) or (text.stale and not text.named):
            return None
        return text

    def _missing(self, names: Iterable[str]) -> bool:
        return any(not self._good(name) for name in names)

    def _good(self, name: str) -> bool:
        fact = self.snapshot.facts.get(name)
        return fact is not None and not fact.trouble(self.snapshot.today) and not (self.no_examples and fact.example)

    def _fact(self, name: str, language: str) -> str | None:
        if not self._good(name):
            return None
        return self.snapshot.facts[name].text(language, self.snapshot.today, self._word("closed", language))

    def _filled(self, text: str, language: str) -> str:
        return fill(text, lambda name: self._fact(name, language) or "")

    def _plain_facts(self, names: Sequence[str], language: str) -> str:
        """The facts alone, each on a line with its label: what can be said while the text is being updated."""
        rows = []
        for name in names:
            label = self._word(f"label_{name.split('_', 1)[0]}", language)
            rows.append(f"{label}: {self._fact(name, language)}" if label else str(self._fact(name, language)))
        return "\n".join(rows)

    def _word(self, name: str, language: str) -> str:
        found = self.snapshot.entries.get(LINE + name)
        text = self._text(found, language) if found else None
        return text.words.short if text and not text.stale else ""

    def _line_facts(self, found: LiveEntry) -> list[str]:
        lines = (self.snapshot.entries.get(name) for name in found.lines)
        return [name for line in lines if line for name in line.facts]

    def _points(self, found: LiveEntry, place: str | None) -> list[Point]:
        """Points of this topic in the place's district that the text does not already name."""
        if not place or len(place) < _DISTRICT:
            return []
        return [
            point
            for point in self.snapshot.points
            if found.topic in point.topics
            and point.pcode.startswith(place[:_DISTRICT])
            and not set(point.facts) <= set(found.facts)
        ][:_POINTS]

    def _usable(self, point: Point) -> bool:
        return not self._missing(point.facts) and not (self.no_examples and point.example)

    def _pointed(self, point: Point, language: str) -> str:
        told = [self._fact(name, language) or "" for name in point.facts]
        return "\n".join([by_language(point.names, language), *told])


def _distance(point: Point, latitude: float, longitude: float) -> float:
    """Kilometres over the ground."""
    here, there = radians(latitude), radians(point.latitude)
    across = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(radians(point.longitude - longitude) / 2) ** 2
    return round(12_742 * asin(sqrt(across)), 1)
