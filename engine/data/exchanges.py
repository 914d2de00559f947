"""Exchanges: when each of them plans to trade, taken from `exchange_calendars` into our own tables.

The engine reads the tables (`calendars/*.json`), never the library: that would cost half a second
at first use, and results would move with its version. A test compares both, for every session.

    python -m engine.data.exchanges        writes the tables anew

A table tells in what days differ: closed weekdays and early closes. One-off closures (storms,
funerals, jubilees) stand apart: they are no part of the plan, because nobody says when each of
them became known.
"""

from __future__ import annotations

import json
import sys
import warnings
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from engine.errors import DataError
from engine.text import did_you_mean

if TYPE_CHECKING:
    from exchange_calendars import ExchangeCalendar  # type: ignore[import-untyped]  # no types

EXCHANGES: Final = ("XNYS", "XTSE", "XLON", "XETR", "XPAR", "XSWX")
"""New York, Toronto, London, Frankfurt (Xetra), Paris, Zurich: one session a day, no pause."""
FIRST_DAY: Final = "1970-01-01"
LAST_DAY: Final = "2050-12-31"
"""Asked for by name: the library's own default range moves with the day on which it is called."""
TABLES: Final = Path(__file__).with_name("calendars")
_SATURDAY: Final = 5


class ExchangeTable(TypedDict):
    """What a table file holds; times are wall clock, `09:30`, days are `2012-12-24`."""

    zone: str
    open: str
    close: str
    closed: list[str]
    once: list[str]
    early: dict[str, str]


def read_table(code: str) -> ExchangeTable:
    """The packaged table of an exchange.

    Raises:
        DataError: CALENDAR_UNKNOWN with near codes.
    """
    if code not in EXCHANGES:
        near = did_you_mean(code, list(EXCHANGES)) or list(EXCHANGES)
        raise DataError(
            "CALENDAR_UNKNOWN", "there is no calendar of this exchange", value=code,
            hint=f"did you mean {', '.join(near)}?",
        )  # fmt: skip
    table: ExchangeTable = json.loads((TABLES / f"{code}.json").read_text(encoding="utf-8"))
    return table


def table_of(code: str) -> ExchangeTable:
    """The table that the library gives, FIRST_DAY to LAST_DAY."""
    calendar = calendar_of(code)
    sessions = [session.date() for session in calendar.sessions]
    once = {each.date() for each in calendar.adhoc_holidays}
    first, last = date.fromisoformat(FIRST_DAY), date.fromisoformat(LAST_DAY)
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    weekdays = [day for day in days if day.weekday() < _SATURDAY]
    absent = sorted(set(weekdays) - set(sessions))
    opens, closes = _times(calendar, "open"), _times(calendar, "close")
    usual = _usual(closes)
    return {
        "zone": str(calendar.tz),
        "open": _text(_usual(opens)),
        "close": _text(usual),
        "closed": [str(day) for day in absent if day not in once],
        "once": [str(day) for day in absent if day in once],
        "early": {str(day): _text(at) for day, at in closes.items() if at != usual},
    }


def calendar_of(code: str) -> ExchangeCalendar:
    """The library's calendar between our two days."""
    # The library is slow to load and warns about a change in pandas while it builds.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=Warning)
        from exchange_calendars import get_calendar  # noqa: PLC0415 - half a second

        return get_calendar(code, start=FIRST_DAY, end=LAST_DAY)


def _times(calendar: ExchangeCalendar, side: str) -> dict[date, time]:
    """Wall clock time of every session's open or close."""
    column = calendar.schedule[side]
    return {day.date(): at.astimezone(calendar.tz).time() for day, at in column.items()}


def _usual(times: dict[date, time]) -> time:
    found = list(times.values())
    return max(set(found), key=found.count)


def _text(at: time) -> str:
    return f"{at:%H:%M}"


def main() -> int:
    """Write all tables."""
    TABLES.mkdir(exist_ok=True)
    for code in EXCHANGES:
        text = json.dumps(table_of(code), indent=1, sort_keys=True)
        (TABLES / f"{code}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
