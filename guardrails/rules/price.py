"""Price rules: an order far from the market is denied, never clamped."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules.bounds import MarketInts
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import Figures
from guardrails.rules.wording import share, use
from guardrails.tickets import LimitUse, OrderTicket

SENTENCES: Final = {
    Reason.PRICE_OUTSIDE_COLLAR: "the price is too far from the market: move it nearer",
    Reason.PRICE_DRIFT: "the market has moved since the ticket was made: make a new one",
}


def uses(f: Figures, market: MarketInts) -> tuple[LimitUse, ...]:
    """Distance from the reference, through it and behind it, and drift since the proposal."""
    o, limits, zero = f.order, f.limits, Decimal(0)
    through = 2 * o.price - market.twice_mid if o.buy else market.twice_mid - 2 * o.price
    drift = abs(market.twice_mid - o.twice_reference)
    collar = limits.exit_bps if f.out else limits.collar_bps
    return (
        use("price_collar_bps", "bps", collar, zero, share(max(through, 0), market.twice_mid)),
        use(
            "passive_collar_bps", "bps", limits.passive_bps,
            zero, share(max(-through, 0), market.twice_mid),
        ),
        use("max_drift_bps", "bps", limits.drift_bps, zero, share(drift, o.twice_reference)),
    )  # fmt: skip


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
