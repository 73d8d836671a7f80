# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may not stand in a text that goes to people: markup, hidden characters, changes of direction."""

from __future__ import annotations

import re
import unicodedata

_TAG = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")
_JOINERS = "\u200c\u200d"
"""Letters of some scripts are written with these, so they are no hidden characters."""
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "L", "R", "AL"})


def odd_characters(text: str) -> str | None:
    """What is wrong with the characters of a text, in words; None if nothing is."""
    if _TAG.search(text):
        return "HTML is not allowed"
    for sign in text:
        if sign in _JOINERS or sign == "\n":
            continue
        kind = unicodedata.category(sign)
        if kind == "Cf" and unicodedata.bidirectional(sign) in _TURNS:
            return f"the direction control U+{ord(sign):04X} is not allowed"
        if kind in ("Cc", "Cf", "Co", "Cs", "Cn"):
            return f"the invisible character U+{ord(sign):04X} is not allowed"
        if sign == "\u0640":
            return "the stretching sign (tatweel) is not allowed"
    return None
