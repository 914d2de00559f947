"""Days: which day a bar belongs to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from engine.data.bars import Bars
from engine.data.days import (
    bar_days,
    daily_closes,
    daily_log_returns,
    day_number,
    day_of,
    day_text,
    midnight,
)
from engine.market import Timeframe


def test_a_daily_bar_belongs_to_the_day_that_it_covers(make_bars: Callable[..., Bars]) -> None:
    """A bar that closes at midnight belongs to the day that ends there."""
    bars = make_bars(3)
    assert [day_text(day) for day in bar_days(bars)] == ["2015-01-01", "2015-01-02", "2015-01-03"]


def test_hours_of_one_day_share_it(make_bars: Callable[..., Bars]) -> None:
    """24 hourly bars from midnight on are one day, the 25th is the next."""
    bars = make_bars(25, timeframe=Timeframe.H1)
    days, closes = daily_closes(bars)
    assert len(days) == 2
    assert closes.tolist() == [bars.close[23], bars.close[24]]


def test_a_weekly_bar_belongs_to_its_last_day(make_bars: Callable[..., Bars]) -> None:
    """A week from Thursday to Wednesday counts on Wednesday."""
    bars = make_bars(1, timeframe=Timeframe.W1)
    assert day_text(bar_days(bars)[0]) == "2015-01-07"


def test_daily_returns_are_keyed_by_the_later_day(make_bars: Callable[..., Bars]) -> None:
    """One return fewer than days."""
    days, returns = daily_log_returns(make_bars(10))
    assert len(days) == len(returns) == 9
    assert day_text(days[0]) == "2015-01-02"


def test_day_names_and_numbers_agree() -> None:
    """Text, number and midnight are three forms of one day."""
    number = day_number("2012-06-29")
    assert day_text(number) == "2012-06-29"
    assert midnight(number) == datetime(2012, 6, 29, tzinfo=UTC)
    assert day_of(datetime(2012, 6, 29, 23, 59, tzinfo=UTC)) == number
