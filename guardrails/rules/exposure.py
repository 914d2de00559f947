"""Exposure rules: what one symbol and the whole account may hold, and free cash."""

from __future__ import annotations

from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import known
from guardrails.tickets import OrderTicket

SENTENCES: Final = {
    Reason.LIMIT_SYMBOL_EXPOSURE: "too much would be held of this symbol: make the order smaller",
    Reason.LIMIT_STRATEGY_EXPOSURE: "this strategy would hold too much: make the order smaller",
    Reason.LIMIT_CLUSTER_EXPOSURE: "too much would be held of what moves alike: make it smaller",
    Reason.LIMIT_LEVERAGE: "more would be held than the account is worth: make it smaller",
    Reason.LIMIT_TOTAL_EXPOSURE: "too much would be held in all: make the order smaller",
    Reason.LIMIT_OPEN_POSITIONS: "too many positions would be open: close one first",
    Reason.LIMIT_BALANCE: "the account does not hold what the order needs: make it smaller",
    Reason.ORDER_NOT_REDUCING: "a reducing order is larger than what is held: make it smaller",
}


def book_unknown(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny when the account's state is not known in full: nothing counts as zero.

    An order that only takes from a known position may pass while another one has no price.
    """
    facts = known(context)
    if facts is None:
        return (
            Denial.of(Reason.LIMIT_UNKNOWN, "the book is not known: see that the store answers"),
        )
    if not facts.value.unmarked or ticket.reduce_only:
        return ()
    return (
        Denial.of(
            Reason.LIMIT_UNKNOWN,
            "a position has no price, so what is held is not known: wait for its quote",
            symbols=", ".join(facts.value.unmarked),
        ),
    )
