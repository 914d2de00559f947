"""Multiplicity over months: LORD++ levels for the looks of one market, in look order.

A 1 % gate asked 240 times passes noise at least once with 92 %. LORD++ keeps the expected share of
false discoveries below alpha over a market's lifetime: each look has a level of its own, which
falls with every look and rises after a discovery.

Source: Ramdas, Yang, Wainwright, Jordan 2017 (LORD++); gamma of Javanmard, Montanari 2018.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import InputError

ALPHA: Final = 0.10
"""False discovery rate over a market's lifetime."""
FIRST_WEALTH: Final = 0.05
"""Wealth w0 with which the first level is paid."""

_GAMMA_SCALE: Final = 0.07720838


@dataclass(frozen=True, slots=True)
class Tested:
    """One look in order: its level and whether p was at or below it."""

    level: float
    discovery: bool


def gamma(j: int) -> float:
    """Share of the wealth spent on the j-th test after a start, j >= 1; the shares sum to 1.

    g_j = 0.07720838 ln(max(j, 2)) / (j exp(sqrt(ln j))).
    """
    return _GAMMA_SCALE * math.log(max(j, 2)) / (j * math.exp(math.sqrt(math.log(j))))


def level_of(k: int, discoveries: Sequence[int], alpha: float, w0: float) -> float:
    """Level of test k (from 1) after discoveries at the given earlier tests, rising.

    alpha_k = w0 g_k + (alpha - w0) g_(k - tau_1) + alpha sum_(j >= 2) g_(k - tau_j), where tau_j is
    the test of the j-th *discovery* (not of the first test).
    """
    earned = [
        (alpha - w0 if place == 0 else alpha) * gamma(k - at)
        for place, at in enumerate(discoveries)
        if at < k
    ]
    return math.fsum([w0 * gamma(k), *earned])


def looks_tested(
    p_values: Sequence[float], alpha: float = ALPHA, w0: float = FIRST_WEALTH
) -> tuple[Tested, ...]:
    """Levels and discoveries of all tests in their order; a test without a p-value counts as 1.

    Raises:
        InputError: P_VALUE_INVALID for a p outside [0, 1]; LEVEL_INVALID for other levels than
            0 < w0 <= alpha < 1.
    """
    if not 0.0 < w0 <= alpha < 1.0:
        raise InputError(
            "LEVEL_INVALID", "needs 0 < w0 <= alpha < 1", value=f"alpha={alpha}, w0={w0}"
        )
    found: list[int] = []
    results = []
    for k, p in enumerate(p_values, start=1):
        if not 0.0 <= p <= 1.0:
            raise InputError("P_VALUE_INVALID", "a p-value lies between 0 and 1", value=p)
        level = level_of(k, found, alpha, w0)
        discovery = p <= level
        if discovery:
            found.append(k)
        results.append(Tested(level, discovery))
    return tuple(results)


def levels(
    p_values: Sequence[float], alpha: float = ALPHA, w0: float = FIRST_WEALTH
) -> tuple[float, ...]:
    """Level of each test in order; see `looks_tested`."""
    return tuple(one.level for one in looks_tested(p_values, alpha, w0))


def next_level(p_values: Sequence[float], alpha: float = ALPHA, w0: float = FIRST_WEALTH) -> float:
    """Level of the look that follows these: what `ONLINE_LEVEL` and live compare with."""
    return levels([*p_values, 1.0], alpha, w0)[-1]
