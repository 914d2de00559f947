"""The desk's watch: takes over halts from outside, halts at the day's loss, lets tickets expire.

A fault of one look is journalled by the next one that works; the watch itself never ends while
the desk runs, because nobody would notice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from engine.errors import PeakError
from guardrails.desk import braking, halting, ticketing
from guardrails.desk.context import DeskContext

SECONDS: Final = 1.0


class Watch:
    """Looks once a second; one thread per desk."""

    def __init__(self, context: DeskContext, seconds: float = SECONDS) -> None:
        """Watch this desk."""
        self._context = context
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._more: list[Callable[[], None]] = []
        self.faults: list[str] = []

    def also(self, part: Callable[[], None]) -> None:
        """Look at this as well; said before `start`."""
        self._more.append(part)

    def start(self) -> None:
        """Begin to look."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._work, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the look at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(self._seconds + 4.0)

    def look(self) -> None:
        """One look; a part that cannot be looked at does not keep the others from it."""
        for part in (halting.notice, halting.watch_loss, braking.watch_drawdown, ticketing.expire):
            try:
                part(self._context)
            except PeakError as error:
                # the store or the gateway does not answer: the rules deny meanwhile
                self._fault(part.__name__, error)
        for more in self._more:
            try:
                more()
            except (PeakError, OSError) as error:
                self._fault(more.__qualname__, error)

    def _fault(self, what: str, error: Exception) -> None:
        told = getattr(error, "code", type(error).__name__)
        self.faults = [*self.faults[-9:], f"{what}: {told}"]

    def _work(self) -> None:
        while not self._stop.wait(self._seconds):
            self.look()
