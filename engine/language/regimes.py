"""Regimes: one label per bar from a small state machine over conditions.

Stay while fewer than min_bars have passed, or while `until` is given and not true; else the first
regime whose `when` is true; else none. Missing counts as not true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import FloatArray


@dataclass(frozen=True, slots=True)
class RegimePlan:
    """One regime as places in the plan (`until` None: not given)."""

    when: int
    until: int | None
    min_bars: int


def labels(regimes: Sequence[RegimePlan], values: Sequence[FloatArray], n: int) -> FloatArray:
    """Index of the regime at each close, shape (n,); len(regimes) stands for none."""
    if not regimes:
        return np.zeros(n)
    whens = [(values[regime.when] == 1).tolist() for regime in regimes]
    untils = [
        None if regime.until is None else (values[regime.until] == 1).tolist() for regime in regimes
    ]
    return np.fromiter(_walk(regimes, whens, untils, n), float, n)


def _walk(
    regimes: Sequence[RegimePlan],
    whens: list[list[bool]],
    untils: list[list[bool] | None],
    n: int,
) -> Iterator[float]:
    none = len(regimes)
    now, held = none, 0
    for t in range(n):
        if now != none:
            until = untils[now]
            if held < regimes[now].min_bars or (until is not None and not until[t]):
                held += 1
                yield float(now)
                continue
        now = next((place for place in range(none) if whens[place][t]), none)
        held = 1
        yield float(now)
