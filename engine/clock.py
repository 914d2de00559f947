"""Time enters through a port: the only place in the project that reads the machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Current time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Current wall time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one home of the machine's clock

    def monotonic(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is moved: tests, replays, shortened waits."""

    def __init__(self, at: datetime) -> None:
        """Start at `at`, which must be aware."""
        self._now = at.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since it was made, as far as it was advanced."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks forward by `seconds`."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
