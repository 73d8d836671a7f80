# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the labelled utterances and the officers' corrections that models are trained and measured on."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from routing.decision import Category

DATA = Path(__file__).parent / "data"
UTTERANCES = DATA / "utterances"
CORRECTIONS = DATA / "corrections"
SPLITS = DATA / "splits.toml"
Part = Literal["train", "tuning", "test", "extra"]
_COLUMNS = ["category", "topic", "difficulty", "place", "variety", "text"]
_CATEGORIES = frozenset(get_args(Category))


class UtteranceError(ValueError):
    """A data file breaks its format; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One labelled message; `topic` and `place` are None where there is none, `variety` may be empty."""

    language: str
    category: Category
    topic: str | None
    difficulty: str
    place: str | None
    variety: str
    text: str


def read_utterances(path: Path) -> Iterator[Utterance]:
    """The rows of `<language>.<author>.tsv`. Raises UtteranceError with the line at fault."""
    language = path.name.split(".", 1)[0]
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        for number, row in enumerate(rows, 1):
            if number == 1:
                if row != _COLUMNS:
                    raise UtteranceError(f"{path.name}:1: columns must be {' '.join(_COLUMNS)}")
                continue
            if len(row) != len(_COLUMNS) or row[0] not in _CATEGORIES or not row[5].strip():
                raise UtteranceError(f"{path.name}:{number}: needs six columns, a category and a text")
            category, topic, difficulty, place, variety, text = row
            yield Utterance(
                language,
                category,  # type: ignore[arg-type]  # checked against the taxonomy above
                None if topic == "-" else topic,
                difficulty,
                None if place == "-" else place,
                "" if variety == "-" else variety,
                text,
            )


def load_part(part: Part, folder: Path = UTTERANCES, splits: Path = SPLITS) -> list[Utterance]:
    """Every utterance of one part of the split; corrections belong to extra. Missing files are left out.

    A text that the test part has by chance as well ("thank you") is left out of the others.
    """
    rows = _rows(part, folder, splits)
    if part == "test":
        return rows
    held = {row.text for row in _rows("test", folder, splits)}
    if part == "extra" and CORRECTIONS.exists():
        for path in sorted(CORRECTIONS.glob("*.tsv")):
            rows.extend(read_utterances(path))
    return [row for row in rows if row.text not in held]


def load_author(author: str, folder: Path = UTTERANCES, splits: Path = SPLITS) -> list[Utterance]:
    """What one author of the train part wrote for it."""
    languages = tomllib.loads(splits.read_text(encoding="utf-8"))["train"][author]
    return [row for language in languages for row in read_utterances(folder / f"{language}.{author}.tsv")]


def _rows(part: Part, folder: Path, splits: Path) -> list[Utterance]:
    rows: list[Utterance] = []
    for author, languages in tomllib.loads(splits.read_text(encoding="utf-8"))[part].items():
        for language in languages:
            path = folder / f"{language}.{author}.tsv"
            if path.exists():
                rows.extend(read_utterances(path))
    return rows
