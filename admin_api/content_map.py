# SPDX-License-Identifier: AGPL-3.0-or-later
"""A plain map of service points: dots on a grid of degrees, drawn here, so that nobody outside is asked for tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, radians

from admin_api.content_schemas import PointOut

WIDTH = 640.0
_LEAST = 1.0
_LIBYA = (19.5, 33.5, 9.0, 25.5)
"""South, north, west and east of Libya in degrees."""
CITIES = (
    ("Tripoli", 32.89, 13.19),
    ("Benghazi", 32.12, 20.07),
    ("Sabha", 27.04, 14.43),
    ("Kufra", 24.18, 23.31),
    ("Misrata", 32.38, 15.09),
    ("Tobruk", 32.08, 23.96),
    ("Ghat", 24.96, 10.18),
)


@dataclass(frozen=True, slots=True)
class Dot:
    """Something on the map, in the drawing's own units."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing: its size, service points, towns to find one's way, and lines of degrees with their numbers."""

    width: float
    height: float
    points: tuple[Dot, ...]
    towns: tuple[Dot, ...]
    meridians: tuple[tuple[float, int], ...]
    parallels: tuple[tuple[float, int], ...]


def drawn(points: Sequence[PointOut]) -> Map:
    """The map of Libya with the points that are in use; it grows where a point lies outside."""
    used = [point for point in points if point.active]
    south = min([_LIBYA[0], *(point.latitude - _LEAST for point in used)])
    north = max([_LIBYA[1], *(point.latitude + _LEAST for point in used)])
    west = min([_LIBYA[2], *(point.longitude - _LEAST for point in used)])
    east = max([_LIBYA[3], *(point.longitude + _LEAST for point in used)])
    scale = WIDTH / (east - west)
    tall = scale / max(cos(radians((south + north) / 2)), 0.1)

    def x(longitude: float) -> float:
        return round((longitude - west) * scale, 1)

    def y(latitude: float) -> float:
        return round((north - latitude) * tall, 1)

    return Map(
        WIDTH,
        y(south),
        tuple(Dot(x(p.longitude), y(p.latitude), next(iter(p.names.values()), p.pcode)) for p in used),
        tuple(Dot(x(longitude), y(latitude), name) for name, latitude, longitude in CITIES),
        tuple((x(degree), degree) for degree in range(ceil(west), floor(east) + 1) if degree % 4 == 0),
        tuple((y(degree), degree) for degree in range(ceil(south), floor(north) + 1) if degree % 4 == 0),
    )
