"""Oscillators against plain loops, and missing where nothing moves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.indicators import oscillators as osc
from tests.language_world import nasty_bars, value

BARS = nasty_bars(120)
HIGH, LOW, CLOSE, VOLUME = BARS.high, BARS.low, BARS.close, BARS.volume


def test_rsi_is_wilders() -> None:
    """The first value stands at bar n and equals mean gain over mean gain plus mean loss."""
    steps = np.diff(CLOSE)
    gain, loss = np.maximum(steps[:14], 0).mean(), np.maximum(-steps[:14], 0).mean()
    found = osc.rsi(CLOSE, 14)
    assert np.isnan(found[:14]).all()
    assert found[14] == pytest.approx(100 * gain / (gain + loss), rel=1e-12)
    gain = (gain * 13 + max(steps[14], 0)) / 14
    loss = (loss * 13 + max(-steps[14], 0)) / 14
    assert found[15] == pytest.approx(100 * gain / (gain + loss), rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "rsi(close,14)", "stoch_k(14,3)", "stochrsi(close,14,14)", "cci(20)", "willr(14)",
        "mfi(14)", "ultosc(7,14,28)", "chop(14)", "adx(14)", "zscore(close,20)", "cmf(20)",
        "bb_pctb(close,20,2)", "r2(close,20)",
    ],
)  # fmt: skip
def test_a_frozen_market_is_missing_not_oversold(text: str) -> None:
    """On a dead-flat series every quotient is 0/0: missing, so that no rule can act on it."""
    from tests.language_world import bars_from  # noqa: PLC0415 - beside its only use

    assert np.isnan(value(text, bars_from([5.1] * 80))).all()


def test_stochastic_by_loop() -> None:
    """Slow %K is the averaged place of the close in its range."""
    raw = [
        100 * (CLOSE[t] - LOW[t - 4 : t + 1].min())
        / (HIGH[t - 4 : t + 1].max() - LOW[t - 4 : t + 1].min())
        for t in range(4, 40)
    ]  # fmt: skip
    expected = np.convolve(raw, np.ones(3) / 3, "valid")
    found = osc.stoch_k(HIGH, LOW, CLOSE, n=5, m=3)
    np.testing.assert_allclose(found[6:40], expected, rtol=1e-10)
    range_n = HIGH[8:13].max() - LOW[8:13].min()
    willr = osc.willr(HIGH, LOW, CLOSE, 5)[12]
    assert willr == pytest.approx(-100 * (HIGH[8:13].max() - CLOSE[12]) / range_n)


def test_macd_and_its_parts() -> None:
    """Histogram = line - signal, and the signal starts sig bars into the line."""
    line, signal = osc.macd(CLOSE, 5, 10), osc.macd_signal(CLOSE, 5, 10, 4)
    np.testing.assert_array_equal(osc.macd_hist(CLOSE, 5, 10, 4), line - signal)
    assert np.flatnonzero(np.isfinite(line))[0] == 9
    assert np.flatnonzero(np.isfinite(signal))[0] == 12


def test_cci_by_loop() -> None:
    """Mean absolute deviation and 0.015."""
    price = (HIGH + LOW + CLOSE) / 3
    part = price[10:30]
    spread = np.abs(part - part.mean()).mean()
    found = osc.cci(HIGH, LOW, CLOSE, 20)[29]
    assert found == pytest.approx((part[-1] - part.mean()) / (0.015 * spread), rel=1e-9)


def test_money_flow_by_loop() -> None:
    """Flow of rising typical prices over all flow; the first change is missing."""
    price = (HIGH + LOW + CLOSE) / 3
    flow, steps = price * VOLUME, np.diff(price)
    up = sum(flow[t] for t in range(21, 31) if steps[t - 1] > 0)
    down = sum(flow[t] for t in range(21, 31) if steps[t - 1] < 0)
    found = osc.mfi(price, VOLUME, 10)
    assert found[30] == pytest.approx(100 * up / (up + down), rel=1e-9)
    assert np.isnan(found[:10]).all()
    assert np.isfinite(found[10])


def test_aroon_takes_the_latest_of_equal_extremes() -> None:
    """Of two equal highs the later one counts, over a window of n + 1 bars."""
    high = np.array([1.0, 3.0, 2.0, 3.0, 1.0, 1.0, 1.0])
    np.testing.assert_array_equal(osc.aroon_up(high, 4)[4:], [75.0, 50.0, 25.0])
    np.testing.assert_array_equal(osc.aroon_down(-high, 4)[4:], [75.0, 50.0, 25.0])


def test_choppiness_and_ultimate_by_loop() -> None:
    """Both follow their formulas on one window."""
    reach = np.maximum(HIGH[1:], CLOSE[:-1]) - np.minimum(LOW[1:], CLOSE[:-1])
    span = HIGH[7:21].max() - LOW[7:21].min()
    expected = 100 * math.log10(reach[6:20].sum() / span) / math.log10(14)
    assert osc.chop(HIGH, LOW, CLOSE, 14)[20] == pytest.approx(expected, rel=1e-9)
    pressure = CLOSE[1:] - np.minimum(LOW[1:], CLOSE[:-1])
    parts = [pressure[29 - n : 29].sum() / reach[29 - n : 29].sum() for n in (7, 14, 28)]
    found = osc.ultosc(HIGH, LOW, CLOSE, (7, 14, 28))
    assert found[29] == pytest.approx(100 * (4 * parts[0] + 2 * parts[1] + parts[2]) / 7)
    assert np.isnan(found[27])
