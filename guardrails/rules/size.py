"""Size rules: quantity, steps, notional, risk at the stop, and the exits that an entry needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from engine.market import Instrument
from guardrails.reasons import Denial, Reason
from guardrails.rounding import on_grid
from guardrails.rules.context import RiskContext
from guardrails.rules.figures import UNIT_DIGITS, worst_loss
from guardrails.tickets import OrderTicket

SENTENCES: Final = {
    Reason.ORDER_QTY_MAX: "the quantity is more than the instrument or its market bears",
    Reason.ORDER_NOTIONAL_MAX: "the order is too large: make it smaller",
    Reason.RISK_PER_TRADE: "too much is lost at the stop: make it smaller or move the stop nearer",
    Reason.RISK_OPEN_TOTAL: "too much is lost at all stops together: close something first",
    Reason.STOP_TOO_FAR: "the stop is too far away: move it nearer to the price",
    Reason.STOP_MISSING: "an entry needs a stop on the losing side of its price: name one",
}

_STOP_RESERVE: Final = Decimal("0.95")
"""A stop may be sold a little lower: its notional must still reach the venue's minimum."""

_FINEST: Final = Decimal(1).scaleb(-UNIT_DIGITS)


def quantity_invalid(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a quantity that the venue would not take, or whose stop it could not sell.

    An entry's notional at 95 % of the stop must reach the minimum, and one step more than the
    minimum amount must be held, else the later stop cannot be placed.
    """
    instrument = context.instrument
    if instrument is None:
        return ()  # `authority.instrument` denies
    least, lowest = _least(ticket, instrument)
    if ticket.quantity >= least and ticket.quantity * lowest >= instrument.min_notional:
        return ()
    return (
        Denial.of(
            Reason.ORDER_QTY_INVALID,
            "the quantity is below what the venue takes with its stop: trade more or not at all",
            quantity=ticket.quantity,
            min_quantity=least,
            min_notional=instrument.min_notional,
            notional_at_stop=ticket.quantity * lowest,
        ),
    )


def _least(ticket: OrderTicket, instrument: Instrument) -> tuple[Decimal, Decimal]:
    """Smallest quantity, and the price that the minimum notional is checked at."""
    price = ticket.limit_price or ticket.reference_price
    if ticket.reduce_only:
        return instrument.min_quantity, price
    stop = price if ticket.stop_price is None else ticket.stop_price
    return instrument.min_quantity + instrument.quantity_step, min(price, stop) * _STOP_RESERVE


def step_invalid(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a number that does not lie on the instrument's steps; nothing is rounded here."""
    instrument = context.instrument
    if instrument is None:
        return ()  # `authority.instrument` denies
    price_step, lot = instrument.price_step, instrument.quantity_step
    numbers = (
        ("quantity", ticket.quantity, lot),
        ("limit_price", ticket.limit_price, price_step),
        ("trigger_price", ticket.trigger_price, price_step),
        ("stop_price", ticket.stop_price, price_step),
        ("target_price", ticket.target_price, price_step),
        *(("targets", leg.price, price_step) for leg in ticket.targets),
    )
    return tuple(
        Denial.of(
            Reason.ORDER_STEP_INVALID,
            f"{name} does not lie on the instrument's step: round it",
            field=name,
            value=value,
            step=step,
        )
        for name, value, step in numbers
        if value is not None and not (on_grid(value, step) and on_grid(value, _FINEST))
    )


def exit_missing(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny an entry that names no exit beside its hard stop.

    A trail, a target, a time or a certified exit rule count.
    """
    del context
    exits = (
        ticket.trail_kind if ticket.trail_value is not None else None,
        ticket.target_price,
        ticket.targets or None,
        ticket.exit_at,
        ticket.exit_rule_digest,
    )
    if ticket.reduce_only or any(item is not None for item in exits):
        return ()
    return (
        Denial.of(
            Reason.STOP_EXIT_MISSING,
            "an entry needs an exit beside its stop: name a target, a trail, a time or a rule",
        ),
    )


def understated(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a ticket that shows the person who signs less than what it can cost."""
    price = ticket.limit_price or ticket.reference_price
    notional = ticket.quantity * price
    loss = Decimal(0) if ticket.reduce_only else worst_loss(ticket, price, context)
    if ticket.notional_quote >= notional and ticket.worst_loss_quote >= loss:
        return ()
    return (
        Denial.of(
            Reason.ORDER_QTY_INVALID,
            "the ticket shows less than it can cost: size it again",
            shown_notional=ticket.notional_quote,
            notional=notional,
            shown_loss=ticket.worst_loss_quote,
            loss=loss,
        ),
    )


def trail_wide(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a trailing stop that starts further away than the hard stop, or has no value.

    A percent trail is a fraction of the price, an ATR trail a distance in quote currency.
    """
    del context
    if ticket.trail_kind is None and ticket.trail_value is None:
        return ()
    price, value = ticket.limit_price or ticket.reference_price, ticket.trail_value or Decimal(0)
    distance = value * price if ticket.trail_kind == "percent" else value
    stop = price if ticket.stop_price is None else ticket.stop_price
    if ticket.trail_kind is not None and 0 < distance <= abs(price - stop):
        return ()
    return (
        Denial.of(
            Reason.STOP_LOOSENED,
            "a trailing stop is never wider than the hard stop: make it tighter",
            trail=distance,
            stop=abs(price - stop),
        ),
    )
