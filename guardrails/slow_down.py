"""Slow-down against guessing: after some failures a short wait that grows, never a lock-out.

Counts live in memory, are bounded in number and are forgotten after a while. Names that do not
exist count like names that do.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from engine.clock import Clock

FREE_TRIES: Final = 5
FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 300.0
FORGOTTEN_AFTER_S: Final = 900.0
MOST_KEYS: Final = 10_000


class SlowDown:
    """How long a key (a name, an address) must wait before its next try."""

    def __init__(self, clock: Clock) -> None:
        """Start without any failure."""
        self._clock = clock
        self._lock = Lock()
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until the next try is looked at; 0 when it may come now."""
        with self._lock:
            count, last = self._current(key)
        if count < FREE_TRIES:
            return 0.0
        # the exponent is bounded, else a long attack overflows the float
        wait = min(FIRST_WAIT_S * 2.0 ** min(count - FREE_TRIES, 10), LONGEST_WAIT_S)
        return max(0.0, last + wait - self._clock.monotonic())

    def tried(self, key: str) -> None:
        """Count a try before it is looked at, so that parallel ones are counted too."""
        with self._lock:
            count, _ = self._current(key)
            self._tries[key] = (count + 1, self._clock.monotonic())
            self._tries.move_to_end(key)
            while len(self._tries) > MOST_KEYS:
                self._tries.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._tries.pop(key, None)

    def _current(self, key: str) -> tuple[int, float]:
        count, last = self._tries.get(key, (0, 0.0))
        if self._clock.monotonic() - last > FORGOTTEN_AFTER_S:
            return 0, 0.0
        return count, last
