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
from guardrails.reasons import Denial, Reason
from guardrails.rooms import Room, Wish, entry_rooms
from guardrails.rules import tails
from guardrails.rules.context import RiskContext
from guardrails.rules.costs import round_trip
from guardrails.rules.figures import (
    UNIT_DIGITS,
    Known,
    exposures_of,
    known,
    market_ints,
    money_up,
    state_ints,
)
from guardrails.rules.integers import StateInts
from guardrails.rules.pace import Asked
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
    facts: Known
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
    world = _known(signal, frame, context)
    if isinstance(world, Denial):
        return world
    with localcontext(_FLOOR):
        make = _exit if signal.action == "exit_long" else _entry
        order = make(signal, frame, context, world)
        if isinstance(order, Denial):
            return order
        return _ticket(order, {**_origin(signal, frame, context), **_place(world)})


def _known(signal: Signal, frame: Frame, context: RiskContext) -> _Market | Denial:
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
    facts = known(context)
    if facts is None:
        return Denial.of(Reason.LIMIT_UNKNOWN, "the book is not known: see that the store answers")
    side = Side.SELL if signal.action == "exit_long" else Side.BUY
    state = state_ints(signal.symbol, facts, context, Asked(frame.lineage_id, side))
    return _Market(context.instrument, context.quote, facts, state)


def _entry(signal: Signal, frame: Frame, context: RiskContext, world: _Market) -> _Order | Denial:
    collar, step = context.limits.price_collar_bps, world.instrument.price_step
    price = rounding.limit_price(Side.BUY, world.quote.mid * (BPS + collar) / BPS, step)
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
    lot = world.instrument.quantity_step
    tightest = _tightest(wish, signal.symbol, context, world)
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


def _tightest(wish: Wish, symbol: str, context: RiskContext, world: _Market) -> Room:
    """The smallest room of all limits."""
    market = market_ints(context, world.facts.market)
    rooms = (
        *entry_rooms(wish, context.limits, world.state, market, context.costs),
        Room(Reason.ORDER_QTY_MAX, "max_quantity", world.instrument.max_quantity),
    )
    room = min(rooms, key=lambda one: one.quantity)
    return _tail_room(room, wish.price, symbol, context, world)


def _tail_room(
    room: Room, price: Decimal, symbol: str, context: RiskContext, world: _Market
) -> Room:
    """The room cut until the tails of the book keep their limits, found by halving on the lot."""
    exposures, limits = exposures_of(symbol, context), context.limits
    lot, equity = world.instrument.quantity_step, world.state.equity

    def broken(lots: int) -> Reason | None:
        """Which tail limit so many lots would break."""
        value = exposures.get(symbol, 0) + money_up(lots * lot * price)
        found = tails.simulated({**exposures, symbol: value}, limits, world.facts.tails)
        if found.var * BPS > equity * limits.max_var95_bps:
            return Reason.RISK_VAR
        return Reason.RISK_ES if found.es * BPS > equity * limits.max_es975_bps else None

    if room.quantity < lot:
        return room
    fits, over = 0, int(room.quantity / lot) + 1
    code = broken(over - 1)
    if code is None:
        return room
    while over - fits > 1:
        middle = (fits + over) // 2
        found = broken(middle)
        fits, over, code = (middle, over, code) if found is None else (fits, middle, found)
    return Room(code, "max_var95_bps" if code is Reason.RISK_VAR else "max_es975_bps", fits * lot)


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


def _exit(signal: Signal, frame: Frame, context: RiskContext, world: _Market) -> _Order | Denial:
    """A reduce-only sale of the whole position, less what works on that side already."""
    del frame
    held = Decimal(world.state.pos - world.state.open_sell).scaleb(-UNIT_DIGITS)
    quantity = rounding.down(max(held, Decimal(0)), world.instrument.quantity_step)
    if quantity == 0:
        return Denial.of(
            Reason.ORDER_NOT_REDUCING,
            "there is nothing to sell: no position, or its exit works already",
            symbol=signal.symbol,
        )
    collar = context.limits.exit_collar_bps
    edge = world.quote.mid * (BPS - collar) / BPS
    price = rounding.limit_price(Side.SELL, edge, world.instrument.price_step)
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


def _place(world: _Market) -> dict[str, object]:
    """Where it trades, and the market and book that it was sized on."""
    return {
        "venue": world.instrument.venue,
        "symbol": world.instrument.symbol,
        "instrument_kind": world.instrument.kind,
        "instrument_filters_digest": world.instrument.filters_digest,
        "reference_price": world.quote.mid,
        "reference_time": to_milliseconds(world.quote.time),
        "book_digest": world.facts.value.book.digest,
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
