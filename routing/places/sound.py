# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rough common pronunciation of names in five scripts, so that spellings nobody listed meet the right place."""

from __future__ import annotations

import re
from functools import lru_cache

_ETHIOPIC_FIRST, _ETHIOPIC_LAST = 0x1200, 0x135F
_ETHIOPIC_CONSONANTS = "hlhmsrssggggbbtshhnnaggggwazzyddzgggtsbssfbr"
"""Consonant of each row of eight from U+1200 on; `a` for the rows without a consonant."""
_ETHIOPIC_VOWELS = ("a", "u", "i", "a", "a", "", "u", "a")

_ARABIC = {
    "ا": "a", "أ": "a", "إ": "a", "آ": "a", "ء": "", "ع": "", "ب": "b", "پ": "b", "ت": "t", "ٹ": "t", "ط": "t",
    "ث": "t", "ج": "z", "چ": "s", "ح": "h", "خ": "g", "د": "d", "ڈ": "d", "ض": "d", "ذ": "z", "ر": "r", "ڑ": "r",
    "ز": "z", "ژ": "z", "ظ": "z", "س": "s", "ص": "s", "ش": "s", "غ": "g", "ق": "g", "ك": "g", "گ": "g", "ف": "f",
    "ل": "l", "م": "m", "ن": "n", "ں": "n", "ه": "h", "و": "u", "ي": "i",
}  # fmt: skip
_BENGALI = {
    "অ": "a", "আ": "a", "ই": "i", "ঈ": "i", "উ": "u", "ঊ": "u", "এ": "a", "ঐ": "i", "ও": "u", "ঔ": "u",
    "া": "a", "ি": "i", "ী": "i", "ু": "u", "ূ": "u", "ে": "a", "ৈ": "i", "ো": "u", "ৌ": "u", "্": "", "়": "",
    "ক": "g", "খ": "g", "গ": "g", "ঘ": "g", "ঙ": "n", "ং": "n", "চ": "s", "ছ": "s", "জ": "z", "ঝ": "z", "ঞ": "n",
    "ট": "t", "ঠ": "t", "ত": "t", "থ": "t", "ৎ": "t", "ড": "d", "ঢ": "d", "দ": "d", "ধ": "d", "ণ": "n", "ন": "n",
    "প": "b", "ফ": "f", "ব": "b", "ভ": "b", "ম": "m", "য": "i", "র": "r", "ল": "l", "শ": "s", "ষ": "s", "স": "s",
    "হ": "h", "ৃ": "ri", "ঁ": "", "ঃ": "h",
}  # fmt: skip
_LATIN = str.maketrans(
    {
        "b": "b", "p": "b", "v": "b", "c": "g", "k": "g", "q": "g", "g": "g", "x": "g", "d": "d", "f": "f", "h": "h",
        "j": "z", "z": "z", "l": "l", "m": "m", "n": "n", "r": "r", "s": "s", "t": "t", "w": "u", "y": "i", "e": "a",
        "o": "u", "2": "", "3": "", "5": "g", "6": "t", "7": "h", "8": "g", "9": "s", "0": None, "1": None, "4": None,
        "'": None,
    }
)  # fmt: skip
_LATIN_PAIRS = (
    ("dj", "j"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "g"), ("th", "t"),
    ("dh", "d"), ("ph", "f"), ("ck", "k"), ("ee", "i"), ("ei", "i"), ("ey", "i"), ("oo", "u"), ("ou", "u"),
    ("ai", "i"), ("ay", "i"),
)  # fmt: skip
# The letter that carries a glide after o and u is not spoken as y.
_BENGALI_GLIDE = re.compile("([ওউোু])য়")
_RUN = re.compile(r"(.)\1+")


def _ethiopic(char: str) -> str:
    offset = ord(char) - _ETHIOPIC_FIRST
    row, order = divmod(offset, 8)
    consonant = _ETHIOPIC_CONSONANTS[row] if row < len(_ETHIOPIC_CONSONANTS) else ""
    if consonant == "a":
        return _ETHIOPIC_VOWELS[order] or "i"
    return {"w": "u", "y": "i"}.get(consonant, consonant) + _ETHIOPIC_VOWELS[order]


@lru_cache(maxsize=8192)
def sound(folded: str) -> str:
    """The pronunciation of one folded word, or several run together, in about fifteen letters; "" for other scripts.

    One letter stands for each family of consonants that writers exchange (b p v; g gh k kh q x; j z; s sh ch; t th),
    vowels are a, i or u, nothing is double, and a last h falls.
    """
    word = folded.replace(" ", "")
    first = word[:1]
    if first.isascii():
        for pair, single in _LATIN_PAIRS:
            if pair in word:
                word = word.replace(pair, single)
        spoken = word.translate(_LATIN)
    elif "\u0980" <= first <= "\u09ff":
        spoken = "".join(_BENGALI.get(char, "") for char in _BENGALI_GLIDE.sub(r"\1", word))
    elif _ETHIOPIC_FIRST <= ord(first) <= _ETHIOPIC_LAST:
        spoken = "".join(_ethiopic(char) for char in word if _ETHIOPIC_FIRST <= ord(char) <= _ETHIOPIC_LAST)
    else:
        spoken = "".join(_ARABIC.get(char, "") for char in word)
    spoken = _RUN.sub(r"\1", spoken)
    return spoken[:-1] if spoken.endswith("h") and len(spoken) > 1 else spoken


def is_ethiopic(word: str) -> bool:
    """Whether `word` begins with an Ethiopic letter."""
    return _ETHIOPIC_FIRST <= ord(word[0]) <= _ETHIOPIC_LAST


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """The consonants of an Ethiopic word, as the first letters of their rows: writers guess a foreign name's vowels."""
    return "".join(chr(ord(char) & ~7) for char in word if _ETHIOPIC_FIRST <= ord(char) <= _ETHIOPIC_LAST)
