"""Reads the world for the rules: book, quote, working orders, certificate, state, all fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from engine.errors import UnavailableError
from guardrails.book import at_quotes, fold, stops_of, working_orders
from guardrails.desk.context import DeskContext
from guardrails.limits import BPS
from guardrails.ports import Quote
from guardrails.positions import BookValue, Working
from guardrails.reasons import Denial, Reason
from guardrails.rules.acts import Released, acts_of, holdings_of, resting_of
from guardrails.rules.context import RiskContext
from guardrails.rules.facts import History, MarketFacts, Tails
from guardrails.rules.loss import drawdown_reached
from guardrails.store import halts, latches, peaks
from guardrails.store.database import Reading
from guardrails.store.journal import latest
from guardrails.store.tickets import in_state
from guardrails.tickets import Fill, Order, OrderTicket, TicketState
from guardrails.trading_state import TradingState, strictest

HEARTBEAT_MAX: Final = timedelta(seconds=5)
"""After so long without a sign of life from the gateway nothing is released."""


@dataclass(frozen=True, slots=True)
class _GatewayFacts:
    """What the gateway says now; all unknown while it does not answer."""

    value: BookValue | None = None
    working: tuple[Working, ...] = ()
    quote: Quote | None = None
    market_now: datetime | None = None
    history: History | None = None
    tails: Tails | None = None


def trading_state(ctx: DeskContext, connection: Reading) -> TradingState:
    """The state in force: the strictest of the latch's files and the database."""
    return strictest([ctx.latch.state(), halts.state(connection)])


def risk_context(
    ctx: DeskContext, connection: Reading, symbol: str, certificate_digest: str
) -> RiskContext:
    """Everything the rules look at, for an order in `symbol` under this certificate."""
    facts = _gateway_facts(ctx, connection, symbol)
    deployment = ctx.settings.deployment
    return RiskContext(
        now=latest(connection, ctx.clock.now()),
        market_now=facts.market_now,
        deployment_id=deployment.id,
        mode=deployment.mode,
        account_id=ctx.settings.gateway.account_id,
        state=trading_state(ctx, connection),
        limits=ctx.limits,
        instrument=ctx.instruments.instrument(symbol),
        quote=facts.quote,
        value=facts.value,
        working=facts.working,
        costs=ctx.costs,
        certificate=ctx.certificates.get(certificate_digest),
        certificate_revoked=ctx.certificates.revoked(certificate_digest),
        desk_key=ctx.signer.public_hex,
        history=facts.history,
        market=MarketFacts(),
        tails=facts.tails,
    )


def book_value(ctx: DeskContext, connection: Reading) -> BookValue:
    """The account now, from the gateway's fills and quotes.

    Raises:
        UnavailableError: STORE_UNAVAILABLE while the gateway's store does not answer.
    """
    return _value(ctx, _released(connection), ctx.gateway.fills())


def _released(connection: Reading) -> tuple[OrderTicket, ...]:
    return tuple(row.ticket for row in in_state(connection, TicketState.RELEASED))


def _value(
    ctx: DeskContext, released: tuple[OrderTicket, ...], fills: tuple[Fill, ...]
) -> BookValue:
    cash = Decimal(ctx.settings.gateway.paper_cash_quote)
    return at_quotes(fold(fills, cash, stops_of(released)), ctx.gateway, ctx.costs)


def _history(
    ctx: DeskContext,
    connection: Reading,
    released: tuple[Released, ...],
    orders: tuple[Order, ...],
    fills: tuple[Fill, ...],
) -> History:
    """What the account has done; the peak is the highest equity that was journalled."""
    capital = Decimal(ctx.settings.gateway.paper_cash_quote)
    tickets = [one.ticket for one in released]
    return History(
        capital=capital,
        peak=max(capital, peaks.peak(connection) or capital),
        acts=acts_of(released, orders, fills),
        holdings=holdings_of(tickets, fills),
        latched=latches.latched(connection),
        resting=resting_of(tickets, orders),
    )


def _tails(ctx: DeskContext, symbols: set[str], until: datetime | None) -> Tails:
    """Kinds and closes of what is held, on its way and asked for."""
    listed = {symbol: ctx.instruments.instrument(symbol) for symbol in symbols}
    return Tails(
        kinds={symbol: found.kind for symbol, found in listed.items() if found is not None},
        closes={symbol: ctx.closes.closes(symbol, until) for symbol in symbols},
    )


def note_peak(ctx: DeskContext) -> bool:
    """Journal a new highest equity; True when there is one. The desk's watch asks every second.

    Only a rise of a basis point is worth a row: the equity of the moment counts besides.
    """
    with ctx.db.read() as connection:
        equity = book_value(ctx, connection).equity
        before = peaks.peak(connection) or Decimal(ctx.settings.gateway.paper_cash_quote)
    if equity * BPS < before * (BPS + 1):
        return False
    with ctx.db.write() as work:
        return peaks.raise_to(work, equity)


def drawdown(ctx: DeskContext, connection: Reading) -> tuple[TradingState, Denial] | None:
    """The state that the fall from the peak asks for, and why; None while it asks for none.

    Raises:
        UnavailableError: STORE_UNAVAILABLE while the gateway's store does not answer.
    """
    capital = Decimal(ctx.settings.gateway.paper_cash_quote)
    history = History(capital=capital, peak=peaks.peak(connection) or capital)
    return drawdown_reached(book_value(ctx, connection), history, ctx.limits)


def _gateway_facts(ctx: DeskContext, connection: Reading, symbol: str) -> _GatewayFacts:
    stored = in_state(connection, TicketState.RELEASED)
    dated = tuple(Released(row.ticket, row.updated_at) for row in stored)
    released = tuple(one.ticket for one in dated)
    try:
        # orders before fills: an order that has ended by then has its fills in what follows
        orders = ctx.gateway.orders()
        fills = ctx.gateway.fills()
        value = _value(ctx, released, fills)
        working = working_orders(released, orders, fills)
        now = ctx.gateway.market_now()
        held = {one.symbol for one in value.book.positions} | {one.symbol for one in working}
        return _GatewayFacts(
            value=value,
            working=working,
            quote=ctx.gateway.quote(symbol),
            market_now=now,
            history=_history(ctx, connection, dated, orders, fills),
            tails=_tails(ctx, {symbol, *held}, now),
        )
    except UnavailableError:
        return _GatewayFacts()  # unknown is not zero: the rules deny


def gateway_silent(ctx: DeskContext) -> Denial | None:
    """Why nothing can be released: the gateway gives no sign of life."""
    try:
        alive_at = ctx.gateway.heartbeat()
    except UnavailableError:
        alive_at = None
    if alive_at is not None and abs(ctx.clock.now() - alive_at) <= HEARTBEAT_MAX:
        return None
    return Denial.of(
        Reason.STORE_UNAVAILABLE,
        "the gateway gives no sign of life: see that it runs",
        last=alive_at,
    )
