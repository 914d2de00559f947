"""The border of the predicate: Decimals become integers, every rounding to the strict side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from engine.errors import InputError
from engine.market import Side
from guardrails.limits import Limits
from guardrails.positions import BookValue, Working
from guardrails.rounding import EXACT
from guardrails.rules import pace, tails
from guardrails.rules.bounds import lowers
from guardrails.rules.context import RiskContext
from guardrails.rules.costs import fee, round_trip, stopped_result
from guardrails.rules.facts import History, MarketFacts, Tails
from guardrails.rules.integers import LimitInts, MarketInts, OrderInts, StateInts
from guardrails.rules.logic import PYTHON
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
    market: MarketInts
    limits: LimitInts
    out: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What must be known before anything can be reckoned."""

    value: BookValue
    history: History
    market: MarketFacts
    tails: Tails


def known(context: RiskContext) -> Known | None:
    """The context's facts, None while one of them is not known."""
    if (
        context.value is None
        or context.history is None
        or context.market is None
        or context.tails is None
    ):
        return None
    return Known(context.value, context.history, context.market, context.tails)


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


@dataclass(frozen=True, slots=True)
class _Accounts:
    """Working orders and exposures as an order finds them."""

    entering: list[Working]
    here: list[Working]
    exposures: dict[str, int]
    at_risk: Decimal
    reserved: Decimal


def _accounts(symbol: str, value: BookValue, context: RiskContext, own: str | None) -> _Accounts:
    """`own` is the digest of the ticket in question: its own working order does not count twice."""
    working = [item for item in context.working if item.ticket_digest != own]
    entering = [item for item in working if not item.reduce_only]
    signs = {item.symbol: 1 if item.quantity > 0 else -1 for item in value.book.positions}
    exposures = {name: signs.get(name, 1) * money_up(held) for name, held in value.exposure}
    for item in entering:
        # a working entry counts on the side of what is held: nothing is netted before it fills
        sign = signs.get(item.symbol, 1 if item.side is Side.BUY else -1)
        more = sign * money_up(item.quantity * item.price)
        exposures[item.symbol] = exposures.get(item.symbol, 0) + more
    return _Accounts(
        entering=entering,
        here=[item for item in working if item.symbol == symbol],
        exposures=exposures,
        at_risk=sum((worst_loss(item, item.price, context) for item in entering), Decimal(0)),
        reserved=sum((_reserved(item, context) for item in working), Decimal(0)),
    )


def exposures_of(symbol: str, context: RiskContext, own: str | None = None) -> dict[str, int]:
    """Signed exposure of every symbol, working entries filled, money at 1e-16."""
    if context.value is None:
        return {}
    return _accounts(symbol, context.value, context, own).exposures


def state_ints(symbol: str, facts: Known, context: RiskContext, asked: pace.Asked) -> StateInts:
    """The account as an order in `symbol` finds it: working orders filled on their worst side.

    `asked` names lineage, side and digest of the order. The tails are of the book after the order,
    so `figures` fills them in.
    """
    value, limits = facts.value, context.limits
    found = _accounts(symbol, value, context, asked.digest)
    sizes = {name: abs(one) for name, one in found.exposures.items()}
    held = value.book.position(symbol)
    count = pace.counted(asked, symbol, facts.history, context)
    alike = tails.cluster(symbol, sizes, limits, facts.tails)
    mine = pace.held_by(asked.lineage_id, facts.history, found.entering)
    lost = sum(
        (max(-stopped_result(item, context.costs), Decimal(0)) for item in value.book.positions),
        Decimal(0),
    )
    instrument = context.instrument
    return StateInts(
        reducing=context.state is not TradingState.ACTIVE,
        shorts=instrument is not None and instrument.shorts_allowed,
        holds=symbol in sizes,
        qty_max=units(instrument.max_quantity) if instrument else 0,
        equity=money_down(value.equity),
        peak=money_up(max(facts.history.peak, facts.history.capital, value.equity)),
        capital=money_up(facts.history.capital),
        cash=money_down(value.book.cash - found.reserved),
        pos=int((held.quantity if held else Decimal(0)).scaleb(UNIT_DIGITS, EXACT)),
        open_buy=sum(units(item.quantity) for item in found.here if item.side is Side.BUY),
        open_sell=sum(units(item.quantity) for item in found.here if item.side is Side.SELL),
        symbol=sizes.get(symbol, 0),
        strategy=sum(sizes.get(name, 0) for name in mine),
        cluster=sum(sizes.get(name, 0) for name in alike),
        gross=sum(sizes.values()),
        count=len(sizes),
        open_risk=money_up(lost + found.at_risk),
        stopped_pnl=money_down(value.stopped_pnl - found.at_risk),
        stress=tails.stress(found.exposures, limits, facts.tails),
        gap_bps=tails.gap_bps(symbol, limits, facts.tails),
        var=0,
        es=0,
        recent=money_up(count.recent),
        repeats=count.repeats,
        turnover=money_up(count.turnover),
        trades=count.trades,
        messages=count.messages,
        strategy_messages=count.strategy_messages,
        exits=count.exits,
    )


def _reserved(item: Working, context: RiskContext) -> Decimal:
    """Cash that a working order may still take."""
    if item.side is Side.SELL:
        return Decimal(0)
    notional = item.quantity * item.price
    return notional + fee(notional, context.costs)


def limit_ints(limits: Limits) -> LimitInts:
    """The numbers of the limits that the predicate looks at."""
    return LimitInts(
        risk_bps=limits.max_risk_per_trade_bps,
        open_risk_bps=limits.max_open_risk_bps,
        order_bps=limits.max_order_notional_bps,
        order_quote=limits.max_order_notional_quote * MONEY,
        stop_bps=limits.max_stop_distance_bps,
        symbol_bps=limits.max_symbol_exposure_bps,
        symbol_quote=limits.max_symbol_exposure_quote * MONEY,
        strategy_bps=limits.max_strategy_exposure_bps,
        strategy_quote=limits.max_strategy_exposure_quote * MONEY,
        cluster_bps=limits.max_cluster_exposure_bps,
        total_bps=limits.max_total_exposure_bps,
        total_quote=limits.max_total_exposure_quote * MONEY,
        leverage_x100=limits.max_leverage_x100,
        open_count=limits.max_open_positions_count,
        day_loss_bps=limits.max_daily_loss_bps,
        day_loss_quote=limits.max_daily_loss_quote * MONEY,
        reduce_bps=limits.reduce_drawdown_bps,
        floor_bps=limits.equity_floor_bps,
        var_bps=limits.max_var95_bps,
        es_bps=limits.max_es975_bps,
        stress_bps=limits.max_stress_bps,
        turnover_bps=limits.max_day_turnover_bps,
        trades=limits.max_trades_per_day_count,
        repeats=limits.max_repeats_count,
        messages=limits.max_messages_per_s_count,
        strategy_messages=limits.max_strategy_messages_per_min_count,
        reserve=pace.EXIT_RESERVE,
        volume_bps=limits.max_volume_share_bps,
        depth_bps=limits.max_depth_share_bps,
        collar_bps=limits.price_collar_bps,
        passive_bps=limits.passive_collar_bps,
        exit_bps=limits.exit_collar_bps,
        age_ms=limits.max_quote_age_ms,
        drift_bps=limits.max_drift_bps,
        spread_bps=limits.max_spread_bps,
        source_bps=limits.max_source_gap_bps,
        skew_ms=limits.max_clock_skew_ms,
        move_bps=limits.max_move_5min_bps,
    )


NO_MARKET: Final = MarketInts(
    twice_mid=0, spread=0, age_ms=-1, skew_ms=0, twice_other=0, low=0, high=0,
    volume_known=False, volume=0, depth_known=False, depth=0,
)  # fmt: skip
"""Stands for a market that is not known: the rows on prices do not hold, and are not reported."""


def market_ints(context: RiskContext, facts: MarketFacts) -> MarketInts:
    """The market now; `NO_MARKET` when there is no quote or no present to measure its age from."""
    quote = context.quote
    if quote is None or context.market_now is None:
        return NO_MARKET
    twice_mid = units(quote.bid + quote.ask)
    others = [units(other * 2) for other in facts.others]
    low, high = pace.widest_move(facts.track, context.market_now)
    return MarketInts(
        twice_mid=twice_mid,
        spread=units(quote.ask - quote.bid),
        age_ms=_milliseconds(quote.time, context.market_now),
        skew_ms=facts.skew_ms or 0,
        twice_other=max(others, key=lambda other: abs(other - twice_mid), default=twice_mid),
        low=units(low),
        high=units(high),
        volume_known=facts.volume is not None,
        volume=_floor_units(facts.volume),
        depth_known=facts.depth is not None,
        depth=_floor_units(facts.depth),
    )


def _floor_units(amount: Decimal | None) -> int:
    """A measured amount at 1e-8, down."""
    found = Decimal(0) if amount is None else amount
    return int(found.scaleb(UNIT_DIGITS, EXACT).to_integral_value(ROUND_FLOOR))


def _milliseconds(earlier: datetime, later: datetime) -> int:
    """Age, rounded up: a price is never younger than it looks."""
    age = later - earlier
    return -(-(age.days * 86_400_000_000 + age.seconds * 1_000_000 + age.microseconds) // 1_000)


def figures(ticket: OrderTicket, facts: Known, context: RiskContext) -> Figures:
    """All integers of one order in one context."""
    order = order_ints(ticket, context)
    asked = pace.Asked(ticket.lineage_id, ticket.side, ticket.digest)
    state = state_ints(ticket.symbol, facts, context, asked)
    out = lowers(PYTHON, order, state)
    exposures = exposures_of(ticket.symbol, context, ticket.digest)
    if not out:
        added = order.qty * order.price * (1 if order.buy else -1)
        exposures[ticket.symbol] = exposures.get(ticket.symbol, 0) + added
    loss = tails.simulated(exposures, context.limits, facts.tails)
    state = replace(state, var=loss.var, es=loss.es)
    return Figures(
        order=order,
        state=state,
        market=market_ints(context, facts.market),
        limits=limit_ints(context.limits),
        out=out,
    )
