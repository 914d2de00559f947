"""Periods: which higher bar each base bar belongs to, and when that one is closed.

A bar belongs to the period in which it CLOSES, so a period never holds anything from after its
own close. Where the market closes before the clock says so, the market's close counts:

    24/7   UTC grid; weeks from Monday 00:00, months from the 1st.
    XNYS   planned sessions in New York: intraday periods count from 09:30 and end at the session's
           close at the latest; a day, week or month closes with its last planned session. A bar
           without a minute inside a session takes no part. Other exchanges: the same by their own
           hours and zone.
    FX     UTC grid, weeks from Sunday; whatever would close inside the weekend closes on Friday
           17:00 New York time. A bar inside the weekend takes no part.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, BoolArray, IntArray
from engine.data.clocks import zone_offset
from engine.data.days import DAY_MS
from engine.data.sessions import Sessions, exchange_zone, last_pause, session_plan
from engine.market import Timeframe

_MONDAY: Final = 4 * DAY_MS
_SUNDAY: Final = 3 * DAY_MS
"""First such midnight after 1970-01-01, a Thursday."""
_MARGIN_DAYS: Final = 45
"""Days of session plan beyond the bars: whole months on both sides."""


class Spans(NamedTuple):
    """When base bars really open and close, by the calendar; each of shape (n,).

    Attributes:
        opens, closes: int64 UTC milliseconds.
        inside: bars that take part in higher bars.
    """

    opens: IntArray
    closes: IntArray
    inside: BoolArray


class Periods(NamedTuple):
    """The higher bar of each base bar that takes part, int64 UTC milliseconds, shape (m,).

    Attributes:
        label: the higher bar's open time as `Bars` want it: midnight of its first calendar day,
            below a day its first moment.
        start: latest open of a first base bar that makes the higher bar whole.
        close: its close.
    """

    label: IntArray
    start: IntArray
    close: IntArray


def trade_days(bars: Bars) -> IntArray:
    """Local date of each bar's open, days since 1970-01-01, shape (n,).

    UTC for 24/7 and FX; exchanges count in their own zone, where bars of a day or longer that
    open at 00:00 UTC are day labels and keep their date.
    """
    calendar = bars.instrument.calendar
    if calendar in {"24/7", "FX"}:
        return bars.time // DAY_MS
    label = (bars.timeframe.seconds >= Timeframe.D1.seconds) & (bars.time % DAY_MS == 0)
    local = bars.time + zone_offset(exchange_zone(calendar), bars.time)
    return np.where(label, bars.time, local) // DAY_MS


def spans(bars: Bars) -> Spans:
    """Effective open and close of each bar by its instrument's calendar."""
    match bars.instrument.calendar:
        case "24/7":
            return Spans(bars.time, bars.close_time, np.ones(len(bars), dtype=np.bool_))
        case "FX":
            return _currency_spans(bars)
        case _:
            return _session_spans(bars, _plan(bars))


def periods(bars: Bars, span: Spans, higher: Timeframe) -> Periods:
    """Label, start and close of the higher bar of each bar inside."""
    closes = span.closes[span.inside]
    match bars.instrument.calendar:
        case "24/7":
            start, end = _grid(closes, higher, _MONDAY)
            return Periods(start, start, end)
        case "FX":
            return _currency_periods(closes, higher, bars.timeframe)
        case _:
            return _session_periods(closes, _plan(bars), higher)


def _grid(close: IntArray, higher: Timeframe, week: int) -> tuple[IntArray, IntArray]:
    """Start and end of the UTC period that each moment closes in or ends."""
    if higher is Timeframe.MO1:
        months = (close - 1).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        return _month_start(months), _month_start(months + 1)
    length = higher.seconds * 1000
    anchor = week if higher is Timeframe.W1 else 0
    end = anchor - (anchor - close) // length * length
    return end - length, end


def _month_start(months: IntArray) -> IntArray:
    return months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)


# Currencies


def _currency_spans(bars: Bars) -> Spans:
    pause = last_pause(bars.close_time)
    late = bars.close_time <= pause.ends
    inside = ~(late & (bars.time >= pause.begins))
    return Spans(bars.time, np.where(late & inside, pause.begins, bars.close_time), inside)


def _currency_periods(closes: IntArray, higher: Timeframe, base: Timeframe) -> Periods:
    label, end = _grid(closes, higher, _SUNDAY)
    before = last_pause(end)
    close = np.where(end <= before.ends, before.begins, end)
    start = np.maximum(label, last_pause(label + 1).ends)
    if base is Timeframe.D1:
        # Daily files often leave out Sunday's two hours: a week from Monday on is whole.
        start = -(-start // DAY_MS) * DAY_MS
    return Periods(label, start, close)


# Sessions


def _plan(bars: Bars) -> Sessions:
    days = bars.time[[0, -1]] // DAY_MS
    first, last = int(days[0]) - _MARGIN_DAYS, int(days[1]) + _MARGIN_DAYS
    return session_plan(first, last, bars.instrument.calendar)


def _session_spans(bars: Bars, plan: Sessions) -> Spans:
    if bars.timeframe.seconds >= Timeframe.D1.seconds:
        local = trade_days(bars)
        place = np.searchsorted(plan.day, local)
        inside = plan.day[place] == local
        opens, closes = plan.opens[place], plan.closes[place]
    else:
        place = np.searchsorted(plan.closes, bars.time, side="right")
        inside = bars.close_time > plan.opens[place]
        opens, closes = bars.time, np.minimum(bars.close_time, plan.closes[place])
    return Spans(
        np.where(inside, opens, bars.time), np.where(inside, closes, bars.close_time), inside
    )


def _session_periods(closes: IntArray, plan: Sessions, higher: Timeframe) -> Periods:
    place = np.searchsorted(plan.closes, closes)
    if higher.seconds < Timeframe.D1.seconds:
        length = higher.seconds * 1000
        opened, ended = plan.opens[place], plan.closes[place]
        end = opened - (opened - closes) // length * length
        return Periods(end - length, end - length, np.minimum(end, ended))
    label = _grid(plan.day * DAY_MS + 1, higher, _MONDAY)[0]
    mine = label[place]
    first = np.searchsorted(label, mine, side="left")
    last = np.searchsorted(label, mine, side="right") - 1
    return Periods(mine, plan.opens[first], plan.closes[last])
