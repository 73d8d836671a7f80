# SPDX-License-Identifier: AGPL-3.0-or-later
"""One normaliser for all of routing, so that lexicons, models and gazetteer compare the same spelling of a word.

Policy for very long texts: `clean`, `fold` and `tokens` are linear and see every character, so that a lexicon finds a
word in the very middle; models look at `excerpt(clean(text))`, the first and the last 1,000 characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from functools import lru_cache

EXCERPT_PART = 1_000
"""Characters that `excerpt` keeps at each end."""

_MAX_MARKS = 8
# Marks that reorder against each other: normalisation sorts each run of them, so an endless run would cost its square.
_MARK = r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a"
_MARK += r"\u07eb-\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u08ff\u093c\u094d\u0951-\u0954\u09bc\u09cd\u09fe\u0a3c\u0a4d"
_MARK += r"\u0abc\u0acd\u0b3c\u0b4d\u0bcd\u0c3c-\u0c56\u0cbc\u0ccd\u0d3b-\u0d4d\u0dca\u0e38-\u0e4b\u0eb8-\u0ecb"
_MARK += r"\u0f18-\u0fc6\u1037-\u103a\u108d\u135d-\u135f\u1714-\u1734\u17d2-\u17dd\u18a9\u1939-\u193b\u1a17-\u1acf"
_MARK += r"\u1b34-\u1bf3\u1c37\u1cd0-\u1cf9\u1dc0-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f-\u2dff\u302a-\u302f"
_MARK += (
    r"\u3099\u309a\ua66f-\ua6f1\ua806-\uabed\ufb1e\ufe20-\ufe2f\uff9e\uff9f\U000101fd-\U000102e0\U00010376-\U000116c0"
)
_MARK += r"\U0001171d-\U00011d97\U00016af0-\U0001bc9e\U0001d165-\U0001d244\U0001e000-\U0001e94a"
_MARK_RUN = re.compile(f"([{_MARK}]{{{_MAX_MARKS}}})[{_MARK}]+")

# Control characters that are no white space, surrogates, format characters (zero width, bidirectional, tags, soft
# hyphen) and variation selectors.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# One code point that NFKC spells out as eighteen; the usual abbreviation keeps the text short.
_LONG_LIGATURE = re.compile("\ufdfa+")
_LONG_LIGATURE_SHORT = "\u0635\u0644\u0639\u0645"


def clean(text: str) -> str:
    """`text` in NFKC without unseen characters, white space collapsed to single spaces and trimmed.

    Case, diacritics and spelling stay. Never empty when `text` has a letter, a digit or a symbol.
    """
    if text.isascii():
        return " ".join(_UNSEEN.sub("", text).split())
    text = _UNSEEN.sub("", text)
    text = _LONG_LIGATURE.sub(_LONG_LIGATURE_SHORT, text)
    if not unicodedata.is_normalized("NFKC", text):
        # The second pass drops unseen characters that NFKC has spelled out.
        text = unicodedata.normalize("NFKC", _MARK_RUN.sub(r"\1", text))
        text = _UNSEEN.sub("", text)
    return " ".join(text.split())


# Letters that writers of the same word exchange freely, by target.
_SAME: dict[str, str] = {
    "\u0627": "\u0622\u0623\u0625\u0671\u0672\u0673\u0675",  # alef
    "\u064a": "\u0649\u0626\u06cc\u06cd\u06ce\u06d0\u06d1\u06d2\u06d3\u0678\u063d\u063e\u063f",  # yeh
    "\u0647": "\u0629\u06be\u06c0\u06c1\u06c2\u06c3\u06d5\u06ff",  # heh and teh marbuta
    "\u0648": "\u0624\u0676\u06c4\u06c5\u06c6\u06c7\u06c8\u06c9\u06ca\u06cb\u06cf",  # waw
    "\u0643": "\u06a9\u06aa\u06ab\u06ac\u06ad\u06ae",  # kaf
    "\u0642": "\u06a8",
    "\u0641": "\u06a4\u06a2\u06a5",
    "b": "\u0253\u0183",
    "d": "\u0257\u0111\u0256",
    "k": "\u0199",
    "y": "\u01b4",
    "n": "\u014b\u0272\u019e",
    "h": "\u0127",
    "l": "\u0142",
    "o": "\u00f8\u0254",
    "e": "\u025b\u01dd\u0259",
    "i": "\u0131",
    "t": "\u0167\u0288",
    "ae": "\u00e6",
    "oe": "\u0153",
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u02bb\u02b9\u02be\u02bf\u02c8`\u00b4\u055a\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
}
# Ethiopic letter rows of eight orders that sound alike in Amharic and are exchanged in typing: (from, to).
_ETHIOPIC_ROWS: tuple[tuple[int, int], ...] = (
    (0x1210, 0x1200),
    (0x1280, 0x1200),
    (0x12B8, 0x1200),
    (0x1220, 0x1230),
    (0x12D0, 0x12A0),
)
_ETHIOPIC_ROWS += ((0x1340, 0x1338),)
# The first and the fourth order of these rows sound alike too.
_ETHIOPIC_FOURTH = {0x1203: 0x1200, 0x12A3: 0x12A0}
_FOLD_MARKS: tuple[tuple[int, int], ...] = (
    (0x0300, 0x036F),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
)
_FOLD_MARKS += ((0x08D3, 0x08FF), (0x135D, 0x135F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF))
_FOLD_MARKS += ((0xFE20, 0xFE2F),)
_TATWEEL = "\u0640"


_DIGIT_ZEROS: tuple[int, ...] = (0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66)
_DIGIT_ZEROS += (0x0CE6, 0x0D66, 0x0DE6)
_DIGIT_ZEROS += (0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0)
_DIGIT_ZEROS += (0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066)
_DIGIT_ZEROS += (0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950)
_DIGIT_ZEROS += (0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950)
_ETHIOPIC_ZERO = 0x1368  # stands for the nought that Ethiopic numerals lack: their one follows it
_DIGIT_ZEROS += (_ETHIOPIC_ZERO,)


def _latin_bases() -> dict[str, str]:
    bases: dict[str, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        folded = chr(code).casefold()
        spelled = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
        if spelled != chr(code):
            bases[chr(code)] = spelled
    return bases


class _FoldTable(dict[int, str]):
    """A `str.translate` table of what folding changes; a character met for the first time stands for itself."""

    def __init__(self) -> None:
        super().__init__()
        same = {letter: target for target, letters in _SAME.items() for letter in letters}
        for source, target in _ETHIOPIC_ROWS:
            same.update({chr(source + order): chr(target + order) for order in range(8)})
        for source, target in _ETHIOPIC_FOURTH.items():
            same[chr(source)] = chr(target)
        same.update({letter: same.get(target, target) for letter, target in same.items()})
        for letter, base in _latin_bases().items():
            same.setdefault(letter, "".join(same.get(char, char) for char in base))
        self.update({ord(letter): target for letter, target in same.items()})
        for zero in _DIGIT_ZEROS:
            self.update({zero + digit: str(digit) for digit in range(zero == _ETHIOPIC_ZERO, 10)})
        for low, high in _FOLD_MARKS:
            self.update(dict.fromkeys(range(low, high + 1), ""))
        self[ord(_TATWEEL)] = ""

    def __missing__(self, key: int) -> str:
        char = chr(key)
        # Bounds the table: hostile text can name every character there is.
        if len(self) < 20_000:
            self[key] = char
        return char


_FOLD = _FoldTable()
_ELONGATED = re.compile(r"([^\d\s])\1{2,}")


def fold(text: str) -> str:
    """The spelling under which words are compared: `clean`, without case, diacritics and free variants of letters.

    Latin diacritics and hooks, Arabic tashkeel and tatweel fall; alef, yeh, waw, heh with teh marbuta and kaf variants
    (also the Persian and Urdu ones) become the plain Arabic letter, a hamza on its own stays; Ethiopic letters that
    sound alike become one; digits of every script become ASCII; quotes and dashes become ASCII. A character other
    than a digit written three times or more in a row stands once ("heeelp" is "help"; a double letter stays double).
    Idempotent. Never empty when `clean(text)` has a letter, a digit or a symbol.
    """
    return fold_cleaned(clean(text))


def fold_cleaned(cleaned: str) -> str:
    """`fold` of what `clean` has returned."""
    if cleaned.isascii():
        return _ELONGATED.sub(r"\1", cleaned.lower().replace("`", "'"))
    folded = cleaned
    # What stands alone once a mark has fallen may join its neighbour under NFKC, which may again be foldable.
    for _ in range(4):
        folded = _ELONGATED.sub(r"\1", " ".join(folded.casefold().translate(_FOLD).split()))
        if unicodedata.is_normalized("NFKC", folded):
            break
        folded = unicodedata.normalize("NFKC", folded)
    return folded or cleaned


_COMBINING = r"\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7"
_COMBINING += r"\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57"
_COMBINING += r"\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0cbc-\u0cd6\u0d00-\u0d03\u0d3e-\u0d4d\u0dca-\u0ddf"
_COMBINING += r"\u0e31-\u0e4e\u102b-\u103e\u17b4-\u17d3\u135d-\u135f"
_TOKEN = re.compile(
    rf"[^\W_](?:[^\W_]|[{_COMBINING}])*(?:'[^\W_]+)*|[\u00a4\u20a0-\u20cf\u2190-\u2bff\U0001f000-\U0001faff]"
)


def tokens(folded: str) -> list[str]:
    """The words of folded text, in order: runs of letters, marks and digits; each emoji is a word of its own.

    An apostrophe after one or two letters parts ("l'aide" is l, aide), later in a word it falls ("don't" is dont).
    Other punctuation falls.
    """
    words: list[str] = []
    for word in _TOKEN.findall(folded):
        if "'" not in word:
            words.append(word)
            continue
        head, *rest = word.split("'")
        if len(head) <= 2:
            words.extend([head, "".join(rest)])
        else:
            words.append(head + "".join(rest))
    return words


def excerpt(text: str) -> str:
    """What models read: all of the text up to 2,000 characters, else its first and last 1,000, parted by a space."""
    if len(text) <= 2 * EXCERPT_PART:
        return text
    return f"{text[:EXCERPT_PART]} {text[-EXCERPT_PART:]}"


_NO_LETTERS = "Zyyy"
_UNCODED = "Zzzz"
_SCRIPT_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latn"),
    (0x0250, 0x02FF, "Latn"),
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0531, 0x058F, "Armn"),
    (0x0591, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"),
    (0x0700, 0x074F, "Syrc"),
    (0x0750, 0x077F, "Arab"),
    (0x0780, 0x07BF, "Thaa"),
    (0x07C0, 0x07FF, "Nkoo"),
    (0x0870, 0x08FF, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x0D80, 0x0DFF, "Sinh"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"),
    (0x0F00, 0x0FFF, "Tibt"),
    (0x1000, 0x109F, "Mymr"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hang"),
    (0x1200, 0x139F, "Ethi"),
    (0x13A0, 0x13FF, "Cher"),
    (0x1780, 0x17FF, "Khmr"),
    (0x1800, 0x18AF, "Mong"),
    (0x1D00, 0x1DBF, "Latn"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x1F00, 0x1FFF, "Grek"),
    (0x2C60, 0x2C7F, "Latn"),
    (0x2D30, 0x2D7F, "Tfng"),
    (0x2D80, 0x2DDF, "Ethi"),
    (0x3041, 0x309F, "Hira"),
    (0x30A0, 0x30FF, "Kana"),
    (0x3130, 0x318F, "Hang"),
    (0x3400, 0x9FFF, "Hani"),
    (0xA500, 0xA63F, "Vaii"),
    (0xA720, 0xA7FF, "Latn"),
    (0xAB01, 0xAB2E, "Ethi"),
    (0xAC00, 0xD7AF, "Hang"),
    (0xF900, 0xFAFF, "Hani"),
    (0xFB50, 0xFEFC, "Arab"),
    (0xFF21, 0xFF5A, "Latn"),
    (0x1E7E0, 0x1E7FE, "Ethi"),
    (0x1E900, 0x1E95F, "Adlm"),
    (0x20000, 0x2FA1F, "Hani"),
)
_SCRIPT_STARTS = [low for low, _, _ in _SCRIPT_RANGES]


@lru_cache(maxsize=4_096)
def _script_of_letter(char: str) -> str:
    code = ord(char)
    position = bisect_right(_SCRIPT_STARTS, code) - 1
    if position >= 0 and code <= _SCRIPT_RANGES[position][1]:
        return _SCRIPT_RANGES[position][2]
    return _UNCODED


def letters_by_script(text: str) -> Counter[str]:
    """How many letters of `text` each script has, by ISO 15924 code; the script met first stands first."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        if char.isalpha():
            counts[_script_of_letter(char)] += count
    return counts


def script_of(text: str) -> str:
    """The ISO 15924 code of the script that most letters of cleaned `text` are in; the earliest one on a tie.

    `Zyyy` where there is no letter, `Zzzz` for letters of scripts that no one here is known to write.
    """
    if text.isascii():
        return "Latn" if any(map(str.isalpha, text)) else _NO_LETTERS
    counts = letters_by_script(text)
    return max(counts, key=counts.__getitem__) if counts else _NO_LETTERS
