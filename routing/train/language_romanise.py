# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes Ethiopic, Bengali, Devanagari and Arabic text in Latin letters as people text it, to train on what is scarce.

Each call draws one person's habits (a style) and keeps to it within the text. Rules only approximate how people spell;
the models see them beside real messages, never alone.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

_ETHIOPIC_START = 0x1200
_ETHIOPIC_END = 0x1357
_ETHIOPIC_SIGNS = re.compile("[\u1360-\u1368]+")


def _load(path: Path) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """The spellings of each letter by table and kind; `-` stands for leaving it out."""
    tables: dict[tuple[str, str], dict[str, tuple[str, ...]]] = defaultdict(dict)
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            table, kind, letter, spellings = line.split("\t")
            found = tuple("" if spelled == "-" else spelled for spelled in spellings.split())
            tables[table, kind][unicodedata.normalize("NFC", letter)] = found
    return tables


_TABLES = _load(Path(__file__).resolve().parent.parent / "data" / "language" / "romanise.tsv")
_ETHIOPIC_ROWS = {ord(letter): spellings for letter, spellings in _TABLES["ethiopic", "row"].items()}
_SILENT_ROWS = (0x12A0, 0x12D0)


def _ethiopic_vowel(row: int, order: int, style: Mapping[str, str]) -> str | None:
    """The vowel of one syllable; None for the sixth order, which is sounded or not by its place in the word."""
    if row in _SILENT_ROWS or row in (0x1200, 0x1210, 0x1280):
        first = "a" if row != 0x12A0 or order else style["glottal"]
    else:
        first = style["first"]
    return (first, "u", style["third"], "a", style["fifth"], None, "o", "wa")[order]


def _ethiopic_word(word: str, style: Mapping[str, str], rng: random.Random) -> str:
    syllables: list[tuple[str, str | None]] = []
    for char in word:
        code = ord(char)
        if not _ETHIOPIC_START <= code <= _ETHIOPIC_END:
            syllables.append(("", char))
            continue
        row = code - code % 8
        # Labial rows leave gaps in the block; the row before holds their order.
        spelled = style.get(f"row{row}", "")
        syllables.append((spelled, _ethiopic_vowel(row, code % 8, style)))
    written = ""
    for place, (consonant, vowel) in enumerate(syllables):
        if vowel is not None:
            written += consonant + vowel
            continue
        last = place + 1 == len(syllables)
        starts = not written
        if not consonant:
            written += style["sixth_start"] if starts else ("e" if not last else "")
            continue
        after_bare = bool(written) and written[-1] not in "aeiou"
        if after_bare and place and syllables[place - 1][1] is None and rng.random() < 0.8:
            # A bare consonant before another one: the vowel goes between them.
            written += style["sixth"]
        written += consonant
        if starts and not last:
            written += style["sixth"]
    return written


def ethiopic(text: str, rng: random.Random) -> str:
    """`text` with its Ethiopic letters written in Latin ones, in one person's style."""
    style = {f"row{row}": rng.choice(spellings) for row, spellings in _ETHIOPIC_ROWS.items()}
    style["first"] = rng.choice(("e", "e", "e", "e", "a", "\u00e4"))
    style["glottal"] = rng.choice(("a", "a", "e"))
    style["third"] = rng.choice(("i", "i", "i", "ee"))
    style["fifth"] = rng.choice(("e", "e", "e", "ie", "ee"))
    style["sixth"] = rng.choice(("i", "i", "i", "e", ""))
    style["sixth_start"] = rng.choice(("e", "e", "i"))
    words = (_ethiopic_word(word, style, rng) for word in _ETHIOPIC_SIGNS.sub(" ", text).split())
    return " ".join(word for word in words if word)


_VIRAMAS = "\u09cd\u094d"
_NASAL_SIGNS = "ংঃঁंँः"


def _indic_units(word: str, table: Mapping[str, str], consonants: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The word as pairs of a consonant (may be empty) and a vowel; `?` is an inherent vowel not yet decided on."""
    units: list[list[str]] = []
    place = 0
    while place < len(word):
        letter = word[place : place + 2] if word[place : place + 2] in table else word[place]
        place += len(letter)
        if letter in _VIRAMAS:
            if units:
                units[-1][1] = ""
        elif letter not in table:
            units.append(["", letter if letter.isascii() else ""])
        elif letter in _NASAL_SIGNS:
            units.append([table[letter], ""])
        elif letter in consonants:
            units.append([table[letter], "?"])
        elif units and units[-1][1] == "?" and unicodedata.category(letter) != "Lo":
            units[-1][1] = table[letter]
        else:
            units.append(["", table[letter]])
    return units


def _indic_word(word: str, table: Mapping[str, str], consonants: Mapping[str, Sequence[str]], inherent: str) -> str:
    units = _indic_units(word, table, consonants)
    for place, unit in enumerate(units):
        if unit[1] != "?":
            continue
        before = units[place - 1][1] if place else ""
        after = units[place + 1] if place + 1 < len(units) else None
        if after is None:
            # A final inherent vowel is spoken only after a cluster.
            unit[1] = inherent if place and before == "" and units[place - 1][0] not in ("", "n", "ng") else ""
        elif place and before not in ("", "?") and after[0] and after[1] not in ("", "?"):
            unit[1] = ""
        else:
            unit[1] = inherent
    return "".join(consonant + vowel for consonant, vowel in units)


def _indic(text: str, script: str, inherent: str, rng: random.Random) -> str:
    consonants, vowels = _TABLES[script, "consonant"], _TABLES[script, "vowel"]
    # The full stop of these scripts.
    text = unicodedata.normalize("NFC", text).replace("\u0964", " ")
    table = {letter: rng.choice(spellings) for letter, spellings in (*consonants.items(), *vowels.items())}
    return " ".join(_indic_word(word, table, consonants, inherent) for word in text.split())


def bengali(text: str, rng: random.Random) -> str:
    """`text` with its Bengali letters written in Latin ones, in one person's style."""
    return _indic(text, "bengali", rng.choice(("o", "o", "o", "a")), rng)


def devanagari(text: str, rng: random.Random) -> str:
    """Hindi `text` in Latin letters, which as texted is hardly other than romanised Urdu."""
    return _indic(text, "devanagari", "a", rng)


def _arabic_word(word: str, table: Mapping[str, str], article: str, vowels: Sequence[str], rng: random.Random) -> str:
    prefix = ""
    if word.startswith("\u0627\u0644") and len(word) > 3:
        prefix, word = article, word[2:]
    written = ""
    for place, letter in enumerate(word):
        if letter == "\u0648" and (not place or (place + 1 < len(word) and word[place + 1] in "\u0627\u064a")):
            spelled = "w"
        elif letter == "\u064a" and not place:
            spelled = "y"
        else:
            spelled = table.get(letter, letter)
        bare = written and written[-1] not in "aeiou" and spelled and spelled[0] not in "aeiouwy"
        if bare and vowels and rng.random() < 0.45:
            written += rng.choice(vowels)
        written += spelled
    return prefix + written


def arabic(text: str, rng: random.Random) -> str:
    """`text` with its Arabic letters as Arabizi, in one person's style; short vowels are guessed or left out."""
    table = {letter: rng.choice(spellings) for letter, spellings in _TABLES["arabic", "letter"].items()}
    article = rng.choice(("el", "el", "al", "el ", "l", "al "))
    vowels = rng.choice(((), ("a", "e", "i"), ("a", "a", "e"), ("a", "i")))
    plain = "".join(c for c in text if not unicodedata.combining(c) and c != "\u0640")
    return " ".join(_arabic_word(word, table, article, vowels, rng) for word in plain.split())
