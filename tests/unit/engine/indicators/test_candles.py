"""Candle patterns on drawn candles."""

from __future__ import annotations

import numpy as np
import pytest

from engine.indicators.candles import MEMORY, PATTERNS, Candles, candle

Candle = tuple[float, float, float, float]
# Twelve ordinary candles: body 1, range 2, drifting down or up.
FALLING: list[Candle] = [(120 - n, 120.5 - n, 118.5 - n, 119 - n) for n in range(12)]
RISING: list[Candle] = [(80 + n, 81.5 + n, 79.5 + n, 81 + n) for n in range(12)]

DRAWN: list[tuple[str, list[Candle], float]] = [
    ("engulfing", [*FALLING, (108.5, 109, 106, 107), (106.5, 110, 106, 109.5)], 1),
    ("engulfing", [*RISING, (92, 93.5, 91.5, 93), (93.5, 94, 90, 91)], -1),
    ("harami", [*FALLING, (108, 108.5, 103.5, 104), (105, 106.2, 104.8, 105.5)], 1),
    ("harami", [*RISING, (92, 96.5, 91.5, 96), (95, 95.2, 94, 94.5)], -1),
    ("hammer", [*FALLING, (107.9, 108.1, 105, 108.05)], 1),
    ("shooting_star", [*RISING, (93, 96, 92.95, 93.1)], -1),
    ("doji", [*FALLING, (107, 108, 106, 107.05)], 1),
    (
        "morning_star",
        [*FALLING, (108, 108.5, 103.5, 104), (103, 103.4, 102.4, 102.8), (103, 107.2, 102.9, 107)],
        1,
    ),
    (
        "evening_star",
        [*RISING, (92, 96.5, 91.5, 96), (97, 97.6, 96.8, 97.2), (97, 97.1, 92.8, 93)],
        -1,
    ),
]  # fmt: skip


def _columns(candles: list[Candle]) -> Candles:
    return Candles(*(np.array(column, dtype=float) for column in zip(*candles, strict=True)))


@pytest.mark.parametrize(("pattern", "drawn", "sign"), DRAWN)
def test_a_drawn_pattern_is_found_with_its_sign(
    pattern: str, drawn: list[Candle], sign: float
) -> None:
    """The last candle completes the pattern; +1 is bullish, -1 bearish."""
    assert candle(_columns(drawn), pattern)[-1] == sign


@pytest.mark.parametrize("pattern", PATTERNS)
def test_ordinary_candles_hold_no_pattern(pattern: str) -> None:
    """A steady drift of equal candles is 0, and the first bars are missing."""
    found = candle(_columns([*FALLING, (108, 108.5, 106.5, 107)]), pattern)
    assert found[-1] == 0
    assert np.isnan(found[:MEMORY]).all()
