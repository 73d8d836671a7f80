# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole messages of one to three words whose language is known by hand, or known to be shared by several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.text import fold

FIXED = "fixed"
SHARED = "shared"
_SIGNS = re.compile(r"[^\w\s'\u0900-\u0dff\u135d-\u135f]+|_+")


@dataclass(frozen=True, slots=True)
class Entry:
    """Which languages a short message may be: one if `kind` is fixed, several (likeliest first) if it is shared."""

    kind: str
    codes: tuple[str, ...]


def key(text: str) -> str:
    """The form under which a short message is looked up: folded, without signs and emoji."""
    return " ".join(_SIGNS.sub(" ", fold(text)).split())


def load_lexicon(path: Path) -> Mapping[str, Entry]:
    """The entries of the tab-separated file at `path` (kind, codes, texts parted by `|`), by key.

    Raises ValueError naming the line where a line is malformed or a text stands twice.
    """
    entries: dict[str, Entry] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 3 or columns[0] not in (FIXED, SHARED):
            raise ValueError(f"{path.name} line {number}: kind, codes and texts expected")
        kind, codes, texts = columns
        entry = Entry(kind, tuple(codes.split()))
        if (kind == FIXED) != (len(entry.codes) == 1):
            raise ValueError(f"{path.name} line {number}: a fixed text has one language, a shared one several")
        for text in texts.split("|"):
            word = key(text)
            if not word or entries.get(word, entry) != entry:
                raise ValueError(f"{path.name} line {number}: empty or listed twice: {text.strip()}")
            entries[word] = entry
    return entries
