# SPDX-License-Identifier: AGPL-3.0-or-later
"""The places of Libya, and which of them a text or a pin means: none, one, several or one of several."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from routing.decision import Place
from routing.places.names import Cues, Names
from routing.places.resolve import Meant, resolve
from routing.places.spellings import DOUBTFUL
from routing.text import fold, tokens

_DATA = Path(__file__).parent.parent / "data" / "places"
_FILES = ("regions", "districts", "municipalities", "localities")
_MUNICIPALITY_DIGITS = 8
_HEAD, _TAIL = 4_200, 800
"""Characters of a very long text that are searched, at its beginning and at its end."""

# Libya and the waters and sands around it, roughly, about half a degree wide of the border: (latitude, longitude).
_AROUND = (
    (34.6, 10.9), (34.3, 15.5), (32.3, 18.5), (33.2, 19.8), (34.2, 22.5), (33.2, 25.6), (29.0, 25.5), (19.5, 25.5),
    (19.0, 23.4), (22.6, 15.6), (22.0, 14.0), (23.4, 11.4), (24.3, 9.4), (27.0, 9.2), (30.2, 8.8), (31.8, 10.0),
    (33.0, 10.9),
)  # fmt: skip
_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Found:
    """What a text names. `places` are certain, the place meant first; `ambiguous` are candidates of a name that needs
    asking about; `words` are the words that the finding rests on, as folded."""

    places: tuple[Place, ...] = ()
    ambiguous: tuple[Place, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tables. `parent` is the code of the smallest unit around it, empty outside Libya."""

    place: Place
    own: str
    parent: str
    where: tuple[float, float] | None
    spellings: tuple[str, ...]
    """As in the table, with the mark of the doubtful ones."""

    @property
    def is_large(self) -> bool:
        """Whether people far away know it, so that a misspelt word is likelier it than an unknown word."""
        return self.place.level in ("municipality", "crossing")

    @property
    def code(self) -> str:
        """Its own P-code, or that of the smallest unit containing it; empty outside Libya."""
        return self.own or self.parent


def _read(path: Path) -> Iterable[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            own, parent = line["pcode"], line["parent_pcode"]
            names = tuple(line["names"].split(", "))
            where = (float(line["lat"]), float(line["lon"])) if line["lat"] else None
            plain = tuple(name.rstrip(DOUBTFUL) for name in names)
            spellings = names if line["name"] in plain else (line["name"], *names)
            yield Row(Place(line["name"], own or parent or None, plain, line["level"]), own, parent, where, spellings)


def _within(point: tuple[float, float]) -> bool:
    latitude, longitude = point
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(_AROUND, _AROUND[1:] + _AROUND[:1], strict=True):
        if (lon_a > longitude) != (lon_b > longitude):
            crossing = lat_a + (longitude - lon_a) * (lat_b - lat_a) / (lon_b - lon_a)
            inside ^= latitude < crossing
    return inside


class Gazetteer:
    """Libya's places with the spellings that people type. Made by `load`; never changes."""

    def __init__(self, rows: tuple[Row, ...], cues: Cues) -> None:
        self._rows = rows
        self._names = Names(rows, cues)

    @classmethod
    def load(cls, folder: Path = _DATA) -> Gazetteer:
        """The gazetteer of the tables in `folder`."""
        rows = tuple(row for name in _FILES for row in _read(folder / f"{name}.tsv"))
        words = tomllib.loads((folder / "cues.toml").read_text(encoding="utf-8"))
        return cls(rows, Cues(**{key: frozenset(tokens(fold(value))) for key, value in words.items()}))

    def find(self, text: str, prefer: str | None = None) -> Found:
        """The places that `text` names; `prefer` is the P-code of a place known already, which settles double names.

        Of a text over 5,000 characters the first 4,200 and the last 800 are read. Never raises.
        """
        if len(text) > _HEAD + _TAIL:
            text = f"{text[:_HEAD]} {text[-_TAIL:]}"
        mentions = self._names.mentions(fold(text))
        if not mentions:
            return Found()
        meant: Meant = resolve(mentions, self._rows, prefer)
        return Found(
            tuple(self._rows[row].place for row in meant.rows),
            tuple(self._rows[row].place for row in meant.either),
            tuple(mention.words for mention in mentions),
        )

    def by_pcode(self, pcode: str) -> Place | None:
        """The place that has `pcode` as its own; None if there is none here."""
        row = self._by_code.get(pcode)
        return row.place if row else None

    @staticmethod
    def contains(outer_pcode: str, inner_pcode: str) -> bool:
        """Whether the first place is the second or contains it: codes begin with the code one level up."""
        return inner_pcode.startswith(outer_pcode)

    def nearest(self, lat: float, lon: float) -> Place | None:
        """The municipality of the known point nearest to a pin in degrees; None well outside Libya and its waters."""
        if not _within((lat, lon)):
            return None
        shrink = math.cos(math.radians(lat))

        def squared_km(row: Row) -> float:
            assert row.where is not None
            return ((row.where[0] - lat) ** 2 + ((row.where[1] - lon) * shrink) ** 2) * _KM_PER_DEGREE**2

        nearest = min(self._points, key=squared_km)
        return self.by_pcode(nearest.code[:_MUNICIPALITY_DIGITS])

    @cached_property
    def _by_code(self) -> dict[str, Row]:
        return {row.own: row for row in self._rows if row.own}

    @cached_property
    def _points(self) -> tuple[Row, ...]:
        return tuple(row for row in self._rows if row.where and len(row.code) >= _MUNICIPALITY_DIGITS)
