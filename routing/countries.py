# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds the countries and nationalities that a message names, for questions about documents and return."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from routing.places.affixes import heads, tails
from routing.text import excerpt, fold, tokens

_DATA = Path(__file__).parent / "data" / "countries.tsv"
_LONGEST_NAME = 4


@cache
def _names() -> dict[str, str]:
    """Every folded name of a country, its people, or a city that stands for it, with the country's code."""
    names: dict[str, str] = {}
    with _DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for name in (row["name"], *row["names"].split(", ")):
                names.setdefault(" ".join(tokens(fold(name))), row["code"])
    return names


def _named(words: list[str], start: int, count: int) -> str | None:
    names = _names()
    for head in heads(words[start]):
        # In Latin letters an affix is as often part of another word, and the tables list the inflected forms.
        if head.glued and head.stem.isascii():
            continue
        stems = [head.stem, *words[start + 1 : start + count]]
        for tail in tails(stems[-1]):
            if tail.glued and tail.stem.isascii():
                continue
            code = names.get(" ".join((*stems[:-1], tail.stem)))
            if code:
                return code
    return None


def find(text: str) -> tuple[str, ...]:
    """ISO 3166 alpha-2 codes of the countries that `text` names, by country, people or main city, in its order."""
    words = tokens(fold(excerpt(text)))
    found: dict[str, None] = {}
    position = 0
    while position < len(words):
        step = 1
        for count in range(min(_LONGEST_NAME, len(words) - position), 0, -1):
            code = _named(words, position, count)
            if code:
                found[code] = None
                step = count
                break
        position += step
    return tuple(found)
