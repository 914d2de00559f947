"""Planned trading times: the real session dates, early closes, the currency weekend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.days import DAY_MS, day_number, day_text
from engine.data.files import read_csv
from engine.data.instruments import instrument_for
from engine.data.sessions import HOUR_MS, last_pause, one_off_closures, session_hours, session_plan
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


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [("2024-01-03", 14.5, 21.0), ("2024-07-02", 13.5, 20.0), ("2024-07-03", 13.5, 17.0)],
)
def test_a_session_lasts_six_and_a_half_hours(day: str, opens: float, closes: float) -> None:
    """09:30 to 16:00 in New York, in UTC by the season; 13:00 before Independence Day."""
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


def test_a_closure_for_one_day_is_known_afterwards_only() -> None:
    """The week of September 2001 is planned, and listed apart as what nobody planned."""
    days = [day_number(f"2001-09-{day}") for day in (11, 12, 13, 14)]
    assert session_plan(days[0], days[-1]).day.tolist() == days
    assert np.isin(days, one_off_closures("XNYS")).all()


def test_other_exchanges_have_their_own_hours() -> None:
    """Frankfurt trades 09:00 to 17:30 its own time, and closes at 14:00 on its last day."""
    assert session_hours("XETR") == (9 * HOUR_MS, 17.5 * HOUR_MS)
    days = [day_number("2024-07-03"), day_number("2024-12-30")]
    plan = session_plan(days[0], days[1], "XETR")
    assert (plan.opens[[0, -1]] - plan.day[[0, -1]] * DAY_MS).tolist() == [7 * HOUR_MS, 8 * HOUR_MS]
    assert (plan.closes[-1] - plan.opens[-1]).tolist() == 5 * HOUR_MS
