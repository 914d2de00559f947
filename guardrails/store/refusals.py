"""Refusals that come faster than they can be read: one journal row for 100 ms of them.

The first refusal of a quiet time has a row of its own. What follows within 100 ms is counted, by
who, what and code, and written as one row when the time is over; the next refusal, a look, or the
end writes it. None is dropped, and no code is lost.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from engine.clock import Clock
from guardrails.reasons import Denial
from guardrails.store.database import Database

WINDOW_SECONDS: Final = 0.1
GROUPED: Final = "refusals.grouped"
"""Kind of a row that counts refusals: count, seconds, and by whom: actor, kind, codes, count."""

_Key = tuple[str, str, tuple[str, ...]]


@dataclass(slots=True)
class GroupedRefusals:
    """Writes the refusals of one store; for many threads.

    Attributes:
        waiting: refusals that are counted and not yet written.
    """

    database: Database
    clock: Clock
    waiting: Counter[_Key] = field(default_factory=Counter)
    _since: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refuse(
        self, actor: str, kind: str, denials: Iterable[Denial], **facts: object
    ) -> tuple[Denial, ...]:
        """Journal a refusal, alone or counted; returns the denials."""
        found = tuple(denials)
        with self._lock:
            now = self.clock.monotonic()
            if now - self._since < WINDOW_SECONDS:
                codes = tuple(sorted({one.code.value for one in found}))
                self.waiting[actor, kind, codes] += 1
                return found
            self._write(now)
            rows = [{"code": one.code, "values": dict(one.values)} for one in found]
            with self.database.write() as work:
                work.journal(actor, kind, {**facts, "denials": rows})
            self._since = now
        return found

    def look(self) -> None:
        """Write what waits when its time is over; called by whoever looks often."""
        with self._lock:
            now = self.clock.monotonic()
            if now - self._since >= WINDOW_SECONDS:
                self._write(now)

    def close(self) -> None:
        """Write what waits, now."""
        with self._lock:
            self._write(self.clock.monotonic())

    def _write(self, now: float) -> None:
        if not self.waiting:
            return
        by = [
            {"actor": actor, "kind": kind, "codes": codes, "count": count}
            for (actor, kind, codes), count in sorted(self.waiting.items())
        ]
        count = sum(self.waiting.values())
        seconds = round(now - self._since, 3)
        with self.database.write() as work:
            work.journal("desk", GROUPED, {"count": count, "seconds": seconds, "by": by})
        # only after the commit: a store that does not answer loses nothing
        self.waiting.clear()
