"""Tickets: proposed by a trader, judged by every rule, filed whatever comes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.errors import InputError
from guardrails.desk.ticketing import Proposal, expire, listing, propose, view
from guardrails.latch import Halt
from guardrails.ports import Quote
from guardrails.reasons import Denial, Reason
from guardrails.rules.faults import Faults
from guardrails.tickets import Fill, TicketState
from guardrails.trading_state import TradingState
from tests.desk_world import (
    CERTIFICATE,
    COPILOT,
    NOW,
    DeskWorld,
    codes,
    exit_signal,
    fill,
    signal,
)


def bought(world: DeskWorld) -> Fill:
    """The fill of a ticket that was proposed, approved and released."""
    released = world.pending()
    assert world.read_and_approve(released.digest).released
    made = fill(ticket_digest=released.digest, quantity=released.quantity)
    world.gateway.booked.append(made)
    return made


def test_a_good_signal_becomes_a_pending_ticket(world: DeskWorld) -> None:
    """It is filed under its digest, with its verdict, and the journal has its row."""
    proposed = world.propose()
    assert proposed.state is TicketState.PENDING
    assert proposed.denials == ()
    assert proposed.ticket is not None
    (row,) = listing(world.ctx, world.caller("trader-1"))
    assert (row.digest, row.state) == (proposed.ticket.digest, TicketState.PENDING)
    assert row.ticket == proposed.ticket
    assert row.verdict == proposed.verdict
    assert proposed.ticket.proposer_id == "trader-1"
    (entry,) = world.journal("ticket.proposed")
    assert json.loads(entry.payload)["ticket_digest"] == proposed.ticket.digest


@pytest.mark.parametrize("name", ["viewer-1", "approver-1", "risk-1", "admin-1", "copilot"])
def test_only_a_trader_proposes(world: DeskWorld, name: str) -> None:
    """Every other role is refused before its arguments are looked at; a trader is not."""
    who = COPILOT if name == "copilot" else world.caller(name)
    refused = propose(world.ctx, who, Proposal(signal(symbol="NOBODY"), "x"))
    assert codes(refused.denials) == {Reason.ROLE_FORBIDDEN}
    assert world.journal("role.refused")[0].actor == name
    assert propose(world.ctx, world.caller("trader-2"), Proposal(signal(), "x")).denials == ()


def test_a_denied_ticket_is_filed_too(world: DeskWorld) -> None:
    """With its codes, in the list and in the journal; without an exit it is denied."""
    proposed = world.propose(target_price=None)
    assert proposed.state is TicketState.DENIED
    assert codes(proposed.denials) == {Reason.STOP_EXIT_MISSING}
    (row,) = listing(world.ctx, world.caller("trader-1"))
    assert row.state is TicketState.DENIED
    (entry,) = world.journal("ticket.denied")
    assert [one["code"] for one in json.loads(entry.payload)["denials"]] == ["STOP_EXIT_MISSING"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda w: w.gateway.drop("BTC/USDT"), Reason.PRICE_REFERENCE_MISSING),
        (lambda w: w.certificates.withdrawn.add(CERTIFICATE.digest), Reason.CERT_REVOKED),
        (lambda w: w.clock.advance(91 * 86_400), Reason.CERT_EXPIRED),
        (lambda w: w.latch.trip(_halt(TradingState.HALTED)), Reason.STATE_HALTED),
        (lambda w: w.latch.trip(_halt(TradingState.REDUCING)), Reason.STATE_REDUCING),
    ],
    ids=["no quote", "revoked", "expired", "halted", "reducing"],
)
def test_the_world_of_now_is_asked(world: DeskWorld, spoil: object, code: Reason) -> None:
    """The same signal passes before and is denied after."""
    spoil(world)  # type: ignore[operator]  # the parameters above
    assert code in codes(world.propose().denials)


def _halt(state: TradingState) -> Halt:
    return Halt(state=state, actor="viewer-1", reason="drill", at=NOW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "ETH/USDT"}, Reason.INSTRUMENT_NOT_ALLOWED),
        ({"certificate_digest": "ff" * 32}, Reason.CERT_MISSING),
        ({"stop_price": None}, Reason.SIZING_UNBOUNDED),
    ],
)
def test_a_signal_without_a_size_leads_to_no_ticket(
    world: DeskWorld, changes: dict[str, object], code: Reason
) -> None:
    """Nothing is filed, the refusal is journalled, and the good signal passes."""
    refused = world.propose(**changes)
    assert refused.ticket is None
    assert codes(refused.denials) == {code}
    assert len(world.journal("ticket.denied")) == 1
    assert listing(world.ctx, world.caller("trader-1")) == ()
    assert world.propose().denials == ()


def test_the_trading_state_is_named_even_without_a_size(world: DeskWorld) -> None:
    """A killed desk says so, also when there would be no room anyway."""
    assert world.read_and_approve(world.pending().digest).released
    world.latch.trip(_halt(TradingState.HALTED))
    world.advance(301)
    full = world.propose()
    assert Reason.STATE_HALTED in codes(full.denials)
    assert full.ticket is None


def test_only_so_many_tickets_wait(world: DeskWorld) -> None:
    """The sixth is denied; after a decision there is room again."""
    waiting = [
        world.pending(bar_close=NOW.replace(minute=number), risk_fraction=0.001 + number / 10_000)
        for number in range(5)
    ]
    sixth = world.propose(risk_fraction=0.002, bar_close=NOW.replace(minute=7))
    assert codes(sixth.denials) == {Reason.APPROVAL_PENDING_CAP}
    page = world.shown(waiting[0].digest)
    assert world.approve(page, choice="reject").approval is not None
    again = propose(
        world.ctx, world.caller("trader-1"), Proposal(signal(risk_fraction=0.002), "lineage-2")
    )
    assert again.denials == ()


def test_a_rejected_idea_rests_for_an_hour(world: DeskWorld) -> None:
    """Same lineage, symbol and side: denied; another lineage, or an hour later: not."""
    rejected = world.pending()
    world.approve(world.shown(rejected.digest), choice="reject")
    assert codes(world.propose().denials) == {Reason.APPROVAL_COOLDOWN}
    other = propose(world.ctx, world.caller("trader-1"), Proposal(signal(), "lineage-2"))
    assert other.denials == ()
    world.advance(3_601)
    assert world.propose(bar_close=NOW.replace(minute=1)).denials == ()


def test_a_rejection_does_not_lock_a_position_in(world: DeskWorld) -> None:
    """An exit may be proposed again at once."""
    bought(world)
    trader = world.caller("trader-1")
    first = propose(world.ctx, trader, Proposal(exit_signal(), "lineage-1"))
    assert first.ticket is not None
    assert first.denials == ()
    world.approve(world.shown(first.ticket.digest), choice="reject")
    assert propose(world.ctx, trader, Proposal(exit_signal(), "lineage-1")).denials == ()


def test_the_same_signal_does_not_wait_twice(world: DeskWorld) -> None:
    """While one ticket of it is pending the second is a duplicate; after its time it is not."""
    first = world.pending()
    twin = world.propose()
    assert codes(twin.denials) == {Reason.ORDER_DUPLICATE}
    assert dict(twin.denials[0].values)["ticket"] == first.digest
    world.advance(121)
    assert world.propose().denials == ()


def test_what_was_released_counts_before_it_fills(world: DeskWorld) -> None:
    """Between release and fill the room is taken; a denied order gives it back."""
    released = world.pending()
    assert world.read_and_approve(released.digest).released
    world.advance(301)
    assert world.propose().ticket is None
    world.gateway.booked.append(fill(ticket_digest=released.digest, quantity=Decimal("0.00001")))
    small = world.propose()
    assert small.ticket is None


def test_an_undecided_ticket_expires(world: DeskWorld) -> None:
    """After its two minutes it is EXPIRED, with a journal row; before that it is not."""
    ticket = world.pending()
    world.advance(120)
    assert expire(world.ctx) == 0
    world.advance(0.001)
    assert expire(world.ctx) == 1
    (row,) = listing(world.ctx, world.caller("risk-1"))
    assert (row.digest, row.state) == (ticket.digest, TicketState.EXPIRED)
    assert len(world.journal("ticket.expired")) == 1


def test_a_ticket_is_read_with_the_rules_of_now(world: DeskWorld) -> None:
    """Its filed verdict stays; the fresh one sees that the price has gone."""
    ticket = world.pending()
    seen = view(world.ctx, world.caller("risk-1"), ticket.digest)
    assert not isinstance(seen, Denial)
    assert (seen.ticket, seen.fresh.denials) == (ticket, ())
    world.gateway.set(_moved())
    later = view(world.ctx, world.caller("risk-1"), ticket.digest)
    assert not isinstance(later, Denial)
    assert later.stored.verdict.allowed
    assert Reason.PRICE_DRIFT in codes(later.fresh.denials)


def _moved() -> Quote:
    return Quote(symbol="BTC/USDT", bid=Decimal(62_000), ask=Decimal(62_001), time=NOW)


def test_reading_needs_a_role(world: DeskWorld) -> None:
    """Viewer, admin and the copilot see no tickets; unknown digests are unknown to all."""
    ticket = world.pending()
    for who in (world.caller("viewer-1"), world.caller("admin-1"), COPILOT):
        assert listing(world.ctx, who) == ()
        assert isinstance(view(world.ctx, who, ticket.digest), Denial)
    with pytest.raises(InputError) as caught:
        view(world.ctx, world.caller("trader-1"), "ff" * 32)
    assert caught.value.code == "TICKET_UNKNOWN"


def test_tampered_bytes_are_not_read(world: DeskWorld) -> None:
    """The intent's column is fixed by a trigger; a file edited by force is found by its bytes."""
    ticket = world.pending()
    with world.db.write() as work:
        work.connection.exec_driver_sql("DROP TRIGGER tickets_fixed")
        work.connection.exec_driver_sql(
            'UPDATE tickets SET intent = replace(intent, \'"quantity":"0.01658"\','
            ' \'"quantity":"0.016580"\')'
        )
        work.journal("eve", "did", {})
    with pytest.raises(InputError) as caught:
        view(world.ctx, world.caller("trader-1"), ticket.digest)
    assert caught.value.code == Reason.INTENT_NOT_CANONICAL


@pytest.mark.parametrize(("tickets", "state"), [(59, "active"), (60, "halted")])
def test_many_denied_tickets_halt_trading(world: DeskWorld, tickets: int, state: str) -> None:
    """Sixty denied tickets in a minute are no bad luck; fifty-nine are."""
    world.ctx = replace(world.ctx, faults=Faults(world.clock))
    for _ in range(tickets):
        assert world.propose(target_price=None).state is TicketState.DENIED
    assert world.latch.state() is TradingState(state)
