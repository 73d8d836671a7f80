# SPDX-License-Identifier: AGPL-3.0-or-later
"""When things are due: the priorities' clocks over the working week of Libya."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Africa/Tripoli")
_WEEKEND = (4, 5)  # Friday, Saturday
_OPENS, _SHUTS = time(8), time(16)


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of one priority, in hours; `close_hours` None where closing is case-led.

    `calendar` clocks run at any hour; the others stand on Fridays, Saturdays and public holidays. `rung_hours` is the
    time between two rungs of the ladder once an answer is overdue.
    """

    first_hours: float
    close_hours: float | None
    calendar: bool
    rung_hours: float


DEFAULTS: Mapping[str, Clock] = {
    "P0": Clock(first_hours=1, close_hours=None, calendar=True, rung_hours=0.25),
    "P1": Clock(first_hours=24, close_hours=None, calendar=True, rung_hours=4),
    "P2": Clock(first_hours=72, close_hours=14 * 24, calendar=False, rung_hours=24),
    "P3": Clock(first_hours=72, close_hours=14 * 24, calendar=False, rung_hours=24),
    "P4": Clock(first_hours=7 * 24, close_hours=30 * 24, calendar=False, rung_hours=48),
}


class Clocks:
    """All clocks of an office."""

    def __init__(self, changes: str = "{}") -> None:
        self._clocks = _changed(changes)
        self._holidays = holidays.country_holidays("LY")

    def __getitem__(self, priority: str) -> Clock:
        return self._clocks[priority]

    def first_due(self, priority: str, start: datetime) -> datetime:
        """When a human must have acted."""
        clock = self._clocks[priority]
        return self._after(clock, start, clock.first_hours)

    def close_due(self, priority: str, start: datetime) -> datetime | None:
        """The target to close, or None where it is case-led."""
        clock = self._clocks[priority]
        return None if clock.close_hours is None else self._after(clock, start, clock.close_hours)

    def next_rung(self, priority: str, now: datetime) -> datetime:
        """When the ladder looks again."""
        return now + timedelta(hours=self._clocks[priority].rung_hours)

    def working(self, moment: datetime) -> bool:
        """Whether the office is open at this moment."""
        local = moment.astimezone(ZONE)
        return self._working_day(local) and _OPENS <= local.time() < _SHUTS

    def _after(self, clock: Clock, start: datetime, hours: float) -> datetime:
        if clock.calendar:
            return start + timedelta(hours=hours)
        return self._working_time(start, timedelta(hours=hours))

    def _working_time(self, start: datetime, left: timedelta) -> datetime:
        """Libya keeps no summer time, so local days all have 24 hours."""
        moment = start.astimezone(ZONE)
        while True:
            midnight = datetime.combine(moment.date() + timedelta(days=1), time(), ZONE)
            if self._working_day(moment):
                if moment + left <= midnight:
                    return (moment + left).astimezone(start.tzinfo)
                left -= midnight - moment
            moment = midnight

    def _working_day(self, local: datetime) -> bool:
        return local.weekday() not in _WEEKEND and local.date() not in self._holidays


def _changed(changes: str) -> Mapping[str, Clock]:
    """The defaults with an office's changes. Raises ValueError with what is wrong."""
    try:
        wanted = json.loads(changes)
        clocks = dict(DEFAULTS)
        for priority, fields in wanted.items():
            clocks[priority] = _sound(replace(clocks[priority], **fields))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError(
            'SAWT_CLOCKS must be a JSON object such as {"P2": {"first_hours": 48}}, with priorities P0 to P4 and '
            "the fields first_hours, close_hours, calendar, rung_hours. Hours are numbers above 0 and up to 8760; "
            "close_hours may be null; calendar is true or false."
        ) from None
    return clocks


def _sound(clock: Clock) -> Clock:
    """The clock, if every case can run on it: a wrong type would show only when a case is opened."""
    hours = [clock.first_hours, clock.rung_hours, 1.0 if clock.close_hours is None else clock.close_hours]
    if not isinstance(clock.calendar, bool) or any(isinstance(hour, bool) or not 0 < hour <= 8760 for hour in hours):
        raise ValueError
    return clock
