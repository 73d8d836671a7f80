# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts how often the identifier is right, asks or is wrong, by length and by language, where asking is half right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from routing.decision import UNSURE
from routing.language import Identifier

SHORT = 20
"""Texts of fewer characters are counted apart."""


@dataclass(slots=True)
class Count:
    """Right, unsure and wrong answers among some texts."""

    right: int = 0
    unsure: int = 0
    wrong: int = 0

    @property
    def all(self) -> int:
        return self.right + self.unsure + self.wrong

    @property
    def score(self) -> float:
        """Share right, 0 to 1, an answer of unsure counting a half; 1 where there is nothing."""
        return (self.right + 0.5 * self.unsure) / self.all if self.all else 1.0

    def add(self, code: str, truth: str) -> None:
        if code == truth:
            self.right += 1
        elif code == UNSURE:
            self.unsure += 1
        else:
            self.wrong += 1


@dataclass(slots=True)
class Figures:
    """Counts by length (`short`, `long`), by language, and by both as `language/length`; confusions and misses.

    `confusion` counts (truth, answer) pairs that differ. `misses` holds (truth, answer, text) of wrong answers.
    """

    by_length: dict[str, Count] = field(default_factory=lambda: {"short": Count(), "long": Count()})
    by_language: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_both: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[tuple[str, str, str]] = field(default_factory=list)

    def table(self, most: int = 20) -> str:
        """The figures as text, with the `most` frequent confusions."""
        lines = []
        for name, count in (*self.by_length.items(), *sorted(self.by_both.items())):
            if count.all:
                counts = f"{count.all:6d} right {count.right:5d} unsure {count.unsure:4d} wrong {count.wrong:4d}"
                lines.append(f"{name:16s}{counts}  {100 * count.score:6.2f} %")
        lines += [f"{truth} heard as {code}: {n}" for (truth, code), n in self.confusion.most_common(most)]
        return "\n".join(lines)


def evaluate(identifier: Identifier, rows: Iterable[tuple[str, str]]) -> Figures:
    """The figures of `identifier` over (text, language code) rows, without any history."""
    figures = Figures()
    for text, truth in rows:
        code = identifier.identify(text).code
        length = "short" if len(text.strip()) < SHORT else "long"
        for count in (figures.by_length[length], figures.by_language[truth], figures.by_both[f"{truth}/{length}"]):
            count.add(code, truth)
        if code != truth:
            figures.confusion[truth, code] += 1
            if code != UNSURE:
                figures.misses.append((truth, code, text))
    return figures
