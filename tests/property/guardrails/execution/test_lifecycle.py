"""The life cycle under any order of events: fills are facts, the end is an end, halts are rare."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from guardrails.lifecycle import FILLS, FINAL, HaltCode, OrderEvent, advance, fill_event
from guardrails.tickets import OrderState

EVENTS = st.lists(st.sampled_from(list(OrderEvent)), max_size=30)


@given(events=EVENTS)
def test_any_order_of_events_keeps_a_known_state(events: list[OrderEvent]) -> None:
    """Lost, doubled and reordered events never raise and never lead back to the start."""
    state: OrderState | None = None
    for event in events:
        step = advance(state, event)
        assert state is None or step.state is not None
        if state in FINAL and step.state is not state:
            assert event in FILLS
            assert step.state is OrderState.FILLED
        state = step.state


@given(events=EVENTS)
def test_an_order_is_sent_at_most_once(events: list[OrderEvent]) -> None:
    """SENDING is entered once in a life, whatever happens afterwards."""
    state: OrderState | None = None
    entered = 0
    for event in events:
        before, state = state, advance(state, event).state
        entered += state is OrderState.SENDING and before is not OrderState.SENDING
    assert entered <= 1


@given(
    ordered=st.integers(1, 1_000),
    parts=st.lists(st.integers(1, 400), min_size=1, max_size=8),
)
def test_fills_are_named_by_their_sum(ordered: int, parts: list[int]) -> None:
    """FILLED exactly when the sum reaches the order, OVERFILL exactly when it goes beyond."""
    state: OrderState | None = OrderState.OPEN
    booked, halted = 0, False
    for part in parts:
        step = advance(state, fill_event(Decimal(ordered), Decimal(booked), Decimal(part)))
        booked, state = booked + part, step.state
        halted = halted or step.halt is HaltCode.OVERFILL
    assert (state is OrderState.FILLED) is (booked >= ordered)
    assert halted is (booked > ordered)
