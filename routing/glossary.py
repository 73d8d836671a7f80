# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the senses: headwords for the words of every language, so that what is learnt in one is known in all."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"
SENSES = DATA / "senses.tsv"
GLOSSARY = DATA / "glossary"
PREFIX = "sense:"
"""What a sense starts with among the concepts of a lexicon."""

_ENGLISH = "en"
_SENSES_HEAD = ["sense", "group", "en"]
_GLOSSARY_HEAD = ["sense", "forms"]


class GlossaryError(ValueError):
    """A glossary breaks its format; the message names file and line."""


def read_glosses(senses: Path = SENSES, folder: Path = GLOSSARY) -> Iterator[tuple[str, str, str]]:
    """(language, sense, lexicon patterns) of every language: English of `senses`, the others of `<language>.tsv`.

    Raises GlossaryError where a row has another shape, or names a sense that `senses` does not have.
    """
    known = set()
    for _, (sense, _, forms) in _rows(senses, _SENSES_HEAD):
        known.add(sense)
        yield _ENGLISH, PREFIX + sense, forms
    for path in sorted(folder.glob("*.tsv")):
        for number, (sense, forms) in _rows(path, _GLOSSARY_HEAD):
            if sense not in known:
                raise GlossaryError(f"{path.name}:{number}: {senses.name} has no sense {sense}")
            yield path.stem, PREFIX + sense, forms


def _rows(path: Path, head: list[str]) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if number == 1 and row != head:
                raise GlossaryError(f"{path.name}:1: columns must be {' '.join(head)}")
            if len(row) != len(head) or not all(cell.strip() for cell in row):
                raise GlossaryError(f"{path.name}:{number}: needs {len(head)} columns, none of them empty")
            if number > 1:
                yield number, row
