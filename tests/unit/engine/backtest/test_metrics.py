"""Key figures against vectors worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.metrics import UNITS, Metrics, measure, to_facts
from engine.backtest.result import BacktestResult, Trade, log_of
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.language.decisions import Decisions
from engine.market import Timeframe

BarsFrom = Callable[..., Bars]
Decide = Callable[..., Decisions]
F = (100.0, 100.5, 99.5, 100.0)


def _trade(
    pnl: float,
    *,
    bars: tuple[int, int] = (0, 1),
    stop: float = 95.0,
    reason: Literal["signal", "open"] = "signal",
) -> Trade:
    return Trade("long", *bars, 100.0, 100.0 + pnl, 1.0, pnl, 0.5, stop, reason, -0.1, 0.1)


def _result(
    bars: Bars, equity: Sequence[float], trades: Sequence[Trade] = (), traded: float = 0.0
) -> BacktestResult:
    held = np.array([0.0, 1.0, 1.0, 0.0][: len(equity)])
    return BacktestResult(
        time=bars.time,
        equity=np.array(equity, dtype=np.float64),
        position=held,
        value=held * 0.5 * np.array(equity, dtype=np.float64),
        log=log_of(trades),
        start_equity=100.0,
        bar_ms=bars.timeframe.seconds * 1000,
        traded=traded,
    )


@pytest.fixture
def months(bars_from: BarsFrom) -> Bars:
    """Four monthly bars: twelve a year, a third of a year in all."""
    return bars_from([F] * 4, timeframe=Timeframe.MO1)


@pytest.fixture
def figures(months: Bars) -> Metrics:
    """100 -> 110, 99, 108.9, 108.9: returns .1, -.1, .1, 0."""
    trades = [
        _trade(30.0, bars=(0, 0)),
        _trade(-10.0, bars=(1, 2)),
        _trade(20.0, bars=(2, 4), stop=90.0),
        _trade(-20.0, bars=(4, 5)),
        _trade(99.0, reason="open"),
    ]
    return measure(_result(months, [110.0, 99.0, 108.9, 108.9], trades, traded=213.4), months)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_return", 0.089),
        ("cagr", 1.089**3 - 1),
        ("volatility", (0.0275 / 3) ** 0.5 * 12**0.5),
        ("sharpe", 0.025 / (0.0275 / 3) ** 0.5 * 12**0.5),
        ("sortino", 0.025 / 0.05 * 12**0.5),
        ("calmar", (1.089**3 - 1) / 0.1),
        ("max_drawdown", 0.1),
        ("max_drawdown_bars", 3),
        ("max_drawdown_days", 90.0),
        ("ulcer", (0.0102 / 4) ** 0.5),
        ("tail_ratio", 0.1 / 0.085),
        ("var_95_day", 0.085),
        ("es_975_day", 0.1),
        ("exposure_time", 0.5),
        ("exposure_mean", 0.25),
        ("turnover", 213.4 / 106.7 * 3),
        ("trades", 4),
        ("win_rate", 0.5),
        ("profit_factor", 50 / 30),
        ("expectancy", 5.0),
        ("expectancy_r", (6 - 2 + 2 - 4) / 4),
        ("average_bars", (1 + 2 + 3 + 2) / 4),
        ("largest_win", 30.0),
        ("largest_loss", 20.0),
        ("fees", 2.5),
    ],
)
def test_vector(name: str, value: float, figures: Metrics) -> None:
    """Each figure equals its hand-computed value."""
    assert getattr(figures, name) == pytest.approx(value, abs=1e-12)


def test_the_vector_covers_every_figure() -> None:
    """No figure goes without a hand-computed value, and each has a unit."""
    vector = next(mark for mark in test_vector.pytestmark if mark.name == "parametrize")
    assert {name for name, _ in vector.args[1]} == set(Metrics.model_fields) == set(UNITS)


def test_a_flat_account_has_no_risk_figures(months: Bars) -> None:
    """Where nothing moves, ratios are None, never NaN, never zero."""
    flat = measure(_result(months, [100.0] * 4), months)
    undefined = (flat.volatility, flat.sharpe, flat.sortino, flat.calmar, flat.tail_ratio)
    assert undefined == (None,) * 5
    assert (flat.total_return, flat.cagr, flat.max_drawdown, flat.ulcer) == (0.0, 0.0, 0.0, 0.0)


def test_without_closed_trades_trade_figures_are_undefined(months: Bars) -> None:
    """An open trade counts as no trade."""
    run = _result(months, [100.0, 101.0, 102.0, 103.0], [_trade(3.0, reason="open")])
    figures = measure(run, months)
    names = ("win_rate", "profit_factor", "expectancy", "expectancy_r", "average_bars")
    assert figures.trades == 0
    assert {getattr(figures, name) for name in (*names, "largest_win", "largest_loss")} == {None}


def test_without_losses_there_is_no_profit_factor(months: Bars) -> None:
    """Gains over nothing is undefined, and so is the largest loss."""
    figures = measure(_result(months, [101.0, 102.0, 103.0, 104.0], [_trade(4.0)]), months)
    assert (figures.profit_factor, figures.largest_loss) == (None, None)
    assert (figures.win_rate, figures.largest_win) == (1.0, 4.0)


def test_a_constant_growth_has_no_sharpe_ratio(months: Bars) -> None:
    """Rounding around a constant return is not a risk of 1e-17."""
    equity = [100.0 * 1.01 ** (i + 1) for i in range(4)]
    assert measure(_result(months, equity), months).sharpe is None


def test_a_short_run_is_not_annualised(bars_from: BarsFrom) -> None:
    """Four days are no year: growth and turnover are not projected."""
    days = bars_from([F] * 4)
    figures = measure(_result(days, [101.0, 102.0, 101.0, 103.0]), days)
    assert (figures.cagr, figures.calmar, figures.turnover) == (None, None, None)
    assert figures.sharpe is not None


def test_one_bar_is_enough_for_a_record(bars_from: BarsFrom) -> None:
    """The shortest run has figures or None, and no warning."""
    one = bars_from([F])
    figures = measure(_result(one, [100.0]), one)
    assert (figures.volatility, figures.var_95_day, figures.es_975_day) == (None, None, None)


def test_a_ruined_account_has_lost_everything_every_year(months: Bars) -> None:
    """A growth rate of minus one, and no return after the end."""
    figures = measure(_result(months, [50.0, 0.0, 0.0, 0.0]), months)
    assert (figures.cagr, figures.total_return, figures.max_drawdown) == (-1.0, -1.0, 1.0)


@pytest.mark.parametrize(
    ("calendar", "timeframe", "per_year"),
    [
        ("24/7", Timeframe.D1, 365.0),
        ("XNYS", Timeframe.D1, 252.0),
        ("FX", Timeframe.D1, 260.0),
        ("XNYS", Timeframe.W1, 52.0),
    ],
)
def test_annualisation_follows_timeframe_and_calendar(
    calendar: str, timeframe: Timeframe, per_year: float, bars_from: BarsFrom
) -> None:
    """The same returns give another Sharpe ratio on another calendar."""
    bars = bars_from([F] * 4, timeframe=timeframe, calendar=calendar)
    figures = measure(_result(bars, [110.0, 99.0, 108.9, 108.9]), bars)
    assert figures.sharpe == pytest.approx(0.025 / (0.0275 / 3) ** 0.5 * per_year**0.5)


def test_more_bars_a_day_make_no_better_figure(bars_from: BarsFrom) -> None:
    """Risk figures stand on days: one bar a day or three give the same ones."""
    daily = bars_from([F] * 4)
    curve = [110.0, 99.0, 108.9, 108.9]
    often = bars_from([F] * 12, timeframe=Timeframe.H8)
    within = np.interp(np.arange(12), [2, 5, 8, 11], curve)  # each day ends where it ended before
    held = np.zeros(12)
    many = BacktestResult(
        time=often.time, equity=within, position=held, value=held, log=log_of(()),
        start_equity=100.0, bar_ms=Timeframe.H8.seconds * 1000,
    )  # fmt: skip
    one, three = measure(_result(daily, curve), daily), measure(many, often)
    names = ("volatility", "sharpe", "sortino", "ulcer", "tail_ratio", "var_95_day", "es_975_day")
    for name in names:
        assert getattr(one, name) == pytest.approx(getattr(three, name)), name
    assert one.sharpe == pytest.approx(0.025 / (0.0275 / 3) ** 0.5 * 365**0.5)


def test_drawdown_that_recovers_ends_with_the_bar_that_reaches_the_peak(months: Bars) -> None:
    """Peak at the start, below it for two bars, reached in the third."""
    figures = measure(_result(months, [90.0, 95.0, 100.0, 101.0]), months)
    assert (figures.max_drawdown_bars, figures.max_drawdown) == (3, pytest.approx(0.1))


def test_a_flat_stretch_is_no_drawdown(months: Bars) -> None:
    """Standing at the peak is not being under water."""
    figures = measure(_result(months, [100.0, 100.0, 100.0, 100.0]), months)
    assert figures.max_drawdown_bars == 0


def test_figures_become_facts(figures: Metrics) -> None:
    """Key, unit and source of each figure; undefined ones are facts without a value."""
    facts = to_facts(figures, "train", "a" * 64)
    assert [fact.key for fact in facts] == [f"train.{name}" for name in UNITS]
    sharpe = next(fact for fact in facts if fact.key == "train.sharpe")
    assert (sharpe.value, sharpe.unit, sharpe.source) == (figures.sharpe, "ratio", "a" * 64)
    nothing = to_facts(figures.model_copy(update={"sharpe": None}), "oos", "b" * 64)
    assert next(fact for fact in nothing if fact.key == "oos.sharpe").value is None


def test_figures_of_a_real_run(bars_from: BarsFrom, decide: Decide, free: CostModel) -> None:
    """Turnover and exposure come from the run itself."""
    rows = [F] * 40 + [(100, 103, 99, 102)] + [F] * 9
    bars = bars_from(rows)
    result = simulate(bars, decide(50, long={"enter": [2], "leave": [40]}), free)
    figures = measure(result, bars)
    assert figures.exposure_time == pytest.approx(38 / 50)
    mean_equity = float(np.mean(result.equity))
    assert figures.turnover == pytest.approx(2_000 / mean_equity / (50 / 365))
    other = measure(replace(result, traded=0.0), bars)
    assert other.turnover == 0.0
