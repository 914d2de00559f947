"""Curves: extremes survive thinning, drawdown and months are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backtest.result import BacktestResult, log_of
from engine.reports.curves import (
    drawdown_of,
    moment,
    month_returns,
    rolling,
    thinned,
    without_gaps,
    worst_falls,
)

DAY_MS = 86_400_000


@given(st.integers(1, 3_000), st.integers(0, 2**32))
def test_thinning_keeps_ends_and_extremes(n: int, seed: int) -> None:
    """At most 600 points; first, last, highest and lowest are among them, in order of time."""
    values = np.round(np.random.default_rng(seed).normal(0, 100, n), 3)
    times = np.arange(n) * DAY_MS
    curve = thinned(times, values)
    assert len(curve.time) <= 600
    assert list(curve.time) == sorted(set(curve.time))
    assert (curve.time[0], curve.time[-1]) == (0, (n - 1) * DAY_MS)
    assert max(curve.value) == pytest.approx(values.max())
    assert min(curve.value) == pytest.approx(values.min())


def test_short_curves_are_kept_as_they_are() -> None:
    """Nothing is thinned below the limit; values keep nine digits."""
    curve = thinned(np.array([1, 2]), np.array([1.23456789012, 2.0]))
    assert curve.value == (1.23456789, 2.0)


def test_drawdown_counts_the_start_as_a_peak() -> None:
    """Zero at a peak, negative below it."""
    falls = drawdown_of(np.array([90.0, 120.0, 60.0]), 100.0)
    assert list(falls) == pytest.approx([-0.1, 0.0, -0.5])


def test_months() -> None:
    """The first month counts from the start, later ones from the month before."""
    days = np.array(
        ["2020-01-15", "2020-01-31", "2020-02-10", "2020-12-31"], dtype="datetime64[ms]"
    )
    months = month_returns(days.astype(np.int64), np.array([100.0, 110.0, 99.0, 99.0]), 100.0)
    assert [(m.year, m.month) for m in months] == [(2020, 1), (2020, 2), (2020, 12)]
    assert [m.value for m in months] == pytest.approx([0.1, -0.1, 0.0])


def test_moments_are_utc() -> None:
    """Milliseconds to an aware time."""
    assert moment(0).isoformat() == "1970-01-01T00:00:00+00:00"


def _result(equity: list[float], start: float = 100.0) -> BacktestResult:
    values = np.array(equity)
    times = np.arange(len(values), dtype=np.int64) * DAY_MS
    nothing = np.zeros(len(values))
    return BacktestResult(times, values, nothing, nothing, log_of(()), start)


def test_the_worst_drawdowns_come_first_and_do_not_overlap() -> None:
    """Depth, dates and days of each; the last one has not been recovered."""
    falls = worst_falls("train", _result([90.0, 110.0, 55.0, 120.0, 108.0, 114.0]))
    assert [fall.depth for fall in falls] == pytest.approx([0.5, 0.1, 0.1])
    assert [fall.recovered is None for fall in falls] == [False, False, True]
    assert falls[0].days == pytest.approx(2.0)
    assert falls[0].trough.day == 3
    assert falls[0].peak < falls[0].trough


def test_a_run_that_only_rises_has_no_drawdown() -> None:
    """The twin: nothing to list; at most five otherwise."""
    assert worst_falls("train", _result([101.0, 102.0])) == []
    saw = [100.0 + step - 5.0 * (step % 2) for step in range(40)]
    assert len(worst_falls("train", _result(saw))) == 5


@given(st.integers(2, 40), st.integers(40, 120), st.integers(0, 2**32))
def test_rolling_figures_are_those_of_each_window(window: int, n: int, seed: int) -> None:
    """Running sums give what measuring every window anew gives."""
    returns = np.random.default_rng(seed).normal(0.001, 0.01, n)
    sharpe, spread = rolling(returns, window, 252.0)
    assert np.isnan(sharpe[: window - 1]).all()
    last = returns[-window:]
    assert spread[-1] == pytest.approx(np.std(last, ddof=1) * 252**0.5, rel=1e-6)
    assert sharpe[-1] == pytest.approx(last.mean() / np.std(last, ddof=1) * 252**0.5, rel=1e-6)


def test_a_flat_window_has_no_ratio() -> None:
    """A volatility of zero and no Sharpe ratio, not a division by rounding."""
    returns = np.array([0.01, -0.02, *([0.0] * 20)])
    sharpe, spread = rolling(returns, 5, 252.0)
    assert spread[-1] == 0.0
    assert np.isnan(sharpe[-1])
    short, _ = rolling(returns, 50, 252.0)
    assert np.isnan(short).all()


def test_gaps_leave_no_point() -> None:
    """Only finite values are drawn."""
    curve = without_gaps(np.array([1, 2, 3]), np.array([1.0, np.nan, 3.0]))
    assert (curve.time, curve.value) == ((1, 3), (1.0, 3.0))
