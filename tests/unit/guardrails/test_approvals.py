"""The approval protocol, check by check: each refuses alone, and its twin passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from guardrails.approvals import (
    DECISION_CHECKS,
    Asked,
    DecisionFacts,
    ShownPage,
    StoredApproval,
    burns_page,
    decision_refusals,
)
from guardrails.limits import PROFILES
from guardrails.people import Caller, Person, Role
from guardrails.reasons import Denial, Reason
from guardrails.releasing import RELEASE_CHECKS, ReleaseFacts, standing
from guardrails.signing import Signer
from guardrails.tickets import Approval, SignedApproval, TicketState
from guardrails.trading_state import TradingState
from tests.desk_world import LIMITS, NOW, SIGNER, codes, ticket

S = timedelta(seconds=1)
MS = timedelta(milliseconds=1)
T0 = ticket()
ANN = Person(
    person_id="approver-1", roles=(Role.APPROVER,), credential_id="password-1", active=True
)
CALLER = Caller(
    person_id="approver-1", roles=(Role.APPROVER,), credential_id="password-1",
    auth_session_id="ab" * 32, proved_at=NOW,
)  # fmt: skip
PAGE = ShownPage("1" * 32, T0.digest, "approver-1", "ab" * 32, NOW, used=False)
FACTS = DecisionFacts(
    asked=Asked(T0.digest, PAGE.nonce, "approve"),
    caller=CALLER,
    now=NOW + 3 * S,
    latest=NOW + 3 * S,
    filed_digest=T0.digest,
    ticket=T0,
    state=TicketState.PENDING,
    person=ANN,
    page=PAGE,
    decided=False,
    decisions_today=19,
    limits=LIMITS,
    trading=TradingState.ACTIVE,
    alone=False,
)


def caller(**changes: object) -> Caller:
    """The approver's caller with these fields changed."""
    return Caller.model_validate({**dict(CALLER), **changes})


def person(**changes: object) -> Person:
    """The approver with these fields changed."""
    return Person.model_validate({**dict(ANN), **changes})


DECISIONS: dict[str, tuple[Reason, Mapping[str, object]]] = {
    "nobody of that name": (Reason.ROLE_FORBIDDEN, {"person": None}),
    "no approver any more": (Reason.ROLE_FORBIDDEN, {"person": person(roles=(Role.TRADER,))}),
    "out of use": (Reason.ROLE_FORBIDDEN, {"person": person(active=False)}),
    "the proposer": (
        Reason.APPROVAL_SELF,
        {"caller": caller(person_id="trader-1"), "page": replace(PAGE, person_id="trader-1")},
    ),
    "decided before": (Reason.APPROVAL_USED, {"decided": True}),
    "released": (Reason.APPROVAL_USED, {"state": TicketState.RELEASED}),
    "rejected": (Reason.APPROVAL_USED, {"state": TicketState.REJECTED}),
    "denied": (Reason.APPROVAL_USED, {"state": TicketState.DENIED}),
    "void": (Reason.APPROVAL_EXPIRED, {"state": TicketState.VOID}),
    "expired state": (Reason.APPROVAL_EXPIRED, {"state": TicketState.EXPIRED}),
    "another ticket was shown": (
        Reason.APPROVAL_DIGEST, {"asked": Asked("ff" * 32, PAGE.nonce, "approve")},
    ),
    "the stored bytes changed": (Reason.APPROVAL_DIGEST, {"ticket": ticket(lineage_id="x")}),
    "no such page": (Reason.APPROVAL_CREDENTIAL, {"page": None}),
    "a page of another ticket": (
        Reason.APPROVAL_CREDENTIAL, {"page": replace(PAGE, ticket_digest="ff" * 32)},
    ),
    "somebody else's page": (
        Reason.APPROVAL_CREDENTIAL, {"page": replace(PAGE, person_id="approver-2")},
    ),
    "a page of another sign-in": (
        Reason.APPROVAL_CREDENTIAL, {"page": replace(PAGE, auth_session_id="ff" * 32)},
    ),
    "a page that was used": (Reason.APPROVAL_USED, {"page": replace(PAGE, used=True)}),
    "too late": (Reason.APPROVAL_EXPIRED, {"latest": NOW + 120 * S + MS}),
    "at once": (Reason.APPROVAL_DWELL, {"now": NOW + 3 * S - MS}),
    "the clock set back": (Reason.APPROVAL_DWELL, {"now": NOW - S, "caller": caller(
        proved_at=NOW - 10 * S)}),
    "password long ago": (
        Reason.AUTH_STEP_UP, {"caller": caller(proved_at=NOW + 3 * S - 300 * S - MS)},
    ),
    "password never": (Reason.AUTH_STEP_UP, {"caller": caller(proved_at=None)}),
    "password in the future": (Reason.AUTH_STEP_UP, {"caller": caller(proved_at=NOW + 4 * S)}),
    "too many today": (Reason.APPROVAL_DAY_CAP, {"decisions_today": 20}),
    "other limits": (Reason.APPROVAL_LIMITS_CHANGED, {"limits": PROFILES["moderate"]}),
    "halted": (Reason.STATE_HALTED, {"trading": TradingState.HALTED}),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_refused_with_its_code_alone(name: str) -> None:
    """One thing differs from a decision that is taken, and exactly its code comes."""
    code, changes = DECISIONS[name]
    assert decision_refusals(FACTS) == ()
    assert codes(decision_refusals(replace(FACTS, **changes))) == {code}  # type: ignore[arg-type]  # named fields


@pytest.mark.parametrize(
    ("edge", "passes"),
    [
        ({"latest": NOW + 120 * S}, True),
        ({"now": NOW + 3 * S}, True),
        ({"caller": caller(proved_at=NOW + 3 * S - 300 * S)}, True),
        ({"decisions_today": 0}, True),
        ({"trading": TradingState.REDUCING}, True),
    ],
)
def test_the_last_allowed_moment_is_allowed(edge: Mapping[str, object], passes: bool) -> None:
    """At the edge itself the decision is taken."""
    assert (decision_refusals(replace(FACTS, **edge)) == ()) is passes  # type: ignore[arg-type]  # named fields


@pytest.mark.parametrize(
    "name",
    [
        "the proposer", "at once", "password long ago", "too many today", "other limits", "halted",
    ],
)  # fmt: skip
def test_rejecting_is_easier_than_approving(name: str) -> None:
    """What takes risk away needs no wait, no fresh password and no cap."""
    changes = dict(DECISIONS[name][1])
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]  # named fields
    asked = replace(facts.asked, choice="reject")
    assert decision_refusals(replace(facts, asked=asked)) == ()


def test_one_person_alone_may_decide_what_they_proposed() -> None:
    """In a one-person installation, and only there."""
    own = replace(FACTS, **DECISIONS["the proposer"][1])  # type: ignore[arg-type]  # named fields
    assert codes(decision_refusals(own)) == {Reason.APPROVAL_SELF}
    assert decision_refusals(replace(own, alone=True)) == ()


def test_a_wrong_digest_or_page_uses_the_nonce_up() -> None:
    """A failed try with wrong content burns the page; a wait or a password does not."""
    burning = {Reason.APPROVAL_DIGEST, Reason.APPROVAL_CREDENTIAL}
    for code in Reason:
        assert burns_page((Denial.of(code, "no"),)) == (code in burning)


def approval(signer: Signer = SIGNER, **changes: object) -> StoredApproval:
    """A recorded approval of T0, signed by the desk."""
    fields: dict[str, object] = {
        "ticket_digest": T0.digest, "decision": "approve", "person_id": "approver-1",
        "credential": "password", "credential_id": "password-1", "auth_session_id": "ab" * 32,
        "nonce": PAGE.nonce, "limits_version": LIMITS.version, "decided_at": NOW,
        "expires_at": T0.expires_at,
    }  # fmt: skip
    made = Approval.model_validate({**fields, **changes})
    return StoredApproval(
        SignedApproval(approval=made, signature=signer.sign(made.digest)), used=False
    )


RELEASE = ReleaseFacts(
    latest=NOW + 4 * S,
    filed_digest=T0.digest,
    ticket=T0,
    state=TicketState.PENDING,
    approvals=(approval(),),
    people={"approver-1": ANN},
    limits=LIMITS,
    desk_key=SIGNER.public_hex,
)

RELEASES: dict[str, tuple[Reason, Mapping[str, object]]] = {
    "nobody approved": (Reason.APPROVAL_MISSING, {"approvals": ()}),
    "only a rejection": (
        Reason.APPROVAL_MISSING, {"approvals": (approval(decision="reject"),)},
    ),
    "used": (Reason.APPROVAL_USED, {"approvals": (replace(approval(), used=True),)}),
    "of another ticket": (
        Reason.APPROVAL_DIGEST, {"approvals": (approval(ticket_digest="ff" * 32),)},
    ),
    "signed by somebody else": (
        Reason.APPROVAL_DIGEST, {"approvals": (approval(Signer("44" * 32)),)},
    ),
    "the ticket's bytes changed": (Reason.APPROVAL_DIGEST, {"ticket": ticket(lineage_id="x")}),
    "expired": (Reason.APPROVAL_EXPIRED, {"latest": NOW + 120 * S + MS}),
    "the approval expires first": (
        Reason.APPROVAL_EXPIRED, {"approvals": (approval(expires_at=NOW + 4 * S - MS),)},
    ),
    "role taken away": (
        Reason.APPROVAL_ROLE_REVOKED, {"people": {"approver-1": person(roles=(Role.VIEWER,))}},
    ),
    "person gone": (Reason.APPROVAL_ROLE_REVOKED, {"people": {}}),
    "password changed": (
        Reason.APPROVAL_CREDENTIAL, {"people": {"approver-1": person(credential_id="password-2")}},
    ),
    "other limits": (Reason.APPROVAL_LIMITS_CHANGED, {"limits": PROFILES["moderate"]}),
    "released before": (Reason.APPROVAL_USED, {"state": TicketState.RELEASED}),
    "void": (Reason.APPROVAL_EXPIRED, {"state": TicketState.VOID}),
}  # fmt: skip


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_is_refused_with_its_code_alone(name: str) -> None:
    """One thing differs from a release that is made, and exactly its code comes."""
    code, changes = RELEASES[name]
    assert standing(RELEASE) == (approval(), ())
    found, denials = standing(replace(RELEASE, **changes))  # type: ignore[arg-type]  # named fields
    assert found is None
    assert codes(denials) == {code}


def test_one_good_approval_is_enough() -> None:
    """A spent one beside it does not spoil it."""
    spent = replace(approval(person_id="approver-2"), used=True)
    found, denials = standing(replace(RELEASE, approvals=(spent, approval())))
    assert found == approval()
    assert denials == ()


def test_the_checks_have_names_of_their_own() -> None:
    """Every check can be taken out and missed: the walk of the protocol does that."""
    names = [check.__name__ for check in (*DECISION_CHECKS, *RELEASE_CHECKS)]
    assert len(set(names)) == len(names)
