"""Whatever is asked for in whatever order: the ceilings hold."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from copilot.budget import DayBudget, TurnBudget
from engine.clock import FixedClock

CALLS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(-1_000, 20_000)), max_size=30)


@given(CALLS, st.integers(0, 10), st.integers(0, 20_000), st.integers(0, 20_000))
def test_no_sequence_of_calls_passes_a_ceiling(
    calls: list[tuple[int, int]], most_calls: int, turn_tokens: int, day_tokens: int
) -> None:
    """Reservations granted never exceed calls, tokens of the turn or tokens of the day."""
    day = DayBudget(day_tokens, FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    turn = TurnBudget(day, most_calls, turn_tokens)
    granted = 0
    for asked, used in calls:
        if turn.reserve(asked) == "":
            granted += 1
            assert 0 <= turn.tokens_left <= turn_tokens
            assert 0 <= day.left <= day_tokens
            turn.settle(asked, used)
    assert granted <= most_calls
    assert turn.tokens_left <= turn_tokens
    assert day.left <= day_tokens
