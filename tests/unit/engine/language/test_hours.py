"""Sessions, days, flat times and periods: by the instrument's clock, in every zone."""

from __future__ import annotations

import numpy as np
import pytest

from engine.backtest.simulator import simulate
from engine.data.bars import Bars, BoolArray
from engine.language.hours import hours_of, period_ends
from engine.language.spec import SpecLimits
from engine.market import Timeframe
from tests.rules import FREE, F, make_bars, make_decisions

HOUR = Timeframe.H1.seconds * 1000
MONDAY = int(np.datetime64("2024-01-08", "ms").astype(np.int64))
DAY = 24 * HOUR


def coin(days: int = 3) -> Bars:
    """Hours round the clock from Monday 2024-01-08 00:00 UTC on."""
    return make_bars([F] * (24 * days), timeframe=Timeframe.H1, start_ms=MONDAY)


def stock(first: int = MONDAY, days: int = 2, *, summer: bool = False) -> Bars:
    """Seven hourly bars a session from 09:30 New York on."""
    start = (13 if summer else 14) * HOUR + HOUR // 2
    times = [first + d * DAY + start + k * HOUR for d in range(days) for k in range(7)]
    return make_bars(
        [F] * len(times), symbol="SPY", kind="equity", calendar="XNYS",
        timeframe=Timeframe.H1, times=times,
    )  # fmt: skip


def where(flags: BoolArray | None) -> list[int]:
    """Numbers of the marked bars."""
    assert flags is not None
    return np.flatnonzero(flags).tolist()


def test_without_limits_the_clock_forbids_nothing() -> None:
    """Nothing given, nothing marked."""
    hours = hours_of(coin(), SpecLimits())
    assert (hours.closed, hours.flat, hours.new_day, hours.new_week) == (None,) * 4


def test_a_session_closes_the_bars_that_open_outside_it() -> None:
    """From its first minute on, its end excluded."""
    closed = hours_of(coin(1), SpecLimits(session="09:30-16:00")).closed
    assert where(closed) == [*range(10), *range(16, 24)]


def test_a_session_over_midnight_is_one_session() -> None:
    """22:00 to 04:00 goes through the night."""
    closed = hours_of(coin(1), SpecLimits(session="22:00-04:00")).closed
    assert where(closed) == list(range(4, 22))


@pytest.mark.parametrize("summer", [False, True])
def test_times_are_those_of_the_instruments_zone(summer: bool) -> None:
    """10:30 in New York is another hour of the world's clock in summer; the bar is the same."""
    first = int(np.datetime64("2024-07-08", "ms").astype(np.int64)) if summer else MONDAY
    closed = hours_of(stock(first, 1, summer=summer), SpecLimits(session="10:30-15:30")).closed
    assert where(closed) == [0, 6]


def test_days_close_the_others() -> None:
    """Monday and Wednesday only."""
    closed = hours_of(coin(3), SpecLimits(days=("mon", "wed"))).closed
    assert where(closed) == list(range(24, 48))


def test_a_flat_time_leaves_at_the_first_open_at_or_after_it() -> None:
    """At 15:30 on the bar that opens then; after the last bar of a day on the next one."""
    assert {6, 13} <= set(where(hours_of(stock(), SpecLimits(flat_by="15:30")).flat))
    late = where(hours_of(stock(), SpecLimits(flat_by="15:45")).flat)
    assert 7 in late
    assert not {5, 6, 12, 13} & set(late)


def test_without_overnight_the_last_bar_of_the_day_is_flat() -> None:
    """Nothing is held over the night: out at the open of the session's last bar."""
    assert {6, 13} <= set(where(hours_of(stock(), SpecLimits(overnight=False)).flat))
    assert hours_of(stock(), SpecLimits(overnight=True)).flat is None


@pytest.mark.parametrize(
    "limits", [{"flat_by": "15:30"}, {"flat_by": "15:45"}, {"overnight": False}]
)
def test_a_run_is_flat_when_it_should_be(limits: dict[str, object]) -> None:
    """Entered in the morning: gone by the flat time, or at the first open after it."""
    bars = stock()
    hours = hours_of(bars, SpecLimits.model_validate(limits))
    decisions = make_decisions(14, long={"enter": [2]})
    held = simulate(bars, decisions, FREE)
    assert held.trades[0].exit_reason == "open"
    clocked = make_decisions(14, long={"enter": [2]}, clock=hours)
    (trade,) = simulate(bars, clocked, FREE).trades
    assert trade.exit_reason == "exit_time"
    assert trade.exit_bar == (7 if limits.get("flat_by") == "15:45" else 6)


def test_days_and_weeks_begin_in_the_instruments_zone() -> None:
    """One new day per session, one new week per week; only where something is counted."""
    friday = stock(MONDAY + 4 * DAY, 1)
    monday = stock(MONDAY + 7 * DAY, 1)
    times = [*friday.time.tolist(), *monday.time.tolist()]
    bars = make_bars(
        [F] * 14, symbol="SPY", kind="equity", calendar="XNYS", timeframe=Timeframe.H1, times=times
    )
    hours = hours_of(bars, SpecLimits(max_trades_per_day=2))
    assert (where(hours.new_day), where(hours.new_week)) == ([0, 7], [0, 7])
    week = hours_of(stock(days=3), SpecLimits(max_trades_per_week=2))
    assert (where(week.new_day), where(week.new_week)) == ([0, 7, 14], [0])


@pytest.mark.parametrize(
    ("period", "ends"),
    [("bar", range(72)), ("daily", [23, 47, 71]), ("weekly", []), ("monthly", [])],
)
def test_periods_end_with_the_last_planned_close(period: str, ends: list[int]) -> None:
    """By the plan of the calendar: a week or month that is not over has no end yet."""
    assert where(period_ends(coin(3), period)) == list(ends)  # type: ignore[arg-type]  # four of them


def test_a_month_of_a_stock_ends_with_its_last_session() -> None:
    """January 2024 ended on Wednesday the 31st, a quarter ends in March only."""
    first = int(np.datetime64("2024-01-29", "ms").astype(np.int64))
    bars = make_bars([F] * 5, symbol="SPY", kind="equity", calendar="XNYS", start_ms=first)
    assert where(period_ends(bars, "monthly")) == [2]
    assert where(period_ends(bars, "weekly")) == [4]
    assert where(period_ends(bars, "quarterly")) == []
