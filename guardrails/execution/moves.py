"""One event of one order: the step of the table, the halt it may cause, and its commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from guardrails.execution.context import Context
from guardrails.lifecycle import OrderEvent, Step, advance
from guardrails.reasons import Denial
from guardrails.store.gateway_view import OrderRow


def stepped(
    ctx: Context, row: OrderRow, event: OrderEvent, denials: tuple[Denial, ...] = ()
) -> tuple[OrderRow, Step]:
    """The order after an event, not yet written; a halt is tripped before anything is written."""
    step = advance(row.order.state, event)
    if step.halt is not None:
        where = f"{row.order.state.value} + {event.value} on {row.order.client_order_id}"
        ctx.halt(step.halt, where)
    return row.moved(step.state or row.order.state, ctx.clock.now(), denials), step


def apply(
    ctx: Context,
    row: OrderRow,
    event: OrderEvent,
    *,
    denials: tuple[Denial, ...] = (),
    facts: Mapping[str, object] | None = None,
) -> OrderRow:
    """Move an order by an event and commit it with its journal row."""
    moved, step = stepped(ctx, row, event, denials)
    ctx.store.move(moved, step, {"event": event.value, **(facts or {})})
    return moved


def with_venue_id(row: OrderRow, venue_order_id: str | None) -> OrderRow:
    """The order with the venue's own id, when it told one."""
    return row if venue_order_id is None else replace(row, venue_order_id=venue_order_id)
