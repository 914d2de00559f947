"""The brakes: the fall from the highest equity, and strategies that are latched off.

A fall slows trading down to REDUCING first and then halts it; a strategy that repeated itself
stays off until a risk officer lets it on again. No time ends either.
"""

from __future__ import annotations

from typing import Final

from engine.text import clean_text
from guardrails.desk.context import DeskContext
from guardrails.desk.halting import DESK, Killed, tighten
from guardrails.desk.refusing import forbidden
from guardrails.desk.risk_facts import drawdown, note_peak, trading_state
from guardrails.people import Caller, Verb
from guardrails.reasons import Denial
from guardrails.store import latches
from guardrails.trading_state import tightens

_REASON_LENGTH: Final = 200


def watch_drawdown(ctx: DeskContext) -> Killed | None:
    """Note a new peak; slow down or halt when equity has fallen too far; None while it has not.

    Raises:
        UnavailableError: STORE_UNAVAILABLE while the gateway's store does not answer.
    """
    note_peak(ctx)
    with ctx.db.read() as connection:
        reached = drawdown(ctx, connection)
        now = trading_state(ctx, connection)
    if reached is None or not tightens(now, reached[0]):
        return None
    state, why = reached
    equity = dict(why.values).get("equity", "")
    return tighten(ctx, DESK, f"{why.code}: equity {equity}", state)


def latched(ctx: DeskContext) -> tuple[str, ...]:
    """Lineages that are latched off now, in order of their names."""
    with ctx.db.read() as connection:
        return tuple(sorted(latches.latched(connection)))


def let_on(ctx: DeskContext, caller: Caller, lineage_id: str, reason: str) -> Denial | None:
    """A risk officer lets a strategy on again; why not, None when it was done.

    Raises:
        UnavailableError: STORE_UNAVAILABLE when the desk's own store does not answer.
    """
    refusal = forbidden(ctx.db, caller, Verb.REARM_FIRST)
    if refusal is not None:
        return refusal
    with ctx.db.write() as work:
        told = clean_text(reason, _REASON_LENGTH).strip()
        latches.enable(work, caller.person_id, clean_text(lineage_id, 80), told)
    return None
