"""Kill and re-arm: anybody who is signed in may stop, and only people start again, step by step.

Stopping writes the latch first and needs nothing else. Starting again: a risk officer asks with a
reason, another person confirms (REDUCING), the first one confirms (ACTIVE). A one-person
installation confirms twice, after a wait. A halt that came after the request voids it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine.errors import UnavailableError
from engine.text import clean_text
from guardrails.desk.context import DeskContext
from guardrails.desk.refusing import forbidden, note
from guardrails.desk.risk_facts import book_value, trading_state
from guardrails.desk.ticketing import void_pending
from guardrails.latch import Halt
from guardrails.people import Caller, Verb
from guardrails.reasons import Denial, Reason
from guardrails.rules.loss import day_loss_reached
from guardrails.store import halts
from guardrails.store.database import Reading, UnitOfWork
from guardrails.store.halts import RearmRequest
from guardrails.store.journal import verify
from guardrails.trading_state import TradingState, allowed, tightens

DESK: Final = "desk"
REASON_LENGTH: Final = 300
_NEXT: Final = {
    TradingState.HALTED: TradingState.REDUCING,
    TradingState.REDUCING: TradingState.ACTIVE,
}


@dataclass(frozen=True, slots=True)
class Killed:
    """The state after a stop; `journalled` is False when only the latch could be written."""

    state: TradingState
    voided: tuple[str, ...] = ()
    journalled: bool = True
    denials: tuple[Denial, ...] = ()


@dataclass(frozen=True, slots=True)
class Rearmed:
    """The state after a step of re-arming, and what refused it."""

    state: TradingState
    denials: tuple[Denial, ...] = ()


def current_state(ctx: DeskContext) -> TradingState:
    """The trading state in force now."""
    with ctx.db.read() as connection:
        return trading_state(ctx, connection)


def kill(
    ctx: DeskContext,
    caller: Caller,
    reason: str,
    state: TradingState = TradingState.HALTED,
) -> Killed:
    """Stop trading at once (or, with `state`, let only exits through).

    The latch is written before anything else, so that a dead database does not stop a kill.
    """
    refusal = forbidden(ctx.db, caller, Verb.KILL)
    if refusal is not None:
        return Killed(current_state(ctx), denials=(refusal,))
    return tighten(ctx, caller.person_id, reason, state)


def tighten(ctx: DeskContext, actor: str, reason: str, state: TradingState) -> Killed:
    """Move to a stricter state; also what rules and watchers call. Never loosens."""
    told = clean_text(reason, REASON_LENGTH).strip() or "no reason given"
    ctx.latch.trip(Halt(state=state, actor=actor, reason=told, at=ctx.clock.now()))
    try:
        with ctx.db.write() as work:
            voided = _tightened(ctx, work, actor, told)
    except UnavailableError:
        return Killed(ctx.latch.state(), journalled=False)
    return Killed(current_state(ctx), voided)


def notice(ctx: DeskContext) -> Killed | None:
    """Take over a halt that came from outside (`peak kill`, the gateway); None without one."""
    with ctx.db.read() as connection:
        if not tightens(halts.state(connection), ctx.latch.state()):
            return None
    with ctx.db.write() as work:
        voided = _tightened(ctx, work, DESK, "a halt from outside was found in the latch")
    return Killed(current_state(ctx), voided)


def _tightened(ctx: DeskContext, work: UnitOfWork, actor: str, reason: str) -> tuple[str, ...]:
    """Bring the database up to the latch: state row, void tickets, void re-arm requests."""
    before = halts.state(work.connection)
    state = ctx.latch.state()
    if tightens(before, state):
        halts.set_state(work, state, actor, reason)
    voided: tuple[str, ...] = ()
    if state is not TradingState.ACTIVE:
        voided = void_pending(work, entries_only=state is TradingState.REDUCING)
    closed = halts.close_requests(work, "void")
    work.journal(
        actor,
        "state.tightened",
        {"before": before, "state": state, "reason": reason, "voided": voided, "requests": closed},
    )
    return voided


def watch_loss(ctx: DeskContext) -> Killed | None:
    """Halt when the day's loss has reached its limit; None while it has not."""
    with ctx.db.read() as connection:
        reached = day_loss_reached(book_value(ctx, connection), ctx.limits)
        if reached is None or trading_state(ctx, connection) is TradingState.HALTED:
            return None
    loss = dict(reached.values).get("loss", "")
    return tighten(ctx, DESK, f"{reached.code}: loss {loss}", TradingState.HALTED)


def request_rearm(ctx: DeskContext, caller: Caller, reason: str) -> Rearmed:
    """A risk officer asks to trade again; nothing moves before it is confirmed."""
    refusal = forbidden(ctx.db, caller, Verb.REARM_FIRST)
    if refusal is not None:
        return Rearmed(current_state(ctx), (refusal,))
    told = clean_text(reason, REASON_LENGTH).strip()
    with ctx.db.write() as work:
        # files first: what is tripped while we look stays unknown and so stays in force
        known = ctx.latch.names()
        state = trading_state(ctx, work.connection)
        denials = (
            *_checklist(ctx, work.connection, caller, state),
            *(() if told else (_denied("write down why trading may start again"),)),
        )
        if denials:
            note(work, caller.person_id, "rearm.refused", denials)
            return Rearmed(state, denials)
        void_pending(work, entries_only=False)
        n = halts.add_request(work, caller.person_id, told, known)
        work.journal(
            caller.person_id, "rearm.requested", {"n": n, "reason": told, "halts": sorted(known)}
        )
    return Rearmed(state)


def confirm_rearm(ctx: DeskContext, caller: Caller) -> Rearmed:
    """Confirm the open request: HALTED becomes REDUCING, REDUCING becomes ACTIVE."""
    refusal = forbidden(ctx.db, caller, Verb.REARM_SECOND)
    if refusal is not None:
        return Rearmed(current_state(ctx), (refusal,))
    with ctx.db.write() as work:
        state = trading_state(ctx, work.connection)
        request = halts.open_request(work.connection)
        denials = (
            *_checklist(ctx, work.connection, caller, state),
            *_request_refusals(ctx, caller, request),
        )
        if request is None or denials:
            if request is not None and ctx.latch.names() - request.known_halts:
                halts.close_requests(work, "void")  # it can never be confirmed any more
            note(work, caller.person_id, "rearm.refused", denials)
            return Rearmed(state, denials)
        wanted = _NEXT[state]
        known = _step(ctx, work, caller, request, wanted)
    # the files go last: a crash before this line leaves the stricter state in force
    ctx.latch.clear(wanted, known)
    return Rearmed(current_state(ctx))


def _step(
    ctx: DeskContext, work: UnitOfWork, caller: Caller, request: RearmRequest, wanted: TradingState
) -> frozenset[str]:
    """One step towards ACTIVE in the database; returns the latch files it may remove."""
    known = request.known_halts
    if wanted is TradingState.REDUCING:
        kept = Halt(state=wanted, actor=caller.person_id, reason=request.reason, at=ctx.clock.now())
        known |= {ctx.latch.trip(kept).name}
    done = wanted is TradingState.ACTIVE
    halts.set_state(work, wanted, caller.person_id, request.reason)
    halts.sign_request(work, request.n, caller.person_id, known, "done" if done else "open")
    work.journal(
        caller.person_id, "rearm.confirmed", {"n": request.n, "state": wanted, "done": done}
    )
    return known


def cancel_rearm(ctx: DeskContext, caller: Caller) -> Rearmed:
    """Any person who may stop may withdraw the open request."""
    refusal = forbidden(ctx.db, caller, Verb.KILL)
    if refusal is not None:
        return Rearmed(current_state(ctx), (refusal,))
    with ctx.db.write() as work:
        closed = halts.close_requests(work, "void")
        work.journal(caller.person_id, "rearm.cancelled", {"requests": closed})
    return Rearmed(current_state(ctx))


def _denied(sentence: str, **values: object) -> Denial:
    return Denial.of(Reason.STATE_REARM_DENIED, sentence, **values)


def _checklist(
    ctx: DeskContext, connection: Reading, caller: Caller, state: TradingState
) -> tuple[Denial, ...]:
    """What must hold at every step: something to lift, a fresh password, an intact journal."""
    denials = []
    if not allowed(state, _NEXT.get(state, state), "rearm"):
        denials.append(_denied("trading is active: there is nothing to re-arm", state=state))
    age = None if caller.proved_at is None else ctx.clock.now() - caller.proved_at
    fresh = timedelta(seconds=ctx.limits.step_up_age_s)
    if age is None or not timedelta(0) <= age <= fresh:
        denials.append(
            Denial.of(
                Reason.AUTH_STEP_UP, "give your password again to re-arm",
                step_up_age_s=ctx.limits.step_up_age_s,
            )
        )  # fmt: skip
    chain = verify(connection, ctx.db.chain)
    if not chain.ok:
        denials.append(
            _denied("the journal does not verify: find out why first", first_bad=chain.first_bad)
        )
    return tuple(denials)


def _request_refusals(
    ctx: DeskContext, caller: Caller, request: RearmRequest | None
) -> tuple[Denial, ...]:
    """What refuses a confirmation: no request, the same person, too early, a newer halt."""
    if request is None:
        return (_denied("nobody has asked to re-arm: a risk officer asks first"),)
    denials = []
    if not ctx.alone and caller.person_id == request.last_signer:
        denials.append(_denied("another person confirms this step", last=request.last_signer))
    wait = timedelta(hours=ctx.limits.loosen_delay_h)
    if ctx.alone and ctx.clock.now() - request.requested_at < wait:
        denials.append(
            _denied(
                "one person alone waits before trading starts again",
                loosen_delay_h=ctx.limits.loosen_delay_h,
            )
        )
    newer = ctx.latch.names() - request.known_halts
    if newer:
        denials.append(
            _denied("there is a newer halt than the request: ask again", halts=len(newer))
        )
    return tuple(denials)
