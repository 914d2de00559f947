"""Trailing stops: after each closed bar the stop may follow the price, never away from it.

The rule of the backtest: best price since entry times one less the fraction, live from the next
bar. A replace is a confirmed cancel and a new leg. Only `percent` trails can be done here; the
value is a fraction of one.
"""

from __future__ import annotations

from decimal import Decimal

from engine.market import Instrument, Side
from guardrails.execution.context import Context
from guardrails.execution.following import look_at_working
from guardrails.execution.legs import OWN, kind_of
from guardrails.execution.protection import cover, stop_level, withdraw_pair
from guardrails.lifecycle import LIVE, WORKING
from guardrails.rounding import stop_trigger
from guardrails.store.gateway_view import OrderRow
from guardrails.tickets import Release
from guardrails.wire import MarketBar


def ratchet(ctx: Context, bar: MarketBar, listed: Instrument) -> None:
    """Move the trailing stops of a symbol after a bar was played to its end."""
    live = [row for row in ctx.view.rows(LIVE) if row.order.symbol == bar.symbol]
    resting = [row for row in live if kind_of(row) == "stop" and row.order.state in WORKING]
    for ticket_digest in dict.fromkeys(row.order.ticket_digest for row in resting):
        release = ctx.view.release(ticket_digest)
        if release is None:
            continue
        stops = [row for row in resting if row.order.ticket_digest == ticket_digest]
        level = _tighter(ctx, release, bar, listed)
        if level is not None and any(_trails(row, level, release) for row in stops):
            for stop in stops:
                withdraw_pair(ctx, stop, live)
            look_at_working(ctx)
            cover(ctx, release, level)


def _tighter(ctx: Context, release: Release, bar: MarketBar, listed: Instrument) -> Decimal | None:
    """The level this bar allows, when it is tighter than every one before; else None."""
    ticket = release.ticket
    if ticket.trail_kind != "percent" or ticket.trail_value is None:
        return None
    buys = ticket.side is Side.BUY
    best = Decimal(repr(bar.high if buys else bar.low))
    keep = 1 - ticket.trail_value if buys else 1 + ticket.trail_value
    level = stop_trigger(ticket.side, best * keep, listed.price_step)
    legs = [row for row in ctx.view.legs(release.ticket_digest) if row.order.leg != OWN]
    known = stop_level(ticket, legs)
    if known is None or (level > known if buys else level < known):
        return level
    return None


def _trails(row: OrderRow, level: Decimal, release: Release) -> bool:
    """True when a resting stop is looser than the level."""
    trigger = None if row.wire is None else row.wire.trigger_price
    if trigger is None:
        return False
    return trigger < level if release.ticket.side is Side.BUY else trigger > level
