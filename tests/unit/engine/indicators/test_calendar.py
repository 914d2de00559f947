"""Calendar names: zones, clock changes, planned holidays; never the bars that follow."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars, bars_of
from engine.data.sessions import session_plan
from engine.indicators import calendar
from engine.market import Calendar, Instrument, Timeframe
from tests.language_world import instrument


def _bars(calendar_name: Calendar, timeframe: Timeframe, *times: str) -> Bars:
    time = np.array(times, dtype="datetime64[ms]").astype(np.int64)
    flat = np.full(len(time), 10.0)
    return bars_of(instrument(calendar_name), timeframe, time, flat, flat, flat, flat, flat)


def test_a_market_that_never_closes_counts_in_utc() -> None:
    """Weekday, day, month, hour and minute of the bar's open."""
    bars = _bars("24/7", Timeframe.M15, "2024-02-29T23:45", "2024-03-01T00:00")
    assert calendar.day_of_week(bars).tolist() == [3, 4]
    assert calendar.day_of_month(bars).tolist() == [29, 1]
    assert calendar.month(bars).tolist() == [2, 3]
    assert calendar.hour(bars).tolist() == [23, 0]
    assert calendar.minute_of_day(bars).tolist() == [1425, 0]
    assert calendar.session_bar(bars).tolist() == [95, 0]
    assert calendar.trading_day_of_month(bars).tolist() == [29, 1]
    assert calendar.trading_days_left_in_month(bars).tolist() == [0, 30]


@pytest.mark.parametrize(
    ("utc", "minute"),
    [
        ("2024-03-08T14:30", 570), ("2024-03-11T13:30", 570), ("2024-11-01T13:30", 570),
        ("2024-11-04T14:30", 570), ("2006-04-03T13:30", 570), ("2006-03-31T14:30", 570),
        ("1986-04-28T13:30", 570), ("1986-04-25T14:30", 570),
    ],
)  # fmt: skip
def test_new_york_changes_its_clocks(utc: str, minute: int) -> None:
    """09:30 in New York is 14:30 UTC in winter and 13:30 in summer, by the law of the year."""
    assert calendar.minute_of_day(_bars("XNYS", Timeframe.M15, utc)).tolist() == [minute]


def test_a_day_label_keeps_its_date() -> None:
    """A daily bar stamped midnight UTC is that date, not the evening before in New York."""
    bars = _bars("XNYS", Timeframe.D1, "2024-07-01T00:00", "2024-07-03T13:30")
    assert calendar.day_of_week(bars).tolist() == [0, 2]
    assert calendar.session_bar(bars).tolist() == [0, 0]


def test_planned_holidays_are_no_trading_days() -> None:
    """July 2024 has 22 trading days: the fourth is closed."""
    bars = _bars("XNYS", Timeframe.D1, "2024-07-01", "2024-07-03", "2024-07-05", "2024-07-31")
    assert calendar.trading_day_of_month(bars).tolist() == [1, 3, 4, 22]
    assert calendar.trading_days_left_in_month(bars).tolist() == [21, 19, 18, 0]


@pytest.mark.parametrize(
    "date",
    [
        "2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27", "2024-06-19",
        "2024-07-04", "2024-09-02", "2024-11-28", "2024-12-25", "2021-12-24", "2023-01-02",
        "2000-04-21",
    ],
)  # fmt: skip
def test_closures_of_the_exchange(date: str) -> None:
    """Fixed and moving holidays, with their observed days."""
    day = int(np.datetime64(date, "D").astype(int))
    assert session_plan(day, day).day.tolist() == []


@pytest.mark.parametrize("date", ["2021-06-18", "1997-01-20", "2021-12-31", "2012-10-29"])
def test_days_without_a_planned_closure(date: str) -> None:
    """Holidays before their law, a lost New Year's Day and a storm are trading days of the plan."""
    day = int(np.datetime64(date, "D").astype(int))
    assert session_plan(day, day).day.tolist() == [day]


def test_currency_days_are_weekdays() -> None:
    """A Saturday keeps the count of Friday."""
    bars = _bars("FX", Timeframe.D1, "2024-06-07", "2024-06-08", "2024-06-10")
    fx = bars_of(
        Instrument(symbol="EURUSD", kind="fx", base="EUR", quote="USD", calendar="FX"),
        Timeframe.D1, bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume,
    )  # fmt: skip
    assert calendar.trading_day_of_month(fx).tolist() == [5, 5, 6]


def test_bars_outside_the_session_have_no_place_in_it() -> None:
    """Before the open and after the close session_bar is missing."""
    bars = _bars("XNYS", Timeframe.M15, "2024-06-03T12:00", "2024-06-03T13:45", "2024-06-03T20:00")
    found = calendar.session_bar(bars)
    assert np.isnan(found[[0, 2]]).all()
    assert found[1] == 1


def test_turn_dates_are_calendar_labels() -> None:
    """Within so many days of a listed date, nothing else."""
    bars = _bars("24/7", Timeframe.D1, "2015-09-26", "2015-09-27", "2015-10-07", "2015-10-08")
    assert calendar.ecm_window(bars, 5).tolist() == [0, 1, 1, 0]
