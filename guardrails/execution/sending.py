"""Send once: INTENT, look again, commit SENDING, exactly one send, record what came of it.

Nothing here repeats a send. A venue's plain refusal is REJECTED; every other exception leaves the
order UNKNOWN until a look-up tells. When the process dies in between, the row says SENDING and the
next start looks it up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.errors import IntegrityError
from engine.text import clean_text
from guardrails.execution.context import Context
from guardrails.execution.moves import apply, with_venue_id
from guardrails.execution.venue import VenueRefusalError
from guardrails.lifecycle import OrderEvent
from guardrails.reasons import Denial
from guardrails.store.gateway_view import OrderRow
from guardrails.wire import WireOrder

Look = Callable[[], tuple[Denial, ...]]
"""The last look before SENDING: latch, expiry and what else may have changed."""


def no_look() -> tuple[Denial, ...]:
    """For protective legs: a halt never keeps a stop from resting."""
    return ()


def place(ctx: Context, row: OrderRow, look: Look) -> OrderRow:
    """Take an order from INTENT to the venue and to what the venue answered."""
    if row.wire is None:
        raise IntegrityError("ORDER_WITHOUT_WIRE", "an order that was never to be sent")
    denials = look()
    if denials:
        return apply(ctx, row, OrderEvent.CHECKS_FAILED, denials=denials)
    sent = replace(row, sent_at=ctx.clock.now())
    return _send(ctx, apply(ctx, sent, OrderEvent.CHECKS_PASSED), row.wire)


def _send(ctx: Context, row: OrderRow, wire: WireOrder) -> OrderRow:
    ctx.before_send()
    try:
        ack = ctx.venue.send(wire)
    except Exception as error:  # noqa: BLE001 - whatever it is, the order may exist: UNKNOWN
        # by exact class: a subclass may mean something else
        final = type(error) is VenueRefusalError
        event = OrderEvent.FINAL_ERROR if final else OrderEvent.UNCLEAR
        facts = {
            "error": type(error).__name__,
            "code": getattr(error, "code", ""),
            "text": clean_text(str(error), 200),
        }
        return apply(ctx, row, event, facts=facts)
    if ack.venue_order_id is None:
        return apply(ctx, row, OrderEvent.UNCLEAR, facts={"error": "reply without an id"})
    known = with_venue_id(row, ack.venue_order_id)
    return apply(ctx, known, OrderEvent.REPLIED, facts={"duplicate": ack.duplicate})
