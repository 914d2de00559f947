"""Counts what must halt trading when it comes too often: failing rules and denied tickets."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Final

from engine.clock import Clock
from guardrails.reasons import Denial, Reason
from guardrails.tickets import RiskVerdict

FAULTS_A_MINUTE: Final = 5
DENIED_A_MINUTE: Final = 60
_MINUTE_S: Final = 60.0


class Faults:
    """Failing rules and denied tickets of the last minute; one per process, safe for threads."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing counted."""
        self._clock = clock
        self._lock = Lock()
        self._failed: deque[float] = deque(maxlen=FAULTS_A_MINUTE)
        self._denied: deque[float] = deque(maxlen=DENIED_A_MINUTE)

    def note(self, verdict: RiskVerdict) -> Denial | None:
        """Count a verdict; why trading must halt now, None while it need not.

        Each rule that could not decide counts once, each denied ticket once.
        """
        now = self._clock.monotonic()
        failed = [one for one in verdict.denials if one.code is Reason.SYSTEM_RULE_ERROR]
        with self._lock:
            self._failed.extend(now for _ in failed)
            if not verdict.allowed:
                self._denied.append(now)
            if _full(self._failed, now):
                return _halt("rules failed five times in a minute")
            if _full(self._denied, now):
                return _halt("sixty tickets were denied in a minute")
        return None


def _full(times: deque[float], now: float) -> bool:
    return len(times) == times.maxlen and now - times[0] <= _MINUTE_S


def _halt(why: str) -> Denial:
    return Denial.of(Reason.SYSTEM_RULE_ERROR, f"{why}: trading halts until people re-arm it")
