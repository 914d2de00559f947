"""The risk verdict: all rules run, all denials are listed, and a rule that fails denies.

There is no switch, no flag and no list to hand in: what stands in `RULES` is what runs, in the
desk when a ticket is proposed and released, and in the gateway before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import localcontext
from time import perf_counter
from typing import Final

from guardrails.reasons import Denial, Reason
from guardrails.rounding import EXACT
from guardrails.rules import authority, exposure, freshness, numeric, pace, price, size
from guardrails.rules.context import RiskContext
from guardrails.tickets import OrderTicket, RiskVerdict

__all__ = ["RULES", "RULE_SECONDS", "RiskContext", "assess"]

RULE_SECONDS: Final = 0.1
"""How long one rule may think."""

Rule = Callable[[OrderTicket, RiskContext], tuple[Denial, ...]]

RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("state", authority.halted),
    ("mode", authority.mode),
    ("scope", authority.scope),
    ("instrument", authority.instrument),
    ("kind", authority.kind),
    ("reconciled", authority.unreconciled),
    ("certificate", authority.certificate),
    ("limits_version", authority.limits_version),
    ("expiry", authority.expired),
    ("reference", freshness.reference_missing),
    ("facts", freshness.facts_missing),
    ("alerts", freshness.alert_undelivered),
    ("bound", price.unbounded),
    ("book", exposure.book_unknown),
    ("quantity", size.quantity_invalid),
    ("steps", size.step_invalid),
    ("shown", size.understated),
    ("exits", size.exit_missing),
    ("trail", size.trail_wide),
    ("duplicate", pace.duplicate),
    ("latched", pace.latched),
    ("self_cross", pace.self_cross),
    ("numbers", numeric.numbers),
)


def assess(ticket: OrderTicket, context: RiskContext) -> RiskVerdict:
    """Verdict on a ticket in a context; allowed only when every rule answers "nothing"."""
    with localcontext(EXACT):
        denials = [
            denial for name, rule in RULES for denial in _answer(name, rule, ticket, context)
        ]
        try:
            uses = numeric.limit_uses(ticket, context)
        except Exception as error:  # noqa: BLE001 - figures that cannot be reckoned deny
            denials.append(_failed("uses", type(error).__name__))
            uses = ()
    return RiskVerdict(denials=tuple(denials), uses=uses)


def _answer(name: str, rule: Rule, ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """A rule's denials; an exception or any other answer than a tuple of denials is a denial.

    A rule that takes too long is asked once more, because the machine may have been busy; too
    long again is a denial.
    """
    for _ in range(2):
        begun = perf_counter()
        try:
            found: object = rule(ticket, context)
        except Exception as error:  # noqa: BLE001 - an exception in a rule is a denial
            return (_failed(name, type(error).__name__),)
        if perf_counter() - begun <= RULE_SECONDS:
            break
    else:
        return (_failed(name, "took too long"),)
    if not isinstance(found, tuple):
        return (_failed(name, f"answered {type(found).__name__}"),)
    return tuple(
        item if isinstance(item, Denial) else _failed(name, "answered no denial") for item in found
    )


def _failed(name: str, why: str) -> Denial:
    return Denial.of(
        Reason.SYSTEM_RULE_ERROR,
        f"the rule {name} could not decide, so it denies: report this",
        rule=name,
        error=why,
    )
