"""Volume kernels against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from engine.indicators import volume
from tests.language_world import nasty_bars, value

BARS = nasty_bars(120)
PRICE = (BARS.high + BARS.low + BARS.close) / 3


def test_balance_by_loop() -> None:
    """Volume is added on rises, taken off on falls, left on ties."""
    level, levels = BARS.volume[0], [BARS.volume[0]]
    for t in range(1, len(BARS)):
        level += np.sign(BARS.close[t] - BARS.close[t - 1]) * BARS.volume[t]
        levels.append(level)
    np.testing.assert_allclose(volume.obv(BARS.close, BARS.volume), levels, rtol=1e-12)


def test_relative_volume_leaves_the_present_bar_out() -> None:
    """The mean is that of the n bars before."""
    found = volume.rel_volume(BARS.volume, 10)
    assert found[30] == pytest.approx(BARS.volume[30] / BARS.volume[20:30].mean(), rel=1e-12)
    assert np.isnan(found[:10]).all()


def test_money_flow_place() -> None:
    """Chaikin's money flow weights the place of each close by its volume."""
    part = slice(11, 31)
    high, low, close = BARS.high[part], BARS.low[part], BARS.close[part]
    place = ((close - low) - (high - close)) / (high - low)
    expected = (place * BARS.volume[part]).sum() / BARS.volume[part].sum()
    assert value("cmf(20)", BARS)[30] == pytest.approx(expected, rel=1e-9)


def test_force_is_change_times_volume() -> None:
    """With a window of one bar it is the product itself."""
    found = volume.force_index(BARS.close, BARS.volume, 1)
    assert found[7] == pytest.approx((BARS.close[7] - BARS.close[6]) * BARS.volume[7])


def test_rolling_price_by_loop() -> None:
    """Typical prices weighted by volume."""
    part = slice(21, 31)
    expected = (PRICE[part] * BARS.volume[part]).sum() / BARS.volume[part].sum()
    found = volume.vwap_rolling(PRICE, BARS.volume, 10)
    assert found[30] == pytest.approx(expected, rel=1e-12)
    # Ten bars without any trade have no price.
    assert np.isnan(found[59])


def test_session_price_starts_anew_and_is_missing_before_the_first_open() -> None:
    """A session that was not seen from its start has no price."""
    price, traded = np.array([1.0, 2.0, 4.0, 8.0]), np.ones(4)
    opens = np.array([False, True, False, True])
    found = volume.vwap_session(price, traded, opens)
    np.testing.assert_array_equal(found, [np.nan, 2.0, 3.0, 8.0])
