# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a text costs as SMS, and where it may be cut: never inside what a reader sees as one character."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import regex

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad\u2066\u2067\u2068\u2069", ""),
        "\u2026": "...",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
"""Signs that say the same in GSM-7. No letter is here: a letter is never replaced."""

_ENDS = (
    regex.compile(r"\n[ \t]*\n\s*"),  # paragraph
    regex.compile(r"\n\s*"),  # line
    regex.compile(r"[.!?؟۔։።፧।॥…]+[\"'»”’)\]]*\s+"),  # sentence
    regex.compile(r"\s+"),  # word
)
_WORD = len(_ENDS) - 1


def graphemes(text: str) -> list[str]:
    """What a reader sees as single characters."""
    return regex.findall(r"\X", text)


def is_gsm(text: str) -> bool:
    """Whether the text fits the GSM-7 alphabet with its extension table."""
    return all(c in _BASIC or c in _EXTENDED for c in text)


def plain(text: str) -> str:
    """The text with typographic signs replaced, where that alone makes it GSM-7; else the text as it is."""
    if is_gsm(text):
        return text
    simple = text.translate(_PLAIN)
    return simple if is_gsm(simple) else text


def units(text: str) -> int:
    """Length in UTF-16 code units, the way providers count characters."""
    return len(text) + sum(c > "\uffff" for c in text)


def segments(text: str) -> int:
    """How many SMS segments the text takes: 160 or 153 septets in GSM-7, 70 or 67 code units in UCS-2."""
    if is_gsm(text):
        return _count((2 if c in _EXTENDED else 1 for c in text), 160, 153)
    return _count((2 if c > "\uffff" else 1 for c in text), 70, 67)


def _count(sizes: Iterable[int], single: int, joined: int) -> int:
    # A character of two units moves whole to the next segment.
    total, full, room = 0, 1, joined
    for size in sizes:
        total += size
        if size > room:
            full, room = full + 1, joined
        room -= size
    return 1 if total <= single else full


def cut(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """The longest good beginning that fits, and the rest; together they are the text.

    `fits` must stay true for every beginning of what fits. The cut falls at the end of a paragraph, line, sentence
    or word if one lies in the second half of what fits, else between graphemes. One grapheme that does not fit is
    cut between code points, so that there is always a way forward.
    """
    if fits(text):
        return text, ""
    pieces = graphemes(text)
    head = text[: sum(map(len, pieces[: _most(lambda n: fits("".join(pieces[:n])), len(pieces))]))]
    if not head:
        return text[: (n := max(1, _most(lambda n: fits(text[:n]), len(text))))], text[n:]
    at = _boundary(text, len(head))
    return text[:at], text[at:]


def _most(good: Callable[[int], bool], limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if good(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _boundary(text: str, most: int) -> int:
    # White space that only just does not fit may stay behind: the cut before it is a good one too.
    for rank, end in enumerate(_ENDS):
        least = 1 if rank == _WORD else most // 2
        ends = [m.end() for m in end.finditer(text, 0, most) if least <= m.end() <= most]
        if rank == _WORD and text[most].isspace():
            return most
        if ends:
            return ends[-1]
    return most


def split(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Ordered pieces that each fit; joined they are the text."""
    while text:
        piece, text = cut(text, fits)
        yield piece
