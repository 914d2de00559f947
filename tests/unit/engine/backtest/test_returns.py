"""Daily returns: the evidence of the gate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.backtest.benchmark import buy_and_hold
from engine.backtest.costs import CostModel
from engine.backtest.returns import (
    bar_returns,
    daily_net,
    exposure_matched_excess,
    mean_exposure,
    to_units,
)
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.data.days import close_days
from engine.errors import InputError
from engine.language.decisions import Decisions
from engine.language.spec import Sizing
from engine.market import Timeframe

BarsFrom = Callable[..., Bars]
Decide = Callable[..., Decisions]
F = (100.0, 100.5, 99.5, 100.0)
DAY_MS = 86_400_000
ALL_IN = Sizing(kind="fixed_fraction", value=1.0)


def _flat_at(price: float) -> tuple[float, ...]:
    return (price, price, price, price)


def test_a_bar_that_ends_at_midnight_belongs_to_the_day_it_covered() -> None:
    """Midnight is the end of a day, one millisecond later is the next."""
    closes = np.array([DAY_MS - 1, DAY_MS, DAY_MS + 1, 2 * DAY_MS])
    assert list(close_days(closes)) == [0, 0, 1, 1]


def test_daily_bars_give_one_return_a_day(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Flat days are zeros, the first day counts from the start equity."""
    bars = bars_from([F, F, F, (100, 103, 99, 102), (102, 102, 100, 101)], start_ms=10 * DAY_MS)
    result = simulate(bars, decide(5, long={"enter": [2]}), free)
    days, returns = daily_net(result)
    assert list(days) == [10, 11, 12, 13, 14]
    assert returns == pytest.approx([0, 0, 0, 0.002, -10 / 10_020])


def test_bars_of_one_day_compound(bars_from: BarsFrom, decide: Decide, free: CostModel) -> None:
    """Eight-hour bars: three make a day; the product of their returns is the day's."""
    prices = [100, 110, 121, 121, 133.1, 121]
    bars = bars_from([_flat_at(p) for p in prices], timeframe=Timeframe.H8)
    result = simulate(bars, decide(6, long={"enter": [0]}, sizing=ALL_IN), free)
    days, returns = daily_net(result)
    per_bar = bar_returns(result)
    assert list(days) == [0, 1]
    assert returns == pytest.approx([np.prod(1 + per_bar[:3]) - 1, np.prod(1 + per_bar[3:]) - 1])


def test_days_without_a_bar_are_absent(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """A weekend gives no zero: the return over it belongs to Monday."""
    week = bars_from([F] * 3, timeframe=Timeframe.W1)
    days, returns = daily_net(simulate(week, decide(3, long={"enter": [0]}), free))
    assert list(days) == [6, 13, 20]
    assert len(returns) == 3


def test_the_product_of_the_days_is_the_run(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Nothing is lost between bars and days."""
    rng = np.random.default_rng(7)
    prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, 50)))
    bars = bars_from([_flat_at(p) for p in prices], timeframe=Timeframe.H4)
    result = simulate(bars, decide(50, long={"enter": [1], "leave": [33]}, sizing=ALL_IN), free)
    _, returns = daily_net(result)
    assert np.prod(1 + returns) == pytest.approx(result.equity[-1] / result.start_equity)


def test_after_ruin_the_returns_are_zero(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Minus one on the day of ruin, zero after it, never NaN."""
    bars = bars_from([F, F, F, F, (150, 210, 120, 130), F, F])
    result = simulate(bars, decide(7, short={"enter": [2]}, sizing=ALL_IN), free)
    _, returns = daily_net(result)
    assert list(returns[4:]) == [-1.0, 0.0, 0.0]


def test_buy_and_hold_has_almost_no_excess_over_itself(
    bars_from: BarsFrom, free: CostModel
) -> None:
    """Always invested: the excess is what the missing first bars and rounding leave."""
    bars = bars_from([_flat_at(p) for p in (100, 100, 110, 99, 108.9)])
    result = buy_and_hold(bars, free)
    excess = exposure_matched_excess(result, bars, exposure=(1.0,))
    assert excess == pytest.approx(np.zeros(5), abs=1e-6)


def test_excess_subtracts_the_mean_exposure_times_the_market(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """A rule that was long for half of a rise has earned what the exposure earns, or not."""
    bars = bars_from([_flat_at(p) for p in (100, 110, 121, 133.1)])
    result = simulate(bars, decide(4, long={"enter": [1]}, sizing=ALL_IN), free)
    held = mean_exposure(result)
    assert held == pytest.approx(0.5, abs=1e-6)
    _, net = daily_net(result)
    excess = exposure_matched_excess(result, bars)
    assert excess == pytest.approx(net - held * np.array([0, 0.1, 0.1, 0.1]))
    handed_in = exposure_matched_excess(result, bars, exposure=(-0.2,))
    assert handed_in == pytest.approx(net + 0.2 * np.array([0, 0.1, 0.1, 0.1]))


def test_excess_on_other_bars_is_refused(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """BARS_MISMATCH: the market's return must be that of the run."""
    bars = bars_from([F] * 4)
    result = simulate(bars, decide(4, long={"enter": [1]}), free)
    with pytest.raises(InputError) as caught:
        exposure_matched_excess(result, bars_from([F] * 5))
    assert caught.value.code == "BARS_MISMATCH"
    assert len(exposure_matched_excess(result, bars)) == 4


def test_units_are_integers_of_1e_8() -> None:
    """Rounded half to even, exact for what has eight decimals."""
    assert to_units(np.array([0.0, 0.01, -0.00000001, 2.5e-8, 3.5e-8])).tolist() == [
        0, 1_000_000, -1, 2, 4,
    ]  # fmt: skip


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9])
def test_units_refuse_what_is_no_return(value: float) -> None:
    """RETURN_NOT_FINITE: NaN never becomes an integer."""
    with pytest.raises(InputError) as caught:
        to_units(np.array([0.0, value]))
    assert caught.value.code == "RETURN_NOT_FINITE"


def test_the_benchmark_buys_at_the_second_open_and_pays_costs(bars_from: BarsFrom) -> None:
    """One open trade over the whole run, at the costs of everybody else."""
    bars = bars_from([F, (101, 102, 100, 101), (101, 105, 100, 104)])
    costs = CostModel(taker_fee_bps=10, spread_bps=2, slippage_bps=4)
    (trade,) = buy_and_hold(bars, costs, start_equity=5_000.0).trades
    assert (trade.entry_bar, trade.exit_reason) == (1, "open")
    assert trade.entry_price == pytest.approx(101 * 1.0005)
    assert trade.fees == pytest.approx(trade.quantity * trade.entry_price * 0.001)
