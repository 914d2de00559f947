"""Funding, borrow, and spreads and slippage that differ from bar to bar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate, simulate_panel
from engine.data.bars import Bars
from engine.data.panel import panel_of
from engine.language.decisions import TargetDecisions
from engine.market import Timeframe
from tests.rules import FREE, F, make_bars, make_decisions

NAN = float("nan")


def costs(**changes: Any) -> CostModel:  # noqa: ANN401 - passed on as it is
    """No costs but these."""
    return CostModel.model_validate({**FREE.model_dump(), **changes})


def funded(rates: list[float], **instrument: Any) -> Bars:  # noqa: ANN401 - passed on as it is
    """Flat bars with these funding rates, NaN where there is no event."""
    bars = make_bars([F] * len(rates), **instrument)
    return replace(bars, funding=np.array(rates))


def held(bars: Bars, side: str, leave: list[int], model: CostModel = FREE) -> BacktestResult:
    """Ten units from the open of bar 2 on."""
    decisions = make_decisions(len(bars), **{side: {"enter": [1], "leave": leave}})
    return simulate(bars, decisions, model)


@pytest.mark.parametrize(("side", "sign"), [("long", -1), ("short", 1)])
def test_longs_pay_a_positive_rate_and_shorts_receive_it(side: str, sign: int) -> None:
    """Notional at the open of the bar that holds the event, for who holds it into that bar."""
    rates = [0.5, 0.5, 0.5, NAN, 0.001, NAN, 0.5]
    result = held(funded(rates), side, [4])
    (trade,) = result.trades
    assert result.equity[-1] == pytest.approx(10_000 + sign * 1.0)
    assert (trade.pnl, trade.funding) == pytest.approx((sign * 1.0, -sign * 1.0))
    assert list(result.equity[2:4]) == [10_000.0, 10_000.0]


def test_funding_due_at_the_open_of_the_exit_is_paid() -> None:
    """First the dues up to the open, then the market exit."""
    assert held(funded([NAN] * 5 + [0.001]), "long", [4]).equity[-1] == pytest.approx(9_999.0)
    assert held(funded([NAN] * 6 + [0.001]), "long", [4]).equity[-1] == 10_000.0


def test_funding_goes_with_the_share_that_is_closed() -> None:
    """Partly closed, later closed: the two parts together have paid it all, once."""
    rows = [F, F, F, F, (100, 103, 99, 102), F, F]
    bars = replace(make_bars(rows), funding=np.array([NAN, NAN, NAN, 0.001, NAN, 0.001, NAN]))
    rule = {
        "enter": [1], "leave": [5],
        "targets": (TargetDecisions(level=np.full(7, 102.0), fraction=0.4),),
    }  # fmt: skip
    result = simulate(bars, make_decisions(7, long=rule), FREE)
    assert [t.funding for t in result.trades] == pytest.approx([0.4, 0.6 + 0.6])
    assert result.equity[-1] - 10_000 == pytest.approx(sum(t.pnl for t in result.trades))


def test_more_events_than_trades_fit() -> None:
    """Thousands of events in one position: every one is booked."""
    n = 3_000
    result = held(funded([NAN, NAN, NAN] + [1e-6] * (n - 3)), "long", [])
    assert result.equity[-1] == pytest.approx(10_000 - (n - 3) * 1e-3)


def test_a_short_pays_borrow_in_each_bar_a_long_does_not() -> None:
    """A yearly rate, per bar of the calendar: 365 days of a round-the-clock market."""
    model = costs(borrow_bps_year=3_650)
    bars = make_bars([F] * 8)
    assert held(bars, "short", [5], model).equity[-1] == pytest.approx(10_000 - 4 * 1.0)
    assert held(bars, "long", [5], model).equity[-1] == 10_000.0


def test_borrow_of_a_stock_beside_a_coin_is_that_of_its_own_bars() -> None:
    """A stock's year has 252 daily bars, whichever instrument comes first."""
    model = costs(borrow_bps_year=2_520)
    day = Timeframe.D1.seconds * 1000
    monday = 4 * day
    coin = make_bars([F] * 14, symbol="COIN", start_ms=monday)
    open_days = [monday + k * day for k in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
    stock = make_bars(
        [F] * 10, symbol="SPY", kind="equity", calendar="XNYS", times=open_days,
    )  # fmt: skip
    rule = make_decisions(10, long={}, short={"enter": [1]})
    nothing = make_decisions(14, long={}, short={})
    result = simulate_panel(panel_of([coin, stock]), [nothing, rule], model)
    (trade,) = result.trades
    # Shorted at its third bar; dues at the opens of its seven later ones.
    assert trade.funding == pytest.approx(7 * trade.quantity * 100 * 0.252 / 252)


def test_quoted_spreads_count_when_they_are_wider() -> None:
    """Half of the spread quoted at the close before the fill, at least the fixed one."""
    rows = [F] * 6
    bars = make_bars(rows)
    half = np.array([0.1, 0.5, 0.1, 0.1, 0.01, 0.1])
    bars = replace(bars, bid=bars.close - half, ask=bars.close + half)
    model = costs(spread="quoted", spread_bps=10)
    (trade,) = held(bars, "long", [4], model).trades
    assert trade.entry_price == pytest.approx(100 * 1.005)
    assert trade.exit_price == pytest.approx(100 * (1 - 0.0005))
    fixed = held(bars, "long", [4], costs(spread_bps=10)).trades[0]
    assert fixed.entry_price == pytest.approx(100 * 1.0005)


def test_slippage_by_range_takes_the_bar_before_the_fill() -> None:
    """A tenth of that bar's range, on top of the fixed slippage; targets pay none."""
    rows = [F, (100, 102, 98, 100), F, F, (100, 106, 99, 105)]
    model = costs(slippage_range=0.1, slippage_bps=10)
    rule = {"enter": [1], "target": 105.0}
    (trade,) = simulate(make_bars(rows), make_decisions(5, long=rule), model).trades
    assert trade.entry_price == pytest.approx(100 * (1 + 0.1 * 4 / 100 + 0.001))
    assert (trade.exit_price, trade.exit_reason) == (105.0, "target")


def test_costs_scale_together() -> None:
    """Twice the costs are twice every part of them."""
    model = CostModel(borrow_bps_year=100, slippage_range=0.05).scaled(2)
    assert (model.taker_fee_bps, model.spread_bps, model.borrow_bps_year) == (20, 4, 200)
    assert model.slippage_range == 0.1
