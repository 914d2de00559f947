"""When and how long to wait before a model is asked again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from copilot.model import ModelOutcome
from engine.seeds import stream

Sleep = Callable[[float], None]

RETRIED: Final = frozenset({"rate_limited", "overloaded", "unreachable"})
_FIRST_S: Final = 0.5
_GROWTH: Final = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try, the longest wait that is accepted (seconds), and how waiting is done."""

    attempts: int = 3
    longest_wait_s: float = 20.0
    sleep: Sleep = time.sleep

    def wait_s(self, outcome: ModelOutcome, attempt: int) -> float | None:
        """Seconds before the next try; None when there is no next one.

        An endpoint's own `Retry-After` is obeyed; when it is longer than our patience we give up
        instead of asking too early. Without it the wait doubles, with up to a half of jitter from
        a named random stream.
        """
        if outcome.kind not in RETRIED or attempt >= self.attempts:
            return None
        if outcome.retry_after_s is not None:
            wait = float(outcome.retry_after_s)
            return wait if wait <= self.longest_wait_s else None
        base = _FIRST_S * _GROWTH ** (attempt - 1)
        jitter = float(stream("copilot/retry", attempt, outcome.model).uniform(0.0, 0.5))
        return min(self.longest_wait_s, base * (1 + jitter))
