"""Functions that exported files carry beside the indicator kernels: levels, regimes, sizes.

The text of these functions is copied into the files, so they need numpy and nothing of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, isnan, nan

import numpy as np

from engine.data.bars import BoolArray, FloatArray, IntArray


def finite(values: FloatArray) -> FloatArray:
    """The values, what is not finite as missing."""
    bad = ~np.isfinite(values)
    return np.where(bad, np.nan, values) if bad.any() else values


def closest(levels: Sequence[FloatArray], n: int, *, low: bool) -> FloatArray:
    """Lowest (or highest) of the levels that are not missing; missing where all are."""
    result = np.full(n, np.nan)
    for level in levels:
        result = np.fmin(result, level) if low else np.fmax(result, level)
    return result


def known(levels: Sequence[FloatArray], n: int) -> BoolArray:
    """Bars at which no level is missing: no position without its planned protection."""
    result = np.ones(n, dtype=np.bool_)
    for level in levels:
        result &= ~np.isnan(level)
    return result


def regime_labels(
    whens: Sequence[FloatArray], untils: Sequence[FloatArray | None], min_bars: Sequence[int]
) -> FloatArray:
    """Number of the regime at each bar; the number of regimes stands for none.

    Stay while fewer than min_bars have passed or while `until` is given and not true; else the
    first regime whose `when` is true; missing counts as not true.
    """
    none, n = len(whens), len(whens[0])
    labels = np.full(n, float(none))
    now, held = none, 0
    for t in range(n):
        if now != none:
            until = untils[now]
            if held < min_bars[now] or (until is not None and until[t] != 1):
                held += 1
                labels[t] = now
                continue
        now = next((place for place in range(none) if whens[place][t] == 1), none)
        held = 1
        labels[t] = now
    return labels


def weekday(time: IntArray) -> FloatArray:
    """0 = Monday .. 6 = Sunday of bar open times in UTC milliseconds."""
    return ((time // 86_400_000 + 3) % 7).astype(float)


def day_of_month(time: IntArray) -> FloatArray:
    """1..31 of bar open times in UTC milliseconds."""
    day = (time // 86_400_000).astype("datetime64[D]")
    first = day.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(day - first, dtype=np.float64) + 1


def month_of_year(time: IntArray) -> FloatArray:
    """1..12 of bar open times in UTC milliseconds."""
    months = (time // 86_400_000).astype("datetime64[D]").astype("datetime64[M]")
    return (months.astype(np.int64) % 12 + 1).astype(float)


def minute_of_day(time: IntArray) -> FloatArray:
    """0..1439 of bar open times in UTC milliseconds."""
    return (time % 86_400_000 // 60_000).astype(float)


def wanted_units(
    rule: tuple[str, float, float], equity: float, ref: float, known: tuple[float, float]
) -> float:
    """Units of an entry before rounding: the sizing rule, cut to the cap; missing without a size.

    Args:
        rule: kind of sizing; its value: fraction of equity, quote currency, or fraction of equity
            at risk; largest fraction of equity.
        equity: account value at the decision.
        ref: expected entry price.
        known: first stop, needed by risk_per_trade; weight, needed by every other kind.
    """
    kind, value, cap = rule
    stop, weight = known
    most = cap * equity / ref
    if kind == "fixed_fraction":
        wanted = value * equity / ref
    elif kind == "fixed_notional":
        wanted = value / ref
    elif kind == "risk_per_trade":
        wanted = nan if isnan(stop) or stop == ref else value * equity / abs(ref - stop)
    else:
        wanted = abs(weight) * equity / ref
    return wanted if isnan(wanted) else min(wanted, most)


def whole(units: float) -> int:
    """Whole units; what misses one by less than a millionth is rounding, and nothing is 0."""
    return floor(units + 1e-6) if isfinite(units) else 0


def shut_bars(
    minute: FloatArray, day: FloatArray, session: tuple[int, int] | None, days: Sequence[int]
) -> BoolArray:
    """Bars that open outside the session (minutes, over midnight too) or on other weekdays."""
    shut = np.zeros(len(minute), dtype=np.bool_)
    if session is not None:
        begin, end = session
        inside = (minute >= begin) & (minute < end)
        if end <= begin:
            inside = (minute >= begin) | (minute < end)
        shut |= ~inside
    if days:
        shut |= ~np.isin(day, list(days))
    return shut
