"""Limits of a run: exceeded ones are named, times are not kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.clock import FixedClock
from engine.gate.limits import MOST_BYTES, FixedMeter, ProcessMeter, exceeded_limits


@pytest.mark.parametrize(
    ("seconds", "growth", "words"),
    [(60.0, MOST_BYTES, []), (61.0, 0, ["seconds"]), (0.0, MOST_BYTES + 1, ["GiB"]),
     (90.0, 2 * MOST_BYTES, ["seconds", "GiB"])],
)  # fmt: skip
def test_what_is_exceeded_is_named(seconds: float, growth: int, words: list[str]) -> None:
    """A run within both limits leaves nothing; the limits themselves are allowed."""
    ran = []
    found = exceeded_limits(lambda: ran.append(1), FixedMeter(seconds, growth))
    assert ran == [1]
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def test_the_meter_of_the_process_takes_its_time_from_a_clock() -> None:
    """Its memory is that of the process and never shrinks."""
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    meter = ProcessMeter(clock)
    before = meter.seconds()
    clock.advance(7.0)
    assert meter.seconds() - before == 7.0
    assert 1 << 20 < meter.peak_bytes() <= meter.peak_bytes()
