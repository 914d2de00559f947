"""Orders nobody is sure of: looked up by client id until the venue tells, never sent again.

Absence is proved when the send window is over, the venue answered "not found" often enough, and
its trades hold nothing of the order. A look-up that failed is no answer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from engine.errors import UnavailableError
from engine.records import Digest
from guardrails.execution.context import Context
from guardrails.execution.moves import apply, with_venue_id
from guardrails.lifecycle import OrderEvent, seen_event
from guardrails.store.gateway_view import OrderRow
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState

REDUCE_AFTER: Final = timedelta(seconds=60)
HALT_AFTER: Final = timedelta(minutes=10)


def resolve_all(ctx: Context) -> tuple[Digest, ...]:
    """Look up every UNKNOWN order once; the tickets whose orders found their state.

    Trades must be booked before this is called, so that a filled order is not taken for absent.
    """
    unknown = ctx.view.rows([OrderState.UNKNOWN])
    return tuple(row.order.ticket_digest for row in unknown if _resolve(ctx, row))


def _resolve(ctx: Context, row: OrderRow) -> bool:
    key = row.order.client_order_id
    try:
        found = ctx.venue.find(key)
    except UnavailableError:
        _alarm(ctx, row)
        return False
    if found is not None:
        ctx.lookups.absent.pop(key, None)
        event = seen_event(row.order.state, found.status, found.filled, row.filled)
        if event is None:
            return False
        apply(ctx, with_venue_id(row, found.venue_order_id), event)
        return True
    if not _absence_proved(ctx, row):
        _alarm(ctx, row)
        return False
    ctx.lookups.absent.pop(key, None)
    apply(ctx, row, OrderEvent.ABSENCE_PROVED)
    return True


def _absence_proved(ctx: Context, row: OrderRow) -> bool:
    """Note one more "not found", and whether that is enough now."""
    rules = ctx.capability
    since = row.sent_at or row.order.updated_at
    over = since + timedelta(seconds=rules.send_window_s + rules.settle_s)
    if ctx.clock.now() < over:
        return False
    answers = ctx.lookups.absent.setdefault(row.order.client_order_id, [])
    now = ctx.clock.monotonic()
    if not answers or now - answers[-1] >= rules.absent_gap_s:
        answers.append(now)
    return len(answers) >= rules.absent_answers


def _alarm(ctx: Context, row: OrderRow) -> None:
    """The longer an order stays unknown, the stricter the account gets."""
    waited = ctx.clock.now() - row.order.updated_at
    detail = f"order {row.order.client_order_id} is unknown"
    if waited >= HALT_AFTER:
        ctx.tighten(TradingState.HALTED, "VENUE_UNKNOWN_STATE", detail)
    elif waited >= REDUCE_AFTER:
        ctx.tighten(TradingState.REDUCING, "VENUE_UNKNOWN_STATE", detail)
