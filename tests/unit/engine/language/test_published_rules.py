"""The published strategies do on the path suite what their rules say in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import groupby, islice, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.result import BacktestResult, Trade
from engine.data.panel import Panel
from engine.language.compiler import compile_spec
from tests.published_specs import published, suite_panels

FREE = CostModel(
    taker_fee_bps=0.0, maker_fee_bps=0.0, spread_bps=0.0, slippage_bps=0.0, limit_fill="touch"
)
NEW_YORK = ZoneInfo("America/New_York")


@cache
def runs(number: int) -> tuple[tuple[Panel, BacktestResult], ...]:
    """A strategy without costs on three random paths and one crafted."""
    name = next(name for name in published() if name.startswith(f"p{number:02d}_"))
    compiled = compile_spec(published()[name])
    panels = list(islice(suite_panels(compiled.spec, 3 * compiled.warmup + 300), 9))
    return tuple((panel, run_spec(compiled, panel, FREE)) for panel in (*panels[:3], panels[8]))


def trades(number: int) -> Iterator[tuple[Panel, Trade]]:
    """Every trade of a strategy with its panel."""
    for panel, result in runs(number):
        for trade in result.trades:
            yield panel, trade


def reasons(number: int) -> set[str]:
    """Every reason for which a strategy left."""
    return {trade.exit_reason for _, trade in trades(number)} - {"open"}


def opened(panel: Panel, bar: int) -> datetime:
    """Open time of a bar of the panel."""
    return datetime.fromtimestamp(int(panel.time[bar]) / 1000, UTC)


def own(panel: Panel, trade: Trade, column: str, bars_before: int = 1) -> float:
    """A column of the trade's instrument, so many of its own bars before the entry."""
    place = panel.place(trade.symbol) or 0
    row = int(panel.rows[place][trade.entry_bar]) - bars_before
    return float(getattr(panel.each[place], column)[row])


@pytest.mark.parametrize(
    ("number", "allowed"),
    [
        (1, {"reverse", "signal"}),
        (4, {"reverse", "signal"}),
        (2, {"signal", "stop"}),
        (11, {"signal"}),
        (15, {"signal", "trailing", "target"}),
        (17, {"reverse", "signal"}),
        (20, {"stop", "time"}),
        (22, {"reverse"}),
        (25, {"signal", "time", "reverse"}),
        (31, {"signal", "stop", "target"}),
        (32, {"stop", "exit_time"}),
    ],
)
def test_positions_end_as_the_rules_say(number: int, allowed: set[str]) -> None:
    """No strategy leaves for a reason that its text does not know."""
    found = reasons(number)
    assert found
    assert found <= allowed


def test_ten_month_timing_holds_at_most_a_fifth() -> None:
    """Faber: each fund gets at most 20 % of equity at the decision."""
    for panel, result in runs(3):
        for trade in result.trades:
            value = trade.quantity * own(panel, trade, "close")
            assert value <= 0.2 * result.equity[trade.entry_bar - 1] * (1 + 1e-9)


def test_turtles_skip_after_a_winner() -> None:
    """System 1: the near breakout is bought only when the side's last closed trade lost."""
    checked = 0
    for _, result in runs(5):
        for side in ("long", "short"):
            each = [trade for trade in result.trades if trade.side == side]
            for before, trade in pairwise(each):
                if trade.rule.startswith("first") and before.exit_reason != "open":
                    assert before.pnl <= 0
                    checked += 1
    assert checked >= 10


def test_momentum_moves_on_month_ends_only() -> None:
    """Time-series momentum: every entry was decided at the close that ends a month."""
    for panel, trade in trades(7):
        closed = own(panel, trade, "close_time")
        assert datetime.fromtimestamp(closed / 1000, UTC).day == 1


def test_global_momentum_holds_one_fund_at_a_time() -> None:
    """SPY, VEU or BND, never two over the same bars; BIL is only looked at."""
    for _, result in runs(8):
        spans = sorted((trade.entry_bar, trade.exit_bar) for trade in result.trades)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        assert {trade.symbol for trade in result.trades} <= {"SPY", "VEU", "BND"}


def test_winners_and_losers_are_three_each() -> None:
    """Momentum 12-1: never more than three long and three short at one time."""
    for panel, result in runs(9):
        for side in ("long", "short"):
            spans: dict[tuple[str, int], int] = {}
            for trade in result.trades:
                if trade.side == side:
                    # a position that is made smaller leaves several rows of one entry
                    last = trade.exit_bar + (trade.exit_reason == "open")
                    key = (trade.symbol, trade.entry_bar)
                    spans[key] = max(spans.get(key, 0), last)
            held = np.zeros(len(panel) + 1)
            for (_, entry), last in spans.items():
                held[entry] += 1
                held[last] -= 1
            assert held.cumsum().max() == 3


def test_extreme_points_are_the_stops() -> None:
    """Wilder: the stop is the signal bar's low for longs and its high for shorts."""
    for panel, trade in trades(16):
        column = "low" if trade.side == "long" else "high"
        assert trade.stop_price == pytest.approx(own(panel, trade, column), rel=1e-4)


def test_the_volatility_breakout_leaves_on_the_next_open() -> None:
    """Williams: a position lives for its entry bar and the next open."""
    assert all(trade.exit_bar - trade.entry_bar <= 1 for _, trade in trades(20))


def test_thrusts_are_always_in_the_market() -> None:
    """Dual Thrust: each trade begins where the one before was reversed."""
    for _, result in runs(22):
        each = result.trades
        assert all(
            one.exit_bar == other.entry_bar and one.side != other.side
            for one, other in pairwise(each)
        )


def test_pairs_hold_two_equal_legs() -> None:
    """Gatev: A against B, opened together with equal notional, at most 126 bars."""
    for panel, result in runs(25):
        for _, legs in groupby(result.trades, key=lambda trade: trade.entry_bar):
            one, other = sorted(legs, key=lambda trade: trade.symbol)
            assert {one.side, other.side} == {"long", "short"}
            assert one.quantity * own(panel, one, "close") == pytest.approx(
                other.quantity * own(panel, other, "close"), rel=0.02
            )
            assert one.exit_bar - one.entry_bar <= 126


def test_the_opening_range_is_traded_once_a_day() -> None:
    """One entry a day, after 10:00 and out by 15:45 exchange time, nothing overnight."""
    for panel, result in runs(32)[:3]:  # paths without absent bars
        days = [opened(panel, trade.entry_bar).astimezone(NEW_YORK) for trade in result.trades]
        assert len({day.date() for day in days}) == len(days)
        for trade, day in zip(result.trades, days, strict=True):
            left = opened(panel, trade.exit_bar).astimezone(NEW_YORK)
            assert f"{day:%H:%M}" >= "10:00"
            assert left.date() == day.date()
            assert f"{left:%H:%M}" <= "15:45"
