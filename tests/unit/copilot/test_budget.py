"""Ceilings on what a model may cost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.settings import CopilotSettings
from copilot.budget import Budgets, DayBudget, TurnBudget
from engine.clock import FixedClock

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_tokens_are_set_aside_before_they_are_used() -> None:
    """A second call cannot spend what the first one holds."""
    day = DayBudget(100, FixedClock(NOON))
    assert day.reserve(80)
    assert not day.reserve(30)
    day.settle(80, 10)
    assert day.left == 90
    assert day.reserve(30)


def test_the_next_day_starts_afresh() -> None:
    """Tokens are counted per UTC day."""
    clock = FixedClock(NOON)
    day = DayBudget(100, clock)
    assert day.reserve(100)
    assert not day.reserve(1)
    clock.advance(12 * 3_600)
    assert day.reserve(100)


def test_a_restart_does_not_refill_the_day(tmp_path: Path) -> None:
    """A reservation that was never settled, because the process died, stays spent."""
    path, clock = tmp_path / "budget.json", FixedClock(NOON)
    assert DayBudget(100, clock, path).reserve(70)
    assert DayBudget(100, clock, path).left == 30


def test_a_broken_file_counts_as_used_up(tmp_path: Path) -> None:
    """What cannot be read never grants anything."""
    path = tmp_path / "budget.json"
    path.write_text("{broken")
    assert not DayBudget(100, FixedClock(NOON), path).reserve(1)


def test_settling_never_gives_back_more_than_was_set_aside() -> None:
    """A negative usage refills nothing beyond the reservation."""
    day = DayBudget(100, FixedClock(NOON))
    day.reserve(40)
    day.settle(40, -500)
    assert day.left == 100


def test_a_turn_has_its_own_ceilings() -> None:
    """Calls, tokens of the turn and tokens of the day are named when they are used up."""
    day = DayBudget(100, FixedClock(NOON))
    assert TurnBudget(day, 0, 100).reserve(1) == "calls of this turn"
    assert TurnBudget(day, 5, 10).reserve(20) == "tokens of this turn"
    assert TurnBudget(day, 5, 1_000).reserve(200) == "tokens of this day"
    assert TurnBudget(day, 1, 100).reserve(50) == ""


def test_a_turn_that_is_resumed_keeps_its_allowance() -> None:
    """Running a node twice does not buy a second allowance; the next turn gets its own."""
    settings = CopilotSettings(max_calls_per_turn=1)
    budgets = Budgets(settings, DayBudget(10_000, FixedClock(NOON)))
    assert budgets.turn("t", 1).reserve(10) == ""
    assert budgets.turn("t", 1).reserve(10) == "calls of this turn"
    assert budgets.turn("t", 2).reserve(10) == ""
