"""Price levels: channels, pivots and opening ranges."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import bars_of
from engine.indicators import levels
from engine.market import Timeframe
from tests.language_world import STOCK, nasty_bars, value

BARS = nasty_bars(120)
NAN = float("nan")


def test_channels_include_the_present_bar() -> None:
    """The highest high of n bars is never below the present high."""
    top, bottom = value("donchian_upper(20)", BARS), value("donchian_lower(20)", BARS)
    assert top[30] == BARS.high[11:31].max()
    assert bottom[30] == BARS.low[11:31].min()
    np.testing.assert_array_equal(value("kijun(20)", BARS), (top + bottom) / 2)


def test_spans_are_the_value_of_exactly_d_bars_ago() -> None:
    """The cloud of today was known d bars ago."""
    middle = (levels.channel_mid(BARS.high, BARS.low, 9) + value("kijun(26)", BARS)) / 2
    assert value("span_a(9,26,26)", BARS)[80] == middle[54]
    assert value("span_b(52,26)", BARS)[90] == value("kijun(52)", BARS)[64]


def test_a_pivot_is_known_only_after_its_right_side() -> None:
    """The last pivot appears `right` bars late and stays until the next one."""
    high = np.array([1.0, 2, 5, 2, 1, 1, 3, 7, 3, 2])
    np.testing.assert_array_equal(levels.pivot_high(high, 2, 2), [NAN] * 4 + [5] * 5 + [7])
    np.testing.assert_array_equal(levels.pivot_low(-high, 2, 2), [NAN] * 4 + [-5] * 5 + [-7])


def test_a_pivot_older_than_500_bars_is_missing() -> None:
    """A level of long ago is no level."""
    high = np.linspace(2, 1, 600)
    high[10] = 5
    found = levels.pivot_high(high, 3, 3)
    assert found[13] == 5
    assert found[510] == 5
    assert np.isnan(found[511])


def test_the_opening_range_is_missing_until_it_is_over() -> None:
    """On 15-minute bars the range of 30 minutes is known at the close of the second bar."""
    opens = [int(np.datetime64(f"2024-06-{day}T13:30", "ms").astype(int)) for day in ("03", "04")]
    time = np.concatenate([start + np.arange(26) * 900_000 for start in opens])
    close = np.linspace(100, 110, 52)
    bars = bars_of(STOCK, Timeframe.M15, time, close, close + 1, close - 1, close, np.full(52, 5.0))
    top, bottom = value("opening_range_high(30)", bars), value("opening_range_low(30)", bars)
    assert np.isnan(top[0])
    assert top[1] == pytest.approx(close[1] + 1)
    assert top[25] == top[1]
    assert np.isnan(top[26])
    assert (top[27], bottom[27]) == (close[27] + 1, close[26] - 1)


def test_a_session_that_was_not_seen_to_open_has_no_range() -> None:
    """Data that begin in the middle of a session wait for the next one."""
    start = int(np.datetime64("2024-06-03T15:00", "ms").astype(int))
    time = start + np.arange(10) * 900_000
    flat = np.full(10, 100.0)
    bars = bars_of(STOCK, Timeframe.M15, time, flat, flat, flat, flat, flat)
    assert np.isnan(value("opening_range_high(30)", bars)).all()
    assert np.isnan(value("vwap_session()", bars)).all()
