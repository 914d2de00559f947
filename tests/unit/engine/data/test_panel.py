"""Panels: several instruments on one timeline, each with its own bars."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.panel import NO_ROW, panel_of
from engine.errors import DataError
from engine.market import Timeframe
from tests.rules import DAY_MS, F, make_bars


def bars(symbol: str, days: list[int], timeframe: Timeframe = Timeframe.D1) -> Bars:
    """Flat bars on these days."""
    times = [day * DAY_MS for day in days]
    return make_bars([F] * len(days), symbol=symbol, times=times, timeframe=timeframe)


def test_the_timeline_is_the_union_of_all_times() -> None:
    """Where an instrument has no bar its row says so, and its values are missing."""
    panel = panel_of([bars("A", [0, 1, 3]), bars("B", [1, 2])])
    assert list(panel.time // DAY_MS) == [0, 1, 2, 3]
    assert [list(rows) for rows in panel.rows] == [[0, 1, NO_ROW, 2], [NO_ROW, 0, 1, NO_ROW]]
    spread = panel.spread_out(1, np.array([5.0, 6.0]))
    assert list(spread[1:3]) == [5.0, 6.0]
    assert np.isnan(spread[[0, 3]]).all()


def test_bars_before_a_time_alone_are_kept() -> None:
    """A cut by time cuts every instrument at that time."""
    panel = panel_of([bars("A", [0, 1, 3]), bars("B", [1, 2])]).before(2 * DAY_MS)
    assert [len(each) for each in panel.each] == [2, 1]


@pytest.mark.parametrize(
    ("each", "code"),
    [
        ([], "PANEL_EMPTY"),
        ([bars("A", [0]), bars("A", [1])], "PANEL_SYMBOL_TWICE"),
        ([bars("A", [0]), bars("B", [0], Timeframe.W1)], "PANEL_TIMEFRAMES"),
    ],
)
def test_what_is_no_panel_is_refused(each: list[Bars], code: str) -> None:
    """Nothing, a symbol twice, two timeframes; different symbols of one timeframe go through."""
    with pytest.raises(DataError) as caught:
        panel_of(each)
    assert caught.value.code == code
    assert panel_of([bars("A", [0]), bars("B", [0])]).symbols == ("A", "B")
