"""A search: everything that was tried on one market, split into train and holdout."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import FloatArray
from engine.gate.criteria import MIN_IMPACT_BPS, MIN_TAKER_FEE_BPS
from evals.gate_calibration.nulls import YEAR

LEAST_COST: Final = MIN_TAKER_FEE_BPS + MIN_IMPACT_BPS
"""Basis points of what is traded: the cheapest cost model that the gate accepts."""
TRAIN_SHARE: Final = 0.7
EMBARGO: Final = 10
"""Days between train and holdout that nobody is judged on."""


class Search(NamedTuple):
    """Daily net returns of all trials, fractions.

    Attributes:
        train, train_excess: (T, N); excess = net minus exposure-matched buy and hold.
        holdout, holdout_excess: (T_O, N), with the exposure of train.
    """

    train: FloatArray
    train_excess: FloatArray
    holdout: FloatArray
    holdout_excess: FloatArray

    @property
    def trials(self) -> int:
        """Trials N."""
        return int(self.train.shape[1])

    def kept(self, columns: list[int]) -> Search:
        """The same search with these trials only."""
        return Search(*(part[:, columns] for part in self))


def days_of(years: float) -> int:
    """Days of a market of so many years."""
    return round(YEAR * years)


def zones(days: int) -> tuple[slice, slice]:
    """Train and holdout as rows."""
    end = int(TRAIN_SHARE * days)
    return slice(0, end), slice(end + EMBARGO, days)


def net_returns(held: FloatArray, returns: FloatArray, cost_bps: float = 0.0) -> FloatArray:
    """What positions earn after costs, (days, trials); the first day is entered at its cost."""
    traded = np.abs(np.diff(held, axis=0, prepend=0.0))
    return held * returns[:, None] - cost_bps / 10_000.0 * traded


def search_of(held: FloatArray, returns: FloatArray, cost_bps: float = 0.0) -> Search:
    """A search from what was held, (days, trials), and what the market did, (days,).

    Without costs unless some are named: they make noise fail more often.
    """
    train, holdout = zones(len(returns))
    net = net_returns(held, returns, cost_bps)
    exposure = held[train].mean(axis=0)
    excess = net - exposure * returns[:, None]
    return Search(net[train], excess[train], net[holdout], excess[holdout])


def statistics(matrix: FloatArray) -> FloatArray:
    """sqrt(T) mean / sd of each column; minus infinity where it never moves."""
    deviation = matrix.std(axis=0, ddof=1)
    moves = deviation > 1e-12  # noqa: PLR2004 - no return is that small
    value = np.full(matrix.shape[1], -np.inf)
    value[moves] = np.sqrt(len(matrix)) * matrix.mean(axis=0)[moves] / deviation[moves]
    return value


def scores(search: Search) -> FloatArray:
    """The worse of both statistics of each trial on train, (N,): what the train key looks at."""
    return np.minimum(statistics(search.train), statistics(search.train_excess))


def winner(search: Search, pick: str = "sharpe") -> int:
    """The trial that a search hands in: the best on train.

    pick: `sharpe` for the best Sharpe ratio, `keys` for the best of what the train key looks at.
    """
    value = statistics(search.train) if pick == "sharpe" else scores(search)
    return int(np.argmax(value))
