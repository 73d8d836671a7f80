# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shortens very long texts before the costly passes, keeping both ends and whatever looks alarming in between."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 8_000
"""Characters up to which a text is read as it is."""

_END = 2_500
_AROUND = 6  # words kept on each side of an alarming word
_MOST_PLACES = 40
_STEM = 4
_LONGEST_WORD = 40
_FREE_ARABIC = str.maketrans(
    "آأإٱىةکیہ", "اااايهكيه", "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u200c\u200d"
)
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+"
)


class Condenser:
    """Holds the words that must not be overlooked: `words` as they are, and `stems` that others begin with."""

    def __init__(self, words: Iterable[str], stems: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._stems: dict[str, tuple[str, ...]] = {}
        for stem in sorted(set(stems)):
            self._stems[stem[:_STEM]] = (*self._stems.get(stem[:_STEM], ()), stem)

    def __call__(self, text: str) -> str:
        """`text` up to 8,000 characters; of a longer one its ends and the surroundings of alarming words between."""
        if len(text) <= LONGEST:
            return text
        text = " ".join(_UNSEEN.sub("", text).split())
        if len(text) <= LONGEST:
            return text
        middle = text[_END:-_END].split()
        kept = " ".join(middle[at] for at in self._places(middle))
        return f"{text[:_END]} {kept} {text[-_END:]}"

    def _places(self, words: list[str]) -> list[int]:
        """Where the alarming words stand, each once, with their neighbours."""
        plain = " ".join(words).lower()
        if not plain.isascii():
            plain = plain.translate(_FREE_ARABIC)
        spelled = plain.split(" ")
        alarming = {word for word in set(spelled) if self._alarms(word)}
        if not alarming or len(spelled) != len(words):
            return []
        seen: set[int] = set()
        places = 0
        for at, word in enumerate(spelled):
            if word in alarming:
                alarming.discard(word)
                seen.update(range(max(0, at - _AROUND), min(len(words), at + _AROUND + 1)))
                places += 1
                if not alarming or places >= _MOST_PLACES:
                    break
        return sorted(seen)

    def _alarms(self, word: str) -> bool:
        if len(word) > _LONGEST_WORD:
            return False
        if word in self._words:
            return True
        stems = self._stems.get(word[:_STEM])
        return stems is not None and word.startswith(stems)
