# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the starter content from its files: entries in English, translations by language, lines, an office's facts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.content.facts import Fact, FactError, normalised
from bot.content.words import Words

SOURCE = "en"
HERE = Path(__file__).parent
EXAMPLE_OFFICE = HERE / "example_office.toml"
LINE = "line-"
"""What the slug of a fixed line begins with; lines are entries of kind `line` whose short text is the line."""


class StarterError(ValueError):
    """A content file is unsound; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class StarterEntry:
    """One entry as the files have it. `words` by language; `menu` its rank in the main menu, None if not there."""

    slug: str
    topic: str
    kind: str
    audience: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    sensitive: bool = False
    menu: int | None = None
    words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServicePointFile:
    """A place where people can go, as an office file gives it. Degrees; `facts` are names of its facts."""

    names: Mapping[str, str]
    pcode: str
    latitude: float
    longitude: float
    topics: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """An office's facts by name, and its service points."""

    name: str
    example: bool
    facts: Mapping[str, Fact]
    points: tuple[ServicePointFile, ...] = ()


@lru_cache(maxsize=1)
def entries() -> Mapping[str, StarterEntry]:
    """All starter entries by slug, lines among them. Raises StarterError."""
    translated = {code: _read(HERE / "translations" / f"{code}.toml") for code in _codes("translations")}
    found: dict[str, StarterEntry] = {}
    for path in sorted((HERE / "entries").glob("*.toml")):
        found[path.stem] = _entry(path, translated)
    for code, table in translated.items():
        if unknown := {name for name, block in table.items() if isinstance(block, dict)} - set(found):
            raise StarterError(f"translations/{code}.toml: there is no entry {', '.join(sorted(unknown))}")
    found |= _lines()
    return found


def languages() -> tuple[str, ...]:
    """The languages that have a file, the source first."""
    return (SOURCE, *_codes("translations"))


def office(path: Path | None = None) -> Office:
    """An office file; the example without a path. Raises StarterError."""
    path = path or EXAMPLE_OFFICE
    data = _read(path)
    try:
        facts = {name: _fact(name, value, data) for name, value in data["facts"].items()}
        points = tuple(_point(block, facts) for block in data.get("service_points", ()))
        return Office(str(data["office"]), bool(data.get("example", False)), facts, points)
    except FactError as error:
        raise StarterError(f"{path.name}: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StarterError(f"{path.name}: {error} is missing or not as in the example office file") from error


def _fact(name: str, value: Any, data: Mapping[str, Any]) -> Fact:
    own = data.get("verified", {}).get(name, {})
    verified_on, expires_on = (own.get(key, data.get(key)) for key in ("verified_on", "expires_on"))
    if not all(isinstance(day, date) or day is None for day in (verified_on, expires_on)):
        raise FactError(f"{name}: verified_on and expires_on are days such as 2026-12-31")
    return Fact(
        name,
        normalised(name, _plain_dates(value)),
        str(own.get("verified_by", data.get("verified_by", ""))),
        verified_on,
        expires_on,
        bool(data.get("example", False)),
    )


def _plain_dates(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain_dates(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _point(block: Mapping[str, Any], facts: Mapping[str, Fact]) -> ServicePointFile:
    latitude, longitude = float(block["latitude"]), float(block["longitude"])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise FactError("service_points: latitude and longitude are degrees")
    names = tuple(block.get("facts", ()))
    if unknown := set(names) - set(facts):
        raise FactError(f"service_points: there is no fact {', '.join(sorted(unknown))}")
    return ServicePointFile(
        dict(block["name"]), str(block["place"]), latitude, longitude, tuple(block.get("topics", ())), names
    )


def _codes(folder: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (HERE / folder).glob("*.toml")))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StarterError(f"{path.name}: {error}") from error


def _entry(path: Path, translated: Mapping[str, Mapping[str, Any]]) -> StarterEntry:
    data = _read(path)
    try:
        words = {SOURCE: Words.of(data[SOURCE], data.get("state", "unchecked"))}
        for code, table in translated.items():
            if block := table.get(path.stem):
                words[code] = Words.of(block, table.get("state", "unchecked"))
        return StarterEntry(
            path.stem,
            data["topic"],
            data["kind"],
            tuple(data.get("audience", ())),
            tuple(data.get("lines", ())),
            bool(data.get("sensitive", False)),
            data.get("menu"),
            words,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise StarterError(f"{path.stem}: {error} is missing or not as README.md says") from error


def _lines() -> dict[str, StarterEntry]:
    words: dict[str, dict[str, Words]] = {}
    for code in _codes("lines"):
        table = _read(HERE / "lines" / f"{code}.toml")
        state = str(table.pop("state", "unchecked"))
        for name, text in table.items():
            words.setdefault(name, {})[code] = Words(title=name, short=str(text).strip(), state=state)
    if unknown := [name for name, by_language in words.items() if SOURCE not in by_language]:
        raise StarterError(f"lines: {SOURCE}.toml has no {', '.join(unknown)}")
    return {LINE + name: StarterEntry(LINE + name, "feedback", "line", words=found) for name, found in words.items()}
