# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words and character n-grams that language models see, the same in training and at run time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from routing.pieces import numbered, pieces_numbered

MAX_WORDS = 120
"""Words of a text that are looked at: more never change the answer."""

MAX_WORD = 24
"""Characters of a word that are looked at."""

_MARKS = (
    r"\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u135d-\u135f"
)
_NOISE = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#]\w+|\brt\b")
_QUOTES = re.compile("[\u2018\u2019\u201b\u02bc\u02bb\u02be\u02bf`\u00b4]")
_TASHKEEL = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]+")
_ELONGATED = re.compile(r"(\w)\1{2,}")
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*(?:'(?:[^\W_]|[{_MARKS}])+)*'?")


def words(cleaned: str, script: str) -> list[str]:
    """The words of cleaned text in lower case that are written in `script`, at most `MAX_WORDS` of them.

    Addresses, mentions and hashtags and words without a letter fall away; digits inside words stay, because Arabizi
    writes letters with them. A letter written three times or more stands twice.
    """
    text = cleaned.lower() if cleaned.isascii() else _TASHKEEL.sub("", _QUOTES.sub("'", cleaned.casefold()))
    if "@" in text or "#" in text or "www" in text or "http" in text or "rt " in text:
        text = _NOISE.sub(" ", text)
    found = _WORD.findall(_ELONGATED.sub(r"\1\1", text))
    latin = script == "Latn"
    if latin and text.isascii():
        return [word[:MAX_WORD] for word in found if not word.isdigit()][:MAX_WORDS]
    # Names and brands in another script say nothing about the language of the rest.
    return [word[:MAX_WORD] for word in found if not word.isdigit() and _is_latin(word[0]) == latin][:MAX_WORDS]


def _is_latin(letter: str) -> bool:
    return letter < "\u0300" or "\u1e00" <= letter <= "\u1eff"


def grams(word: str, longest: int) -> list[str]:
    """The n-grams of one word from one to `longest` letters, `_` marking its ends, and the word itself after `=`."""
    padded = f"_{word}_"
    length = len(padded)
    found = list(word)
    for size in range(2, min(longest, length) + 1):
        found += [padded[start : start + size] for start in range(length - size + 1)]
    if length > longest:
        found.append(f"={word}")
    return found


def grams_numbered(word: str, longest: int) -> Iterator[int]:
    """`numbered` of each of `grams`, in half the time: most of what a word costs that is met for the first time."""
    yield from pieces_numbered(word, 1, 1)
    yield from pieces_numbered(f"_{word}_", 2, longest)
    if len(word) + 2 > longest:
        yield numbered(f"={word}")


def pairs(found: list[str]) -> list[str]:
    """Neighbouring words, joined by a space: they part English from Pidgin."""
    return [f"{first} {second}" for first, second in pairwise(found)]
