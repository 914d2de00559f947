"""Life of an order: states, events and the one table that says what follows what.

A pair that does not stand in the table leaves the state as it is and halts trading with
TRANSITION_UNDEFINED: what nobody thought of must not be guessed. Fills decide how much is filled;
a snapshot only ends an order whose fills are all booked.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from guardrails.tickets import OrderState as S
from guardrails.wire import VenueStatus


class OrderEvent(StrEnum):
    """What can happen to an order."""

    CLAIMED = "claimed"
    CHECKS_PASSED = "checks_passed"
    CHECKS_FAILED = "checks_failed"
    REPLIED = "replied"
    FINAL_ERROR = "final_error"
    UNCLEAR = "unclear"
    SEEN_OPEN = "seen_open"
    SEEN_PARTIAL = "seen_partial"
    SEEN_FILLED = "seen_filled"
    SEEN_CANCELED = "seen_canceled"
    SEEN_EXPIRED = "seen_expired"
    SEEN_REJECTED = "seen_rejected"
    SNAPSHOT_OLD = "snapshot_old"
    ABSENCE_PROVED = "absence_proved"
    UNREACHABLE = "unreachable"
    FILL_PART = "fill_part"
    FILL_FULL = "fill_full"
    FILL_OVER = "fill_over"
    CANCEL_WANTED = "cancel_wanted"
    CANCEL_FAILED = "cancel_failed"
    RESTARTED = "restarted"


class HaltCode(StrEnum):
    """Why the gateway itself stops all trading."""

    OVERFILL = "OVERFILL"
    FILL_ON_DEAD_ORDER = "FILL_ON_DEAD_ORDER"
    TRANSITION_UNDEFINED = "TRANSITION_UNDEFINED"
    FOREIGN_ORDER = "FOREIGN_ORDER"
    ORDER_VANISHED = "ORDER_VANISHED"
    STORE_BROKEN = "STORE_BROKEN"


class Step(NamedTuple):
    """Where an event leads: the state after it, and a halt when it must never have happened."""

    state: S | None
    halt: HaltCode | None = None


E = OrderEvent
WORKING: Final = frozenset({S.OPEN, S.PARTIAL, S.CANCELING})
UNSETTLED: Final = frozenset({S.SENDING, S.UNKNOWN})
FINAL: Final = frozenset({S.DENIED, S.REJECTED, S.NOT_PLACED, S.FILLED, S.CANCELED, S.EXPIRED})
LIVE: Final = WORKING | UNSETTLED | {S.INTENT}
NEVER_SENT: Final = frozenset({S.INTENT, S.DENIED, S.REJECTED, S.NOT_PLACED})
FILLS: Final = (E.FILL_PART, E.FILL_FULL, E.FILL_OVER)

_SEEN: Final[dict[VenueStatus, tuple[OrderEvent, S]]] = {
    "open": (E.SEEN_OPEN, S.OPEN),
    "partial": (E.SEEN_PARTIAL, S.PARTIAL),
    "filled": (E.SEEN_FILLED, S.FILLED),
    "canceled": (E.SEEN_CANCELED, S.CANCELED),
    "expired": (E.SEEN_EXPIRED, S.EXPIRED),
    "rejected": (E.SEEN_REJECTED, S.REJECTED),
}
_ENDED: Final[tuple[VenueStatus, ...]] = ("canceled", "expired", "rejected")

Key = tuple[S | None, OrderEvent]


def _same(states: Iterable[S], event: OrderEvent, halt: HaltCode | None = None) -> dict[Key, Step]:
    return {(state, event): Step(state, halt) for state in states}


def _to(states: Iterable[S], event: OrderEvent, state: S) -> dict[Key, Step]:
    return {(each, event): Step(state) for each in states}


def _fills() -> dict[Key, Step]:
    """What a trade of the venue does; a trade is a fact and is booked in every state."""
    rows: dict[Key, Step] = {}
    fillable = UNSETTLED | {S.OPEN, S.PARTIAL}
    rows |= _to(fillable, E.FILL_PART, S.PARTIAL)
    rows |= _same((S.CANCELING, S.CANCELED, S.EXPIRED), E.FILL_PART)
    rows |= _to(fillable | {S.CANCELING, S.CANCELED, S.EXPIRED}, E.FILL_FULL, S.FILLED)
    # the venue gave more than was ordered, in one trade or after the order was complete
    for state in fillable | {S.CANCELING, S.CANCELED, S.EXPIRED}:
        rows[state, E.FILL_OVER] = Step(S.FILLED, HaltCode.OVERFILL)
    for event in FILLS:
        rows |= _same((S.FILLED,), event, HaltCode.OVERFILL)
        rows |= _same(NEVER_SENT, event, HaltCode.FILL_ON_DEAD_ORDER)
    return rows


def _reports() -> dict[Key, Step]:
    """What a look at the venue does."""
    rows: dict[Key, Step] = {}
    for event, state in _SEEN.values():
        rows |= _to(UNSETTLED, event, state)
    for status in _ENDED:
        event, state = _SEEN[status]
        rows |= _to(WORKING, event, state)
    # venues serve stale reads: older, smaller or equal to what is known changes nothing
    return rows | _same(S, E.SNAPSHOT_OLD)


def _table() -> dict[Key, Step]:
    rows: dict[Key, Step] = {
        (None, E.CLAIMED): Step(S.INTENT),
        # the ticket is spent: its row stays as DENIED and it can never be claimed again
        (None, E.CHECKS_FAILED): Step(S.DENIED),
        (S.INTENT, E.CHECKS_PASSED): Step(S.SENDING),
        (S.INTENT, E.CHECKS_FAILED): Step(S.DENIED),
        (S.SENDING, E.REPLIED): Step(S.OPEN),
        (S.SENDING, E.FINAL_ERROR): Step(S.REJECTED),
        (S.SENDING, E.UNCLEAR): Step(S.UNKNOWN),
        # never sent again: a new order needs a new ticket and a new approval
        (S.UNKNOWN, E.ABSENCE_PROVED): Step(S.NOT_PLACED),
        (S.UNKNOWN, E.UNREACHABLE): Step(S.UNKNOWN),
        # a cancel error proves nothing: the order may have been filled
        (S.CANCELING, E.CANCEL_FAILED): Step(S.CANCELING),
    }
    rows |= _reports() | _fills()
    # the cancel is sent too, but only a look-up changes the state of an order nobody has seen
    rows |= _same(UNSETTLED, E.CANCEL_WANTED)
    rows |= _to((S.OPEN, S.PARTIAL), E.CANCEL_WANTED, S.CANCELING)
    # a second wish (a kill while a person cancels) changes nothing
    rows |= _same(FINAL | {S.CANCELING}, E.CANCEL_WANTED)
    # a late reply only adds the venue's id
    rows |= _same(FINAL | WORKING | {S.UNKNOWN}, E.REPLIED)
    rows |= _same(S, E.RESTARTED)
    # the process died between send and record: nobody knows
    rows[S.SENDING, E.RESTARTED] = Step(S.UNKNOWN)
    return rows


TRANSITIONS: Final[dict[Key, Step]] = _table()


def advance(state: S | None, event: OrderEvent) -> Step:
    """The step of the table; an undefined pair keeps the state and halts."""
    return TRANSITIONS.get((state, event), Step(state, HaltCode.TRANSITION_UNDEFINED))


def fill_event(ordered: Decimal, booked: Decimal, fill: Decimal) -> OrderEvent:
    """Which event a trade of `fill` is when `booked` of `ordered` base units were filled before."""
    total = booked + fill
    if total < ordered:
        return E.FILL_PART
    return E.FILL_FULL if total == ordered else E.FILL_OVER


def seen_event(
    state: S, status: VenueStatus, filled: Decimal, booked: Decimal
) -> OrderEvent | None:
    """Which event a snapshot is; None when its trades must be fetched first.

    `filled` is the venue's figure, `booked` the sum of our fills, both base units.
    """
    if filled > booked:
        return None
    event = _SEEN[status][0]
    if state in NEVER_SENT:
        # it exists although we hold it for dead: not in the table, so it halts
        return event
    if filled < booked or state in FINAL:
        return E.SNAPSHOT_OLD
    if state in UNSETTLED or status in _ENDED:
        return event
    return E.SNAPSHOT_OLD
