"""Protection: after each fill a stop for the filled amount rests at the venue, and a target if any.

Worked out from what is booked, not from what was meant: calling it again, or after a crash,
places only what is missing. A stop is placed in every trading state, a halt included. When a stop
does not come to rest the account goes to REDUCING and a person has to look.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from engine.errors import UnavailableError
from engine.market import Side
from engine.records import Digest
from guardrails.execution.context import Context
from guardrails.execution.legs import (
    OWN,
    kind_of,
    number_of,
    pair_of,
    pair_rows,
    parts,
    row_again,
)
from guardrails.execution.moves import apply
from guardrails.execution.sending import no_look, place
from guardrails.lifecycle import LIVE, WORKING, OrderEvent
from guardrails.store.gateway_view import OrderRow
from guardrails.tickets import OrderState, OrderTicket, Release
from guardrails.trading_state import TradingState

_CLOSING: Final = frozenset({"stop", "exit"})
"""Legs that count as protection of what they would sell; a target is only its stop's twin."""

TRIES: Final = 3
"""Legs of one kind that were proved not placed, after which it is not tried again."""


def protect(ctx: Context, tickets: Iterable[Digest]) -> None:
    """Bring the plans of these tickets in line with their fills."""
    for ticket_digest in tickets:
        release = ctx.view.release(ticket_digest)
        if release is None:
            continue
        _withdraw_twins(ctx, ticket_digest)
        _trim(ctx, release.ticket.symbol)
        if not release.ticket.reduce_only:
            cover(ctx, release)


def cover(ctx: Context, release: Release, level: Decimal | None = None) -> None:
    """Place a stop, and a target if the plan has one, for whatever is held without.

    `level` is a tighter trigger than the plan's; without it the tightest one known so far counts.
    """
    legs = _legs(ctx, release)
    for row in legs:
        if row.order.state is OrderState.INTENT:  # recorded before a crash, never sent
            _rest(ctx, row)
    if _given_up(legs):
        return
    _place_again(ctx, release)
    legs = _legs(ctx, release)
    bare = _bare(ctx, release)
    listed = ctx.venue.instrument(release.ticket.symbol)
    if not bare > 0 or listed is None:
        return
    trigger = level if level is not None else stop_level(release.ticket, legs)
    plan = parts(release.ticket, bare, listed.quantity_step)
    for number, part in enumerate(plan, start=_next_number(legs)):
        _record_and_rest(ctx, *pair_rows(ctx, release, number, part, trigger))


def _given_up(legs: Iterable[OrderRow]) -> bool:
    """True when a stop was refused, or lost too often: a person has to look."""
    stops = [row.order.state for row in legs if kind_of(row) == "stop"]
    refused = any(state in {OrderState.REJECTED, OrderState.DENIED} for state in stops)
    return refused or stops.count(OrderState.NOT_PLACED) >= TRIES


def _legs(ctx: Context, release: Release) -> tuple[OrderRow, ...]:
    rows = ctx.view.legs(release.ticket_digest)
    return tuple(row for row in rows if row.order.leg != OWN)


def _next_number(legs: Iterable[OrderRow]) -> int:
    return max((number_of(row) for row in legs), default=0) + 1


def _place_again(ctx: Context, release: Release) -> None:
    """Replace legs that were proved not placed: their pair needs them while something is held."""
    legs = _legs(ctx, release)
    for pair in dict.fromkeys(pair_of(row) for row in legs):
        for kind in ("stop", "target"):
            tried = [row for row in legs if pair_of(row) == pair and kind_of(row) == kind]
            lost = [row for row in tried if row.order.state is OrderState.NOT_PLACED]
            if not tried or len(lost) < len(tried) or not _is_needed(ctx, release, tried[-1]):
                continue
            if len(lost) >= TRIES:
                continue
            _record_and_rest(ctx, row_again(ctx, tried[-1], _next_number(_legs(ctx, release))))


def _is_needed(ctx: Context, release: Release, row: OrderRow) -> bool:
    """A stop while its amount is bare; a target while the stop of its pair works."""
    if kind_of(row) == "stop":
        return row.order.quantity <= _bare(ctx, release)
    return any(
        kind_of(other) == "stop" and pair_of(other) == pair_of(row) and other.order.state in WORKING
        for other in _legs(ctx, release)
    )


def _record_and_rest(ctx: Context, *rows: OrderRow) -> None:
    ctx.store.add_legs(*rows)
    for row in rows:
        _rest(ctx, row)


def _rest(ctx: Context, row: OrderRow) -> None:
    placed = place(ctx, row, no_look)
    if kind_of(row) == "stop" and placed.order.state not in WORKING:
        _alarm(ctx, row, f"is {placed.order.state.value}")


def _alarm(ctx: Context, row: OrderRow, what: str) -> None:
    detail = f"{row.order.leg} {row.order.client_order_id} {what}"
    ctx.tighten(TradingState.REDUCING, "STOP_NOT_RESTING", detail)


def stop_level(ticket: OrderTicket, legs: Iterable[OrderRow]) -> Decimal | None:
    """The tightest trigger of the plan so far: a stop never moves away from the price."""
    known = [row.wire.trigger_price for row in legs if row.wire is not None]
    levels = [level for level in (ticket.stop_price, *known) if level is not None]
    tightest = max if ticket.side is Side.BUY else min
    return tightest(levels, default=None)


def _bare(ctx: Context, release: Release) -> Decimal:
    """Base units of the ticket that are held and that nothing would sell."""
    return min(_bare_of_ticket(ctx, release), _bare_of_symbol(ctx, release.ticket.symbol))


def _bare_of_ticket(ctx: Context, release: Release) -> Decimal:
    """Base units that the ticket filled and that no leg of it has sold or would sell."""
    bare = Decimal(0)
    for row in ctx.view.legs(release.ticket_digest):
        if row.order.leg == OWN:
            bare += row.filled
            continue
        bare -= row.filled
        if kind_of(row) in _CLOSING and row.order.state in LIVE:
            bare -= row.remaining
    return bare


def _bare_of_symbol(ctx: Context, symbol: str) -> Decimal:
    """Base units held of a symbol that no stop or exit of any ticket would sell."""
    live = [row for row in ctx.view.rows(LIVE) if row.order.symbol == symbol]
    closing = (row.remaining for row in live if kind_of(row) in _CLOSING)
    return abs(held(ctx, symbol)) - sum(closing, Decimal(0))


def held(ctx: Context, symbol: str) -> Decimal:
    """Net base units of all fills; a long is above zero."""
    signed = (
        fill.quantity if fill.side is Side.BUY else -fill.quantity
        for fill in ctx.view.fills()
        if fill.symbol == symbol
    )
    return sum(signed, Decimal(0))


def _withdraw_twins(ctx: Context, ticket_digest: Digest) -> None:
    """When one of a pair is filled, the other one goes."""
    legs = [row for row in ctx.view.legs(ticket_digest) if row.order.leg != OWN]
    done = {pair_of(row) for row in legs if row.order.state is OrderState.FILLED} - {None}
    for row in legs:
        if pair_of(row) in done and row.order.state in WORKING:
            withdraw(ctx, row)


def _trim(ctx: Context, symbol: str) -> None:
    """After an exit, withdraw the pairs that protect what is not held any more, oldest first."""
    live = [row for row in ctx.view.rows(LIVE) if row.order.symbol == symbol]
    legs = [row for row in live if row.order.leg != OWN and row.order.state in WORKING]
    stops = [row for row in legs if kind_of(row) == "stop"]
    excess = sum((row.remaining for row in stops), Decimal(0)) - abs(held(ctx, symbol))
    if not held(ctx, symbol):  # a target whose stop was lost goes too
        for row in legs:
            withdraw(ctx, row)
        return
    for stop in stops:
        if stop.remaining <= excess:
            excess -= stop.remaining
            withdraw_pair(ctx, stop, live)


def withdraw_pair(ctx: Context, stop: OrderRow, live: Iterable[OrderRow]) -> None:
    """Withdraw a stop and the target that goes with it."""
    for row in live:
        same = row.order.ticket_digest == stop.order.ticket_digest and row.order.leg != OWN
        if same and pair_of(row) == pair_of(stop):
            withdraw(ctx, row)


def withdraw_entries(ctx: Context) -> None:
    """While trading is halted no entry works at the venue; stops, targets and exits stay."""
    for row in ctx.view.rows(WORKING):
        entry = row.order.leg == OWN and row.wire is not None and not row.wire.reduce_only
        if entry and ctx.trading_state() is TradingState.HALTED:
            withdraw(ctx, row)


def withdraw(ctx: Context, row: OrderRow) -> None:
    """Ask the venue to cancel; whether it did is seen by the next look, not by its answer.

    A cancel that is under way already is asked for again, without another journal row.
    """
    again = row.order.state is OrderState.CANCELING
    wanted = row if again else apply(ctx, row, OrderEvent.CANCEL_WANTED)
    try:
        ctx.venue.cancel(row.order.client_order_id)
    except UnavailableError:
        if not again and wanted.order.state is OrderState.CANCELING:
            apply(ctx, wanted, OrderEvent.CANCEL_FAILED)
