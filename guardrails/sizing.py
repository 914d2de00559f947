"""Sizing: a signal becomes a ticket whose size follows from its stop, or a denial.

quantity = floor to lot of the smallest of: equity x risk / (price - stop + costs), equity x
position cap x min(1, target vol / realised vol), and the free room of every limit. The order is
a marketable limit, immediate or cancel, at the edge of the collar, so that what is signed is a
bound. All numbers are rounded here once, before the digest (`rounding.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from typing import Final

from config.modes import Mode
from engine.market import Instrument, Side
from engine.signals import Signal
from guardrails import rounding
from guardrails.limits import BPS
from guardrails.ports import Quote
from guardrails.positions import BookValue
from guardrails.reasons import Denial, Reason
from guardrails.rooms import Room, Wish, entry_rooms
from guardrails.rules.bounds import StateInts
from guardrails.rules.context import RiskContext
from guardrails.rules.costs import round_trip
from guardrails.rules.figures import UNIT_DIGITS, state_ints
from guardrails.tickets import OrderTicket

_FLOOR: Final = Context(prec=60, rounding=ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a ticket says besides its numbers: whose it is and where it came from.

    `exit_rule_digest` names a certified exit rule, which counts as the exit beside the stop.
    `realised_vol_bps` is the symbol's yearly volatility, None when it was not measured.
    """

    deployment_id: str
    mode: Mode
    account_id: str
    proposer_id: str
    lineage_id: str
    candidate_id: str
    report_digest: str
    nonce: str
    created_at: datetime
    session_id: str | None = None
    exit_rule_digest: str | None = None
    realised_vol_bps: int | None = None


@dataclass(frozen=True, slots=True)
class _Market:
    """The known world of one sizing."""

    instrument: Instrument
    quote: Quote
    value: BookValue
    state: StateInts


@dataclass(frozen=True, slots=True)
class _Order:
    """The numbers of the order; what is None does not apply."""

    side: Side
    quantity: Decimal
    price: Decimal
    collar_bps: int
    loss: Decimal = Decimal(0)
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None


def size(signal: Signal, frame: Frame, context: RiskContext) -> OrderTicket | Denial:
    """A ticket for the signal, or why there is none; the rules judge it afterwards."""
    known = _known(signal, context)
    if isinstance(known, Denial):
        return known
    with localcontext(_FLOOR):
        make = _exit if signal.action == "exit_long" else _entry
        order = make(signal, frame, context, known)
        if isinstance(order, Denial):
            return order
        return _ticket(order, {**_origin(signal, frame, context), **_place(known)})


def _known(signal: Signal, context: RiskContext) -> _Market | Denial:
    if context.instrument is None or context.instrument.symbol != signal.symbol:
        return Denial.of(
            Reason.INSTRUMENT_NOT_ALLOWED,
            "the symbol is not on the allow-list: register its dataset first",
            symbol=signal.symbol,
        )
    if context.quote is None:
        return Denial.of(
            Reason.PRICE_REFERENCE_MISSING,
            "there is no price for this symbol yet: start its feed or replay",
            symbol=signal.symbol,
        )
    if context.value is None:
        return Denial.of(Reason.LIMIT_UNKNOWN, "the book is not known: see that the store answers")
    state = state_ints(signal.symbol, context.value, context)
    return _Market(context.instrument, context.quote, context.value, state)


def _entry(signal: Signal, frame: Frame, context: RiskContext, known: _Market) -> _Order | Denial:
    collar, step = context.limits.price_collar_bps, known.instrument.price_step
    price = rounding.limit_price(Side.BUY, known.quote.mid * (BPS + collar) / BPS, step)
    named = signal.stop_price
    stop = None if named is None else rounding.stop_trigger(Side.BUY, named, step)
    if stop is None or not 0 < stop < price:
        return Denial.of(
            Reason.SIZING_UNBOUNDED,
            "a size follows from a stop below the price: give the strategy a stop",
            price=price,
            stop=stop,
        )
    wish = _wish(signal, frame, context, price, stop)
    rooms = (
        *entry_rooms(wish, context.limits, known.state, context.costs),
        Room(Reason.ORDER_QTY_MAX, "max_quantity", known.instrument.max_quantity),
    )
    tightest = min(rooms, key=lambda room: room.quantity)
    lot = known.instrument.quantity_step
    quantity = rounding.down(max(tightest.quantity, Decimal(0)), lot)
    if quantity == 0:
        return Denial.of(
            tightest.code,
            f"{tightest.key} leaves no room for the smallest order: nothing can be bought now",
            key=tightest.key,
            room=rounding.down(tightest.quantity, rounding.CENT_OF_CENT),
            quantity_step=lot,
        )
    loss = quantity * (price - stop) + round_trip(quantity, price, stop, context.costs)
    aim = signal.target_price
    target = None if aim is None else rounding.limit_price(Side.SELL, aim, step)
    trail = signal.trail_fraction
    return _Order(Side.BUY, quantity, price, collar, rounding.loss(loss), stop, target, trail)


def _wish(
    signal: Signal, frame: Frame, context: RiskContext, price: Decimal, stop: Decimal
) -> Wish:
    """The strategy's own shares of equity, a restless symbol's position cut to the target."""
    full = Decimal(repr(signal.target_exposure))
    calm = Decimal(1)
    if frame.realised_vol_bps:
        calm = min(calm, Decimal(context.limits.target_vol_bps) / frame.realised_vol_bps)
    return Wish(
        price=price,
        stop=stop,
        risk_share=Decimal(repr(signal.risk_fraction)) * full,
        position_share=Decimal(repr(signal.max_position_fraction)) * full * calm,
    )


def _exit(signal: Signal, frame: Frame, context: RiskContext, known: _Market) -> _Order | Denial:
    """A reduce-only sale of the whole position, less what works on that side already."""
    del frame
    held = Decimal(known.state.pos - known.state.open_sell).scaleb(-UNIT_DIGITS)
    quantity = rounding.down(max(held, Decimal(0)), known.instrument.quantity_step)
    if quantity == 0:
        return Denial.of(
            Reason.ORDER_NOT_REDUCING,
            "there is nothing to sell: no position, or its exit works already",
            symbol=signal.symbol,
        )
    collar = context.limits.exit_collar_bps
    edge = known.quote.mid * (BPS - collar) / BPS
    price = rounding.limit_price(Side.SELL, edge, known.instrument.price_step)
    return _Order(Side.SELL, quantity, price, collar)


def _origin(signal: Signal, frame: Frame, context: RiskContext) -> dict[str, object]:
    """Whose ticket it is, what it rests on and how long it lives."""
    created = to_milliseconds(frame.created_at)
    last = created + timedelta(seconds=context.limits.approval_ttl_near_s)
    return {
        "deployment_id": frame.deployment_id,
        "mode": frame.mode,
        "account_id": frame.account_id,
        "spec_digest": signal.spec_digest,
        "candidate_id": frame.candidate_id,
        "certificate_digest": signal.certificate_digest,
        "report_digest": frame.report_digest,
        "signal_digest": signal.digest,
        "session_id": frame.session_id,
        "exit_rule_digest": frame.exit_rule_digest if signal.action == "enter_long" else None,
        "limits_version": context.limits.version,
        "proposer_id": frame.proposer_id,
        "lineage_id": frame.lineage_id,
        "created_at": created,
        "valid_until": last,
        "expires_at": last,
        "nonce": frame.nonce,
    }


def _place(known: _Market) -> dict[str, object]:
    """Where it trades, and the market and book that it was sized on."""
    return {
        "venue": known.instrument.venue,
        "symbol": known.instrument.symbol,
        "instrument_kind": known.instrument.kind,
        "instrument_filters_digest": known.instrument.filters_digest,
        "reference_price": known.quote.mid,
        "reference_time": to_milliseconds(known.quote.time),
        "book_digest": known.value.book.digest,
    }


def _ticket(order: _Order, fields: Mapping[str, object]) -> OrderTicket:
    numbers: dict[str, object] = {
        "side": order.side,
        "order_type": "limit",
        "time_in_force": "ioc",
        "quantity": order.quantity,
        "limit_price": order.price,
        "reduce_only": order.side is Side.SELL,
        "stop_price": order.stop,
        "target_price": order.target,
        "trail_kind": "percent" if order.trail else None,
        "trail_value": order.trail or None,
        "max_slippage_bps": order.collar_bps,
        "notional_quote": order.quantity * order.price,
        "worst_loss_quote": order.loss,
    }
    return OrderTicket.model_validate({**fields, **numbers})


def to_milliseconds(moment: datetime) -> datetime:
    """The moment without its microseconds: canonical bytes hold milliseconds."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
