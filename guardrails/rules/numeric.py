"""Runs the predicate of `bounds.py` and words each row that does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules import authority, exposure, freshness, loss, price, size
from guardrails.rules.bounds import Row, bounds, price_bounds
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import figures, market_ints
from guardrails.rules.logic import both, choose, either, negate
from guardrails.rules.wording import denied
from guardrails.tickets import LimitUse, OrderTicket

SENTENCES: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        **size.SENTENCES,
        **exposure.SENTENCES,
        **loss.SENTENCES,
        **freshness.SENTENCES,
        **price.SENTENCES,
        **authority.SENTENCES,
    }
)
"""What to do about each code of the predicate."""


def _denials(rows: Iterable[Row], uses: Iterable[LimitUse]) -> tuple[Denial, ...]:
    table = {row.key: row for row in uses}
    return tuple(
        denied(code, SENTENCES, table.get(key)) for code, key, holds in rows if holds is not True
    )


def capital(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny whatever breaks a limit on size, exposure or loss.

    Without a book nothing can be reckoned: `exposure.book_unknown` denies then.
    """
    if context.value is None:
        return ()
    f = figures(ticket, context.value, context)
    rows = bounds(both, either, negate, choose, f.order, f.state, f.limits)
    return _denials(rows, (*size.uses(f), *exposure.uses(f), *loss.uses(f)))


def prices(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a price outside the collar, an old one, and a drift since the proposal.

    Without a quote or a book nothing can be reckoned: the rules `freshness.reference_missing`
    and `exposure.book_unknown` deny then.
    """
    market = market_ints(context)
    if market is None or context.value is None:
        return ()
    f = figures(ticket, context.value, context)
    rows = price_bounds(both, choose, f.order, market, f.limits, f.out)
    return _denials(rows, (*freshness.uses(f, market), *price.uses(f, market)))


def limit_uses(ticket: OrderTicket, context: RiskContext) -> tuple[LimitUse, ...]:
    """Use of every limit before and after the order, for the page that is signed."""
    if context.value is None:
        return ()
    f = figures(ticket, context.value, context)
    market = market_ints(context)
    on_price = () if market is None else (*freshness.uses(f, market), *price.uses(f, market))
    return (*size.uses(f), *exposure.uses(f), *loss.uses(f), *on_price)
