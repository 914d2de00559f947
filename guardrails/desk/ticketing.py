"""Tickets: a signal is sized, judged by every rule, and filed; denied ones too.

A denied ticket is filed and journalled like a pending one, so that every refusal can be read
later. Tickets that nobody decided expire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from engine.errors import InputError
from engine.signals import Signal
from guardrails.desk.context import DeskContext
from guardrails.desk.refusing import forbidden, note
from guardrails.desk.risk_facts import risk_context
from guardrails.latch import Halt
from guardrails.limits import Limits
from guardrails.people import Caller, Verb
from guardrails.reasons import Denial, Reason
from guardrails.risk import assess
from guardrails.rules.authority import halted_now
from guardrails.rules.context import RiskContext
from guardrails.sizing import Frame, size
from guardrails.store import tickets
from guardrails.store.database import Reading, UnitOfWork
from guardrails.store.journal import latest
from guardrails.store.tickets import StoredTicket
from guardrails.tickets import OrderTicket, RiskVerdict, TicketState
from guardrails.trading_state import TradingState


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be traded: a certified strategy's signal, and where the idea came from.

    `exit_rule_digest` names the certified rule that closes the position, None when there is
    none; `realised_vol_bps` is the symbol's yearly volatility, None when it was not measured.
    """

    signal: Signal
    lineage_id: str
    exit_rule_digest: str | None = None
    session_id: str | None = None
    realised_vol_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """The answer: the ticket (None when no size could be found), its state and the verdict."""

    ticket: OrderTicket | None
    state: TicketState
    verdict: RiskVerdict

    @property
    def denials(self) -> tuple[Denial, ...]:
        """Why it was denied; empty for a pending ticket."""
        return self.verdict.denials


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket for reading: as filed, with a fresh verdict while it is pending."""

    stored: StoredTicket
    ticket: OrderTicket
    fresh: RiskVerdict


def propose(ctx: DeskContext, caller: Caller, proposal: Proposal) -> Proposed:
    """Size a signal and judge the ticket; PENDING when nothing denies it.

    Raises:
        UnavailableError: STORE_UNAVAILABLE when the desk's own store does not answer.
    """
    refusal = forbidden(ctx.db, caller, Verb.PROPOSE_TICKET)
    if refusal is not None:
        return Proposed(None, TicketState.DENIED, RiskVerdict(denials=(refusal,)))
    expire(ctx)
    signal = proposal.signal
    with ctx.db.write() as work:
        context = risk_context(ctx, work.connection, signal.symbol, signal.certificate_digest)
        sized = _sized(caller, proposal, context)
        if isinstance(sized, Denial):
            denials = (sized, *_state_denials(signal, context))
            note(work, caller.person_id, "ticket.denied", denials, signal=signal.digest)
            return Proposed(None, TicketState.DENIED, RiskVerdict(denials=denials))
        verdict = assess(sized, context)
        more = _pace(work.connection, sized, context)
        verdict = RiskVerdict(denials=(*verdict.denials, *more), uses=verdict.uses)
        state = TicketState.PENDING if verdict.allowed else TicketState.DENIED
        tickets.add(work, sized, verdict, state)
        _journal(work, caller, sized, verdict)
    _count(ctx, verdict)
    return Proposed(sized, state, verdict)


def _count(ctx: DeskContext, verdict: RiskVerdict) -> None:
    """Halt when rules fail or tickets are denied too often: something is wrong, not unlucky.

    The latch is what everybody reads; the watch writes the halt down and voids what is pending.
    """
    too_often = None if ctx.faults is None else ctx.faults.note(verdict)
    if too_often is not None:
        now = ctx.clock.now()
        told = too_often.message
        ctx.latch.trip(Halt(state=TradingState.HALTED, actor="risk", reason=told, at=now))


def _sized(caller: Caller, proposal: Proposal, context: RiskContext) -> OrderTicket | Denial:
    signed = context.certificate
    if signed is None:
        return Denial.of(
            Reason.CERT_MISSING,
            "no certificate of this desk covers the signal: have the strategy judged",
            certificate=proposal.signal.certificate_digest,
        )
    frame = Frame(
        deployment_id=context.deployment_id,
        mode=context.mode,
        account_id=context.account_id,
        proposer_id=caller.person_id,
        lineage_id=proposal.lineage_id,
        candidate_id=signed.certificate.candidate_digest,
        report_digest=signed.certificate.report_digest,
        nonce=token_hex(16),
        created_at=context.now,
        session_id=proposal.session_id,
        exit_rule_digest=proposal.exit_rule_digest,
        realised_vol_bps=proposal.realised_vol_bps,
    )
    return size(proposal.signal, frame, context)


def _state_denials(signal: Signal, context: RiskContext) -> tuple[Denial, ...]:
    """What the trading state says to a signal that led to no ticket: it is never left out."""
    if context.state is TradingState.REDUCING and signal.action == "enter_long":
        return (
            Denial.of(
                Reason.STATE_REDUCING, "the trading state is reducing: only exits pass",
                state=context.state,
            ),
        )  # fmt: skip
    return halted_now(context.state)


def _pace(connection: Reading, ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Caps on what waits, cooldown after a rejection, and the same act twice."""
    limits, now = context.limits, context.now
    denials = []
    waiting = len(tickets.in_state(connection, TicketState.PENDING))
    if waiting >= limits.max_pending_count:
        denials.append(
            Denial.of(
                Reason.APPROVAL_PENDING_CAP,
                "too many tickets wait for a decision: decide one first",
                waiting=waiting,
                limit=limits.max_pending_count,
            )
        )
    # an exit takes risk away: a rejection does not lock a position in
    if not ticket.reduce_only and tickets.rejected_since(
        connection, ticket, now - timedelta(seconds=limits.rejected_cooldown_s)
    ):
        denials.append(
            Denial.of(
                Reason.APPROVAL_COOLDOWN,
                "a person rejected the same a short while ago: let it rest",
                rejected_cooldown_s=limits.rejected_cooldown_s,
            )
        )
    return (*denials, *_duplicate(connection, ticket, limits, context))


def _duplicate(
    connection: Reading, ticket: OrderTicket, limits: Limits, context: RiskContext
) -> tuple[Denial, ...]:
    window = timedelta(seconds=limits.duplicate_window_s)
    twin = tickets.live_twin(connection, ticket, context.now - window)
    if twin is None:
        return ()
    return (
        Denial.of(
            Reason.ORDER_DUPLICATE,
            "the same order waits or was released a short while ago",
            ticket=twin,
            duplicate_window_s=limits.duplicate_window_s,
        ),
    )


def _journal(work: UnitOfWork, caller: Caller, ticket: OrderTicket, verdict: RiskVerdict) -> None:
    facts = {
        "ticket_digest": ticket.digest,
        "signal": ticket.signal_digest,
        "symbol": ticket.symbol,
        "side": ticket.side,
        "quantity": ticket.quantity,
        "limits_version": ticket.limits_version,
    }
    if verdict.allowed:
        work.journal(caller.person_id, "ticket.proposed", facts)
    else:
        note(work, caller.person_id, "ticket.denied", verdict.denials, **facts)


def expire(ctx: DeskContext) -> int:
    """Move pending tickets whose time is over to EXPIRED; returns how many."""
    with ctx.db.read() as connection:
        if not _overdue(ctx, connection):
            return 0
    with ctx.db.write() as work:
        overdue = _overdue(ctx, work.connection)
        for digest in overdue:
            tickets.move(work, digest, TicketState.PENDING, TicketState.EXPIRED)
        work.journal("desk", "ticket.expired", {"tickets": overdue})
    return len(overdue)


def _overdue(ctx: DeskContext, connection: Reading) -> list[str]:
    now = latest(connection, ctx.clock.now())
    pending = tickets.in_state(connection, TicketState.PENDING)
    return [row.digest for row in pending if row.ticket.expires_at < now]


def void_pending(work: UnitOfWork, *, entries_only: bool) -> tuple[str, ...]:
    """Void what waits for a decision, inside the caller's unit of work; returns the digests."""
    found = [
        row.digest
        for row in tickets.in_state(work.connection, TicketState.PENDING)
        if not (entries_only and row.ticket.reduce_only)
    ]
    for digest in found:
        tickets.move(work, digest, TicketState.PENDING, TicketState.VOID)
    return tuple(found)


def listing(ctx: DeskContext, caller: Caller, limit: int = 100) -> tuple[StoredTicket, ...]:
    """Tickets, newest first; empty for roles that may not read the book."""
    expire(ctx)
    if forbidden(ctx.db, caller, Verb.READ_BOOK) is not None:
        return ()
    with ctx.db.read() as connection:
        return tickets.newest(connection, limit)


def view(ctx: DeskContext, caller: Caller, digest: str) -> TicketView | Denial:
    """One ticket for reading, with the rules run now while it is pending.

    Raises:
        InputError: TICKET_UNKNOWN.
    """
    refusal = forbidden(ctx.db, caller, Verb.READ_BOOK)
    if refusal is not None:
        return refusal
    with ctx.db.read() as connection:
        stored = known(tickets.find(connection, digest), digest)
        ticket = stored.ticket
        fresh = stored.verdict
        if stored.state is TicketState.PENDING:
            context = risk_context(ctx, connection, ticket.symbol, ticket.certificate_digest)
            fresh = assess(ticket, context)
    return TicketView(stored, ticket, fresh)


def known(stored: StoredTicket | None, digest: str) -> StoredTicket:
    """The stored ticket; InputError TICKET_UNKNOWN when there is none of this digest."""
    if stored is None:
        raise InputError(
            "TICKET_UNKNOWN",
            "there is no such ticket",
            value=digest,
            hint="see the list of tickets",
        )
    return stored
