"""Ranks and scores across the members of a universe, one bar at a time. Arrays float64 (n,).

Members without a value at a bar take no part in it. Sums run over the members in their order, so
that a value does not depend on how many bars there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators.windows import ratio


def cross_rank(own: FloatArray, members: Sequence[FloatArray]) -> FloatArray:
    """Rank of the own value among the members that have one: 0 lowest, 100 highest.

    Ties are averaged. `own` is one of the members. Missing with fewer than two of them: 0/0.
    """
    below, equal, present = np.zeros(len(own)), np.zeros(len(own)), np.zeros(len(own))
    for values in members:
        below += values < own
        equal += values == own
        present += ~np.isnan(values)
    rank = ratio(below + (equal - 1) / 2, present - 1) * 100
    rank[np.isnan(own)] = np.nan
    return rank


def cross_zscore(own: FloatArray, members: Sequence[FloatArray]) -> FloatArray:
    """(own - mean) / sample sigma over the members that have a value; missing where all agree."""
    present, total, squares = np.zeros(len(own)), np.zeros(len(own)), np.zeros(len(own))
    low, high = np.full(len(own), np.inf), np.full(len(own), -np.inf)
    for values in members:
        here = ~np.isnan(values)
        present += here
        total += np.where(here, values, 0.0)
        low, high = np.fmin(low, values), np.fmax(high, values)
    mean = ratio(total, present)
    for values in members:
        gap = np.where(np.isnan(values), 0.0, values - mean)
        squares += gap * gap
    score = ratio(own - mean, np.sqrt(ratio(squares, present - 1)))
    # Rounding noise around equal values is no spread.
    score[low == high] = np.nan
    return score
