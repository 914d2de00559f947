"""Sign-off: what was shown is what is approved, once, in time, and released in one commit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.errors import InputError, UnavailableError
from engine.records import parse_record
from guardrails.approvals import Asked
from guardrails.desk.enrolling import change_password, change_roles
from guardrails.desk.halting import kill
from guardrails.desk.sign_off import Decided, decide, release, show
from guardrails.desk.ticketing import Proposal, propose
from guardrails.limits import PROFILES
from guardrails.people import Role
from guardrails.ports import FixedGateway, Quote
from guardrails.reasons import Denial, Reason
from guardrails.signing import verified
from guardrails.store.outbox import OutboxReader
from guardrails.tickets import OrderTicket, Release, TicketState, ticket_of
from tests.desk_world import (
    CERTIFICATE,
    CHEAP,
    COPILOT,
    LIMITS,
    NOW,
    SIGNER,
    DeskWorld,
    codes,
    quote,
    signal,
)


def outbox(world: DeskWorld) -> list[Release]:
    """What was handed to the gateway."""
    return [parse_record(Release, row.payload) for row in OutboxReader(world.db).after(0)]


def test_an_approved_ticket_is_released_with_everything_to_verify(world: DeskWorld) -> None:
    """Ticket, signed approval and signed certificate go out together, journalled."""
    ticket = world.pending()
    decided = world.read_and_approve(ticket.digest)
    assert (decided.denials, decided.state, decided.released) == ((), TicketState.RELEASED, True)
    (handed,) = outbox(world)
    assert handed.ticket == ticket
    assert handed.ticket_digest == ticket.digest
    (signed,) = handed.approvals
    assert signed == decided.approval
    assert signed.approval.ticket_digest == ticket.digest
    assert (signed.approval.person_id, signed.approval.decision) == ("approver-1", "approve")
    assert verified(SIGNER.public_hex, signed.approval.digest, signed.signature)
    assert handed.certificate.certificate == CERTIFICATE
    (row,) = world.journal("ticket.released")
    assert json.loads(row.payload)["ticket_digest"] == ticket.digest
    (recorded,) = world.journal("approval.recorded")
    assert json.loads(recorded.payload)["signature"] == signed.signature
    assert world.db.verify().ok


def test_the_page_is_made_from_the_bytes(world: DeskWorld) -> None:
    """Intent, nonce, fresh limits and the worst day stand on it; each page has its own nonce."""
    ticket = world.pending()
    first, second = world.shown(ticket.digest), world.shown(ticket.digest)
    assert ticket_of(first.intent) == first.ticket == ticket
    assert first.nonce != second.nonce
    assert first.verdict.allowed
    assert first.worst_day_bps == 800
    assert {row.key for row in first.verdict.uses} >= {"max_daily_loss_bps", "price_collar_bps"}
    assert len(world.journal("approval.shown")) == 2


@pytest.mark.parametrize("name", ["viewer-1", "trader-1", "risk-1", "admin-1", "copilot"])
def test_only_an_approver_gets_a_page_and_decides(world: DeskWorld, name: str) -> None:
    """No nonce is issued to anybody else, and no decision of theirs is looked at."""
    ticket = world.pending()
    who = COPILOT if name == "copilot" else world.caller(name)
    refused = show(world.ctx, who, ticket.digest)
    assert isinstance(refused, Denial)
    assert refused.code is Reason.ROLE_FORBIDDEN
    decided = decide(world.ctx, who, "no such digest", Asked("x", "y", "approve"))
    assert codes(decided.denials) == {Reason.ROLE_FORBIDDEN}
    assert world.journal("approval.shown") == []
    assert world.read_and_approve(ticket.digest).released


def test_a_caller_without_a_sign_in_gets_no_page(world: DeskWorld) -> None:
    """A decision names a sign-in session; without one there is nothing to name."""
    ticket = world.pending()
    nameless = world.caller("approver-1").model_copy(update={"auth_session_id": None})
    with pytest.raises(InputError) as caught:
        show(world.ctx, nameless, ticket.digest)
    assert caught.value.code == "AUTH_SESSION_NEEDED"


def test_a_changed_quantity_is_refused_and_burns_the_page(world: DeskWorld) -> None:
    """A forged ticket has another digest; the page is spent, a new one serves the real ticket."""
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(3)
    forged = OrderTicket.model_validate({**dict(ticket), "quantity": ticket.quantity * 10})
    refused = world.approve(page, shown_digest=forged.digest)
    assert codes(refused.denials) == {Reason.APPROVAL_DIGEST}
    assert refused.approval is None
    assert codes(world.approve(page).denials) == {Reason.APPROVAL_USED}
    assert outbox(world) == []
    assert [row.kind for row in world.journal("approval.refused")] == ["approval.refused"] * 2
    assert world.read_and_approve(ticket.digest).released


def test_a_tampered_row_is_refused(world: DeskWorld) -> None:
    """Whoever edits the stored bytes changes the digest: the approval does not fit any more."""
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(3)
    bigger = OrderTicket.model_validate({**dict(ticket), "quantity": Decimal("0.016")})
    _overwrite(world, bigger)
    assert codes(world.approve(page).denials) == {Reason.APPROVAL_DIGEST}
    _overwrite(world, ticket)
    assert world.read_and_approve(ticket.digest).released


def test_a_row_tampered_after_the_approval_is_refused(world: DeskWorld) -> None:
    """Approved, held back by a price, then edited: the release compares the digests again."""
    ticket = world.pending()
    world.gateway.drop("BTC/USDT")
    held = world.read_and_approve(ticket.digest)
    assert held.approval is not None
    assert not held.released
    world.gateway.set(quote())
    _overwrite(world, OrderTicket.model_validate({**dict(ticket), "quantity": Decimal("0.016")}))
    refused = release(world.ctx, world.caller("trader-1"), ticket.digest)
    assert Reason.APPROVAL_DIGEST in codes(refused.denials)
    _overwrite(world, ticket)
    assert release(world.ctx, world.caller("trader-1"), ticket.digest).denials == ()


def _overwrite(world: DeskWorld, ticket: OrderTicket) -> None:
    with world.db.write() as work:
        work.connection.exec_driver_sql("DROP TRIGGER IF EXISTS tickets_fixed")
        work.connection.exec_driver_sql("UPDATE tickets SET intent = ?", (ticket.intent.decode(),))
        work.journal("eve", "did", {})


def test_a_page_must_be_read(world: DeskWorld) -> None:
    """Under three seconds from the showing it is refused and the page stays good."""
    page = world.shown(world.pending().digest)
    world.advance(2.999)
    assert codes(world.approve(page).denials) == {Reason.APPROVAL_DWELL}
    world.advance(0.001)
    assert world.approve(page).released


def test_a_nonce_serves_one_decision_of_one_person_in_one_session(world: DeskWorld) -> None:
    """Neither a colleague nor another device may use it; its owner may, once."""
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(3)
    assert codes(world.approve(page, by="approver-2").denials) == {Reason.APPROVAL_CREDENTIAL}
    again = world.shown(ticket.digest)
    world.advance(3)
    elsewhere = world.caller("approver-1", device="phone")
    asked = Asked(ticket.digest, again.nonce, "approve")
    refused = decide(world.ctx, elsewhere, ticket.digest, asked)
    assert codes(refused.denials) == {Reason.APPROVAL_CREDENTIAL}
    assert world.read_and_approve(ticket.digest).released


def test_a_page_of_one_ticket_does_not_decide_another(world: DeskWorld) -> None:
    """A nonce is bound to its ticket."""
    first = world.pending()
    second = world.pending(bar_close=NOW + timedelta(hours=1), risk_fraction=0.001)
    page = world.shown(first.digest)
    world.advance(3)
    asked = Asked(second.digest, page.nonce, "approve")
    refused = decide(world.ctx, world.caller("approver-1"), second.digest, asked)
    assert codes(refused.denials) == {Reason.APPROVAL_CREDENTIAL}
    assert world.read_and_approve(second.digest).released


def test_an_approval_needs_a_fresh_password(world: DeskWorld) -> None:
    """Five minutes after the password it is asked for again; rejecting is not."""
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(3)
    old = world.caller("approver-1").model_copy(
        update={"proved_at": world.clock.now() - timedelta(seconds=300, milliseconds=1)}
    )
    asked = Asked(ticket.digest, page.nonce, "approve")
    assert codes(decide(world.ctx, old, ticket.digest, asked).denials) == {Reason.AUTH_STEP_UP}
    rejected = decide(world.ctx, old, ticket.digest, replace(asked, choice="reject"))
    assert (rejected.state, rejected.denials) == (TicketState.REJECTED, ())


@pytest.mark.parametrize(("seconds", "released"), [(119.9, True), (120.001, False)])
def test_an_approval_comes_in_time_or_not(
    world: DeskWorld, seconds: float, *, released: bool
) -> None:
    """At the last moment it passes; a millisecond after the end it is expired."""
    page = world.shown(world.pending().digest)
    world.advance(seconds)
    decided = world.approve(page)
    assert decided.released is released
    assert codes(decided.denials) == (set() if released else {Reason.APPROVAL_EXPIRED})


def test_a_clock_that_is_set_back_revives_nothing(world: DeskWorld) -> None:
    """The newest time in the journal counts: an expired ticket stays expired."""
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(121)
    world.shown(ticket.digest)  # leaves a journal row of that time
    world.advance(-60)
    assert codes(world.approve(page).denials) == {Reason.APPROVAL_EXPIRED}


def test_a_rejected_ticket_stays_rejected(world: DeskWorld) -> None:
    """No approval after a rejection, and the rejection is signed too."""
    ticket = world.pending()
    rejected = world.approve(world.shown(ticket.digest), choice="reject")
    assert rejected.approval is not None
    assert rejected.approval.approval.decision == "reject"
    late = world.read_and_approve(ticket.digest, by="approver-2")
    assert codes(late.denials) == {Reason.APPROVAL_USED}
    assert outbox(world) == []


def test_a_second_thought_rejects_what_was_approved_but_not_released(world: DeskWorld) -> None:
    """An approval that waits for a price can still be taken back by a rejection."""
    ticket = world.pending()
    world.gateway.drop("BTC/USDT")
    assert not world.read_and_approve(ticket.digest).released
    assert world.approve(world.shown(ticket.digest), choice="reject").state is TicketState.REJECTED
    world.gateway.set(quote())
    refused = release(world.ctx, world.caller("trader-1"), ticket.digest)
    assert Reason.APPROVAL_USED in codes(refused.denials)


def test_nobody_decides_without_end(world: DeskWorld) -> None:
    """After twenty decisions of a day a person approves nothing more; a colleague does."""
    for number in range(20):
        trader = world.caller("trader-1")
        idea = signal(risk_fraction=0.001 + number / 100_000)
        made = propose(world.ctx, trader, Proposal(idea, f"idea-{number}")).ticket
        assert made is not None
        world.approve(world.shown(made.digest), choice="reject")
    ticket = world.pending()
    tired = world.read_and_approve(ticket.digest)
    assert codes(tired.denials) == {Reason.APPROVAL_DAY_CAP}
    assert world.read_and_approve(ticket.digest, by="approver-2").released


def test_who_proposes_does_not_approve_in_a_team(world: DeskWorld, solo: DeskWorld) -> None:
    """A person with both roles needs a colleague; one person alone decides."""
    mine = world.propose(by="solo-1").ticket
    assert mine is not None
    assert codes(world.read_and_approve(mine.digest, by="solo-1").denials) == {Reason.APPROVAL_SELF}
    assert world.read_and_approve(mine.digest).released
    assert solo is not world


def test_one_person_alone_signs_off(solo: DeskWorld) -> None:
    """In a one-person installation proposer and approver are the same."""
    mine = solo.propose(by="solo-1").ticket
    assert mine is not None
    assert solo.read_and_approve(mine.digest, by="solo-1").released


def test_a_release_without_an_approval_is_refused(world: DeskWorld) -> None:
    """Text is no approval; nor is somebody else's."""
    ticket = world.pending()
    refused = release(world.ctx, world.caller("trader-1"), ticket.digest)
    assert codes(refused.denials) == {Reason.APPROVAL_MISSING}
    assert outbox(world) == []
    assert world.journal("release.refused")[0].actor == "trader-1"
    assert world.read_and_approve(ticket.digest).released


def test_a_release_happens_once(world: DeskWorld) -> None:
    """Again with the same approval: APPROVAL_USED, and still one row in the outbox."""
    ticket = world.pending(max_position_fraction=0.05)
    world.read_and_approve(ticket.digest)
    for name in ("trader-1", "approver-1"):
        again = release(world.ctx, world.caller(name), ticket.digest)
        assert Reason.APPROVAL_USED in codes(again.denials)
    assert len(outbox(world)) == 1
    other = world.pending(bar_close=NOW + timedelta(hours=1), risk_fraction=0.001)
    assert world.read_and_approve(other.digest).released
    assert len(outbox(world)) == 2


Spoil = Callable[[DeskWorld], object]

BETWEEN: dict[str, tuple[Reason, Spoil]] = {
    "the price is gone": (
        Reason.PRICE_REFERENCE_MISSING, lambda w: w.gateway.drop("BTC/USDT"),
    ),
    "the price is old": (
        Reason.PRICE_STALE, lambda w: w.gateway.advance_to(NOW + timedelta(seconds=6)),
    ),
    "the price moved up": (Reason.PRICE_DRIFT, lambda w: w.gateway.set(quote("60301"))),
    "the price moved down": (Reason.PRICE_DRIFT, lambda w: w.gateway.set(quote("59699"))),
    "trading was halted": (
        Reason.STATE_HALTED, lambda w: kill(w.ctx, w.caller("viewer-1"), "drill"),
    ),
    "the certificate was revoked": (
        Reason.CERT_REVOKED, lambda w: w.certificates.withdrawn.add(CERTIFICATE.digest),
    ),
    "the gateway went silent": (
        Reason.STORE_UNAVAILABLE,
        lambda w: setattr(w.gateway, "alive_at", w.clock.now() - timedelta(seconds=6)),
    ),
    "the gateway never spoke": (
        Reason.STORE_UNAVAILABLE, lambda w: setattr(w.gateway, "alive_at", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BETWEEN)
def test_what_changed_since_the_showing_refuses_the_release(world: DeskWorld, name: str) -> None:
    """The world is read again inside the release; unchanged, the same ticket goes out."""
    code, spoil = BETWEEN[name]
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(3)
    spoil(world)
    decided = world.approve(page)
    assert code in codes(decided.denials)
    assert not decided.released
    assert outbox(world) == []


def approved_but_held(world: DeskWorld) -> str:
    """A ticket that was approved while there was no price; the price is back."""
    ticket = world.pending()
    world.gateway.drop("BTC/USDT")
    held = world.read_and_approve(ticket.digest)
    assert held.approval is not None
    assert held.state is TicketState.PENDING
    world.gateway.set(quote())
    return ticket.digest


AFTERWARDS: dict[str, tuple[Reason | None, Spoil]] = {
    "nothing": (None, lambda w: w),
    "the approver lost the role": (
        Reason.APPROVAL_ROLE_REVOKED,
        lambda w: change_roles(
            w.db, person_id="approver-1", roles=[Role.VIEWER], active=True, actor="admin-1"
        ),
    ),
    "the approver was switched off": (
        Reason.APPROVAL_ROLE_REVOKED,
        lambda w: change_roles(
            w.db, person_id="approver-1", roles=[Role.APPROVER], active=False, actor="admin-1"
        ),
    ),
    "the approver has a new password": (
        Reason.APPROVAL_CREDENTIAL,
        lambda w: change_password(
            w.db, CHEAP, person_id="approver-1", password="x" * 12, actor="admin-1"
        ),
    ),
    "the limits changed": (
        Reason.APPROVAL_LIMITS_CHANGED,
        lambda w: setattr(w, "ctx", replace(w.ctx, limits=PROFILES["moderate"])),
    ),
    "time ran out": (Reason.APPROVAL_EXPIRED, lambda w: w.advance(118)),
    "trading was killed": (
        Reason.STATE_HALTED, lambda w: kill(w.ctx, w.caller("viewer-1"), "drill"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AFTERWARDS)
def test_what_changed_since_the_approval_refuses_the_release(world: DeskWorld, name: str) -> None:
    """Roles, password, limits, time and state are read now, not at the approval."""
    code, spoil = AFTERWARDS[name]
    digest = approved_but_held(world)
    spoil(world)
    done = release(world.ctx, world.caller("trader-1"), digest)
    if code is None:
        assert done.outbox_n == 1
    else:
        assert code in codes(done.denials)
        assert outbox(world) == []


@pytest.mark.parametrize("name", ["viewer-1", "risk-1", "admin-1", "copilot"])
def test_not_everybody_may_ask_for_a_release(world: DeskWorld, name: str) -> None:
    """Traders and approvers may; nobody else triggers anything."""
    digest = approved_but_held(world)
    who = COPILOT if name == "copilot" else world.caller(name)
    assert codes(release(world.ctx, who, digest).denials) == {Reason.ROLE_FORBIDDEN}
    assert release(world.ctx, world.caller("trader-2"), digest).denials == ()


def test_an_unreadable_gateway_denies(world: DeskWorld) -> None:
    """What the gateway does not answer is unknown, not zero."""

    class Silent(FixedGateway):
        """A gateway whose store does not answer."""

        def quote(self, symbol: str) -> Quote | None:
            """Nothing, for any symbol."""
            raise UnavailableError("STORE_UNAVAILABLE", symbol)

        def heartbeat(self) -> None:
            """Nothing either."""
            raise UnavailableError("STORE_UNAVAILABLE", "no answer")

    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.advance(3)
    world.ctx = replace(world.ctx, gateway=Silent())
    decided = world.approve(page)
    assert codes(decided.denials) == {
        Reason.LIMIT_UNKNOWN, Reason.PRICE_REFERENCE_MISSING, Reason.STORE_UNAVAILABLE,
    }  # fmt: skip
    world.ctx = replace(world.ctx, gateway=world.gateway)
    assert release(world.ctx, world.caller("approver-1"), ticket.digest).outbox_n == 1


def test_every_refusal_is_in_the_journal(world: DeskWorld) -> None:
    """Codes and digest of each refused try, in an intact chain, and nothing secret."""
    ticket = world.pending()
    page = world.shown(ticket.digest)
    world.approve(page)
    world.approve(replace(page, nonce="f" * 32))
    rows = world.journal("approval.refused")
    found = [{one["code"] for one in json.loads(row.payload)["denials"]} for row in rows]
    assert found == [{"APPROVAL_CREDENTIAL"}, {"APPROVAL_DWELL"}]
    assert all(json.loads(row.payload)["ticket_digest"] == ticket.digest for row in rows)
    assert world.db.verify().ok


def test_an_unknown_ticket_is_unknown(world: DeskWorld) -> None:
    """To everybody who may ask, for every verb."""
    approver = world.caller("approver-1")
    asked = Asked("ff" * 32, "0" * 32, "approve")

    def decide_it() -> Decided:
        return decide(world.ctx, approver, "ff" * 32, asked)

    for act in (
        decide_it,
        lambda: show(world.ctx, approver, "ff" * 32),
        lambda: release(world.ctx, approver, "ff" * 32),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert caught.value.code == "TICKET_UNKNOWN"


def test_the_limits_of_the_ticket_are_the_limits_in_force(world: DeskWorld) -> None:
    """The version is part of what is signed."""
    decided = world.read_and_approve(world.pending().digest)
    assert decided.approval is not None
    assert decided.approval.approval.limits_version == LIMITS.version
