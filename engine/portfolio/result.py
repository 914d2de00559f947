"""What a combined account returns: curves, who earned what, and how the risk was shared."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from engine.data.bars import BoolArray, FloatArray, IntArray
from engine.market import BARS_PER_YEAR_DAYS, Calendar
from engine.portfolio.allocation import Allocation
from engine.portfolio.sleeves import moves
from engine.records import Digest, digest
from engine.weighing.covariance import correlation, ledoit_wolf, sample_covariance, volatilities
from engine.weighing.weights import portfolio_volatility, risk_contributions

_TINY: Final = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioResult:
    """A finished run of a recipe; money in the recipe's currency.

    Attributes:
        names: sleeves in order, n of them.
        days: UTC day numbers, shape (t,).
        equity: account value at each close after re-allocation, shape (t,).
        returns: equity over the day before minus one, the first from `start_equity`, shape (t,).
        weights: share of each sleeve at each close after re-allocation, shape (t, n).
        profits: what each sleeve earned each day, shape (t, n).
        turnover: money that changed place at each close, shape (t,).
        costs: what that cost, shape (t,).
        rebalanced: closes at which weights were set, shape (t,).
        allocations: the allocation of each of them, in order.
        window: returns that the last allocation would see after the last close, shape (w, n).
        sleeve_returns: returns of the sleeves alone on the same days, shape (t, n).
        exposure: signed position value over equity at each close, over all sleeves, shape (t,).
        calendar: of the busiest market, for annualisation.
        start_equity: before the first allocation.
        start_costs: costs of an allocation before the first day.
    """

    names: tuple[str, ...]
    days: IntArray
    equity: FloatArray
    returns: FloatArray
    weights: FloatArray
    profits: FloatArray
    turnover: FloatArray
    costs: FloatArray
    rebalanced: BoolArray
    allocations: tuple[Allocation, ...]
    window: FloatArray
    sleeve_returns: FloatArray
    exposure: FloatArray
    calendar: Calendar
    start_equity: float
    start_costs: float = 0.0

    @property
    def days_per_year(self) -> int:
        """For annualisation."""
        return BARS_PER_YEAR_DAYS[self.calendar]

    @property
    def cash(self) -> FloatArray:
        """Share of the account that is in no sleeve, never below zero, shape (t,)."""
        rest: FloatArray = np.maximum(1.0 - self.weights.sum(axis=1), 0.0)
        return rest

    @property
    def contributions(self) -> FloatArray:
        """Profit of each sleeve over the run as a share of the start equity, shape (n,)."""
        shares: FloatArray = self.profits.sum(axis=0) / self.start_equity
        return shares

    @property
    def correlations(self) -> FloatArray:
        """Correlations of the sleeves' own returns; NaN beside a sleeve that never moved."""
        n = len(self.names)
        table = np.full((n, n), np.nan)
        live = moves(self.sleeve_returns)
        if live.any() and len(self.days) > 1:
            table[np.ix_(live, live)] = correlation(sample_covariance(self.sleeve_returns[:, live]))
        return table

    @property
    def digest(self) -> Digest:
        """Digest of days, equity and weights, for byte-identity checks."""
        curves = {
            "days": np.ascontiguousarray(self.days, dtype="<i8").tobytes().hex(),
            "equity": np.ascontiguousarray(self.equity, dtype="<f8").tobytes().hex(),
            "weights": np.ascontiguousarray(self.weights, dtype="<f8").tobytes().hex(),
        }
        return digest("peak/portfolio/v1", {"names": list(self.names), **curves})


@dataclass(frozen=True, slots=True, eq=False)
class RiskShare:
    """How the risk of weights is shared, by the shrunk covariance of a window.

    Attributes:
        contributions: share of each sleeve in the variance, sums to one (or is all zero), (n,).
        volatility: annual volatility of the account.
        diversification: weighted mean volatility over the account's; 1 = nothing diversified.
            None when nothing is held.
    """

    contributions: FloatArray
    volatility: float
    diversification: float | None


def risk_share(weights: FloatArray, window: FloatArray, days_per_year: int) -> RiskShare:
    """Risk of these weights: marginal contribution times weight, over the variance.

    Source of the ratio: Choueifaty and Coignard 2008, "Toward maximum diversification".

    Args:
        weights: shape (n,).
        window: daily returns, shape (w, n).
        days_per_year: for annualisation.
    """
    nothing = RiskShare(np.zeros(len(weights)), 0.0, None)
    if len(window) < 2:  # noqa: PLR2004 - one day has no variance
        return nothing
    held = moves(window) & (weights > 0)
    if not held.any():
        return nothing
    covariance = ledoit_wolf(window[:, held]).covariance
    daily = portfolio_volatility(weights[held], covariance)
    if daily <= _TINY:
        return nothing
    shares = np.zeros(len(weights))
    shares[held] = risk_contributions(weights[held], covariance)
    mean = float((weights[held] * volatilities(covariance)).sum())
    return RiskShare(shares, daily * sqrt(days_per_year), mean / daily)
