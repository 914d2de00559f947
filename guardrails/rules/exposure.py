"""Exposure rules: what one symbol and the whole account may hold, and free cash."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import UNIT_DIGITS, Figures
from guardrails.rules.wording import quote, share, use
from guardrails.tickets import LimitUse, OrderTicket

SENTENCES: Final = {
    Reason.LIMIT_SYMBOL_EXPOSURE: "too much would be held of this symbol: make the order smaller",
    Reason.LIMIT_TOTAL_EXPOSURE: "too much would be held in all: make the order smaller",
    Reason.LIMIT_OPEN_POSITIONS: "too many positions would be open: close one first",
    Reason.LIMIT_BALANCE: "the account does not hold what the order needs: make it smaller",
    Reason.ORDER_NOT_REDUCING: "a reducing order is larger than what is held: make it smaller",
}


def uses(f: Figures) -> tuple[LimitUse, ...]:
    """Use of the exposure limits; an order that only lowers a position gives room back."""
    o, s, limits = f.order, f.state, f.limits
    value = o.qty * o.price * (-1 if f.out else 1)
    symbol, gross = s.symbol + value, s.gross + value
    count = s.count if f.out or s.holds else s.count + 1
    unit = Decimal(10**UNIT_DIGITS)
    needed = o.qty * o.price + o.fee if o.buy else 0
    return (
        use(
            "max_symbol_exposure_bps", "bps", limits.symbol_bps,
            share(s.symbol, s.equity), share(symbol, s.equity),
        ),
        use(
            "max_symbol_exposure_quote", "quote", quote(limits.symbol_quote),
            quote(s.symbol), quote(symbol),
        ),
        use(
            "max_total_exposure_bps", "bps", limits.total_bps,
            share(s.gross, s.equity), share(gross, s.equity),
        ),
        use(
            "max_total_exposure_quote", "quote", quote(limits.total_quote),
            quote(s.gross), quote(gross),
        ),
        use(
            "max_open_positions_count", "count", limits.open_count,
            Decimal(s.count), Decimal(count),
        ),
        use("free_cash", "quote", quote(s.cash), Decimal(0), quote(needed)),
        use(
            "free_units", "units", max(s.pos - s.open_sell, 0) / unit,
            Decimal(0), (0 if o.buy else o.qty) / unit,
        ),
    )  # fmt: skip


def book_unknown(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny when the account's state is not known in full: nothing counts as zero.

    An order that only takes from a known position may pass while another one has no price.
    """
    if context.value is None:
        return (
            Denial.of(Reason.LIMIT_UNKNOWN, "the book is not known: see that the store answers"),
        )
    if not context.value.unmarked or ticket.reduce_only:
        return ()
    return (
        Denial.of(
            Reason.LIMIT_UNKNOWN,
            "a position has no price, so what is held is not known: wait for its quote",
            symbols=", ".join(context.value.unmarked),
        ),
    )
