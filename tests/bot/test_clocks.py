# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clocks keep Libya's week: emergencies at any hour, the rest from Sunday to Thursday and not on holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clocks import DEFAULTS, ZONE, Clocks

HOUR = timedelta(hours=1)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize("start", [local(2026, 11, 22, 10), local(2026, 11, 27, 3), local(2026, 12, 24, 23, 59)])
def test_an_emergency_is_due_in_an_hour_and_a_restricted_case_in_a_day_whatever_the_day(start: datetime) -> None:
    clocks = Clocks()
    assert clocks.first_due("P0", start) - start == HOUR
    assert clocks.first_due("P1", start) - start == 24 * HOUR
    assert clocks.close_due("P0", start) is None
    assert clocks.close_due("P1", start) is None


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # 2026-11-22 is a Sunday, the first day of the working week.
        (local(2026, 11, 22, 11), local(2026, 11, 25, 11)),
        # From Tuesday noon: Tuesday, Wednesday, Thursday, then Friday and Saturday do not count.
        (local(2026, 11, 24, 12), local(2026, 11, 29, 12)),
        # Written on a Friday: the clock starts with Sunday.
        (local(2026, 11, 27, 9), local(2026, 12, 2)),
        # Written as Saturday ends.
        (local(2026, 11, 28, 23, 59), local(2026, 12, 2)),
        # Thursday 24 December is Independence Day.
        (local(2026, 12, 22, 8), local(2026, 12, 28, 8)),
    ],
)
def test_three_days_for_a_complaint_are_three_working_days(start: datetime, due: datetime) -> None:
    assert Clocks().first_due("P2", start) == due


def test_the_days_are_libyas_and_not_those_of_the_clock_that_asks() -> None:
    # Saturday 22:30 UTC is Sunday half past midnight in Tripoli: the working week has begun.
    start = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert Clocks().first_due("P2", start) == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    elsewhere = start.astimezone(timezone(timedelta(hours=-7)))
    assert Clocks().first_due("P2", elsewhere) == Clocks().first_due("P2", start)


@given(minutes=st.integers(0, 60 * 24 * 800), priority=st.sampled_from(sorted(DEFAULTS)))
def test_a_due_time_is_never_earlier_than_its_hours_and_always_on_a_working_day(minutes: int, priority: str) -> None:
    clocks = Clocks()
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    due = clocks.first_due(priority, start)
    assert due - start >= DEFAULTS[priority].first_hours * HOUR
    assert due.tzinfo is not None
    if not DEFAULTS[priority].calendar:
        last = (due - timedelta(microseconds=1)).astimezone(ZONE)
        assert clocks.working(last.replace(hour=12)), "the last hour of a working clock is one of a working day"


@given(minutes=st.integers(0, 60 * 24 * 30), later=st.integers(0, 60 * 24 * 9))
def test_who_writes_later_is_never_due_earlier(minutes: int, later: int) -> None:
    clocks = Clocks()
    start = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert clocks.first_due("P3", start) <= clocks.first_due("P3", start + timedelta(minutes=later))


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (local(2026, 11, 22, 8), True),
        (local(2026, 11, 22, 7, 59), False),
        (local(2026, 11, 26, 15, 59), True),
        (local(2026, 11, 26, 16), False),
        (local(2026, 11, 27, 12), False),
        (local(2026, 11, 28, 12), False),
        (local(2026, 12, 24, 12), False),
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), True),
    ],
)
def test_the_office_is_open_from_eight_to_four_on_working_days(moment: datetime, open_: bool) -> None:
    assert Clocks().working(moment) is open_


def test_the_ladder_of_an_emergency_is_steeper_than_that_of_a_question() -> None:
    clocks, now = Clocks(), local(2026, 11, 22, 10)
    rungs = [clocks.next_rung(priority, now) for priority in ("P0", "P1", "P2", "P4")]
    assert rungs == sorted(rungs)
    assert rungs[0] - now == timedelta(minutes=15)


def test_an_office_changes_one_number_and_keeps_the_others() -> None:
    clocks = Clocks('{"P2": {"first_hours": 48}, "P3": {"close_hours": null, "calendar": true}}')
    assert clocks["P2"].first_hours == 48
    assert clocks["P2"].close_hours == DEFAULTS["P2"].close_hours
    assert clocks.close_due("P3", local(2026, 11, 22)) is None
    assert clocks["P0"] == DEFAULTS["P0"]


@pytest.mark.parametrize(
    "changes",
    [
        "",
        "no",
        "[]",
        "7",
        '{"P9": {"first_hours": 1}}',
        '{"P2": 48}',
        '{"P2": {"hours": 48}}',
        '{"P2": {"first_hours": "48"}}',
        '{"P2": {"first_hours": null}}',
        '{"P2": {"first_hours": 0}}',
        '{"P2": {"first_hours": -1}}',
        '{"P2": {"first_hours": true}}',
        '{"P2": {"first_hours": NaN}}',
        '{"P2": {"first_hours": 1e9}}',
        '{"P2": {"rung_hours": 0}}',
        '{"P2": {"close_hours": false}}',
        '{"P2": {"calendar": "no"}}',
    ],
)
def test_a_change_that_a_case_could_not_run_on_stops_the_start_with_what_to_do(changes: str) -> None:
    with pytest.raises(ValueError, match="SAWT_CLOCKS must be a JSON object"):
        Clocks(changes)
