"""Amendments: there is no amend verb; without approval a protective stop may be tightened."""

from __future__ import annotations

from decimal import Decimal

from engine.market import Side
from guardrails.reasons import Denial, Reason
from guardrails.rules.bounds import ratchets
from guardrails.rules.figures import units
from guardrails.rules.logic import PYTHON
from guardrails.tickets import OrderTicket

_STOP = "stop_price"


def amendment(ticket: OrderTicket, wanted: OrderTicket) -> tuple[Denial, ...]:
    """Why a released ticket may not become another one; empty for a stop moved to the market."""
    fields = type(ticket).model_fields
    changed = [name for name in fields if getattr(ticket, name) != getattr(wanted, name)]
    others = [name for name in changed if name != _STOP]
    denials = []
    if others:
        denials.append(
            Denial.of(
                Reason.ORDER_AMEND_FORBIDDEN,
                "a changed order is a new order: propose it and have it approved",
                fields=", ".join(others),
            )
        )
    if _STOP in changed:
        denials += stop_moved(ticket.side, ticket.stop_price, wanted.stop_price)
    return tuple(denials)


def stop_moved(entry: Side, old: Decimal | None, new: Decimal | None) -> tuple[Denial, ...]:
    """Deny a protective stop that moves away from the market or is taken away.

    `entry` is the side that opened the position.
    """
    buy = entry is Side.BUY
    if old is None or (new is not None and ratchets(PYTHON, buy, units(old), units(new))):
        return ()
    return (
        Denial.of(
            Reason.STOP_LOOSENED,
            "a stop only moves towards the market: leave it where it is",
            old=old,
            new=new,
        ),
    )
