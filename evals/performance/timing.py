"""CPU seconds and medians; wall time says more about the neighbours than about the code."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

NANOSECONDS = 1e9
TURN_S = 0.05
"""A turn lasts so long, or one call."""


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def warm_cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds per call, warm: calls go on until a twentieth of a second is spent.

    The first call is not counted when more follow: whoever had the processor before has left it
    cold. A peer's turn is timed in the same way (`evals/bench/peer.py`).
    """
    first = cpu_seconds(work)
    if first >= TURN_S:
        return first
    spent, calls = 0.0, 0
    while spent < TURN_S:
        spent += cpu_seconds(work)
        calls += 1
    return spent / calls


def median_cpu(work: Callable[[], object], rounds: int) -> float:
    """Median CPU seconds of so many calls."""
    return statistics.median(cpu_seconds(work) for _ in range(rounds))


def per_bar(seconds: Sequence[float], bars: int) -> float:
    """Median nanoseconds per bar."""
    return statistics.median(seconds) * NANOSECONDS / bars
