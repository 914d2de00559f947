"""Pairs: the hedge ratio of two prices and the spread it leaves. Arrays float64 (n,)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators.statistics import beta
from engine.indicators.windows import logs, ratio, window_mean

Hedge = Literal["one", "ratio", "ols", "log_ols"]


def hedge_ratio(y: FloatArray, x: FloatArray, hedge: Hedge, n: int) -> FloatArray:
    """Units (log_ols: log units) of x against one of y, fitted on the last n bars.

    one: 1, equal notional; ratio: mean of y/x; ols: least-squares slope of y on x; log_ols: the
    same on natural logarithms.
    """
    if hedge == "one":
        return np.where(np.isnan(y) | np.isnan(x), np.nan, 1.0)
    if hedge == "ratio":
        return window_mean(ratio(y, x), n)
    if hedge == "ols":
        return beta(y, x, n)
    return beta(logs(y), logs(x), n)


def spread(y: FloatArray, x: FloatArray, hedge: Hedge, n: int) -> FloatArray:
    """Price y - h x, for `one` and `log_ols` log y - h log x; h as `hedge_ratio` gives it."""
    h = hedge_ratio(y, x, hedge, n)
    if hedge in {"one", "log_ols"}:
        return logs(y) - h * logs(x)
    return y - h * x
