"""The desk's daily work: certificates are checked, and end by themselves when they must.

It runs in a thread of its own, so that a long check never delays the watch over halts and losses.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from engine.clock import Clock
from engine.errors import PeakError

DAY_SECONDS: Final = 86_400.0
LOOK_SECONDS: Final = 5.0
"""How often it is asked whether a day is over; a stopped machine catches up at once."""


class Daily:
    """Does a job once when the desk starts and once a day from then on."""

    def __init__(
        self, clock: Clock, job: Callable[[], object], look_seconds: float = LOOK_SECONDS
    ) -> None:
        """Do `job` by the monotonic time of `clock`."""
        self._clock = clock
        self._job = job
        self._look = look_seconds
        self._due = float("-inf")
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.faults: list[str] = []

    def start(self) -> None:
        """Begin; the first time is now."""
        self._ending.clear()
        self._thread = threading.Thread(target=self._work, name="daily", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the job at hand."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(self._look + 4.0)

    def look(self) -> bool:
        """Do the job when it is due; True when it was. A fault is kept and tried again next day."""
        now = self._clock.monotonic()
        if now < self._due:
            return False
        self._due = now + DAY_SECONDS
        try:
            self._job()
        except PeakError as error:
            self.faults = [*self.faults[-9:], error.code]
        return True

    def _work(self) -> None:
        while not self._ending.is_set():
            self.look()
            self._ending.wait(self._look)
