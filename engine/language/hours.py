"""What an instrument's clock says about each bar: sessions, days, the last close of a period.

Everything follows from the calendar's plan, never from the bars that come after.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from engine.data.bars import Bars, BoolArray, IntArray
from engine.data.periods import periods, spans
from engine.data.resample import divides
from engine.indicators.calendar import local_time
from engine.language.decisions import HoursDecisions
from engine.language.spec import SpecLimits
from engine.market import Timeframe

Period = Literal["bar", "daily", "weekly", "monthly", "quarterly"]

_FRAMES: Final = {
    "daily": Timeframe.D1,
    "weekly": Timeframe.W1,
    "monthly": Timeframe.MO1,
    "quarterly": Timeframe.MO1,
}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday
_QUARTER: Final = 3


def period_ends(bars: Bars, period: Period) -> BoolArray:
    """Bars whose close is the last planned one of their period. Shape (n,).

    A bar that is as long as the period or longer ends one each time.
    """
    if period == "bar":
        return np.ones(len(bars), dtype=np.bool_)
    frame = _FRAMES[period]
    ends = np.ones(len(bars), dtype=np.bool_)
    if divides(bars.timeframe, frame):
        span = spans(bars)
        inside = np.flatnonzero(span.inside)
        found = periods(bars, span, frame)
        ends[:] = False
        ends[inside] = found.close == span.closes[inside]
    if period == "quarterly":
        ends &= _quarter_month(bars)
    return ends


def _quarter_month(bars: Bars) -> BoolArray:
    """Bars that close in March, June, September or December. Shape (n,)."""
    month = (bars.close_time - 1).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    result: BoolArray = month % _QUARTER == _QUARTER - 1
    return result


def hours_of(bars: Bars, limits: SpecLimits) -> HoursDecisions:
    """What a spec's limits make of the clock; nothing where a limit is not given."""
    counted = (
        limits.max_trades_per_day, limits.max_trades_per_week, limits.max_losses_per_day,
        limits.max_daily_loss_frac,
    )  # fmt: skip
    days = any(value is not None for value in counted)
    clock = (limits.session, limits.flat_by, limits.overnight)
    if not days and not limits.days and all(value is None for value in clock):
        return HoursDecisions()
    local = local_time(bars)
    flat = _flat(bars, limits, local.minute, _first_of(local.day))
    closed = _closed(limits, local.day, local.minute)
    if flat is not None:
        closed = flat if closed is None else closed | flat
    return HoursDecisions(
        closed=closed,
        flat=flat,
        new_day=_first_of(local.day) if days else None,
        new_week=_first_of((local.day + _EPOCH_WEEKDAY) // 7) if days else None,
    )


def _first_of(number: IntArray) -> BoolArray:
    return np.concatenate(([True], np.diff(number) != 0))


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _closed(limits: SpecLimits, day: IntArray, minute: IntArray) -> BoolArray | None:
    """Bars that open outside the session or on a day that is not allowed."""
    closed: BoolArray | None = None
    if limits.session is not None:
        begin, end = (_minutes(part) for part in limits.session.split("-"))
        inside = (minute >= begin) & (minute < end)
        if end <= begin:  # over midnight
            inside = (minute >= begin) | (minute < end)
        closed = ~inside
    if limits.days:
        allowed = [_WEEKDAYS.index(name) for name in limits.days]
        wrong = ~np.isin((day + _EPOCH_WEEKDAY) % 7, allowed)
        closed = wrong if closed is None else closed | wrong
    return closed


def _flat(bars: Bars, limits: SpecLimits, minute: IntArray, first: BoolArray) -> BoolArray | None:
    """Bars at whose open every position is left; no entry is filled in them.

    The first bar of a day is one too: where the bar that should have ended a day is absent, its
    position must not live on, and what was decided at a day's last close is over with the day.
    """
    flat: BoolArray | None = None
    if limits.flat_by is not None:
        flat = minute >= _minutes(limits.flat_by)
    if limits.overnight is False:
        last = period_ends(bars, "daily")
        flat = last if flat is None else flat | last
    if flat is not None and bars.timeframe.seconds < Timeframe.D1.seconds:
        flat = flat | first
    return flat
