"""Sizing of an entry: the rule, the cap, cash, the grid, and what is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.backtest.costs import CostModel
from engine.backtest.orders import (
    FIXED_FRACTION,
    FIXED_NOTIONAL,
    RISK_PER_TRADE,
    WEIGHT,
    capped,
    large_enough,
    on_grid,
    wanted_quantity,
)
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.language.decisions import Decisions
from engine.language.spec import Sizing

BarsFrom = Callable[..., Bars]
Decide = Callable[..., Decisions]
F = (100.0, 100.5, 99.5, 100.0)


@pytest.mark.parametrize(
    ("kind", "value", "units"),
    [
        (FIXED_FRACTION, 0.5, 50.0),
        (FIXED_NOTIONAL, 2_500.0, 25.0),
        (RISK_PER_TRADE, 0.01, 20.0),
        (WEIGHT, 0.3, 30.0),
    ],
)
def test_each_kind_of_sizing(kind: int, value: float, units: float) -> None:
    """10,000 of equity, ref 100, stop 95: half of it, a fixed amount, one percent at risk."""
    assert wanted_quantity(kind, value, 10_000.0, 100.0, 95.0) == units
    assert wanted_quantity(kind, value, 10_000.0, 100.0, 105.0) == units


def test_the_cap_cuts_and_says_so(bars_from: BarsFrom, decide: Decide, free: CostModel) -> None:
    """Risk sizing behind a tight stop asks for too much: cut to the cap, and counted."""
    sizing = Sizing(kind="risk_per_trade", value=0.01, max_position_frac=0.2)
    for stop, units, cuts in ((99.0, 20.0, 1), (90.0, 10.0, 0)):
        decisions = decide(5, long={"enter": [2], "stop": stop}, sizing=sizing)
        result = simulate(bars_from([F] * 5), decisions, free)
        assert (result.trades[0].quantity, result.orders_cut) == (units, cuts)


def test_exactly_the_cap_is_not_a_cut() -> None:
    """Asking for the cap itself is not asking for more, whatever rounding says."""
    cap = 0.3 * 9_999.97 / 77.7
    assert capped(9_999.97 * 0.3 / 77.7, cap)[1] is False
    assert capped(cap * (1 + 1e-12), cap) == (cap, False)
    assert capped(cap * 1.001, cap) == (cap, True)


def test_quantities_lie_on_the_grid_and_are_rounded_down() -> None:
    """Down to the step, never up; a rounding error short of a step is that step."""
    assert on_grid(1.239, 100.0) == 1.23
    assert on_grid(0.3 * 1e5 / 1e5, 1e5) == 0.3
    assert on_grid(1.2399999999999, 100_000.0) == 1.24
    assert on_grid(1.239, 0.0) == 1.239


def test_cash_cuts_to_the_step_below(bars_from: BarsFrom, decide: Decide, free: CostModel) -> None:
    """Cash pays price plus fee; what it does not pay is cut, on the grid."""
    costs = CostModel(**{**free.model_dump(), "taker_fee_bps": 100})
    for notional, units, cuts in ((10_000.0, 99.0, 1), (5_000.0, 50.0, 0)):
        sizing = Sizing(kind="fixed_notional", value=notional)
        bars = bars_from([F] * 5, quantity_step="0.01")
        result = simulate(bars, decide(5, long={"enter": [2]}, sizing=sizing), costs)
        assert (result.trades[0].quantity, result.orders_cut) == (units, cuts)


@pytest.mark.parametrize(
    ("smallest", "least_notional", "enough"),
    [(60.0, 0.0, False), (50.0, 5_000.0, True), (0.0, 6_000.0, False), (0.0, 0.0, True)],
)
def test_too_small_is_nothing(smallest: float, least_notional: float, enough: bool) -> None:
    """Below the instrument's smallest order there is no order; exactly that is one."""
    assert large_enough(50.0, 100.0, smallest, least_notional) is enough
    assert not large_enough(0.0, 100.0, 0.0, 0.0)


@pytest.mark.parametrize("side", ["long", "short"])
def test_an_order_above_cash_is_cut_to_the_step_and_counted(
    side: str, bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Everything at ref 100, filled at 104: 96.15 units instead of 100, and one cut."""
    rows = [F, F, F, (104, 105, 103, 104), F]
    sizing = Sizing(kind="fixed_fraction", value=1.0)
    decisions = decide(5, **{side: {"enter": [2]}}, sizing=sizing)
    result = simulate(bars_from(rows, quantity_step="0.01"), decisions, free)
    assert result.trades[0].quantity == 96.15
    assert (result.orders_cut, result.orders_dropped) == (1, 0)


def test_cash_is_never_negative_after_a_long_entry(bars_from: BarsFrom, decide: Decide) -> None:
    """With all costs the whole account buys what it can pay, not more."""
    costs = CostModel(taker_fee_bps=40, spread_bps=13, slippage_bps=7)
    sizing = Sizing(kind="fixed_fraction", value=1.0)
    result = simulate(bars_from([F] * 5), decide(5, long={"enter": [2]}, sizing=sizing), costs)
    (trade,) = result.trades
    assert 0 <= 10_000 - trade.quantity * trade.entry_price - trade.fees < 0.01


def test_an_order_above_the_cap_is_counted_once(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Cut by the cap and again by cash is one cut order."""
    rows = [F, F, F, (104, 105, 103, 104), F]
    sizing = Sizing(kind="fixed_notional", value=50_000.0)
    result = simulate(bars_from(rows), decide(5, long={"enter": [2]}, sizing=sizing), free)
    assert result.orders_cut == 1


def test_an_order_too_small_for_the_instrument_is_dropped(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """QUANTITY_TOO_SMALL is counted; the same order on a finer instrument is filled."""
    decisions = decide(5, long={"enter": [2]}, sizing=Sizing(kind="fixed_notional", value=50.0))
    coarse = bars_from([F] * 5, quantity_step="1", min_quantity="1")
    assert simulate(coarse, decisions, free).drops == (("QUANTITY_TOO_SMALL", 1),)
    assert simulate(bars_from([F] * 5), decisions, free).trades[0].quantity == 0.5


def test_risk_sizing_without_a_stop_is_dropped(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """STOP_MISSING: the distance to the stop is what the size comes from."""
    sizing = Sizing(kind="risk_per_trade", value=0.01)
    without = decide(5, long={"enter": [2]}, sizing=sizing)
    assert simulate(bars_from([F] * 5), without, free).drops == (("STOP_MISSING", 1),)
    trailing = decide(5, long={"enter": [2], "trailing_fraction": 0.1}, sizing=sizing)
    assert simulate(bars_from([F] * 5), trailing, free).trades[0].quantity == pytest.approx(10.0)


def test_the_grid_can_be_switched_off_for_invariance_tests(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Without steps, prices times eight give exactly an eighth of the units."""
    sizing = Sizing(kind="risk_per_trade", value=0.0137)
    rows = [F, F, F, (100.3, 101.7, 99.9, 101.1), F]
    big = [tuple(8 * value for value in row) for row in rows]
    one = simulate(
        bars_from(rows),
        decide(5, long={"enter": [2], "stop": 93.1}, sizing=sizing),
        free,
        grid=False,
    )
    eight = simulate(
        bars_from(big),
        decide(5, long={"enter": [2], "stop": 8 * 93.1}, sizing=sizing),
        free,
        grid=False,
    )
    assert list(one.position) == list(8 * eight.position)
    assert list(one.equity) == list(eight.equity)
