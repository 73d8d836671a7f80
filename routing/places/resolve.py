# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decides which place each name in a text means, and which of them the message is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from routing.decision import Place
from routing.places.affixes import Role
from routing.places.names import Mention

_DISTRICT_DIGITS, _MUNICIPALITY_DIGITS = 6, 8
_CAPITAL_DISTRICT, _CAPITAL = "LY0211", "LY021104"
_ROLE_ORDER: dict[Role, int] = {"at": 0, "none": 1, "to": 2}


class Coded(Protocol):
    """What this module needs of a row of the tables."""

    @property
    def place(self) -> Place: ...

    @property
    def code(self) -> str: ...


class Meant(NamedTuple):
    """Rows: `rows` are certain, the place meant first; `either` holds candidates of a name that stays ambiguous."""

    rows: tuple[int, ...]
    either: tuple[int, ...]


def resolve(mentions: Sequence[Mention], rows: Sequence[Coded], prefer: str | None) -> Meant:
    """What `mentions` mean together: one narrows the other ("Sidi Khalifa, Benghazi"), `prefer` breaks a tie."""
    settled = [_settled(mention, rows) for mention in mentions]
    chosen: list[tuple[bool, int, int, int]] = []
    either: list[int] = []
    for position, mention in enumerate(mentions):
        candidates = settled[position]
        if len(candidates) > 1:
            known = [rows[other[0]].code for other in settled if len(other) == 1]
            candidates = _narrowed(candidates, rows, known, prefer)
        if len(candidates) == 1:
            outside = not rows[candidates[0]].code
            chosen.append((outside, _ROLE_ORDER[mention.role], position, candidates[0]))
        else:
            either += [number for number in candidates if number not in either]
    ordered = tuple(dict.fromkeys(number for *_, number in sorted(chosen)))
    return Meant(_inner_first(ordered, rows), tuple(either))


def _settled(mention: Mention, rows: Sequence[Coded]) -> tuple[int, ...]:
    """The rows of a name, without the district where its town bears the same name, or the other way round."""
    if len(mention.rows) == 1:
        return mention.rows
    districts = tuple(number for number in mention.rows if rows[number].place.level in ("district", "region"))
    others = tuple(number for number in mention.rows if number not in districts)
    if mention.district and districts:
        return districts
    return others or districts


def _narrowed(
    candidates: tuple[int, ...], rows: Sequence[Coded], known: Sequence[str], prefer: str | None
) -> tuple[int, ...]:
    """The candidates in the same municipality as a place known otherwise, else in the same district, else all."""
    codes = [*known, prefer] if prefer else known
    for digits in (_MUNICIPALITY_DIGITS, _DISTRICT_DIGITS):
        around = {code[:digits] for code in codes if len(code) >= digits}
        near = tuple(number for number in candidates if rows[number].code[:digits] in around)
        if near:
            return near
    return candidates


def _inner_first(numbers: tuple[int, ...], rows: Sequence[Coded]) -> tuple[int, ...]:
    """The same rows, with one that is a part of what the first one names moved to the front."""
    for number in numbers[1:]:
        if _is_part(rows[number], rows[numbers[0]]):
            return (number, *(other for other in numbers if other != number))
    return numbers


def _is_part(inner: Coded, outer: Coded) -> bool:
    """Whether `inner` is the more precise of two names for about the same place.

    A main town stands for its district beside a smaller place there; the quarters of the capital are municipalities.
    """
    digits = min(_DISTRICT_DIGITS, len(inner.code), len(outer.code))
    if not digits or inner.code[:digits] != outer.code[:digits]:
        return False
    return _precision(inner) > _precision(outer)


def _precision(row: Coded) -> int:
    if row.place.level in ("region", "district"):
        return 0
    if row.place.level == "municipality":
        return 2 if row.code.startswith(_CAPITAL_DISTRICT) and row.code != _CAPITAL else 1
    return 3
