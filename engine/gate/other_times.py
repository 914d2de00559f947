"""Other times: the same bars 28 years later, on calendars that repeat.

28 years are 10,227 days or 1,461 weeks: weekday, day, month and leap years come again
(1901-2099). Planned sessions of an exchange do not: Easter moves, and so do clock changes of the
past. What is compared therefore runs on a plain calendar on both sides: currencies and exchanges
keep their weekdays for bars of a day and longer; shorter bars count from midnight, once by the
wall clock of their market and once from the open of its session. A rule on weekdays, the turn of
the month, hours or the first minutes of a session finds all it asks for; a date finds nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

import numpy as np

from engine.data.bars import Bars, IntArray
from engine.data.clocks import zone_offset
from engine.data.days import DAY_MS
from engine.data.panel import Panel, panel_of
from engine.data.sessions import exchange_zone, session_hours
from engine.market import Calendar, Instrument, Timeframe

SHIFT_DAYS: Final = 10_227
Clock = Literal["wall", "session"]


def later(panel: Panel, days: int = SHIFT_DAYS) -> Panel:
    """The same bars so many days later."""
    moved = [replace(bars, time=_frozen(bars.time + days * DAY_MS)) for bars in panel.each]
    return panel_of(moved)


def plain(panel: Panel) -> tuple[Panel, ...]:
    """The same bars on calendars that repeat after 28 years; itself where they all do.

    Short bars of an exchange come in two versions, by the wall clock and by the session.
    """
    if all(bars.instrument.calendar == "24/7" for bars in panel.each):
        return (panel,)
    exchange = any(_has_sessions(bars) and not _is_daily(bars) for bars in panel.each)
    clocks: tuple[Clock, ...] = ("wall", "session") if exchange else ("wall",)
    return tuple(panel_of([_plain(bars, clock) for bars in panel.each]) for clock in clocks)


def _has_sessions(bars: Bars) -> bool:
    return bars.instrument.calendar not in {"24/7", "FX"}


def _is_daily(bars: Bars) -> bool:
    return bars.timeframe.seconds >= Timeframe.D1.seconds


def _plain(bars: Bars, clock: Clock) -> Bars:
    if bars.instrument.calendar == "24/7":
        return bars
    if _is_daily(bars):
        return _on(bars, "FX", bars.time)
    if not _has_sessions(bars):
        return _on(bars, "24/7", bars.time)
    calendar = bars.instrument.calendar
    local = bars.time + zone_offset(exchange_zone(calendar), bars.time)
    begins = session_hours(calendar)[0] if clock == "session" else 0
    return _on(bars, "24/7", local - begins)


def _on(bars: Bars, calendar: Calendar, time: IntArray) -> Bars:
    """The same bars on another calendar and, where clocks would run backwards, in their order."""
    instrument = Instrument(**{**dict(bars.instrument), "calendar": calendar})
    return replace(bars, instrument=instrument, time=_frozen(_rising(time)))


def _rising(time: IntArray) -> IntArray:
    """Times in which each is later than the one before, as little moved as that needs."""
    steps = np.arange(len(time), dtype=np.int64)
    return np.maximum.accumulate(time - steps) + steps


def _frozen(time: IntArray) -> IntArray:
    time.setflags(write=False)
    return time
