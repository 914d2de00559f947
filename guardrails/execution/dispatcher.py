"""The gateway's day: recover, then take the desk's outbox row by row, and follow the venue.

A release is taken at most once. It is verified anew; then it is DENIED with all its codes, or it
becomes an INTENT, is looked at again and sent. The cursor moves in the same commit.
"""

from __future__ import annotations

from engine.errors import PeakError, UnavailableError
from engine.records import Digest, canonical, parse_record
from engine.text import clean_text
from guardrails.execution.context import Context
from guardrails.execution.feed import replay
from guardrails.execution.following import book_trades, look_at_working
from guardrails.execution.legs import OWN, own_row
from guardrails.execution.moves import apply
from guardrails.execution.protection import held, protect, withdraw_entries
from guardrails.execution.sending import place
from guardrails.execution.unknown_orders import resolve_all
from guardrails.execution.verification import facts_of, last_look, verify
from guardrails.lifecycle import LIVE, OrderEvent
from guardrails.reasons import Denial, Reason
from guardrails.store.gateway_view import OUTBOX, OrderRow
from guardrails.store.outbox import OutboxRow
from guardrails.tickets import OrderState, Release

_ROUNDS = 10
"""Rounds of following before the gateway goes on; each one needs something to have changed."""


def recover(ctx: Context) -> None:
    """After a start: what was being sent is unknown, what was only intended is checked again."""
    for row in ctx.view.rows([OrderState.SENDING]):
        apply(ctx, row, OrderEvent.RESTARTED)
    settle(ctx, _open_plans(ctx))
    for row in ctx.view.rows([OrderState.INTENT]):
        release = ctx.view.release(row.order.ticket_digest)
        if row.order.leg == OWN and release is not None:
            _check_again(ctx, row, release)
    settle(ctx)


def _open_plans(ctx: Context) -> tuple[Digest, ...]:
    """Tickets of symbols that are held or have live orders: their protection is looked at."""
    symbols = {row.order.symbol for row in ctx.view.rows(LIVE)}
    traded = {fill.symbol for fill in ctx.view.fills()}
    symbols |= {symbol for symbol in traded if held(ctx, symbol)}
    return tuple(
        release.ticket_digest for release in ctx.view.releases() if release.ticket.symbol in symbols
    )


def _check_again(ctx: Context, row: OrderRow, release: Release) -> None:
    denials = _verdict(ctx, release)
    if denials:
        apply(ctx, row, OrderEvent.CHECKS_FAILED, denials=denials)
    else:
        place(ctx, row, lambda: last_look(ctx, release.ticket))


def settle(ctx: Context, tickets: tuple[Digest, ...] = ()) -> None:
    """Follow the venue until nothing changes: trades, look-ups, order list, protection."""
    withdraw_entries(ctx)
    touched = tickets
    for _ in range(_ROUNDS):
        touched = (*touched, *book_trades(ctx), *resolve_all(ctx), *look_at_working(ctx))
        if not touched:
            return
        protect(ctx, dict.fromkeys(touched))
        touched = ()


def step(ctx: Context) -> bool:
    """Follow the venue, then work on the desk's next row; False when there was none."""
    settle(ctx)
    rows = ctx.desk.after(ctx.view.cursor(OUTBOX))
    if rows:
        _HANDLERS.get(rows[0].kind, _strange)(ctx, rows[0])
    return bool(rows)


def _release(ctx: Context, row: OutboxRow) -> None:
    try:
        release = parse_record(Release, row.payload)
    except PeakError as error:
        _unreadable(ctx, row, error.message)
        return
    if canonical(release).decode() != row.payload:
        _unreadable(ctx, row, "not the canonical form")
        return
    if ctx.view.legs(release.ticket_digest):
        ctx.store.pass_over(row.n, "release.repeated", {"ticket_digest": release.ticket_digest})
        return
    denials = _verdict(ctx, release)
    taken = own_row(ctx, release.ticket, release.ticket_digest, denials)
    ctx.store.claim(row.n, release, taken)
    if not denials:
        place(ctx, taken, lambda: last_look(ctx, release.ticket))
        settle(ctx)


def _verdict(ctx: Context, release: Release) -> tuple[Denial, ...]:
    try:
        return verify(ctx, release, facts_of(ctx, release))
    except UnavailableError:
        raise  # a peer that does not answer is asked again later
    except Exception as error:  # noqa: BLE001 - a check that cannot decide denies
        return (
            Denial.of(
                Reason.SYSTEM_RULE_ERROR, "a check could not decide, so it denies: report this",
                error=type(error).__name__,
            ),
        )  # fmt: skip


def _unreadable(ctx: Context, row: OutboxRow, why: str) -> None:
    facts = {"code": Reason.INTENT_NOT_CANONICAL.value, "why": clean_text(why, 200)}
    ctx.store.pass_over(row.n, "release.unreadable", facts)


def _replay(ctx: Context, row: OutboxRow) -> None:
    replay(ctx, row, settle)


def _strange(ctx: Context, row: OutboxRow) -> None:
    ctx.store.pass_over(row.n, "outbox.unknown_kind", {"row": clean_text(row.kind, 40)})


_HANDLERS = {"release": _release, "replay": _replay}
