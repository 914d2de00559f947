"""Several return streams as one account: figures, common falls, all moving as one. Pure numpy."""

from __future__ import annotations

import math
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.data.bars import FloatArray
from engine.quantities import Ratio
from engine.records import Record

COMMON_DEPTH: Final = 0.05
"""A stream that stands so far below its high is in a drawdown."""
_TINY: Final = 1e-15

Name = Annotated[str, Field(max_length=100)]


class Figures(Record):
    """Of daily returns: growth minus one, Sharpe ratio, yearly volatility, largest drawdown."""

    total_return: Ratio
    sharpe: Ratio | None
    volatility: Ratio
    max_drawdown: Ratio


class NamedDepth(Record):
    """What a sleeve made of the account's worst drawdown, as a return over that stretch."""

    name: Name
    change: Ratio


class CommonDrawdown(Record):
    """How far the sleeves fall together.

    Attributes:
        all_share: share of the days on which every sleeve stands 5 % below its high.
        days: length of the account's worst drawdown, from its high to its low.
        depth: how deep it is.
        inside: what each sleeve made in it.
        correlation: mean pairwise correlation over all days; None for one sleeve.
        correlation_inside: the same inside it; None below three days.
    """

    all_share: Ratio
    days: Annotated[int, Field(ge=0)]
    depth: Ratio
    inside: tuple[NamedDepth, ...]
    correlation: Ratio | None
    correlation_inside: Ratio | None


class MovingAsOne(Record):
    """The account as it is, and with every sleeve's days ranked alike: no diversification left."""

    usual: Figures
    as_one: Figures


def figures_of(returns: FloatArray, days_per_year: float) -> Figures:
    """Key figures of daily returns, shape (t,)."""
    growth = np.cumprod(1.0 + returns)
    deviation = float(np.std(returns, ddof=1)) if len(returns) > 1 else 0.0
    moving = deviation > 1e-12 * max(float(np.abs(returns).max()), _TINY)
    scale = math.sqrt(days_per_year)
    return Figures(
        total_return=float(growth[-1]) - 1.0,
        sharpe=float(np.mean(returns)) / deviation * scale if moving else None,
        volatility=deviation * scale if moving else 0.0,
        max_drawdown=float(underwater(returns).max()),
    )


def underwater(returns: FloatArray) -> FloatArray:
    """Distance from the high so far, the start counted as one; fractions, shape as given."""
    growth = np.cumprod(1.0 + returns, axis=0)
    peaks = np.maximum(np.maximum.accumulate(growth, axis=0), 1.0)
    depth: FloatArray = 1.0 - growth / peaks
    return depth


def mixed(returns: FloatArray, weights: FloatArray) -> FloatArray:
    """Account of streams (t, n) at these weights, (n,) or day by day (t, n). Shape (t,)."""
    # No matrix product: its sums depend on the library's threads.
    account: FloatArray = (returns * weights).sum(axis=1)
    return account


def ranked_alike(returns: FloatArray, leader: FloatArray) -> FloatArray:
    """Each stream's own days in the leader's order: the best on its best day. Shape (t, n)."""
    rank = np.argsort(np.argsort(leader, kind="stable"), kind="stable")
    ordered: FloatArray = np.sort(returns, axis=0)[rank]
    return ordered


def moving_as_one(returns: FloatArray, weights: FloatArray, days_per_year: float) -> MovingAsOne:
    """What is left when correlation goes to one; weights (n,) are kept constant."""
    account = mixed(returns, weights)
    return MovingAsOne(
        usual=figures_of(account, days_per_year),
        as_one=figures_of(mixed(ranked_alike(returns, account), weights), days_per_year),
    )


def common_drawdown(
    names: tuple[str, ...], returns: FloatArray, account: FloatArray
) -> CommonDrawdown:
    """Falls that the sleeves share.

    Args:
        names: sleeves.
        returns: theirs, shape (t, n).
        account: the account's, shape (t,).
    """
    depth = underwater(account)
    low = int(np.argmax(depth))
    growth = np.concatenate(([1.0], np.cumprod(1.0 + account)))
    high = int(np.argmax(growth[: low + 2])) if depth[low] > 0 else low + 1
    inside = returns[high : low + 1]
    changes = np.prod(1.0 + inside, axis=0) - 1.0
    together = (underwater(returns) >= COMMON_DEPTH).all(axis=1)
    return CommonDrawdown(
        all_share=float(np.mean(together)),
        days=len(inside),
        depth=float(depth[low]),
        inside=tuple(
            NamedDepth(name=name, change=change)
            for name, change in zip(names, changes.tolist(), strict=True)
        ),
        correlation=_mean_correlation(returns),
        correlation_inside=_mean_correlation(inside),
    )


def _mean_correlation(returns: FloatArray) -> float | None:
    """Mean over all pairs of streams that move; None below three days or two such streams."""
    if len(returns) < 3:  # noqa: PLR2004 - two days always correlate fully
        return None
    live = returns[:, np.ptp(returns, axis=0) > 1e-12]  # noqa: PLR2004 - rounding is no movement
    count = live.shape[1]
    if count < 2:  # noqa: PLR2004 - one stream has no pair
        return None
    centred = live - live.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).sum(axis=0))
    # The square of the sum holds every pair twice and each stream with itself once.
    whole = float((scaled.sum(axis=1) ** 2).sum())
    return float((whole - count) / (count * (count - 1)))
