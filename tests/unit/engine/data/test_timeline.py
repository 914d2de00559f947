"""Timeline: planned opens by calendar."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.synthetic import START_MS
from engine.data.timeline import open_times
from engine.market import Calendar, Timeframe


def shown(calendar: Calendar, timeframe: str, count: int, first_ms: int = START_MS) -> list[str]:
    """Planned opens as text."""
    times = open_times(calendar, Timeframe(timeframe), count, first_ms)
    return [str(np.datetime64(int(at), "ms"))[5:16] for at in times]


@pytest.mark.parametrize(
    ("calendar", "timeframe", "times"),
    [
        ("24/7", "12h", ["01-01T00:00", "01-01T12:00", "01-02T00:00"]),
        ("24/7", "1w", ["01-05T00:00", "01-12T00:00", "01-19T00:00"]),
        ("XNYS", "1d", ["01-02T00:00", "01-05T00:00", "01-06T00:00"]),
        ("XNYS", "4h", ["01-02T14:30", "01-02T18:30", "01-05T14:30"]),
        ("FX", "1d", ["01-01T00:00", "01-02T00:00", "01-05T00:00"]),
        ("FX", "1M", ["01-01T00:00", "02-01T00:00", "03-01T00:00"]),
    ],
)
def test_bars_open_when_the_market_does(
    calendar: Calendar, timeframe: str, times: list[str]
) -> None:
    """The first three bars of 2015: New Year's Day was a Thursday."""
    assert shown(calendar, timeframe, 3) == times


def test_currencies_rest_over_the_weekend() -> None:
    """The last hour of the week opens on Friday 21:00 UTC in winter, the next on Sunday 22:00."""
    friday = START_MS + (24 + 20) * 3_600_000
    assert shown("FX", "1h", 3, friday) == ["01-02T20:00", "01-02T21:00", "01-04T22:00"]


@pytest.mark.parametrize("calendar", ["24/7", "XNYS", "FX"])
@pytest.mark.parametrize("timeframe", list(Timeframe))
def test_as_many_bars_as_asked_in_order(calendar: Calendar, timeframe: Timeframe) -> None:
    """Every calendar and timeframe gives strictly rising opens, none before the first moment."""
    times = open_times(calendar, timeframe, 700, START_MS + 1)
    assert len(times) == 700
    assert times[0] > START_MS
    assert (np.diff(times) > 0).all()
