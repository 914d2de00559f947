"""Runs the predicate of `bounds.py` and words each row that does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rules import authority, exposure, freshness, loss, pace, price, size, usage
from guardrails.rules.bounds import bounds
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import NO_MARKET, Figures, figures, known
from guardrails.rules.logic import PYTHON
from guardrails.rules.wording import denied
from guardrails.tickets import LimitUse, OrderTicket

SENTENCES: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        **size.SENTENCES,
        **exposure.SENTENCES,
        **loss.SENTENCES,
        **freshness.SENTENCES,
        **price.SENTENCES,
        **pace.SENTENCES,
        **authority.SENTENCES,
    }
)
"""What to do about each code of the predicate."""

_ON_PRICES: Final = frozenset({*freshness.SENTENCES, *price.SENTENCES})
"""Codes that say nothing while there is no price: `freshness.reference_missing` denies then."""


def numbers(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny whatever breaks a numeric limit: one run of the predicate, every row looked at.

    Without book or facts nothing can be reckoned: `exposure.book_unknown` denies then.
    """
    facts = known(context)
    if facts is None:
        return ()
    f = figures(ticket, facts, context)
    table = {row.key: row for row in _uses(f)}
    return tuple(
        denied(code, SENTENCES, table.get(key))
        for code, key, holds in bounds(PYTHON, f.order, f.state, f.market, f.limits)
        if holds is not True and not (f.market is NO_MARKET and code in _ON_PRICES)
    )


def limit_uses(ticket: OrderTicket, context: RiskContext) -> tuple[LimitUse, ...]:
    """Use of every limit before and after the order, for the page that is signed."""
    facts = known(context)
    return () if facts is None else _uses(figures(ticket, facts, context))


def _uses(f: Figures) -> tuple[LimitUse, ...]:
    on_price = () if f.market is NO_MARKET else usage.market(f)
    return (*usage.size(f), *usage.exposure(f), *usage.risk(f), *usage.pace(f), *on_price)
