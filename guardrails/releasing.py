"""What refuses a release: the approvals of a ticket, checked one by one against the world of now.

Pure functions; everything is read inside the release's own transaction and handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.records import utc_text
from guardrails.approvals import StoredApproval, not_pending
from guardrails.limits import Limits
from guardrails.people import Person, Verb, may
from guardrails.reasons import Denial, Reason
from guardrails.signing import verified
from guardrails.tickets import OrderTicket, TicketState


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """The world when a ticket is to be released; `people` as stored now, `desk_key` public."""

    latest: datetime
    filed_digest: str
    ticket: OrderTicket
    state: TicketState
    approvals: tuple[StoredApproval, ...]
    people: Mapping[str, Person]
    limits: Limits
    desk_key: str


def unused(f: ReleaseFacts, one: StoredApproval) -> Denial | None:
    """An approval releases once."""
    del f
    if not one.used:
        return None
    return Denial.of(Reason.APPROVAL_USED, "the approval was used already")


def bound(f: ReleaseFacts, one: StoredApproval) -> Denial | None:
    """Signed by this desk, for exactly these bytes."""
    approval = one.signed.approval
    if f.filed_digest == f.ticket.digest == approval.ticket_digest and verified(
        f.desk_key, approval.digest, one.signed.signature
    ):
        return None
    return Denial.of(
        Reason.APPROVAL_DIGEST,
        "the approval is not for this ticket",
        approved=approval.ticket_digest,
        ticket=f.ticket.digest,
    )


def unexpired(f: ReleaseFacts, one: StoredApproval) -> Denial | None:
    """Within the approval's and the ticket's time."""
    last = min(one.signed.approval.expires_at, f.ticket.expires_at)
    if f.latest <= last:
        return None
    return Denial.of(
        Reason.APPROVAL_EXPIRED, "the approval has expired: make a new ticket",
        expires_at=utc_text(last),
    )  # fmt: skip


def still_entitled(f: ReleaseFacts, one: StoredApproval) -> Denial | None:
    """The person is an approver now, with the same password."""
    approval = one.signed.approval
    person = f.people.get(approval.person_id)
    if person is None or not person.active or not may(person.roles, Verb.DECIDE_TICKET):
        return Denial.of(
            Reason.APPROVAL_ROLE_REVOKED, "the person is not an approver any more",
            person=approval.person_id,
        )  # fmt: skip
    if person.credential_id != approval.credential_id:
        return Denial.of(
            Reason.APPROVAL_CREDENTIAL, "the person's password has changed since",
            person=approval.person_id,
        )  # fmt: skip
    return None


def limits_kept(f: ReleaseFacts, one: StoredApproval) -> Denial | None:
    """Under the limits in force at the approval."""
    if one.signed.approval.limits_version == f.limits.version:
        return None
    return Denial.of(Reason.APPROVAL_LIMITS_CHANGED, "the limits have changed: make a new ticket")


RELEASE_CHECKS: Final[tuple[Callable[[ReleaseFacts, StoredApproval], Denial | None], ...]] = (
    unused,
    bound,
    unexpired,
    still_entitled,
    limits_kept,
)


def approval_refusals(facts: ReleaseFacts, one: StoredApproval) -> tuple[Denial, ...]:
    """All reasons why this approval cannot release this ticket."""
    found = (check(facts, one) for check in RELEASE_CHECKS)
    return tuple(denial for denial in found if denial is not None)


def standing(facts: ReleaseFacts) -> tuple[StoredApproval | None, tuple[Denial, ...]]:
    """The approval that may release the ticket, or why there is none.

    In paper one person decides. A ticket that is not pending is refused whatever was approved.
    """
    over = not_pending(facts.state)
    found: list[Denial] = [] if over is None else [over]
    approving = [one for one in facts.approvals if one.signed.approval.decision == "approve"]
    if not approving:
        found.append(Denial.of(Reason.APPROVAL_MISSING, "nobody has approved this ticket"))
    for one in approving:
        refusals = approval_refusals(facts, one)
        if not refusals and over is None:
            return one, ()
        found.extend(refusals)
    return None, tuple(found)
