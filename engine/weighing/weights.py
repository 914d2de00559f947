"""Weights of a portfolio from a covariance: numpy alone, the same input gives the same bytes.

Weights have shape (n,), are not negative and sum to one; only `target_volatility` leaves a rest
in cash. A covariance has shape (n, n); its units do not matter except where a target is named.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.weighing.covariance import checked_covariance, correlation, volatilities
from engine.weighing.hierarchy import (
    Distance,
    column_distance,
    correlation_distance,
    leaf_order,
)

ACCURACY: Final = 1e-10
MAX_SWEEPS: Final = 10_000
_SUM_TOLERANCE: Final = 1e-9


def equal(n: int) -> FloatArray:
    """1/n each.

    Raises:
        InputError: PORTFOLIO_EMPTY.
    """
    if n < 1:
        raise InputError("PORTFOLIO_EMPTY", "there is nothing to weigh", value=n, hint="add assets")
    return np.full(n, 1.0 / n)


def _normalised(raw: FloatArray) -> FloatArray:
    shares: FloatArray = raw / raw.sum()
    return shares


def inverse_volatility(covariance: FloatArray) -> FloatArray:
    """In proportion to 1 / volatility; correlations are not looked at.

    Raises:
        InputError: PORTFOLIO_COVARIANCE.
    """
    return _normalised(1.0 / volatilities(checked_covariance(covariance)))


def risk_contributions(weights: FloatArray, covariance: FloatArray) -> FloatArray:
    """Share of each asset in the portfolio's variance, sums to one, shape (n,)."""
    marginal = (covariance * weights[None, :]).sum(axis=1)
    return _normalised(weights * marginal)


def portfolio_volatility(weights: FloatArray, covariance: FloatArray) -> float:
    """Standard deviation of the portfolio per period of the covariance."""
    marginal = (covariance * weights[None, :]).sum(axis=1)
    return sqrt(max(float((weights * marginal).sum()), 0.0))


def equal_risk_contribution(
    covariance: FloatArray, budgets: FloatArray | None = None
) -> FloatArray:
    """Every asset contributes the same share of the variance (or its budget).

    Cyclical coordinate descent on 1/2 x'Cx - sum(budget ln x), C the correlations: each step is
    the positive root of a quadratic. The solution is unique and divided by the volatilities.

    Args:
        covariance: shape (n, n), positive definite (shrink it first).
        budgets: shares of risk above zero that sum to one; None: 1/n each.

    Source: Griveau-Billion, Richard, Roncalli 2013, "A fast algorithm for computing
    high-dimensional risk parity portfolios".

    Raises:
        InputError: PORTFOLIO_COVARIANCE, PORTFOLIO_BUDGETS, PORTFOLIO_NOT_CONVERGED.
    """
    table = correlation(covariance)
    n = len(table)
    shares = equal(n) if budgets is None else _checked_budgets(budgets, n)
    x = np.sqrt(shares)
    for _ in range(MAX_SWEEPS):
        for i in range(n):
            others = float((table[i] * x).sum()) - x[i]
            x[i] = (sqrt(others * others + 4.0 * shares[i]) - others) / 2.0
        gap = np.abs(risk_contributions(x, table) - shares).max()
        if gap <= ACCURACY:
            return _normalised(x / volatilities(covariance))
    raise InputError(
        "PORTFOLIO_NOT_CONVERGED",
        f"risk contributions did not become equal within {MAX_SWEEPS} sweeps",
        value=float(gap),
        hint="shrink the covariance first: it is next to singular",
    )


def _checked_budgets(budgets: FloatArray, n: int) -> FloatArray:
    fits = budgets.shape == (n,) and bool((budgets > 0).all())
    if not fits or abs(float(budgets.sum()) - 1.0) > _SUM_TOLERANCE:
        raise InputError(
            "PORTFOLIO_BUDGETS",
            f"risk budgets are {n} shares above zero that sum to one",
            value=budgets.tolist(),
            hint="divide them by their sum",
        )
    return budgets


def hierarchical_risk_parity(
    covariance: FloatArray, *, distance: Distance = "correlation"
) -> FloatArray:
    """Risk parity down a tree of alike assets: quasi-diagonal order, then halving.

    Args:
        covariance: shape (n, n).
        distance: "columns" clusters by the distance between columns of the correlation
            distances (the paper); "correlation" by the correlation distance itself (what
            PyPortfolioOpt does, which is the reference matched).

    The leaf order follows the numbering of the assets where two of them merge, so from five
    assets on another numbering can give other weights. That is part of the method.

    Source: Lopez de Prado 2016, "Building diversified portfolios that outperform out of sample".

    Raises:
        InputError: PORTFOLIO_COVARIANCE.
    """
    table = correlation_distance(correlation(covariance))
    order = leaf_order(column_distance(table) if distance == "columns" else table)
    weights = np.ones(len(order))
    waiting = [order]
    while waiting:
        group = waiting.pop()
        if len(group) == 1:
            continue
        left, right = group[: len(group) // 2], group[len(group) // 2 :]
        left_risk = _group_variance(covariance, left)
        right_risk = _group_variance(covariance, right)
        share = 1.0 - left_risk / (left_risk + right_risk)
        weights[left] *= share
        weights[right] *= 1.0 - share
        waiting += [left, right]
    return _normalised(weights)


def _group_variance(covariance: FloatArray, group: list[int]) -> float:
    """Variance of a group held in proportion to inverse variances."""
    part = covariance[np.ix_(group, group)]
    weights = _normalised(1.0 / np.diagonal(part))
    return portfolio_volatility(weights, part) ** 2


def target_volatility(
    weights: FloatArray,
    covariance: FloatArray,
    target: float,
    *,
    periods_per_year: float = 1.0,
    max_gross: float = 1.0,
) -> FloatArray:
    """The weights scaled to an annual volatility, never above `max_gross` in sum.

    Args:
        weights: shape (n,).
        covariance: per period.
        target: annual volatility as a fraction of one.
        periods_per_year: bars per year of timeframe and calendar.
        max_gross: largest sum of absolute weights; the rest stays in cash.

    Raises:
        InputError: PORTFOLIO_TARGET.
    """
    if not (target > 0 and periods_per_year > 0 and max_gross > 0):
        raise InputError(
            "PORTFOLIO_TARGET",
            "target volatility, periods per year and largest gross weight are above zero",
            value=target,
            hint="write 12 % a year as 0.12",
        )
    yearly = portfolio_volatility(weights, checked_covariance(covariance)) * sqrt(periods_per_year)
    gross = float(np.abs(weights).sum())
    largest = max_gross / gross if gross > 0 else 0.0
    return weights * (min(target / yearly, largest) if yearly > 0 else largest)


def correlation_cap(weights: FloatArray, correlations: FloatArray, cap: float) -> FloatArray:
    """Weights without assets too alike: of two above the cap the larger weight stays.

    From the largest weight down (equal ones by place) an asset is kept when its correlation with
    every kept one is at most `cap`; the others get 0 and their weight goes to the kept ones in
    proportion. Only alike is too alike: strongly negative correlations are kept.

    Raises:
        InputError: PORTFOLIO_CAP when the cap is not within -1..1.
    """
    if not -1.0 <= cap <= 1.0:
        raise InputError(
            "PORTFOLIO_CAP", "a correlation lies within -1..1", value=cap, hint="write 0.8"
        )
    kept: list[int] = []
    for place in np.argsort(-weights, kind="stable").tolist():
        if weights[place] > 0 and all(correlations[place, other] <= cap for other in kept):
            kept.append(place)
    result = np.zeros(len(weights))
    result[kept] = weights[kept]
    total = result.sum()
    return result * (weights.sum() / total) if total > 0 else result
