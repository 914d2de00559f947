"""Nulls: markets without anything to find, as daily simple returns with a known law.

What came before tells nothing about the sign of the next day, so whatever a rule that looks
backwards earns is luck, minus its costs, plus what holding the market pays where the market drifts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from evals.gate_calibration.real import sign_flipped

YEAR: Final = 365
"""Days of a year: a market that never closes."""
SIGMA: Final = 0.02
"""Long-run standard deviation of a day."""
REAL: Final = "real_flipped"
_ALPHA, _BETA, _FREEDOM = 0.08, 0.90, 5.0
_WIDEST: Final = 0.5
"""No day moves further: a price stays above zero, and the law stays symmetric."""

Null = Callable[[np.random.Generator, int], FloatArray]
"""(stream, days) -> daily simple returns, shape (days,)."""


def garch_t(random: np.random.Generator, days: int) -> FloatArray:
    """GARCH(1,1) with Student-t(5) shocks of unit variance, mean 0, started at its long run.

    Source: Bollerslev 1987.
    """
    scale = math.sqrt((_FREEDOM - 2.0) / _FREEDOM)
    shocks = random.standard_t(_FREEDOM, days) * scale
    long_run = SIGMA**2 * (1.0 - _ALPHA - _BETA)
    variance = SIGMA**2
    steps = np.empty(days)
    for day, shock in enumerate(shocks.tolist()):
        step = math.sqrt(variance) * shock
        steps[day] = step
        variance = long_run + _ALPHA * step * step + _BETA * variance
    return np.clip(steps, -_WIDEST, _WIDEST)


def heavy_t4(random: np.random.Generator, days: int) -> FloatArray:
    """Independent Student-t(4) days, mean 0."""
    return np.clip(random.standard_t(4.0, days) * SIGMA / math.sqrt(2.0), -_WIDEST, _WIDEST)


def drifting(sharpe: float, random: np.random.Generator, days: int) -> FloatArray:
    """The GARCH walk with a drift that pays whoever holds it this annual Sharpe ratio."""
    return garch_t(random, days) + sharpe * SIGMA / math.sqrt(YEAR)


NULLS: Final = (
    "garch_t", "heavy_t4", REAL, "drift_up_0.8", "drift_up_1.2", "drift_down_0.8",
)  # fmt: skip
"""Names of all nulls."""


def nulls(markets: tuple[FloatArray, ...] = ()) -> dict[str, Null]:
    """The nulls by name; the one of real markets only where there are some."""
    made: dict[str, Null] = {
        "garch_t": garch_t,
        "heavy_t4": heavy_t4,
        "drift_up_0.8": partial(drifting, 0.8),
        "drift_up_1.2": partial(drifting, 1.2),
        "drift_down_0.8": partial(drifting, -0.8),
    }
    if markets:
        made[REAL] = partial(sign_flipped, markets)
    return made
