# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes out and comes back, whatever the file: one entry in one language beside its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.plain import odd_characters
from bot.content.words import Words

FIELDS = ("title", "questions", "short", "long")
"""The parts of a text, in the order of files; questions are lines."""
MOST_ITEMS = 5000
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong and where: a cell such as `C4`, a line, or `line 7, column 3`. A `warning` stops nothing."""

    where: str
    says: str
    level: str = "error"


class BadFile(Exception):
    """A file cannot be taken; nothing of it was. `troubles` says what and where."""

    def __init__(self, troubles: list[Trouble]) -> None:
        super().__init__("; ".join(f"{trouble.where}: {trouble.says}" for trouble in troubles[:20]))
        self.troubles = troubles


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in one language. `revision` is the source's number that `words` translate.

    `where` is where it stood in a file, by field; empty for what comes from the database.
    """

    slug: str
    language: str
    revision: int
    words: Words
    source: Words = field(default_factory=lambda: Words(""))
    state: str = ""
    where: Mapping[str, str] = field(default_factory=dict, compare=False)

    def at(self, name: str) -> str:
        """Where a field stood."""
        return self.where.get(name) or self.where.get("item", self.slug)


def parts(words: Words) -> dict[str, str]:
    """The fields as texts; questions one a line."""
    return {
        "title": words.title,
        "questions": "\n".join(words.questions),
        "short": words.short,
        "long": words.long,
    }


def whole(texts: Mapping[str, str]) -> Words:
    """Words from fields as texts."""
    clean = {name: _newlines(texts.get(name, "")) for name in FIELDS}
    questions = tuple(line.strip() for line in clean["questions"].split("\n") if line.strip())
    return Words(clean["title"], questions, clean["short"], clean["long"])


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def trouble_in(text: str, where: str) -> list[Trouble]:
    """What may not stand in any text, whatever it says."""
    if len(text) > LONGEST:
        return [Trouble(where, f"is longer than {LONGEST} characters")]
    odd = odd_characters(_newlines(text))
    return [Trouble(where, odd)] if odd else []


def number(text: str) -> int | None:
    """A revision's number, or None where there is none."""
    text = text.strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
