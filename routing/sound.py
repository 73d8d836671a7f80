# SPDX-License-Identifier: AGPL-3.0-or-later
"""Consonant skeletons, so that a word in Latin letters and the same word in its own script look alike to a model."""

from __future__ import annotations

import re
from functools import lru_cache

_ETHIOPIC_START = 0x1200
_ETHIOPIC_ROWS = "-l-msrsskkkkbbts--nn-kkkk--zz-ddzkkktsbssfb"
"""One sound for each row of eight syllables; `-` where the consonant is too weak to be written reliably."""

_ARABIC = {"b": "بپ", "t": "تثطٹ", "z": "جزژ", "s": "چسشص", "x": "خ", "d": "دذضظڈ", "r": "رڑ", "3": "ع"}
_ARABIC |= {"k": "غقكگ", "f": "ف", "l": "ل", "m": "م", "n": "نں"}
_BENGALI = {"k": "কগঘ", "x": "খ", "s": "চছশষস", "z": "জঝয", "t": "টঠতথৎ", "d": "ডদধ", "n": "ঙঞণনং", "b": "পবভ"}
_BENGALI |= {"f": "ফ", "m": "ম", "r": "রঢ", "l": "ল"}
_LATIN = {"b": "bpv", "k": "ckgq89", "d": "d", "f": "f", "z": "jz", "l": "l", "m": "m", "n": "n", "r": "r", "s": "s"}
_LATIN |= {"t": "t6", "x": "x5", "3": "3"}
_SOUNDS = {letter: sound for table in (_ARABIC, _BENGALI, _LATIN) for sound, row in table.items() for letter in row}
_SPELLINGS = (("sh", "s"), ("ch", "s"), ("kh", "x"), ("gh", "k"), ("ts", "s"), ("ng", "n"))
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=30_000)
def skeleton(word: str) -> str:
    """The consonants of a folded word in one small alphabet: "darabni" and "ضربني" are both `drbn`."""
    if word.isdigit():
        return ""
    if word.isascii():
        for spelling, sound in _SPELLINGS:
            word = word.replace(spelling, sound)
    out = []
    for char in word:
        row = (ord(char) - _ETHIOPIC_START) // 8
        out.append(_ETHIOPIC_ROWS[row] if 0 <= row < len(_ETHIOPIC_ROWS) else _SOUNDS.get(char, ""))
    return _DOUBLE.sub(r"\1", "".join(out).replace("-", ""))
