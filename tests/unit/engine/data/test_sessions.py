"""Planned trading times: the same answers as the calendar names, and the real session dates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.days import DAY_MS, day_number, day_text
from engine.data.files import read_csv
from engine.data.instruments import instrument_for
from engine.data.sessions import HOUR_MS, last_pause, new_york_offset, session_plan
from engine.indicators import calendar
from engine.market import Timeframe

UNPLANNED = {
    "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02",
    "2012-10-29", "2012-10-30",
}  # fmt: skip


def test_the_plan_is_what_was_traded(shared_data: Path) -> None:
    """1998-2012: every SPY date is planned; only unplanned closures are planned and absent."""
    path = shared_data / "us_daily_unadjusted_1998_2012.csv.gz"
    spy = read_csv(path, instrument_for("SPY"), Timeframe.D1, symbol="SPY")
    traded = spy.time // DAY_MS
    planned = session_plan(int(traded[0]), int(traded[-1])).day
    assert np.setdiff1d(traded, planned).tolist() == []
    assert {day_text(day) for day in np.setdiff1d(planned, traded)} == UNPLANNED


def test_the_plan_agrees_with_the_calendar_names() -> None:
    """Session dates and clock changes are those that `trading_day_of_month` counts by."""
    for month in range(-12, 12 * 60, 7):
        first, plan = calendar._month_plan("XNYS", month)
        days = [first + place for place, is_open in enumerate(plan) if is_open]
        assert session_plan(first, first + len(plan) - 1).day.tolist() == days
    hours = np.arange(0, 55 * 366 * DAY_MS, 5 * HOUR_MS, dtype=np.int64)
    assert (new_york_offset(hours) == calendar._new_york_offset(hours)).all()
    assert len(new_york_offset(hours[:0])) == 0


@pytest.mark.parametrize(
    ("day", "opens", "closes"), [("2024-01-03", 14.5, 21.0), ("2024-07-03", 13.5, 20.0)]
)
def test_a_session_lasts_six_and_a_half_hours(day: str, opens: float, closes: float) -> None:
    """09:30 to 16:00 in New York, in UTC by the season."""
    number = day_number(day)
    plan = session_plan(number, number)
    assert plan.opens.tolist() == [number * DAY_MS + opens * HOUR_MS]
    assert plan.closes.tolist() == [number * DAY_MS + closes * HOUR_MS]


def test_no_session_is_planned_on_holidays() -> None:
    """Christmas 2022 fell on a Sunday: the Monday after it is closed."""
    christmas = day_number("2022-12-26")
    assert session_plan(christmas, christmas).day.tolist() == []


def test_the_pause_of_currencies_changes_with_the_clock() -> None:
    """The weekend in which New York goes to summer time lasts 47 hours, others 48."""
    friday = day_number("2024-03-08") * DAY_MS
    begins, ends = last_pause(np.array([friday + 22 * HOUR_MS + 1, friday + 22 * HOUR_MS]))
    assert begins.tolist() == [friday + 22 * HOUR_MS, friday - 7 * DAY_MS + 22 * HOUR_MS]
    assert ends.tolist()[0] == friday + 2 * DAY_MS + 21 * HOUR_MS
    assert ends[0] - begins[0] == 47 * HOUR_MS
    assert ends[1] - begins[1] == 48 * HOUR_MS
