"""Freshness rules: an unknown market is not a quiet one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from config.modes import Mode
from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.tickets import OrderTicket

SENTENCES: Final = {
    Reason.PRICE_STALE: "the price is too old: wait for a new quote",
    Reason.PRICE_SPREAD_WIDE: "bid and ask are too far apart: wait",
    Reason.PRICE_SOURCES_DISAGREE: "the price sources do not agree: see to the feeds",
    Reason.CLOCK_SKEW: "our clock and the venue's are too far apart: set the clock",
}

ALERT_AGE: Final = timedelta(seconds=60)
"""In live mode an alert sink must have answered within this time."""

_AT_A_VENUE: Final = frozenset({Mode.TESTNET, Mode.LIVE})
"""Modes whose orders leave: there nothing about the market may be left unmeasured."""


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


def facts_missing(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny at a venue while the clock, a second source, volume or depth were not measured.

    A replay has one source, one clock and no order book; paper trades without them.
    """
    facts = context.market
    if facts is None or context.mode not in _AT_A_VENUE:
        return ()  # `exposure.book_unknown` denies without facts
    wanted = (
        (facts.skew_ms, Reason.CLOCK_SKEW, "the venue's clock was not read: look at the gateway"),
        (facts.others or None, Reason.PRICE_SOURCES_DISAGREE, "there is no second price source"),
        (facts.volume, Reason.ORDER_QTY_MAX, "the day's volume is not known: wait for the feed"),
        (facts.depth, Reason.ORDER_QTY_MAX, "the visible depth is not known: wait for the feed"),
    )
    known = {Reason.CLOCK_SKEW, Reason.PRICE_SOURCES_DISAGREE}
    return tuple(
        Denial.of(code, why, symbol=ticket.symbol)
        for value, code, why in wanted
        if value is None and (code in known or not ticket.reduce_only)
    )


def alert_undelivered(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny live entries while no alert sink has answered in the last minute."""
    if context.mode is not Mode.LIVE or ticket.reduce_only:
        return ()
    last = None if context.market is None else context.market.alerted_at
    if last is not None and timedelta(0) <= context.now - last <= ALERT_AGE:
        return ()
    return (
        Denial.of(
            Reason.ALERT_UNDELIVERED,
            "no alert sink has answered in the last minute: see to the alerts",
            last=last,
        ),
    )
