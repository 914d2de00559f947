"""Returns of a run, day by day: what the gate judges, whatever the timeframe of the bars.

A bar belongs to the UTC day in which it ends; a bar that ends at midnight belongs to the day it
has covered. Several bars of a day compound, days without a bar are absent, and a bar longer than
a day gives its whole return to its closing day. The first day counts from the start equity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult
from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.days import DAY_MS, close_days
from engine.data.panel import Panel
from engine.errors import InputError

UNITS_PER_ONE: Final = 100_000_000
"""Integer returns are in units of 1e-8: exact sums, the same on every machine."""


def _growth(values: FloatArray, start: float) -> FloatArray:
    """Return of each step of a curve that begins at `start`; 0 after the value is gone."""
    before = np.concatenate(([start], values[:-1]))
    returns: FloatArray = np.divide(
        values - before, before, out=np.zeros(len(values)), where=before > 0.0
    )
    return returns


def bar_returns(result: BacktestResult) -> FloatArray:
    """Net return of each bar, close to close, the first from the start equity. Shape (n,)."""
    return _growth(result.equity, result.start_equity)


def _last_of_day(days: IntArray) -> IntArray:
    """Row numbers of the last bar of each day, in order."""
    rows = np.flatnonzero(days[1:] != days[:-1])
    return np.append(rows, len(days) - 1)


def daily_net(result: BacktestResult) -> tuple[IntArray, FloatArray]:
    """Net return of each day that has a bar.

    Returns:
        UTC day numbers (int64) and returns as fractions (float64), both of shape (days,).
    """
    # The last millisecond of a bar lies in the day that it belongs to.
    days: IntArray = result.time + (result.bar_ms - 1)
    days //= DAY_MS
    last = _last_of_day(days)
    return days[last], _growth(result.equity[last], result.start_equity)


def mean_exposure(result: BacktestResult) -> float:
    """Mean signed exposure over all closes: position value as a fraction of equity."""
    return float(np.mean(result.exposure))


def exposure_matched_excess(
    result: BacktestResult, bars: Bars | Panel, exposure: Sequence[float] | None = None
) -> FloatArray:
    """Daily net return minus what the same mean exposure to the instrument would have earned.

    Being long half the time in a rising market is no skill: mean signed exposure times the
    instrument's daily return, without costs, is subtracted from each day.

    Args:
        result: the run.
        bars: the bars or the panel that it ran on.
        exposure: mean exposure of each instrument measured on train (`mean_exposures`), to be used
            on the holdout; None: this run's.

    Returns:
        Excess return per day, aligned with the days of `daily_net`. Shape (days,).

    Raises:
        InputError: BARS_MISMATCH when the bars are not those of the run.
    """
    if not np.array_equal(result.time, bars.time):
        raise InputError(
            "BARS_MISMATCH", "these are not the bars of this run", hint="pass the run's own bars"
        )
    _days, net = daily_net(result)
    last = _last_of_day(close_days(bars.close_time))
    if isinstance(bars, Panel):
        return net - _matched(result, bars, last, exposure)
    market = _growth(bars.close[last], float(bars.open[0]))
    held = mean_exposure(result) if exposure is None else exposure[0]
    excess: FloatArray = net - held * market
    return excess


def _shares(result: BacktestResult, panel: Panel) -> list[tuple[FloatArray, FloatArray]]:
    """Last known close and signed exposure of each instrument over time, each of shape (n,)."""
    found = []
    for held, bars, rows in zip(
        np.atleast_2d(result.position), panel.each, panel.rows, strict=True
    ):
        carried = bars.close[np.maximum(np.maximum.accumulate(rows), 0)]
        share = np.divide(
            held * carried, result.equity, out=np.zeros(len(held)), where=result.equity > 0.0
        )
        found.append((carried, share))
    return found


def mean_exposures(result: BacktestResult, market: Bars | Panel) -> tuple[tuple[str, float], ...]:
    """Mean signed exposure of each instrument over all closes, by symbol, fraction of equity."""
    if not isinstance(market, Panel):
        return ((market.instrument.symbol, mean_exposure(result)),)
    shares = _shares(result, market)
    return tuple(
        (symbol, float(np.mean(share)))
        for symbol, (_, share) in zip(market.symbols, shares, strict=True)
    )


def _matched(
    result: BacktestResult, panel: Panel, last: IntArray, exposure: Sequence[float] | None
) -> FloatArray:
    """What each instrument's mean exposure would have earned, added up. Shape (days,)."""
    earned = np.zeros(len(last))
    for place, (carried, share) in enumerate(_shares(result, panel)):
        held = float(np.mean(share)) if exposure is None else exposure[place]
        earned += held * _growth(carried[last], float(panel.each[place].open[0]))
    return earned


def to_units(returns: FloatArray) -> IntArray:
    """Returns as integers in units of 1e-8, rounded half to even. Shape as given.

    Raises:
        InputError: RETURN_NOT_FINITE for NaN, infinity or more than a 64-bit integer holds.
    """
    scaled = np.rint(np.asarray(returns, dtype=np.float64) * UNITS_PER_ONE)
    if not np.all(np.abs(scaled) < 2.0**53):
        raise InputError(
            "RETURN_NOT_FINITE",
            "a return is NaN, infinite or absurdly large",
            hint="check the equity curve",
        )
    units: IntArray = scaled.astype(np.int64)
    return units
