"""What the clock and the account's limits forbid: hours, days, losses, drawdown, positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate, simulate_panel
from engine.data.panel import panel_of
from engine.market import Timeframe
from tests.rules import ALL_IN, FREE, UNITS, Bar, F, make_bars, make_decisions, mirrored

SIDES = pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
LOW: Bar = (98.0, 98.5, 97.5, 98.0)


def run(rows: list[Bar], short: bool = False, **parts: Any) -> BacktestResult:  # noqa: ANN401 - passed on as it is
    """Rows as they are or upside down; `rule` holds the side's arguments."""
    rule = parts.pop("rule")
    side = {"short" if short else "long": rule}
    bars = make_bars(mirrored(rows) if short else rows)
    return simulate(bars, make_decisions(len(rows), **side, **parts), FREE)


def entries(result: BacktestResult) -> list[int]:
    """Entry bars."""
    return [trade.entry_bar for trade in result.trades]


@SIDES
def test_outside_the_session_no_entry_is_filled(short: bool) -> None:
    """The order for a closed bar is dropped and counted; the next decision is done."""
    rule = {"enter": [1, 3]}
    result = run([F] * 6, short, rule=rule, hours={"closed": [2]})
    assert (entries(result), result.drops) == ([4], (("OUTSIDE_HOURS", 1),))
    assert entries(run([F] * 6, short, rule=rule)) == [2]


@SIDES
def test_positions_are_left_at_the_open_of_a_flat_bar(short: bool) -> None:
    """Reason `exit_time`, at the open, before anything inside the bar."""
    rows = [F, F, F, (99, 100, 90, 95), F]
    rule = {"enter": [1], "stop": 105.0 if short else 95.0}
    (trade,) = run(rows, short, rule=rule, hours={"flat": [3]}).trades
    price = 101.0 if short else 99.0
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (3, price, "exit_time")


def test_a_signal_at_the_same_open_keeps_its_name() -> None:
    """The exit that was decided is named before the clock."""
    rule = {"enter": [1], "leave": [2]}
    assert run([F] * 5, rule=rule, hours={"flat": [3]}).trades[0].exit_reason == "signal"


@SIDES
@pytest.mark.parametrize(
    ("limit", "mark", "code"),
    [
        ("max_trades_per_day", "new_day", "TRADES_PER_DAY"),
        ("max_trades_per_week", "new_week", "TRADES_PER_WEEK"),
    ],
)
def test_trades_are_counted_until_the_next_day_or_week(
    limit: str, mark: str, code: str, short: bool
) -> None:
    """One a day: the second entry is dropped, after the day's end the next one is done."""
    rule = {"enter": [1, 3, 6], "leave": [2, 7]}
    result = run([F] * 9, short, rule=rule, limits={limit: 1}, hours={mark: [0, 6]})
    assert (entries(result), result.drops) == ([2, 7], ((code, 1),))
    two = run([F] * 9, short, rule=rule, limits={limit: 2}, hours={mark: [0, 6]})
    assert entries(two) == [2, 4]


def test_a_reversal_is_one_trade_more() -> None:
    """Closing and opening at one fill counts once: two trades a day allow one turn."""
    sides = {"long": {"enter": [1, 5]}, "short": {"enter": [3]}}
    clock = {"new_day": [0]}
    for most, found in ((1, [2]), (2, [2, 4]), (3, [2, 4, 6])):
        decisions = make_decisions(8, **sides, limits={"max_trades_per_day": most}, hours=clock)
        assert entries(simulate(make_bars([F] * 8), decisions, FREE)) == found


@SIDES
def test_lost_trades_stop_the_day(short: bool) -> None:
    """After one loss no entry until the next day; a trade that breaks even is no loss."""
    rows = [F, F, F, LOW, LOW, LOW, LOW, LOW, LOW]
    rule = {"enter": [1, 3, 6], "leave": [2]}
    limits, hours = {"max_losses_per_day": 1}, {"new_day": [0, 6]}
    lost = run(rows, short, rule=rule, limits=limits, hours=hours)
    assert (entries(lost), lost.drops) == ([2, 7], (("LOSSES_PER_DAY", 1),))
    even = run([F] * 9, short, rule=rule, limits=limits, hours=hours)
    assert entries(even) == [2, 4]


@SIDES
def test_a_daily_loss_stops_entries_until_the_next_day(short: bool) -> None:
    """Two percent of the day's first equity: at the limit no entry is decided."""
    rows = [F, F, F, LOW, LOW, LOW, LOW, LOW, LOW]
    rule = {"enter": [1, 3, 6], "leave": [2]}
    hours = {"new_day": [0, 6]}
    limited = run(
        rows, short, rule=rule, hours=hours, sizing=ALL_IN, limits={"max_daily_loss": 0.019}
    )
    assert (entries(limited), limited.drops) == ([2, 7], (("DAILY_LOSS", 1),))
    wide = run(rows, short, rule=rule, hours=hours, sizing=ALL_IN, limits={"max_daily_loss": 0.03})
    assert entries(wide) == [2, 4]


@SIDES
def test_a_drawdown_ends_the_run_flat(short: bool) -> None:
    """At a close ten percent below the peak: out at the next open, and nothing after it."""
    rows = [F, F, F, (100, 100.5, 88, 89), (90, 91, 89, 90), F, F]
    rule = {"enter": [1, 4, 5]}
    result = run(rows, short, rule=rule, sizing=ALL_IN, limits={"max_drawdown": 0.1})
    (trade,) = result.trades
    price = 110.0 if short else 90.0
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (4, price, "drawdown")
    assert result.pending == ()
    held = run(rows, short, rule=rule, sizing=ALL_IN, limits={"max_drawdown": 0.2})
    assert held.trades[0].exit_reason == "open"


def test_a_drawdown_is_left_when_something_trades_again() -> None:
    """The bar after it traded nothing: the exit is not forgotten, the run ends flat."""
    rows = [F, F, F, (100, 100.5, 88, 89), (89, 90, 88, 89, 0.0), (91, 92, 90, 91), F]
    result = run(rows, rule={"enter": [1]}, sizing=ALL_IN, limits={"max_drawdown": 0.1})
    (trade,) = result.trades
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (5, 91.0, "drawdown")


def test_a_drawdown_takes_working_orders_away() -> None:
    """An order that was placed before is not filled after the end."""
    rows = [F, F, F, (100, 100.5, 88, 89), (90, 91, 89, 90), (90, 106, 89, 105), F]
    sides = {
        "long": {"enter": [1]},
        "short": {"enter": [2], "order": "limit", "price": 104.0, "valid_bars": 9},
    }
    limits = {"max_drawdown": 0.1}
    result = simulate(
        make_bars(rows), make_decisions(7, **sides, sizing=ALL_IN, limits=limits), FREE
    )
    assert [t.side for t in result.trades] == ["long"]
    free = simulate(make_bars(rows), make_decisions(7, **sides, sizing=ALL_IN), FREE)
    assert [t.side for t in free.trades] == ["long", "short"]


@pytest.mark.parametrize(("most", "held"), [(1, 1), (2, 2), (0, 3)])
def test_no_more_instruments_are_held_than_allowed(most: int, held: int) -> None:
    """The first ones in order get their place; the others are dropped and counted."""
    bars = [make_bars([F] * 5, symbol=name) for name in ("A", "B", "C")]
    one = make_decisions(5, long={"enter": [1]}, limits={"max_positions": most})
    result = simulate_panel(panel_of(bars), [one] * 3, FREE)
    assert len(result.trades) == held
    assert dict(result.drops).get("POSITIONS_FULL", 0) == 3 - held


def test_working_orders_do_not_fill_beyond_the_most_positions() -> None:
    """Both were placed while nothing was held; the second trigger finds the place taken."""
    rows = [F, F, (100, 104, 99, 103), F, F]
    bars = [make_bars(rows, symbol=name) for name in ("A", "B")]
    rule = {"enter": [1], "order": "stop", "price": 103.0}
    one = make_decisions(5, long=rule, limits={"max_positions": 1})
    result = simulate_panel(panel_of(bars), [one] * 2, FREE)
    assert [t.symbol for t in result.trades] == ["A"]
    assert result.drops == (("POSITIONS_FULL", 1),)


def test_a_place_that_is_left_at_an_open_is_free_at_it() -> None:
    """Exits come before entries: one position at most, out of one and into the other at once."""
    bars = [make_bars([F] * 6, symbol=name) for name in ("A", "B")]
    limits = {"max_positions": 1}
    out = make_decisions(6, long={"enter": [1], "leave": [3]}, limits=limits)
    into = make_decisions(6, long={"enter": [3]}, limits=limits)
    result = simulate_panel(panel_of(bars), [out, into], FREE)
    assert [(t.symbol, t.entry_bar) for t in result.trades] == [("A", 2), ("B", 4)]
    early = simulate_panel(panel_of(bars), [out, make_decisions(6, long={"enter": [2]})], FREE)
    assert [t.symbol for t in early.trades] == ["A"]


def _walk(seed: int, n: int = 80) -> np.ndarray:
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, n)))


@pytest.mark.parametrize(("alike", "most", "held"), [(True, 0.9, 1), (False, 0.9, 2), (True, 0, 2)])
@pytest.mark.parametrize("together", [False, True], ids=["one held", "at one close"])
def test_an_instrument_that_moves_like_one_that_is_held_is_not_entered(
    alike: bool, most: float, held: int, together: bool
) -> None:
    """CORRELATED: |correlation| of 60 log returns above the limit; others may be entered."""
    first = _walk(1)
    second = 3 * first**1.5 if alike else _walk(2)
    bars = [
        make_bars([(p, p, p, p) for p in path], symbol=name)
        for name, path in (("A", first), ("B", second))
    ]
    each = [
        make_decisions(80, long={"enter": [at]}, limits={"max_correlation": most}, sizing=UNITS)
        for at in (70, 70 if together else 72)
    ]
    result = simulate_panel(panel_of(bars), each, FREE)
    assert len(result.trades) == held
    assert dict(result.drops).get("CORRELATED", 0) == 2 - held


def test_too_few_returns_count_as_alike() -> None:
    """Before 60 returns are known the safe side is taken."""
    bars = [
        make_bars([(p, p, p, p) for p in _walk(seed)], symbol=name)
        for name, seed in (("A", 1), ("B", 2))
    ]
    for at, held in ((59, 1), (60, 2)):
        one = make_decisions(80, long={"enter": [at]}, limits={"max_correlation": 0.9})
        assert len(simulate_panel(panel_of(bars), [one] * 2, FREE).trades) == held


def test_the_accounts_day_is_counted_once() -> None:
    """Two instruments whose first bars of a day differ: still one day, one trade."""
    hour = Timeframe.H1.seconds * 1000
    late = [day * 24 + k for day in range(2) for k in range(10, 20)]
    bars = [
        make_bars([F] * 20, symbol="A", timeframe=Timeframe.H1, times=[k * hour for k in late]),
        make_bars([F] * 48, symbol="B", timeframe=Timeframe.H1),
    ]
    limits = {"max_trades_per_day": 1}
    each = [
        make_decisions(20, long={"enter": [3, 13]}, limits=limits, hours={"new_day": [0, 10]}),
        make_decisions(48, long={"enter": [4, 30]}, limits=limits, hours={"new_day": [0, 24]}),
    ]
    result = simulate_panel(panel_of(bars), each, FREE)
    assert [(t.symbol, t.entry_bar) for t in result.trades] == [("A", 38), ("B", 5)]
    assert result.drops == (("TRADES_PER_DAY", 1),)
