"""Sign-off: show a ticket, decide on exactly what was shown, release it in one transaction.

A decision is one unit of work, a release another; a refusal of either is journalled too. What is
read for a release (roles, price, book, state, limits, certificate) is read inside its
transaction, so two concurrent releases of one ticket cannot both pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex

from engine.errors import InputError, IntegrityError
from guardrails.approvals import (
    Asked,
    DecisionFacts,
    ShownPage,
    StoredApproval,
    burns_page,
    decision_refusals,
)
from guardrails.desk.context import DeskContext
from guardrails.desk.refusing import forbidden, note
from guardrails.desk.risk_facts import gateway_silent, risk_context, trading_state
from guardrails.desk.ticketing import known
from guardrails.people import Caller, Person, Verb
from guardrails.reasons import Denial
from guardrails.releasing import ReleaseFacts, standing
from guardrails.risk import RiskContext, assess
from guardrails.store import approvals, outbox, people, tickets
from guardrails.store.database import UnitOfWork
from guardrails.store.journal import latest
from guardrails.store.tickets import StoredTicket
from guardrails.tickets import (
    Approval,
    OrderTicket,
    Release,
    RiskVerdict,
    SignedApproval,
    TicketState,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: the ticket read from its bytes, the nonce of this page, the rules run now."""

    ticket: OrderTicket
    intent: str
    nonce: str
    shown_at: datetime
    verdict: RiskVerdict
    worst_day_bps: int


@dataclass(frozen=True, slots=True)
class Released:
    """The outcome of a release: the outbox number, or the denials."""

    outbox_n: int | None
    denials: tuple[Denial, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome of a decision: recorded or refused, and for an approval the release.

    `approval` is None when the decision was refused. An approval that was recorded but not
    released (a price that moved, say) stands until the ticket expires: `release` again.
    """

    ticket_digest: str
    approval: SignedApproval | None
    state: TicketState
    outbox_n: int | None = None
    denials: tuple[Denial, ...] = ()

    @property
    def released(self) -> bool:
        """True when the ticket is on its way to the gateway."""
        return self.outbox_n is not None


def show(ctx: DeskContext, caller: Caller, digest: str) -> Shown | Denial:
    """Show a ticket to an approver and issue the nonce of this page.

    Raises:
        InputError: TICKET_UNKNOWN; AUTH_SESSION_NEEDED for a caller without a sign-in session.
    """
    refusal = forbidden(ctx.db, caller, Verb.DECIDE_TICKET)
    if refusal is not None:
        return refusal
    with ctx.db.write() as work:
        stored = known(tickets.find(work.connection, digest), digest)
        ticket = stored.ticket
        context = risk_context(ctx, work.connection, ticket.symbol, ticket.certificate_digest)
        page = ShownPage(
            nonce=token_hex(16),
            ticket_digest=stored.digest,
            person_id=caller.person_id,
            auth_session_id=_session(caller),
            shown_at=work.now,
            used=False,
        )
        approvals.show(work, page)
        work.journal(caller.person_id, "approval.shown", {"ticket_digest": stored.digest})
    return Shown(
        ticket=ticket,
        intent=stored.intent,
        nonce=page.nonce,
        shown_at=page.shown_at,
        verdict=assess(ticket, context),
        worst_day_bps=ctx.limits.worst_day_bps,
    )


def _session(caller: Caller) -> str:
    if caller.auth_session_id is None:
        raise InputError(
            "AUTH_SESSION_NEEDED", "a decision needs a person who signed in",
            value=caller.person_id, hint="sign in first",
        )  # fmt: skip
    return caller.auth_session_id


def decide(ctx: DeskContext, caller: Caller, digest: str, asked: Asked) -> Decided:
    """Record a person's decision on the ticket filed under `digest`; an approval releases it.

    Raises:
        InputError: TICKET_UNKNOWN.
    """
    refusal = forbidden(ctx.db, caller, Verb.DECIDE_TICKET)
    if refusal is not None:
        return Decided(digest, None, TicketState.PENDING, denials=(refusal,))
    with ctx.db.write() as work:
        stored = known(tickets.find(work.connection, digest), digest)
        facts = _decision_facts(ctx, work, caller, stored, asked)
        denials = decision_refusals(facts)
        if denials:
            _refuse_decision(work, facts, denials)
            return Decided(digest, None, stored.state, denials=denials)
        signed = _record(ctx, work, facts)
    if asked.choice == "reject":
        return Decided(digest, signed, TicketState.REJECTED)
    released = release(ctx, caller, digest)
    state = TicketState.PENDING if released.outbox_n is None else TicketState.RELEASED
    return Decided(digest, signed, state, released.outbox_n, released.denials)


def _decision_facts(
    ctx: DeskContext, work: UnitOfWork, caller: Caller, stored: StoredTicket, asked: Asked
) -> DecisionFacts:
    connection = work.connection
    person = people.find(connection, caller.person_id)
    made = approvals.of_ticket(connection, stored.digest)
    now = ctx.clock.now()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return DecisionFacts(
        asked=asked,
        caller=caller,
        now=now,
        latest=latest(connection, now),
        filed_digest=stored.digest,
        ticket=stored.ticket,
        state=stored.state,
        person=None if person is None else person.person,
        page=approvals.page_of(connection, asked.nonce),
        decided=any(
            (one.signed.approval.person_id, one.signed.approval.decision)
            == (caller.person_id, asked.choice)
            for one in made
        ),
        decisions_today=approvals.decisions_since(connection, caller.person_id, midnight),
        limits=ctx.limits,
        trading=trading_state(ctx, connection),
        alone=ctx.alone,
    )


def _refuse_decision(work: UnitOfWork, facts: DecisionFacts, denials: tuple[Denial, ...]) -> None:
    if facts.page is not None and burns_page(denials):
        approvals.burn(work, facts.page.nonce)
    note(
        work, facts.caller.person_id, "approval.refused", denials,
        ticket_digest=facts.filed_digest, shown=facts.asked.shown_digest[:64],
        choice=facts.asked.choice,
    )  # fmt: skip


def _record(ctx: DeskContext, work: UnitOfWork, facts: DecisionFacts) -> SignedApproval:
    """File the signed decision, use the nonce up, and move a rejected ticket: one commit."""
    approval = Approval(
        ticket_digest=facts.ticket.digest,
        decision=facts.asked.choice,
        person_id=facts.caller.person_id,
        credential="password",
        credential_id=facts.caller.credential_id,
        auth_session_id=_session(facts.caller),
        nonce=facts.asked.nonce,
        limits_version=facts.limits.version,
        decided_at=facts.now,
        expires_at=facts.ticket.expires_at,
    )
    signed = SignedApproval(approval=approval, signature=ctx.signer.sign(approval.digest))
    won = approvals.burn(work, approval.nonce)
    if approval.decision == "reject":
        won = won and tickets.move(
            work, facts.filed_digest, TicketState.PENDING, TicketState.REJECTED
        )
    _must(won)
    approvals.record(work, signed)
    work.journal(approval.person_id, "approval.recorded", signed)
    return signed


def _must(won: bool) -> None:
    """A swap that cannot fail inside one IMMEDIATE transaction failed: stop, write nothing."""
    if not won:
        raise IntegrityError("APPROVAL_RACE", "a row changed inside its own transaction")


def release(ctx: DeskContext, caller: Caller, digest: str) -> Released:
    """Release an approved ticket to the gateway, or say everything that refuses it.

    Raises:
        InputError: TICKET_UNKNOWN.
    """
    refusal = forbidden(ctx.db, caller, Verb.RELEASE_TICKET)
    if refusal is not None:
        return Released(None, (refusal,))
    with ctx.db.write() as work:
        stored = known(tickets.find(work.connection, digest), digest)
        ticket = stored.ticket
        context = risk_context(ctx, work.connection, ticket.symbol, ticket.certificate_digest)
        one, denials = standing(_release_facts(ctx, work, stored, context))
        silent = gateway_silent(ctx)
        rules = assess(ticket, context).denials
        denials = (*denials, *rules, *(() if silent is None else (silent,)))
        if denials or one is None:
            note(work, caller.person_id, "release.refused", denials, ticket_digest=stored.digest)
            return Released(None, denials)
        return Released(_hand_over(work, ticket, one, context))


def _release_facts(
    ctx: DeskContext, work: UnitOfWork, stored: StoredTicket, context: RiskContext
) -> ReleaseFacts:
    made = approvals.of_ticket(work.connection, stored.digest)
    return ReleaseFacts(
        latest=context.now,
        filed_digest=stored.digest,
        ticket=stored.ticket,
        state=stored.state,
        approvals=made,
        people=_people(work, made),
        limits=ctx.limits,
        desk_key=ctx.signer.public_hex,
    )


def _people(work: UnitOfWork, made: tuple[StoredApproval, ...]) -> dict[str, Person]:
    names = {one.signed.approval.person_id for one in made}
    found = ((name, people.find(work.connection, name)) for name in sorted(names))
    return {name: stored.person for name, stored in found if stored is not None}


def _hand_over(
    work: UnitOfWork, ticket: OrderTicket, one: StoredApproval, context: RiskContext
) -> int:
    """Use the approval, move the ticket, write outbox and journal: all or nothing."""
    digest = ticket.digest
    _must(approvals.use(work, one.signed.approval.digest, digest))
    _must(tickets.move(work, digest, TicketState.PENDING, TicketState.RELEASED))
    if context.certificate is None:
        raise IntegrityError("CERT_MISSING", "a release needs its certificate")
    handed = Release(
        ticket=ticket,
        ticket_digest=digest,
        approvals=(one.signed,),
        certificate=context.certificate,
        released_at=work.now,
    )
    n = outbox.enqueue(work, "release", handed)
    work.journal(
        one.signed.approval.person_id,
        "ticket.released",
        {"ticket_digest": digest, "approval": one.signed.approval.digest, "outbox_n": n},
    )
    return n
