"""Ranges, bands and volatility against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.indicators import volatility as vola
from tests.language_world import nasty_bars, value

BARS = nasty_bars(200)
HIGH, LOW, CLOSE = BARS.high, BARS.low, BARS.close


def test_the_first_true_range_is_missing() -> None:
    """There is no close before the first bar; later ones include the gap."""
    found = vola.true_range(HIGH, LOW, CLOSE)
    assert np.isnan(found[0])
    expected = max(HIGH[5], CLOSE[4]) - min(LOW[5], CLOSE[4])
    assert found[5] == pytest.approx(expected, rel=1e-12)
    first = np.mean(found[1:15])
    assert vola.atr(HIGH, LOW, CLOSE, 14)[14] == pytest.approx(first, rel=1e-12)
    assert vola.natr(HIGH, LOW, CLOSE, 14)[14] == pytest.approx(first / CLOSE[14], rel=1e-12)


def test_bands_use_the_population_sigma_and_stdev_the_sample_sigma() -> None:
    """The two sigmas are told apart."""
    part = CLOSE[10:30]
    upper, lower = vola.band(CLOSE, 20, 2)[29], vola.band(CLOSE, 20, -2)[29]
    assert upper == pytest.approx(part.mean() + 2 * part.std(), rel=1e-12)
    assert vola.stdev(CLOSE, 20)[29] == pytest.approx(part.std(ddof=1), rel=1e-9)
    width = vola.band_width(CLOSE, 20, 2)[29]
    assert width == pytest.approx((upper - lower) / part.mean(), rel=1e-9)
    place = vola.band_place(CLOSE, 20, 2)[29]
    assert place == pytest.approx((CLOSE[29] - lower) / (upper - lower), rel=1e-9)


def test_keltner_is_ema_and_atr() -> None:
    """The lines lie k average ranges from the exponential average."""
    middle = value("kc_mid(20)", BARS)
    gap = value("atr(10)", BARS)
    np.testing.assert_array_equal(value("kc_upper(20,10,2)", BARS), middle + 2 * gap)
    np.testing.assert_array_equal(value("kc_lower(20,10,2)", BARS), middle - 2 * gap)


def test_realized_volatility_is_annualised_by_the_calendar() -> None:
    """Hourly bars of a market that never closes have 8,760 a year."""
    returns = np.diff(np.log(CLOSE[:31]))
    expected = returns.std(ddof=1) * math.sqrt(8760)
    found = value("realized_vol(close,30)", BARS)
    assert found[30] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(found[29])


def test_weighted_volatility_by_loop() -> None:
    """Mean and variance are weighted, seeded with those of the first n returns."""
    returns = np.diff(np.log(CLOSE[:80]))
    n, alpha = 20, 1 / 21
    mean, variance = returns[:n].mean(), returns[:n].var()
    for step in returns[n:]:
        variance = (1 - alpha) * (variance + alpha * (step - mean) ** 2)
        mean += alpha * (step - mean)
    found = vola.ewm_vol(CLOSE[:80], n, 8760)
    assert found[-1] == pytest.approx(math.sqrt(variance * 8760), rel=1e-9)
    assert np.flatnonzero(np.isfinite(found))[0] == n
