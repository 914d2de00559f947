"""The desk's watch: takes over halts from outside, halts at the day's loss, lets tickets expire.

A fault of one look is journalled by the next one that works; the watch itself never ends while
the desk runs, because nobody would notice.
"""

from __future__ import annotations

import threading
from typing import Final

from engine.errors import PeakError
from guardrails.desk import halting, ticketing
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
        self.faults: list[str] = []

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
        for part in (halting.notice, halting.watch_loss, ticketing.expire):
            try:
                part(self._context)
            except PeakError as error:
                # the store or the gateway does not answer: the rules deny meanwhile
                self.faults = [*self.faults[-9:], f"{part.__name__}: {error.code}"]

    def _work(self) -> None:
        while not self._stop.wait(self._seconds):
            self.look()
