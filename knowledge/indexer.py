"""A worker in the background: waits until requests calm down, then runs one job at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

DEBOUNCE_S: Final = 5.0
_FAREWELL_S: Final = 5.0


class Indexer:
    """Runs `job` after each request, once for many that come close together."""

    def __init__(self, job: Callable[[], None], debounce_s: float = DEBOUNCE_S) -> None:
        """Start the worker; `job` must not raise."""
        self._job = job
        self._debounce_s = debounce_s
        self._changed = threading.Condition()
        self._asked = 0
        self._done = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="knowledge-indexer", daemon=True)
        self._thread.start()

    def request(self) -> None:
        """Ask for a run; returns at once."""
        with self._changed:
            self._asked += 1
            self._changed.notify_all()

    def stopping(self) -> bool:
        """Whether the worker was told to stop; a long job looks at it."""
        return self._stopping

    def settle(self, timeout_s: float) -> bool:
        """Wait until everything asked for so far was done; False when time ran out."""
        with self._changed:
            wanted = self._asked
            return self._changed.wait_for(lambda: self._done >= wanted, timeout_s)

    def stop(self) -> None:
        """End the worker; a running job is told and waited for, but not for ever."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(_FAREWELL_S)

    def _run(self) -> None:
        while True:
            asked = self._next()
            if asked is None:
                return
            self._job()
            with self._changed:
                self._done = asked
                self._changed.notify_all()

    def _next(self) -> int | None:
        """Number of the newest request once none came for the debounce time; None to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._asked > self._done)
            seen = -1
            while seen != self._asked and not self._stopping:
                seen = self._asked
                self._changed.wait(self._debounce_s)
            return None if self._stopping else self._asked
