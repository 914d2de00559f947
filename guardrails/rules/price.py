"""Price rules: an order far from the market is denied, never clamped."""

from __future__ import annotations

from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.tickets import OrderTicket

SENTENCES: Final = {
    Reason.PRICE_OUTSIDE_COLLAR: "the price is too far from the market: move it nearer",
    Reason.PRICE_MOVED_TOO_FAR: "the market has moved too far: no entry for a quarter of an hour",
    Reason.PRICE_DRIFT: "the market has moved since the ticket was made: make a new one",
}


def unbounded(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny an order without a limit price: a market order leaves only as limit IOC at the edge."""
    del context
    if ticket.limit_price is not None:
        return ()
    return (
        Denial.of(
            Reason.PRICE_OUTSIDE_COLLAR,
            "an order without a limit has no worst price: give it a limit inside the collar",
            order_type=ticket.order_type,
        ),
    )
