"""Overview: account, positions, trading state and market time, for pages and API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.errors import UnavailableError
from guardrails.desk.context import DeskContext
from guardrails.desk.risk_facts import book_value, trading_state
from guardrails.trading_state import TradingState


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One open position: units, average entry and protective stop, quote currency per unit."""

    symbol: str
    quantity: Decimal
    entry: Decimal
    stop: Decimal | None


@dataclass(frozen=True, slots=True)
class BookRow:
    """The account: equity and cash in quote currency; None while the gateway does not answer."""

    equity: Decimal | None
    cash: Decimal | None
    positions: tuple[PositionRow, ...] = ()


def book_row(ctx: DeskContext) -> BookRow:
    """The account now."""
    try:
        with ctx.db.read() as connection:
            value = book_value(ctx, connection)
    except UnavailableError:
        return BookRow(None, None)
    rows = tuple(
        PositionRow(one.symbol, one.quantity, one.average_entry, one.stop_price)
        for one in value.book.positions
    )
    return BookRow(value.equity, value.book.cash, rows)


def state_now(ctx: DeskContext) -> TradingState:
    """The trading state in force."""
    with ctx.db.read() as connection:
        return trading_state(ctx, connection)


def market_now(ctx: DeskContext) -> datetime | None:
    """The market's present; None before the first replay or while the gateway is silent."""
    try:
        return ctx.gateway.market_now()
    except UnavailableError:
        return None


def heartbeat_age_s(ctx: DeskContext) -> float | None:
    """Seconds since the gateway's last sign of life; None when there never was one."""
    try:
        alive_at = ctx.gateway.heartbeat()
    except UnavailableError:
        return None
    return None if alive_at is None else (ctx.clock.now() - alive_at).total_seconds()
