"""The approval protocol as pure functions: what refuses a decision, what refuses a release.

An approval is bound to one digest, made by one person in one sign-in session with one nonce, used
once, and expiring. Everything is read fresh and handed in; nothing here has a clock or a store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from engine.records import utc_text
from guardrails.limits import Limits
from guardrails.people import Caller, Person, Verb, may
from guardrails.reasons import Denial, Reason
from guardrails.tickets import OrderTicket, SignedApproval, TicketState
from guardrails.trading_state import TradingState

Choice = Literal["approve", "reject"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person sends: the digest of what was shown, the nonce of that page, the choice."""

    shown_digest: str
    nonce: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A nonce as stored: for whom, for what, in which sign-in session, when, used or not."""

    nonce: str
    ticket_digest: str
    person_id: str
    auth_session_id: str
    shown_at: datetime
    used: bool


@dataclass(frozen=True, slots=True)
class StoredApproval:
    """A signed decision with its used flag."""

    signed: SignedApproval
    used: bool


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """The world when somebody decides.

    Attributes:
        asked, caller: the request and who sends it.
        now: the clock; `latest` is never earlier than the newest time in the journal.
        filed_digest: the digest that the ticket was filed under.
        ticket, state: the stored ticket.
        person: the person as stored now, None when there is none.
        page: the stored nonce, None when it is unknown.
        decided: True when the person has made this very choice on the ticket already.
        decisions_today: the person's decisions since 00:00 UTC.
        limits, trading: the limits and the trading state in force.
        alone: a one-person installation, where the proposer may decide.
    """

    asked: Asked
    caller: Caller
    now: datetime
    latest: datetime
    filed_digest: str
    ticket: OrderTicket
    state: TicketState
    person: Person | None
    page: ShownPage | None
    decided: bool
    decisions_today: int
    limits: Limits
    trading: TradingState
    alone: bool


def entitled(f: DecisionFacts) -> Denial | None:
    """Only somebody who is an approver now, not only at sign-in."""
    person = f.person
    if person is not None and person.active and may(person.roles, Verb.DECIDE_TICKET):
        return None
    return Denial.of(Reason.ROLE_FORBIDDEN, "only an approver decides tickets")


def not_own(f: DecisionFacts) -> Denial | None:
    """Nobody approves what they proposed, except in a one-person installation."""
    own = f.caller.person_id == f.ticket.proposer_id
    if f.alone or not own or f.asked.choice == "reject":
        return None
    return Denial.of(Reason.APPROVAL_SELF, "another approver decides what you proposed")


def undecided(f: DecisionFacts) -> Denial | None:
    """Only a pending ticket, and each choice of a person once."""
    if f.decided:
        return Denial.of(Reason.APPROVAL_USED, "you have made this decision on this ticket already")
    return not_pending(f.state)


def not_pending(state: TicketState) -> Denial | None:
    """A ticket that is no longer pending: used when it was decided, expired when it ran out."""
    if state is TicketState.PENDING:
        return None
    over = state in {TicketState.EXPIRED, TicketState.VOID}
    return Denial.of(
        Reason.APPROVAL_EXPIRED if over else Reason.APPROVAL_USED,
        f"the ticket is {state.value}: make a new one",
        state=state,
    )


def same_digest(f: DecisionFacts) -> Denial | None:
    """What is decided is what was shown, and what was filed."""
    if f.asked.shown_digest == f.ticket.digest == f.filed_digest:
        return None
    return Denial.of(
        Reason.APPROVAL_DIGEST,
        "what you decide on is not the ticket that was shown: open the page again",
        shown=f.asked.shown_digest,
        ticket=f.ticket.digest,
    )


def right_page(f: DecisionFacts) -> Denial | None:
    """The nonce of a page that this person saw, of this ticket, in this sign-in session."""
    page = f.page
    if page is not None and page.used:
        return Denial.of(Reason.APPROVAL_USED, "this page was used: open the ticket again")
    wanted = (f.filed_digest, f.caller.person_id, f.caller.auth_session_id)
    if page is not None and wanted == (page.ticket_digest, page.person_id, page.auth_session_id):
        return None
    return Denial.of(
        Reason.APPROVAL_CREDENTIAL,
        "the page does not belong to you, this ticket and this sign-in: open the ticket again",
    )


def in_time(f: DecisionFacts) -> Denial | None:
    """Before the ticket expires."""
    if f.latest <= f.ticket.expires_at:
        return None
    return Denial.of(
        Reason.APPROVAL_EXPIRED,
        "the ticket has expired: make a new one",
        expires_at=utc_text(f.ticket.expires_at),
    )


def looked_at(f: DecisionFacts) -> Denial | None:
    """Not before the page has been open for a while; rejecting needs no wait."""
    if f.page is None or f.asked.choice == "reject":
        return None  # without a page `right_page` refuses
    if f.now - f.page.shown_at >= timedelta(seconds=f.limits.min_dwell_s):
        return None
    return Denial.of(
        Reason.APPROVAL_DWELL,
        "read the ticket first, then approve it",
        min_dwell_s=f.limits.min_dwell_s,
    )


def proved(f: DecisionFacts) -> Denial | None:
    """The password was given a short while ago; rejecting does not need it."""
    at = f.caller.proved_at
    age = timedelta(seconds=f.limits.step_up_age_s)
    if f.asked.choice == "reject" or (at is not None and timedelta(0) <= f.now - at <= age):
        return None
    return Denial.of(
        Reason.AUTH_STEP_UP,
        "give your password again to approve",
        step_up_age_s=f.limits.step_up_age_s,
    )


def fresh_mind(f: DecisionFacts) -> Denial | None:
    """So many decisions a day and no more approvals after that; rejecting stays possible."""
    most = f.limits.max_decisions_per_person_day_count
    if f.asked.choice == "reject" or f.decisions_today < most:
        return None
    return Denial.of(
        Reason.APPROVAL_DAY_CAP,
        "you have decided as many tickets today as one person may",
        decisions=f.decisions_today,
        limit=most,
    )


def same_limits(f: DecisionFacts) -> Denial | None:
    """Under the limits that the ticket was made with; rejecting is always possible."""
    if f.asked.choice == "reject" or f.ticket.limits_version == f.limits.version:
        return None
    return Denial.of(Reason.APPROVAL_LIMITS_CHANGED, "the limits have changed: make a new ticket")


def not_halted(f: DecisionFacts) -> Denial | None:
    """No approval while trading is halted."""
    if f.asked.choice == "reject" or f.trading is not TradingState.HALTED:
        return None
    return Denial.of(Reason.STATE_HALTED, "trading is halted: nothing can be approved")


DECISION_CHECKS: Final[tuple[Callable[[DecisionFacts], Denial | None], ...]] = (
    entitled, not_own, undecided, same_digest, right_page, in_time, looked_at, proved, fresh_mind,
    same_limits, not_halted,
)  # fmt: skip


def decision_refusals(facts: DecisionFacts) -> tuple[Denial, ...]:
    """All reasons why this decision is not taken; empty means that it is recorded."""
    found = (check(facts) for check in DECISION_CHECKS)
    return tuple(denial for denial in found if denial is not None)


def burns_page(denials: tuple[Denial, ...]) -> bool:
    """True when a refused try uses its nonce up: a wrong digest or a foreign page."""
    return any(
        denial.code in {Reason.APPROVAL_DIGEST, Reason.APPROVAL_CREDENTIAL} for denial in denials
    )
