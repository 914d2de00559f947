"""Zones: 70 % train, ten days embargo, the rest sealed, forward after the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.days import bar_days, day_number
from engine.data.partitions import Cut, TrainBars, new_zones, zone_note
from engine.errors import DataError
from engine.market import Timeframe


def test_the_window_is_cut_by_days(make_bars: Callable[..., Bars]) -> None:
    """1,000 days: 700 train, 10 embargo, 290 holdout, nothing forward."""
    bars = make_bars(1_000)
    cut = Cut.at(bars, new_zones(bars))
    assert (cut.train, cut.embargo, cut.holdout) == (700, 710, 1_000)


def test_what_follows_the_window_is_forward(make_bars: Callable[..., Bars]) -> None:
    """A window that ends earlier leaves the tail for later."""
    bars = make_bars(1_000)
    last = int(bar_days(bars)[799])
    cut = Cut.at(bars, new_zones(bars, last))
    assert (cut.train, cut.embargo, cut.holdout) == (560, 570, 800)


def test_timeframes_share_the_borders(make_bars: Callable[..., Bars]) -> None:
    """Hourly bars of the same market are cut at the same days."""
    daily = make_bars(100)
    hourly = make_bars(2_400, timeframe=Timeframe.H1)
    zones = new_zones(daily)
    assert new_zones(hourly) == zones
    assert Cut.at(hourly, zones) == Cut(train=70 * 24, embargo=80 * 24, holdout=2_400)


@pytest.mark.parametrize(("days", "fits"), [(34, True), (33, False), (5, False)])
def test_too_few_days_cannot_be_split(
    make_bars: Callable[..., Bars], days: int, fits: bool
) -> None:
    """DATA_TOO_SHORT when a zone would be empty."""
    if fits:
        zones = new_zones(make_bars(days))
        assert day_number(zones.holdout_first) <= day_number(zones.window_last)
        return
    with pytest.raises(DataError) as caught:
        new_zones(make_bars(days))
    assert caught.value.code == "DATA_TOO_SHORT"


def test_the_window_ends_inside_the_data(make_bars: Callable[..., Bars]) -> None:
    """WINDOW_END_OUTSIDE names the days that are possible."""
    bars = make_bars(100)
    last = int(bar_days(bars)[-1])
    assert new_zones(bars, last).window_last == "2015-04-10"
    with pytest.raises(DataError) as caught:
        new_zones(bars, last + 1)
    assert caught.value.code == "WINDOW_END_OUTSIDE"
    assert "2015-04-10" in caught.value.hint


@pytest.mark.parametrize(
    ("days", "note"),
    [
        (365 * 5 + 2, ""),
        (365 * 4, "ZONE_SHORT"),
        (365 * 2 + 365 // 2 + 20, "ZONE_SHORT"),
        (365 * 2, "DATA_TOO_SHORT"),
    ],
)
def test_short_zones_are_noted(make_bars: Callable[..., Bars], days: int, note: str) -> None:
    """Five years are full length, two and a half are short, two are too short."""
    bars = make_bars(days)
    assert zone_note(bars, new_zones(bars)) == note


def test_train_days_are_single(make_bars: Callable[..., Bars]) -> None:
    """TrainBars name each day once."""
    days = TrainBars("0" * 64, make_bars(48, timeframe=Timeframe.H1)).days
    assert len(days) == 2
    assert (np.diff(days) == 1).all()
