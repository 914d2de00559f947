"""The daily job: at the start, once a day, and again after a day with a fault."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from engine.clock import FixedClock
from engine.errors import DataError
from guardrails.desk.daily import Daily

HOUR = 3_600.0
START = datetime(2026, 1, 5, tzinfo=UTC)


def test_the_job_is_done_at_the_start_and_once_a_day() -> None:
    """Looking again the same day does nothing; a day later it is done again."""
    clock, done = FixedClock(START), []
    daily = Daily(clock, lambda: done.append(clock.now()))
    assert [daily.look(), daily.look()] == [True, False]
    clock.advance(23 * HOUR)
    assert not daily.look()
    clock.advance(2 * HOUR)
    assert daily.look()
    assert len(done) == 2


def test_a_fault_is_kept_and_the_next_day_comes() -> None:
    """The code of a fault stands in `faults`; the thread would go on."""
    clock = FixedClock(START)

    def broken() -> None:
        raise DataError("DATA_CORRUPT", "a file is damaged")

    daily = Daily(clock, broken)
    assert daily.look()
    assert daily.faults == ["DATA_CORRUPT"]
    clock.advance(24 * HOUR)
    assert daily.look()
    assert daily.faults == ["DATA_CORRUPT"] * 2


def test_the_thread_works_and_ends() -> None:
    """Started, it has done the job once; stopped, it is gone."""
    happened = threading.Event()
    daily = Daily(FixedClock(START), happened.set, look_seconds=0.01)
    daily.start()
    assert happened.wait(5)
    daily.stop()
    assert not any(one.name == "daily" for one in threading.enumerate())
