"""When weights are set anew: on the first day of a period, known when that day has come.

The last day of a month is known only when the month is over, so it is not used.
"""

from __future__ import annotations

import numpy as np

from engine.data.bars import BoolArray, IntArray
from engine.portfolio.recipes import Rebalance

_MONDAY = 3
"""Day 0 is a Thursday: three days later a week begins."""


def periods(days: IntArray, rebalance: Rebalance) -> IntArray:
    """Number of the period in which each UTC day lies (weeks begin on Monday), shape (t,)."""
    if rebalance == "daily":
        return days
    if rebalance == "weekly":
        return (days + _MONDAY) // 7
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months if rebalance == "monthly" else months // 3


def rebalance_days(days: IntArray, rebalance: Rebalance) -> BoolArray:
    """True on the first of the given days in each period; false on the very first one.

    The first allocation is the account's own; what comes before it is not known here.
    """
    number = periods(days, rebalance)
    return np.append(False, number[1:] != number[:-1])
