# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads which of the offered choices a person means: a tap, a number in any script, a title or nearly so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

from bot.dialogue.step import State, Turn
from locales import languages, translate
from routing.text import fold

_NUMBER = re.compile(r"\W*([^\W\d]*)\W*(\d{1,2})\W*")
_LONGEST = 60
_NEAR = 0.84
_SHORTEST_NEAR = 5
_YES, _NO, _SKIP = ":yes", ":no", ":skip"


def chosen(state: State, turn: Turn) -> str | None:
    """The payload chosen, or None. A tap counts also where the choice is no longer on the table."""
    if turn.payload:
        return turn.payload
    text = turn.text.strip()
    if not state.offered or not text or len(text) > _LONGEST or turn.kind not in {"text", "edited", "button"}:
        return None
    number = numbered(text)
    if number is not None:
        return state.offered[number - 1] if 1 <= number <= len(state.offered) else None
    return _titled(fold(text), state) or _meant(text, state.offered)


def plain(state: State, turn: Turn) -> bool:
    """Whether the choice is beyond doubt, whatever its words may sound like: a tap, or the very title."""
    return bool(turn.payload) or fold(turn.text).strip() in {fold(title).strip() for title in state.titles}


def numbered(text: str) -> int | None:
    """The number that is all a short text says, such as "2", "no. 2", "٢)", "፪" or "three"; not that in "room 5"."""
    if len(text) > _LONGEST:
        return None
    plain = "".join(_digits(character) for character in unicodedata.normalize("NFKC", text))
    found = _NUMBER.fullmatch(plain.strip())
    if found and (not found[1] or fold(found[1]) in spoken("words.number")):
        return int(found[2])
    return _number_words().get(fold(text).strip(" .!)،,።"))


def _digits(character: str) -> str:
    """A digit of any script as ASCII; also those numerals that Unicode does not count as decimal digits (፩)."""
    value = unicodedata.digit(character, None)
    if value is None and (numeric := unicodedata.numeric(character, None)) is not None and numeric in range(1, 10):
        value = int(numeric)
    return character if value is None else str(value)


def _titled(said: str, state: State) -> str | None:
    titles = [fold(title) for title in state.titles]
    if said in titles:
        return state.offered[titles.index(said)]
    if len(said) < _SHORTEST_NEAR:
        return None
    scores = [_alike(said, title) for title in titles]
    best = max(scores, default=0.0)
    return state.offered[scores.index(best)] if best >= _NEAR and scores.count(best) == 1 else None


def _alike(said: str, title: str) -> float:
    if not title or abs(len(said) - len(title)) > 0.3 * len(title):
        return 0.0
    return SequenceMatcher(None, said, title, autojunk=False).ratio()


def _meant(text: str, offered: Sequence[str]) -> str | None:
    """Yes, no and skip in other words, where such a choice is on the table."""
    said = fold(text).strip(" .!،,።")
    for name, ending in (("words.yes", _YES), ("words.no", _NO), ("words.skip", _SKIP)):
        if said in spoken(name):
            matching = [payload for payload in offered if payload.endswith(ending)]
            return matching[0] if len(matching) == 1 else None
    return None


@cache
def spoken(name: str) -> frozenset[str]:
    """The words of a list in the catalogues, of all languages together, folded."""
    return frozenset(fold(word).strip() for code in languages() for word in translate(code, name).split(","))


@cache
def _number_words() -> dict[str, int]:
    return {
        fold(word).strip(): number
        for code in languages()
        for number, word in enumerate(translate(code, "words.numbers").split(","), start=1)
    }
