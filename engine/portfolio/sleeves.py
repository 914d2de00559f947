"""Sleeves as numbers: daily net returns of strategies that ran alone, on one joint calendar.

The joint calendar holds every day that any sleeve has, from the day on which the last of them
begins to the day on which the first of them ends. A sleeve whose market is closed that day earned
nothing; a bar longer than a day gives its return to its closing day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net
from engine.data.bars import BoolArray, FloatArray, IntArray
from engine.data.days import close_days
from engine.errors import InputError
from engine.market import BARS_PER_YEAR_DAYS, Calendar

_TINY: Final = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class SleeveReturns:
    """Daily net returns of one strategy that ran alone.

    Attributes:
        name: the sleeve's name.
        days: UTC day numbers, rising, int64, shape (days,).
        returns: fractions of one, at least -1, shape (days,).
        calendar: trading days of its market.
        exposure: signed position value over its equity at each day's last close, shape (days,);
            None: fully in its market.
    """

    name: str
    days: IntArray
    returns: FloatArray
    calendar: Calendar = "24/7"
    exposure: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Sleeves on one calendar: names, days (t,), returns and exposures (t, n), busiest market."""

    names: tuple[str, ...]
    days: IntArray
    returns: FloatArray
    exposures: FloatArray
    calendar: Calendar

    @property
    def days_per_year(self) -> int:
        """For annualisation."""
        return BARS_PER_YEAR_DAYS[self.calendar]


def sleeve_of(name: str, result: BacktestResult, calendar: Calendar) -> SleeveReturns:
    """The daily net returns of a run, and its exposure at the last close of each day."""
    days, returns = daily_net(result)
    last = np.searchsorted(close_days(result.close_time), days, side="right") - 1
    return SleeveReturns(name, days, returns, calendar, result.exposure[last])


def joint(sleeves: Sequence[SleeveReturns]) -> Joint:
    """All sleeves on one calendar; days per year are those of the busiest market.

    Raises:
        InputError: PORTFOLIO_EMPTY, PORTFOLIO_RETURNS for days that do not rise, for missing
            returns and for a loss of more than everything, PORTFOLIO_NO_COMMON_DAYS.
    """
    if not sleeves:
        raise InputError(
            "PORTFOLIO_EMPTY", "there is no sleeve to combine", value=0, hint="add sleeves"
        )
    for sleeve in sleeves:
        _check(sleeve)
    first = max(int(sleeve.days[0]) for sleeve in sleeves)
    last = min(int(sleeve.days[-1]) for sleeve in sleeves)
    if first > last:
        raise InputError(
            "PORTFOLIO_NO_COMMON_DAYS", "the sleeves have no day in common",
            value=", ".join(_span(sleeve) for sleeve in sleeves)[:200],
            hint="take data that overlap",
        )  # fmt: skip
    every = np.unique(np.concatenate([sleeve.days for sleeve in sleeves]))
    days = every[(every >= first) & (every <= last)]
    returns = np.zeros((len(days), len(sleeves)))
    exposures = np.ones_like(returns)
    for column, sleeve in enumerate(sleeves):
        inside = (sleeve.days >= first) & (sleeve.days <= last)
        returns[np.searchsorted(days, sleeve.days[inside]), column] = sleeve.returns[inside]
        if sleeve.exposure is not None:
            # What was held at the last close is held while the market is closed.
            known = np.searchsorted(sleeve.days, days, side="right") - 1
            exposures[:, column] = sleeve.exposure[known]
    return Joint(
        tuple(sleeve.name for sleeve in sleeves), days, returns, exposures,
        max((sleeve.calendar for sleeve in sleeves), key=BARS_PER_YEAR_DAYS.__getitem__),
    )  # fmt: skip


def moves(returns: FloatArray) -> BoolArray:
    """True for columns in which anything happens; a constant return is no movement, shape (n,)."""
    spread = returns.max(axis=0) - returns.min(axis=0)
    moving: BoolArray = spread > np.maximum(1e-12 * np.abs(returns).max(axis=0), _TINY)
    return moving


def _span(sleeve: SleeveReturns) -> str:
    first, last = (np.datetime64(int(day), "D") for day in (sleeve.days[0], sleeve.days[-1]))
    return f"{sleeve.name} {first} to {last}"


def _check(sleeve: SleeveReturns) -> None:
    days, returns = sleeve.days, sleeve.returns
    if len(days) != len(returns) or not len(days) or (np.diff(days) <= 0).any():
        raise _refused(sleeve, "needs one return for each of its days, and rising days", len(days))
    bad = ~(np.isfinite(returns) & (returns >= -1.0))
    if bad.any():
        row = int(np.argmax(bad))
        what = f"has no usable return on {np.datetime64(int(days[row]), 'D')}"
        raise _refused(sleeve, what, float(returns[row]))


def _refused(sleeve: SleeveReturns, what: str, value: float) -> InputError:
    return InputError(
        "PORTFOLIO_RETURNS", f"the sleeve {sleeve.name} {what}", value=value,
        hint="returns are finite and a sleeve loses what it has at most",
    )  # fmt: skip
