"""Trend followers against plain loops and known paths."""

from __future__ import annotations

import numpy as np
import pytest

from engine.indicators import trend
from tests.language_world import bars_from, nasty_bars

BARS = nasty_bars(200)
HIGH, LOW, CLOSE = BARS.high, BARS.low, BARS.close


def _wilder(x: np.ndarray, n: int) -> np.ndarray:
    out = np.full(len(x), np.nan)
    first = int(np.flatnonzero(np.isfinite(x))[0])
    state = out[first + n - 1] = x[first : first + n].mean()
    for t in range(first + n, len(x)):
        state = state + (x[t] - state) / n
        out[t] = state
    return out


def test_directional_movement_by_loop() -> None:
    """Movements, true range and both averages are Wilder's."""
    part = slice(0, 40)
    high, low, close = HIGH[part], LOW[part], CLOSE[part]
    plus = np.full(40, np.nan)
    minus, reach = plus.copy(), plus.copy()
    for t in range(1, 40):
        up, down = high[t] - high[t - 1], low[t - 1] - low[t]
        plus[t] = up if up > down and up > 0 else 0
        minus[t] = down if down > up and down > 0 else 0
        reach[t] = max(high[t], close[t - 1]) - min(low[t], close[t - 1])
    rising = 100 * _wilder(plus, 7) / _wilder(reach, 7)
    falling = 100 * _wilder(minus, 7) / _wilder(reach, 7)
    np.testing.assert_allclose(trend.plus_di(high, low, close, 7)[7:], rising[7:], rtol=1e-9)
    np.testing.assert_allclose(trend.minus_di(high, low, close, 7)[7:], falling[7:], rtol=1e-9)
    strength = _wilder(100 * np.abs(rising - falling) / (rising + falling), 7)
    np.testing.assert_allclose(trend.adx(high, low, close, 7)[13:], strength[13:], rtol=1e-9)
    assert np.isnan(trend.adx(high, low, close, 7)[:13]).all()


def test_sar_trails_a_rise_turns_on_a_fall_and_never_overtakes() -> None:
    """It stands below a rising market, above a falling one, and turns when it is touched."""
    path = [*np.arange(100.0, 130.0), *np.arange(129.0, 100.0, -1)]
    bars = bars_from(path, spread=0.5)
    level = trend.psar(bars.high, bars.low, 0.02, 0.2)
    assert np.isnan(level[0])
    # The second bar touches the first one's low, which turns it once.
    assert (level[3:30] < bars.low[3:30]).all()
    assert (level[-15:] > bars.high[-15:]).all()
    turn = 30 + int(np.flatnonzero(level[30:] > bars.high[30:])[0])
    assert level[turn] == bars.high[: turn + 1].max()


def test_sar_of_a_mirrored_market_is_mirrored() -> None:
    """Up and down are the same rule."""
    level = trend.psar(HIGH, LOW, 0.02, 0.2)
    np.testing.assert_array_equal(trend.psar(-LOW, -HIGH, 0.02, 0.2)[2:], -level[2:])


def test_sar_of_one_bar_is_missing() -> None:
    """One bar has no direction."""
    assert np.isnan(trend.psar(HIGH[:1], LOW[:1], 0.02, 0.2)).all()


def test_supertrend_follows_the_published_rule() -> None:
    """Line and direction equal a direct transcription; +1 is up, the first bar starts down."""
    from engine.indicators.volatility import atr  # noqa: PLC0415 - beside its only use

    reach = atr(HIGH, LOW, CLOSE, 10)
    found = trend.supertrend(HIGH, LOW, CLOSE, 10, 3)
    lower = upper = line = np.nan
    for t in range(len(CLOSE)):
        if np.isnan(reach[t]):
            assert np.isnan(found.line[t])
            continue
        middle = (HIGH[t] + LOW[t]) / 2
        low, high = middle - 3 * reach[t], middle + 3 * reach[t]
        before_lower, before_upper, before_line = lower, upper, line
        if not np.isnan(before_lower):
            low = low if low > before_lower or CLOSE[t - 1] < before_lower else before_lower
            high = high if high < before_upper or CLOSE[t - 1] > before_upper else before_upper
        lower, upper = low, high
        if np.isnan(before_line):
            up = False
        elif before_line == before_upper:
            up = CLOSE[t] > upper
        else:
            up = not CLOSE[t] < lower
        line = lower if up else upper
        assert found.line[t] == pytest.approx(line, rel=1e-12)
        assert found.direction[t] == (1 if up else -1)
    assert {-1.0, 1.0} <= set(found.direction[10:].tolist())
