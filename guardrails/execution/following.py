"""Following the venue: its trades become fills, its order list ends orders; facts, never guesses.

Trades come first: an order is only held for ended when all its fills are booked.
"""

from __future__ import annotations

from dataclasses import replace

from engine.records import Digest
from guardrails.execution.adoption import adopt
from guardrails.execution.context import Context
from guardrails.execution.moves import apply, stepped, with_venue_id
from guardrails.lifecycle import WORKING, HaltCode, OrderEvent, fill_event, seen_event
from guardrails.store.gateway_view import VENUE_TRADES, OrderRow
from guardrails.tickets import Fill
from guardrails.wire import VenueTrade


def book_trades(ctx: Context) -> tuple[Digest, ...]:
    """Book every new trade once; the tickets whose orders were filled."""
    touched = []
    for trade in ctx.venue.trades_since(ctx.view.cursor(VENUE_TRADES)):
        row = ctx.view.row(trade.client_order_id) or adopt(ctx, trade.client_order_id)
        if row is None:
            ctx.halt(HaltCode.FOREIGN_ORDER, f"trade {trade.venue_trade_id} is not ours")
            ctx.store.skip_trade(trade.sequence, "fill.foreign", {"trade": trade})
        elif ctx.view.has_fill(ctx.venue.name, trade.symbol, trade.venue_trade_id):
            ctx.store.skip_trade(trade.sequence, "fill.repeated", {"trade": trade.venue_trade_id})
        else:
            _book(ctx, row, trade)
            touched.append(row.order.ticket_digest)
    return tuple(dict.fromkeys(touched))


def _book(ctx: Context, row: OrderRow, trade: VenueTrade) -> None:
    event = fill_event(row.order.quantity, row.filled, trade.quantity)
    moved, step = stepped(ctx, row, event)
    filled = replace(moved, filled=row.filled + trade.quantity)
    ctx.store.book(_fill(ctx, row, trade), filled, step, trade.sequence)


def _fill(ctx: Context, row: OrderRow, trade: VenueTrade) -> Fill:
    return Fill(
        venue=row.order.venue,
        account_id=row.order.account_id,
        symbol=trade.symbol,
        venue_trade_id=trade.venue_trade_id,
        client_order_id=trade.client_order_id,
        ticket_digest=row.order.ticket_digest,
        side=trade.side,
        quantity=trade.quantity,
        price=trade.price,
        fee=trade.fee,
        fee_asset=trade.fee_asset,
        venue_time=trade.time,
        received_at=ctx.clock.now(),
    )


def look_at_working(ctx: Context) -> tuple[Digest, ...]:
    """Compare our working orders with the venue's; the tickets whose orders have ended."""
    rows = ctx.view.rows(WORKING)
    listed = {found.client_order_id: found for found in ctx.venue.open_orders()}
    ended = []
    for row in rows:
        key = row.order.client_order_id
        found = listed.pop(key, None) or ctx.venue.find(key)
        if found is None:
            ctx.halt(HaltCode.ORDER_VANISHED, f"the venue does not know order {key} any more")
            continue
        event = seen_event(row.order.state, found.status, found.filled, row.filled)
        if event is None or event is OrderEvent.SNAPSHOT_OLD:
            continue
        apply(ctx, with_venue_id(row, found.venue_order_id), event, facts={"why": found.reason})
        ended.append(row.order.ticket_digest)
    for key in listed:
        if ctx.view.row(key) is None and adopt(ctx, key) is None:
            ctx.halt(HaltCode.FOREIGN_ORDER, f"order {key} is not ours")
    return tuple(dict.fromkeys(ended))
