"""Freshness rules: an unknown market is not a quiet one."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules.bounds import MarketInts
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import Figures
from guardrails.rules.wording import use
from guardrails.tickets import LimitUse, OrderTicket

SENTENCES: Final = {
    Reason.PRICE_STALE: "the price is too old: wait for a new quote",
}


def uses(f: Figures, market: MarketInts) -> tuple[LimitUse, ...]:
    """Age of the price against its limit."""
    age = Decimal(market.age_ms)
    return (use("max_quote_age_ms", "ms", f.limits.age_ms, age, age),)


def reference_missing(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny without a usable reference price: none, of another symbol, crossed, or no clock."""
    quote = context.quote
    if quote is None or context.market_now is None:
        why = "there is no price for this symbol yet: start its feed or replay"
    elif quote.symbol != ticket.symbol:
        why = "the price is another symbol's"
    elif not quote.bid <= quote.ask:
        why = "the quote is crossed, its bid above its ask: wait for a new one"
    else:
        return ()
    return (Denial.of(Reason.PRICE_REFERENCE_MISSING, why, symbol=ticket.symbol),)
