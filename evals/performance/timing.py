"""CPU seconds and medians; wall time says more about the neighbours than about the code."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

NANOSECONDS = 1e9


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def median_cpu(work: Callable[[], object], rounds: int) -> float:
    """Median CPU seconds of so many calls."""
    return statistics.median(cpu_seconds(work) for _ in range(rounds))


def per_bar(seconds: Sequence[float], bars: int) -> float:
    """Median nanoseconds per bar."""
    return statistics.median(seconds) * NANOSECONDS / bars
