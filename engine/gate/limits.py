"""Limits of one run: 60 seconds and 2 GiB, measured with a meter that is handed in.

Only what was exceeded is kept: a time in a report would make two equal judgements differ.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from typing import Final, Protocol

from engine.clock import Clock

MOST_SECONDS: Final = 60.0
MOST_BYTES: Final = 2 << 30


class Meter(Protocol):
    """What a run costs is read off here, before and after it."""

    def seconds(self) -> float:
        """Seconds of a clock that never runs backwards."""
        ...

    def peak_bytes(self) -> int:
        """Most memory that the process has held so far."""
        ...


class ProcessMeter:
    """The meter of this process."""

    def __init__(self, clock: Clock) -> None:
        """Take the time from `clock`."""
        self._clock = clock

    def seconds(self) -> float:
        """Seconds of the clock's monotonic time."""
        return self._clock.monotonic()

    def peak_bytes(self) -> int:
        """Largest resident set of the process so far."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


class FixedMeter:
    """A meter that stands still, or goes on by fixed amounts at each reading: tests, replays."""

    def __init__(self, seconds: float = 0.0, growth: int = 0) -> None:
        """Each run takes `seconds` and lets the process grow by `growth` bytes."""
        self._step, self._growth = seconds, growth
        self._seconds, self._bytes = -seconds, -growth

    def seconds(self) -> float:
        """The time, one step further."""
        self._seconds += self._step
        return self._seconds

    def peak_bytes(self) -> int:
        """The memory, one step larger."""
        self._bytes += self._growth
        return self._bytes


def exceeded_limits(run: Callable[[], object], meter: Meter) -> tuple[str, ...]:
    """Which limits a run breaks, one sentence each; empty when it keeps them.

    Args:
        run: what is measured; it is called once.
        meter: time and memory.
    """
    seconds, held = meter.seconds(), meter.peak_bytes()
    run()
    found = []
    if meter.seconds() - seconds > MOST_SECONDS:
        found.append(f"The run took more than {MOST_SECONDS:.0f} seconds.")
    if meter.peak_bytes() - held > MOST_BYTES:
        found.append(f"The run took more than {MOST_BYTES >> 30} GiB of memory.")
    return tuple(found)
