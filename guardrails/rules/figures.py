"""The border of the predicate: Decimals become integers, every rounding to the strict side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from engine.errors import InputError
from engine.market import Side
from guardrails.limits import Limits
from guardrails.positions import BookValue, Working
from guardrails.rounding import EXACT
from guardrails.rules.bounds import LimitInts, MarketInts, OrderInts, StateInts, lowers
from guardrails.rules.context import RiskContext
from guardrails.rules.costs import fee, round_trip
from guardrails.rules.logic import both, either, negate
from guardrails.tickets import OrderTicket
from guardrails.trading_state import TradingState

UNIT_DIGITS: Final = 8
MONEY_DIGITS: Final = 16
MONEY: Final = 10**MONEY_DIGITS
_DOUBLE_SHORT: Final = 2


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything numeric about one order in one context; `out` = it only lowers the position."""

    order: OrderInts
    state: StateInts
    limits: LimitInts
    out: bool


def units(value: Decimal) -> int:
    """A price or quantity as an integer at 1e-8; finer values are refused, never rounded.

    Raises:
        InputError: NUMBER_TOO_FINE.
    """
    shifted = value.scaleb(UNIT_DIGITS, EXACT)
    whole = int(shifted)
    if shifted != whole:
        raise InputError("NUMBER_TOO_FINE", "at most eight decimals can be checked", value=value)
    return whole


def money_up(value: Decimal) -> int:
    """Money at 1e-16, up: for what counts against a limit."""
    return int(value.scaleb(MONEY_DIGITS, EXACT).to_integral_value(ROUND_CEILING))


def money_down(value: Decimal) -> int:
    """Money at 1e-16, down: for equity, cash and results."""
    return int(value.scaleb(MONEY_DIGITS, EXACT).to_integral_value(ROUND_FLOOR))


def worst_loss(order: OrderTicket | Working, price: Decimal, context: RiskContext) -> Decimal:
    """Loss of an entry at its stop with costs; without a stop all of it, a short twice."""
    long = order.side is Side.BUY
    missing = Decimal(0) if long else price * _DOUBLE_SHORT
    stop = missing if order.stop_price is None else order.stop_price
    distance = price - stop if long else stop - price
    return order.quantity * distance + round_trip(order.quantity, price, stop, context.costs)


def order_ints(ticket: OrderTicket, context: RiskContext) -> OrderInts:
    """The ticket at its bound price: its limit; without one the reference, and denied elsewhere.

    The ticket's own worst loss counts when it is larger than the one reckoned here.
    """
    price = ticket.limit_price or ticket.reference_price
    stop = ticket.stop_price or Decimal(0)
    distance = price - stop if ticket.side is Side.BUY else stop - price
    loss = max(worst_loss(ticket, price, context), ticket.worst_loss_quote)
    return OrderInts(
        buy=ticket.side is Side.BUY,
        reduce_only=ticket.reduce_only,
        qty=units(ticket.quantity),
        price=units(price),
        stop=units(stop),
        cost=money_up(loss - ticket.quantity * distance),
        fee=money_up(fee(ticket.quantity * price, context.costs)),
        twice_reference=units(ticket.reference_price * 2),
    )


def state_ints(
    symbol: str, value: BookValue, context: RiskContext, own: str | None = None
) -> StateInts:
    """The account as an order in `symbol` finds it: working orders filled on their worst side.

    `own` is the digest of the ticket in question, whose own working order does not count twice.
    """
    working = [item for item in context.working if item.ticket_digest != own]
    entering = [item for item in working if not item.reduce_only]
    here = [item for item in working if item.symbol == symbol]
    held = value.book.position(symbol)
    symbols = {item.symbol for item in value.book.positions} | {item.symbol for item in entering}
    reserved = sum((_reserved(item, context) for item in working), Decimal(0))
    at_risk = sum((worst_loss(item, item.price, context) for item in entering), Decimal(0))
    return StateInts(
        reducing=context.state is not TradingState.ACTIVE,
        shorts=context.instrument is not None and context.instrument.shorts_allowed,
        holds=symbol in symbols,
        qty_max=units(context.instrument.max_quantity) if context.instrument else 0,
        equity=money_down(value.equity),
        cash=money_down(value.book.cash - reserved),
        pos=int((held.quantity if held else Decimal(0)).scaleb(UNIT_DIGITS, EXACT)),
        open_buy=sum(units(item.quantity) for item in here if item.side is Side.BUY),
        open_sell=sum(units(item.quantity) for item in here if item.side is Side.SELL),
        symbol=money_up(value.exposure_of(symbol) + _notional(here, entering)),
        gross=money_up(value.gross + _notional(entering, entering)),
        count=len(symbols),
        stopped_pnl=money_down(value.stopped_pnl - at_risk),
    )


def _reserved(item: Working, context: RiskContext) -> Decimal:
    """Cash that a working order may still take."""
    if item.side is Side.SELL:
        return Decimal(0)
    notional = item.quantity * item.price
    return notional + fee(notional, context.costs)


def _notional(items: list[Working], entering: list[Working]) -> Decimal:
    return sum((item.quantity * item.price for item in items if item in entering), Decimal(0))


def limit_ints(limits: Limits) -> LimitInts:
    """The numbers of the limits that the predicate looks at."""
    return LimitInts(
        risk_bps=limits.max_risk_per_trade_bps,
        order_bps=limits.max_order_notional_bps,
        order_quote=limits.max_order_notional_quote * MONEY,
        stop_bps=limits.max_stop_distance_bps,
        symbol_bps=limits.max_symbol_exposure_bps,
        symbol_quote=limits.max_symbol_exposure_quote * MONEY,
        total_bps=limits.max_total_exposure_bps,
        total_quote=limits.max_total_exposure_quote * MONEY,
        open_count=limits.max_open_positions_count,
        day_loss_bps=limits.max_daily_loss_bps,
        day_loss_quote=limits.max_daily_loss_quote * MONEY,
        collar_bps=limits.price_collar_bps,
        passive_bps=limits.passive_collar_bps,
        exit_bps=limits.exit_collar_bps,
        age_ms=limits.max_quote_age_ms,
        drift_bps=limits.max_drift_bps,
    )


def market_ints(context: RiskContext) -> MarketInts | None:
    """The price now, None when there is no quote or no present to measure its age from."""
    if context.quote is None or context.market_now is None:
        return None
    return MarketInts(
        twice_mid=units(context.quote.bid + context.quote.ask),
        age_ms=_milliseconds(context.quote.time, context.market_now),
    )


def _milliseconds(earlier: datetime, later: datetime) -> int:
    """Age, rounded up: a price is never younger than it looks."""
    age = later - earlier
    return -(-(age.days * 86_400_000_000 + age.seconds * 1_000_000 + age.microseconds) // 1_000)


def figures(ticket: OrderTicket, value: BookValue, context: RiskContext) -> Figures:
    """All integers of one order in one context."""
    order = order_ints(ticket, context)
    state = state_ints(ticket.symbol, value, context, ticket.digest)
    return Figures(
        order=order,
        state=state,
        limits=limit_ints(context.limits),
        out=lowers(both, either, negate, order, state),
    )
