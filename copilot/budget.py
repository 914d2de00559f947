"""Ceilings on what a model may cost: calls and tokens of a turn, tokens of a UTC day.

Everything is reserved before a call and settled after it. A reservation that was never settled
(the process died) stays spent: the day's file is written before the call goes out.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.settings import CopilotSettings
from engine.clock import Clock
from engine.errors import InputError
from engine.records import read_json

FILE: Final = "budget.json"
MAX_THREADS: Final = 10_000


class DayBudget:
    """Tokens of a UTC day, kept in a file so that a restart does not refill them."""

    def __init__(self, limit: int, clock: Clock, path: Path | None = None) -> None:
        """`limit` tokens a day; without a path they are counted in memory only."""
        self._limit = limit
        self._clock = clock
        self._path = path
        self._lock = threading.Lock()
        self._day, self._spent = self._read()

    def _read(self) -> tuple[str, int]:
        if self._path is None or not self._path.exists():
            return self._today(), 0
        try:
            found = read_json(self._path.read_bytes(), 1_000)
        except (InputError, OSError):
            return self._today(), self._limit
        if not isinstance(found, dict) or not isinstance(found.get("tokens"), int):
            return self._today(), self._limit
        return str(found.get("day", "")), max(0, int(found["tokens"]))

    def _today(self) -> str:
        return self._clock.now().date().isoformat()

    def _roll(self) -> None:
        today = self._today()
        if self._day != today:
            self._day, self._spent = today, 0

    def _write(self) -> None:
        if self._path is not None:
            part = self._path.with_suffix(".part")
            part.write_text(json.dumps({"day": self._day, "tokens": self._spent}), encoding="utf-8")
            part.replace(self._path)

    @property
    def left(self) -> int:
        """Tokens that may still be reserved today."""
        with self._lock:
            self._roll()
            return max(0, self._limit - self._spent)

    def reserve(self, tokens: int) -> bool:
        """Set tokens aside; False when the day has not that many left."""
        with self._lock:
            self._roll()
            if not self._spent + tokens <= self._limit:
                return False
            self._spent += tokens
            self._write()
            return True

    def settle(self, reserved: int, used: int) -> None:
        """Give back what was not used; never more than was set aside."""
        with self._lock:
            self._spent = max(0, self._spent - max(0, reserved - max(0, used)))
            self._write()


@dataclass(slots=True)
class TurnBudget:
    """Calls and tokens that one chat message may cause, on top of the day's."""

    day: DayBudget
    calls_left: int
    tokens_left: int
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reserve(self, tokens: int) -> str:
        """Set a call's tokens aside; answers what is used up, or nothing when it is granted."""
        with self._lock:
            if self.calls_left < 1:
                return "calls of this turn"
            if not tokens <= self.tokens_left:
                return "tokens of this turn"
            if not self.day.reserve(tokens):
                return "tokens of this day"
            self.calls_left -= 1
            self.tokens_left -= tokens
            return ""

    def settle(self, reserved: int, used: int) -> None:
        """Give back what a call did not use."""
        with self._lock:
            self.tokens_left += max(0, reserved - max(0, used))
            self.day.settle(reserved, used)


class Budgets:
    """Hands each turn its allowance; a turn that is resumed in this process keeps its own."""

    def __init__(self, settings: CopilotSettings, day: DayBudget) -> None:
        """Take the ceilings from settings."""
        self._settings = settings
        self._day = day
        self._turns: dict[str, tuple[int, TurnBudget]] = {}
        self._lock = threading.Lock()

    def turn(self, thread_id: str, number: int) -> TurnBudget:
        """The allowance of a turn, made on first use; only the newest one of a thread is kept."""
        with self._lock:
            known = self._turns.get(thread_id)
            if known is not None and known[0] == number:
                return known[1]
            fresh = TurnBudget(
                self._day, self._settings.max_calls_per_turn, self._settings.max_tokens_per_turn
            )
            if len(self._turns) >= MAX_THREADS:
                self._turns.pop(next(iter(self._turns)))
            self._turns[thread_id] = (number, fresh)
            return fresh
