"""The order life cycle: every pair of state and event, against a table written apart."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from guardrails.lifecycle import (
    FINAL,
    LIVE,
    NEVER_SENT,
    TRANSITIONS,
    UNSETTLED,
    WORKING,
    HaltCode,
    OrderEvent,
    advance,
    fill_event,
    seen_event,
)
from guardrails.tickets import OrderState

# from | event | to | halt; "same" keeps the state, several names share a row
PAGE = """
-                                  | claimed        | intent
-                                  | checks_failed  | denied
intent                             | checks_passed  | sending
intent                             | checks_failed  | denied
sending                            | replied        | open
sending                            | final_error    | rejected
sending                            | unclear        | unknown
sending unknown                    | seen_open      | open
sending unknown                    | seen_partial   | partial
sending unknown                    | seen_filled    | filled
sending unknown                    | seen_canceled  | canceled
sending unknown                    | seen_expired   | expired
sending unknown                    | seen_rejected  | rejected
unknown                            | absence_proved | not_placed
unknown                            | unreachable    | same
sending unknown                    | cancel_wanted  | same
sending unknown open partial       | fill_part      | partial
sending unknown open partial       | fill_full      | filled
sending unknown open partial       | fill_over      | filled        | OVERFILL
open partial                       | cancel_wanted  | canceling
open partial canceling             | seen_canceled  | canceled
open partial canceling             | seen_expired   | expired
open partial canceling             | seen_rejected  | rejected
canceling                          | cancel_failed  | same
canceling                          | cancel_wanted  | same
canceling canceled expired         | fill_part      | same
canceling canceled expired         | fill_full      | filled
canceling canceled expired         | fill_over      | filled        | OVERFILL
filled                             | fill_part      | same          | OVERFILL
filled                             | fill_full      | same          | OVERFILL
filled                             | fill_over      | same          | OVERFILL
intent denied rejected not_placed  | fill_part      | same          | FILL_ON_DEAD_ORDER
intent denied rejected not_placed  | fill_full      | same          | FILL_ON_DEAD_ORDER
intent denied rejected not_placed  | fill_over      | same          | FILL_ON_DEAD_ORDER
denied rejected not_placed filled canceled expired | cancel_wanted | same
denied rejected not_placed filled canceled expired | replied       | same
open partial canceling unknown     | replied        | same
"""
ANYWHERE = ("snapshot_old", "restarted")


def _expected() -> dict[tuple[OrderState | None, OrderEvent], tuple[OrderState | None, str]]:
    rows: dict[tuple[OrderState | None, OrderEvent], tuple[OrderState | None, str]] = {}
    for line in PAGE.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        for name in cells[0].split():
            state = None if name == "-" else OrderState(name)
            to = state if cells[2] == "same" else OrderState(cells[2])
            rows[state, OrderEvent(cells[1])] = (to, cells[3] if len(cells) > 3 else "")
    for state, name in product(OrderState, ANYWHERE):
        rows[state, OrderEvent(name)] = (state, "")
    rows[OrderState.SENDING, OrderEvent.RESTARTED] = (OrderState.UNKNOWN, "")
    return rows


@pytest.mark.parametrize("event", OrderEvent)
@pytest.mark.parametrize("state", [None, *OrderState])
def test_every_pair_does_what_the_page_says(state: OrderState | None, event: OrderEvent) -> None:
    """A pair of the page leads where the page says; any other pair stays and halts."""
    to, halt = _expected().get((state, event), (state, "TRANSITION_UNDEFINED"))
    step = advance(state, event)
    assert step.state is to
    assert (step.halt.value if step.halt else "") == halt


def test_the_table_holds_no_row_beyond_the_page() -> None:
    """The code's table and the page have the same pairs."""
    assert set(TRANSITIONS) == set(_expected())


def test_nothing_leads_back_to_an_order_that_could_be_sent_again() -> None:
    """INTENT is entered from nowhere but the start, SENDING from INTENT alone."""
    for (state, _), step in TRANSITIONS.items():
        if state is not step.state:
            assert step.state is not OrderState.INTENT or state is None
            assert step.state is not OrderState.SENDING or state is OrderState.INTENT


def test_a_final_state_is_left_by_a_late_fill_alone() -> None:
    """CANCELED and EXPIRED may still become FILLED; nothing else leaves a final state."""
    moves = {
        (state, step.state)
        for (state, _), step in TRANSITIONS.items()
        if state in FINAL and step.state is not state
    }
    assert moves == {
        (OrderState.CANCELED, OrderState.FILLED),
        (OrderState.EXPIRED, OrderState.FILLED),
    }


def test_the_groups_of_states_cover_all_of_them() -> None:
    """Every state is live or final, and the smaller groups lie inside."""
    assert set(OrderState) == LIVE | FINAL
    assert not LIVE & FINAL
    assert WORKING | UNSETTLED < LIVE
    assert {
        OrderState.INTENT,
        OrderState.DENIED,
        OrderState.REJECTED,
        OrderState.NOT_PLACED,
    } == NEVER_SENT


@pytest.mark.parametrize(
    ("booked", "fill", "event"),
    [
        ("0", "0.4", OrderEvent.FILL_PART),
        ("0.4", "0.6", OrderEvent.FILL_FULL),
        ("0", "1", OrderEvent.FILL_FULL),
        ("0.4", "0.61", OrderEvent.FILL_OVER),
        ("1", "0.01", OrderEvent.FILL_OVER),
    ],
)
def test_a_trade_is_named_by_what_it_completes(booked: str, fill: str, event: OrderEvent) -> None:
    """Part, full or over follows from exact sums, not from a tolerance."""
    assert fill_event(Decimal(1), Decimal(booked), Decimal(fill)) is event


@pytest.mark.parametrize("state", OrderState)
def test_a_snapshot_ahead_of_our_fills_is_no_event_yet(state: OrderState) -> None:
    """What the venue filled and we did not book is fetched as trades first."""
    assert seen_event(state, "canceled", Decimal(1), Decimal(0)) is None


@pytest.mark.parametrize(
    ("state", "status", "filled", "booked", "event"),
    [
        (OrderState.UNKNOWN, "open", 0, 0, OrderEvent.SEEN_OPEN),
        (OrderState.SENDING, "expired", 0, 0, OrderEvent.SEEN_EXPIRED),
        (OrderState.OPEN, "open", 0, 0, OrderEvent.SNAPSHOT_OLD),
        (OrderState.OPEN, "canceled", 0, 0, OrderEvent.SEEN_CANCELED),
        (OrderState.PARTIAL, "expired", 1, 1, OrderEvent.SEEN_EXPIRED),
        (OrderState.PARTIAL, "canceled", 0, 1, OrderEvent.SNAPSHOT_OLD),
        (OrderState.CANCELING, "partial", 1, 1, OrderEvent.SNAPSHOT_OLD),
        (OrderState.FILLED, "canceled", 1, 1, OrderEvent.SNAPSHOT_OLD),
        (OrderState.REJECTED, "open", 0, 0, OrderEvent.SEEN_OPEN),
    ],
)
def test_a_snapshot_ends_an_order_only_when_it_is_news(
    state: OrderState, status: str, filled: int, booked: int, event: OrderEvent
) -> None:
    """Older, smaller and equal snapshots change nothing; a hit on a dead order is passed on."""
    found = seen_event(state, status, Decimal(filled), Decimal(booked))  # type: ignore[arg-type]  # a literal in the table above
    assert found is event


def test_an_order_that_was_refused_and_exists_halts() -> None:
    """A snapshot of a REJECTED order stands in no table, so trading stops."""
    event = seen_event(OrderState.REJECTED, "open", Decimal(0), Decimal(0))
    assert event is not None
    assert advance(OrderState.REJECTED, event).halt is HaltCode.TRANSITION_UNDEFINED
