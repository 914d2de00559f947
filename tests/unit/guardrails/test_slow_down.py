"""Slow-down: a growing wait after failures, a bounded memory, never a lock-out for good."""

from __future__ import annotations

import pytest

from engine.clock import FixedClock
from guardrails import slow_down
from guardrails.slow_down import FORGOTTEN_AFTER_S, FREE_TRIES, LONGEST_WAIT_S, SlowDown
from tests.desk_world import NOW


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still."""
    return FixedClock(NOW)


@pytest.fixture
def slow(clock: FixedClock) -> SlowDown:
    """A fresh memory."""
    return SlowDown(clock)


def test_the_first_tries_are_free(slow: SlowDown) -> None:
    """Nobody waits for a typing error; after the free tries everybody does."""
    for _ in range(FREE_TRIES):
        assert slow.wait_s("name:x") == 0
        slow.tried("name:x")
    assert slow.wait_s("name:x") == 5
    assert slow.wait_s("name:y") == 0


def test_the_wait_grows_and_ends(slow: SlowDown, clock: FixedClock) -> None:
    """It doubles up to five minutes, and after it the next try is looked at."""
    waits = []
    for _ in range(20):
        clock.advance(slow.wait_s("name:x"))
        slow.tried("name:x")
        waits.append(slow.wait_s("name:x"))
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
    clock.advance(LONGEST_WAIT_S)
    assert slow.wait_s("name:x") == 0


def test_success_and_time_forget(slow: SlowDown, clock: FixedClock) -> None:
    """A right password clears the name; so does a quarter of an hour."""
    for key in ("name:a", "name:b"):
        for _ in range(FREE_TRIES):
            slow.tried(key)
    slow.succeeded("name:a")
    assert slow.wait_s("name:a") == 0
    assert slow.wait_s("name:b") > 0
    clock.advance(FORGOTTEN_AFTER_S + 1)
    slow.tried("name:b")
    assert slow.wait_s("name:b") == 0


def test_the_memory_is_bounded(slow: SlowDown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many invented names push the oldest out instead of filling the machine."""
    monkeypatch.setattr(slow_down, "MOST_KEYS", 3)
    for name in "abcdef":
        slow.tried(name)
    assert len(slow._tries) == 3
