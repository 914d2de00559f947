"""Days, periods and hours of exported files against our own calendar round the clock."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.export import clock
from engine.export.runtime import minute_of_day, shut_bars, weekday
from engine.indicators import calendar
from engine.language.hours import hours_of, period_ends
from engine.language.spec import SpecLimits
from engine.market import SECONDS, Timeframe
from tests.language_world import nasty_bars

PERIODS = {"bar": 0, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}


def bars(timeframe: Timeframe = Timeframe.H4) -> Bars:
    """Half a year of bars with gaps."""
    return nasty_bars(1_100, timeframe=timeframe, start=1_700_006_400_000)


@pytest.mark.parametrize("name", sorted(PERIODS))
@pytest.mark.parametrize("timeframe", [Timeframe.H1, Timeframe.H4, Timeframe.D1])
def test_periods_end_where_ours_end(name: str, timeframe: Timeframe) -> None:
    """The last close of a day, week or month is the same bar in a file."""
    found = bars(timeframe)
    ends = clock.period_ends_at(found.time, SECONDS[timeframe], PERIODS[name])
    np.testing.assert_array_equal(ends, period_ends(found, name))  # type: ignore[arg-type]  # a known word


def test_days_and_weeks_begin_where_ours_begin() -> None:
    """New days and weeks are those that daily limits count by."""
    found = bars()
    hours = hours_of(found, SpecLimits(max_trades_per_day=1))
    np.testing.assert_array_equal(clock.new_days(found.time), hours.new_day)
    np.testing.assert_array_equal(clock.new_weeks(found.time), hours.new_week)


@pytest.mark.parametrize(
    ("session", "minutes"), [("08:00-16:00", (480, 960)), ("20:00-08:00", (1200, 480))]
)
def test_hours_shut_the_same_bars(session: str, minutes: tuple[int, int]) -> None:
    """Sessions, over midnight too, and weekdays close the same bars."""
    found = bars()
    closed = hours_of(found, SpecLimits(session=session, days=("mon", "sat"))).closed
    shut = shut_bars(minute_of_day(found.time), weekday(found.time), minutes, [0, 5])
    np.testing.assert_array_equal(shut, closed)


def test_days_left_are_those_of_the_month() -> None:
    """0 on the last day of a month, as our calendar counts it round the clock."""
    found = bars(Timeframe.D1)
    left = clock.days_left_in_month(found.time)
    np.testing.assert_array_equal(left, calendar.trading_days_left_in_month(found))
    assert left.min() == 0


def test_months_close_at_the_first_of_the_next() -> None:
    """A monthly bar that opens in February closes on the first of March."""
    february = np.array(["2024-02-01"], dtype="datetime64[ms]").astype(np.int64)
    march = np.array(["2024-03-01"], dtype="datetime64[ms]").astype(np.int64)
    np.testing.assert_array_equal(clock.closes_of(february, clock.MONTH_SECONDS), march)
