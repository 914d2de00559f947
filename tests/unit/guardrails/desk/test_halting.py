"""Kill and re-arm: anybody stops at once, nobody starts again alone, in a hurry or by accident."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from engine.errors import UnavailableError
from engine.market import Side
from guardrails.desk.halting import (
    cancel_rearm,
    confirm_rearm,
    current_state,
    kill,
    notice,
    request_rearm,
    tighten,
    watch_loss,
)
from guardrails.desk.ticketing import Proposal, propose
from guardrails.latch import Halt
from guardrails.reasons import Reason
from guardrails.store import halts, tickets
from guardrails.store.database import Database
from guardrails.tickets import TicketState
from guardrails.trading_state import TradingState
from tests.desk_world import COPILOT, NOW, DeskWorld, codes, exit_signal, fill, quote, signal

ACTIVE, REDUCING, HALTED = TradingState
DAY = 86_400


def state_of(world: DeskWorld, digest: str) -> TicketState:
    """The stored state of a ticket."""
    with world.db.read() as connection:
        stored = tickets.find(connection, digest)
    assert stored is not None
    return stored.state


def halted(world: DeskWorld) -> DeskWorld:
    """The same world after a kill."""
    assert kill(world.ctx, world.caller("viewer-1"), "drill").state is HALTED
    return world


@pytest.mark.parametrize("name", ["viewer-1", "trader-1", "approver-1", "risk-1", "admin-1"])
def test_every_signed_in_person_may_stop(world: DeskWorld, name: str) -> None:
    """The latch has a file, the database a state, the journal a row."""
    killed = kill(world.ctx, world.caller(name), "something\nis wrong")
    assert (killed.state, killed.journalled, killed.denials) == (HALTED, True, ())
    (halt,) = world.latch.halts()
    assert (halt.actor, halt.reason) == (name, "something is wrong")
    (row,) = world.journal("state.tightened")
    assert row.actor == name
    assert current_state(world.ctx) is HALTED


def test_the_copilot_may_not_stop(world: DeskWorld) -> None:
    """It would be a denial of service; a viewer may."""
    refused = kill(world.ctx, COPILOT, "injected")
    assert codes(refused.denials) == {Reason.ROLE_FORBIDDEN}
    assert refused.state is ACTIVE
    assert world.latch.halts() == ()
    assert halted(world)


def test_a_kill_voids_what_waits(world: DeskWorld) -> None:
    """Pending tickets are void, and the next one is denied."""
    ticket = world.pending()
    killed = kill(world.ctx, world.caller("viewer-1"), "drill")
    assert killed.voided == (ticket.digest,)
    assert state_of(world, ticket.digest) is TicketState.VOID
    assert Reason.STATE_HALTED in codes(world.propose().denials)


def test_reducing_voids_entries_and_keeps_exits(world: DeskWorld) -> None:
    """What takes risk away may still be approved."""
    bought = world.pending(max_position_fraction=0.05)
    assert world.read_and_approve(bought.digest).released
    world.gateway.booked.append(fill(ticket_digest=bought.digest, quantity=bought.quantity))
    world.advance(301)
    way_out = propose(world.ctx, world.caller("trader-1"), Proposal(exit_signal(), "x")).ticket
    way_in = propose(
        world.ctx, world.caller("trader-1"), Proposal(signal(risk_fraction=0.001), "lineage-2")
    ).ticket
    assert way_out is not None
    assert way_in is not None
    reduced = kill(world.ctx, world.caller("viewer-1"), "careful", REDUCING)
    assert (reduced.state, reduced.voided) == (REDUCING, (way_in.digest,))
    assert world.read_and_approve(way_out.digest).released


def test_a_dead_database_does_not_stop_a_kill(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latch is written first; the desk takes the halt over when its store answers again."""

    def dead(self: Database) -> None:
        raise UnavailableError("STORE_UNAVAILABLE", f"{self.chain} does not answer")

    ticket = world.pending()
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", dead)
        killed = tighten(world.ctx, "viewer-1", "drill", HALTED)
    assert (killed.state, killed.journalled) == (HALTED, False)
    assert current_state(world.ctx) is HALTED
    taken = notice(world.ctx)
    assert taken is not None
    assert taken.voided == (ticket.digest,)
    assert notice(world.ctx) is None


def test_a_halt_from_outside_is_taken_over(world: DeskWorld) -> None:
    """`peak kill` writes only the latch; the desk voids and journals it once."""
    ticket = world.pending()
    assert notice(world.ctx) is None
    world.latch.trip(Halt(state=HALTED, actor="peak-kill", reason="drill", at=NOW))
    assert state_of(world, ticket.digest) is TicketState.PENDING
    assert notice(world.ctx) is not None
    assert state_of(world, ticket.digest) is TicketState.VOID
    assert len(world.journal("state.tightened")) == 1


def test_a_lost_latch_file_does_not_start_trading(world: DeskWorld) -> None:
    """The database remembers a halt whose file was deleted, over a restart too."""
    halted(world)
    for name in world.latch.names():
        (world.folder / "halt" / name).unlink()
    assert world.latch.state() is ACTIVE
    assert current_state(world.ctx) is HALTED


def test_a_team_rearms_step_by_step(world: DeskWorld) -> None:
    """A risk officer asks, another person confirms to REDUCING, the first one to ACTIVE."""
    halted(world)
    risk, second = world.caller("risk-1"), world.caller("approver-2")
    assert request_rearm(world.ctx, risk, "reconciled, cause found").denials == ()
    assert current_state(world.ctx) is HALTED
    assert confirm_rearm(world.ctx, second).state is REDUCING
    assert Reason.STATE_REDUCING in codes(world.propose().denials)
    assert confirm_rearm(world.ctx, risk).state is ACTIVE
    assert world.propose().denials == ()
    assert world.latch.halts() == ()
    assert [row.kind for row in world.journal() if row.kind.startswith("rearm")] == [
        "rearm.confirmed", "rearm.confirmed", "rearm.requested",
    ]  # fmt: skip
    assert world.db.verify().ok


def test_nobody_rearms_alone_in_a_team(world: DeskWorld) -> None:
    """Neither at once nor the day after, nor with a fresh sign-in; a second person may."""
    halted(world)
    assert request_rearm(world.ctx, world.caller("risk-1"), "all well").denials == ()
    for _ in range(2):
        alone = confirm_rearm(world.ctx, world.caller("risk-1", device="phone"))
        assert codes(alone.denials) == {Reason.STATE_REARM_DENIED}
        assert alone.state is HALTED
        world.advance(DAY)
    assert confirm_rearm(world.ctx, world.caller("approver-1")).state is REDUCING
    once_more = confirm_rearm(world.ctx, world.caller("approver-1"))
    assert codes(once_more.denials) == {Reason.STATE_REARM_DENIED}
    assert once_more.state is REDUCING


@pytest.mark.parametrize("name", ["viewer-1", "trader-1", "approver-1", "admin-1", "copilot"])
def test_only_a_risk_officer_asks(world: DeskWorld, name: str) -> None:
    """Every other role is refused."""
    halted(world)
    who = COPILOT if name == "copilot" else world.caller(name)
    assert codes(request_rearm(world.ctx, who, "please").denials) == {Reason.ROLE_FORBIDDEN}
    assert request_rearm(world.ctx, world.caller("risk-1"), "cause found").denials == ()


@pytest.mark.parametrize("name", ["viewer-1", "trader-1", "admin-1", "copilot"])
def test_not_everybody_confirms(world: DeskWorld, name: str) -> None:
    """Approvers and risk officers only."""
    halted(world)
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    who = COPILOT if name == "copilot" else world.caller(name)
    assert codes(confirm_rearm(world.ctx, who).denials) == {Reason.ROLE_FORBIDDEN}
    assert current_state(world.ctx) is HALTED


def test_a_person_alone_waits_a_day(solo: DeskWorld) -> None:
    """The same person confirms twice, not before 24 hours have passed on the clock."""
    halted(solo)
    assert request_rearm(solo.ctx, solo.caller("solo-1"), "slept over it").denials == ()
    solo.advance(DAY - 1)
    early = confirm_rearm(solo.ctx, solo.caller("solo-1"))
    assert (early.state, codes(early.denials)) == (HALTED, {Reason.STATE_REARM_DENIED})
    solo.advance(1)
    assert confirm_rearm(solo.ctx, solo.caller("solo-1")).state is REDUCING
    assert confirm_rearm(solo.ctx, solo.caller("solo-1")).state is ACTIVE
    assert solo.latch.halts() == ()


def test_a_halt_after_the_request_voids_it(world: DeskWorld) -> None:
    """Whoever stops again is heard: the request is void, a new one is needed."""
    halted(world)
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    halted(world)
    refused = confirm_rearm(world.ctx, world.caller("approver-1"))
    assert codes(refused.denials) == {Reason.STATE_REARM_DENIED}
    request_rearm(world.ctx, world.caller("risk-1"), "both causes found")
    assert confirm_rearm(world.ctx, world.caller("approver-1")).state is REDUCING


def test_a_halt_from_outside_after_the_request_is_not_lifted(world: DeskWorld) -> None:
    """A file that the persons did not know of refuses the confirmation."""
    halted(world)
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    world.latch.trip(Halt(state=HALTED, actor="peak-kill", reason="again", at=NOW))
    refused = confirm_rearm(world.ctx, world.caller("approver-1"))
    assert (refused.state, codes(refused.denials)) == (HALTED, {Reason.STATE_REARM_DENIED})
    with world.db.read() as connection:
        assert halts.open_request(connection) is None
    assert request_rearm(world.ctx, world.caller("risk-1"), "that one too").denials == ()
    assert confirm_rearm(world.ctx, world.caller("approver-1")).state is REDUCING


def test_a_halt_while_confirming_stays(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill that lands after the checks and before the files go is not removed with them."""
    halted(world)
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    clear = type(world.latch).clear

    def late(latch: object, keep: TradingState, known: frozenset[str]) -> int:
        world.latch.trip(Halt(state=HALTED, actor="peak-kill", reason="late", at=NOW))
        return clear(latch, keep, known)  # type: ignore[arg-type]  # the latch itself

    with monkeypatch.context() as patch:
        patch.setattr(type(world.latch), "clear", late)
        assert confirm_rearm(world.ctx, world.caller("approver-1")).state is HALTED
    assert [halt.reason for halt in world.latch.halts() if halt.state is HALTED] == ["late"]


def test_anybody_cancels_a_request(world: DeskWorld) -> None:
    """One person is enough to stay stopped."""
    halted(world)
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    assert cancel_rearm(world.ctx, world.caller("viewer-1")).denials == ()
    refused = confirm_rearm(world.ctx, world.caller("approver-1"))
    assert codes(refused.denials) == {Reason.STATE_REARM_DENIED}
    assert codes(cancel_rearm(world.ctx, COPILOT).denials) == {Reason.ROLE_FORBIDDEN}


def test_the_checklist_wants_a_reason_and_a_fresh_password(world: DeskWorld) -> None:
    """Each missing item refuses; with both the request is filed."""
    halted(world)
    risk = world.caller("risk-1")
    assert codes(request_rearm(world.ctx, risk, " \n").denials) == {Reason.STATE_REARM_DENIED}
    world.advance(301)
    assert codes(request_rearm(world.ctx, risk, "cause found").denials) == {Reason.AUTH_STEP_UP}
    assert request_rearm(world.ctx, world.caller("risk-1"), "cause found").denials == ()


def test_a_broken_journal_refuses(world: DeskWorld) -> None:
    """Trading does not start again on records that somebody changed."""
    halted(world)
    with world.db.write() as work:
        work.connection.exec_driver_sql("DROP TRIGGER journal_no_update")
        work.connection.exec_driver_sql("UPDATE journal SET actor = 'nobody' WHERE n = 1")
        work.journal("eve", "did", {})
    refused = request_rearm(world.ctx, world.caller("risk-1"), "all well")
    assert codes(refused.denials) == {Reason.STATE_REARM_DENIED}
    assert dict(refused.denials[0].values) == {"first_bad": "1"}


def test_there_is_nothing_to_rearm_while_trading(world: DeskWorld) -> None:
    """A request in ACTIVE is refused and leaves nothing behind."""
    refused = request_rearm(world.ctx, world.caller("risk-1"), "why not")
    assert codes(refused.denials) == {Reason.STATE_REARM_DENIED}
    assert confirm_rearm(world.ctx, world.caller("approver-1")).state is ACTIVE
    assert current_state(world.ctx) is ACTIVE


def test_reducing_needs_one_confirmation(world: DeskWorld) -> None:
    """From REDUCING a request and one confirmation by another person lead to ACTIVE."""
    kill(world.ctx, world.caller("viewer-1"), "careful", REDUCING)
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    assert confirm_rearm(world.ctx, world.caller("approver-1")).state is ACTIVE


def test_a_rearm_voids_what_waited(world: DeskWorld) -> None:
    """A ticket from before the halt does not come back to life."""
    ticket = world.pending()
    world.latch.trip(Halt(state=HALTED, actor="peak-kill", reason="drill", at=NOW))
    request_rearm(world.ctx, world.caller("risk-1"), "cause found")
    assert state_of(world, ticket.digest) is TicketState.VOID


def test_the_days_loss_halts(world: DeskWorld) -> None:
    """Reaching the limit trips the latch with the figure; a smaller loss does not."""
    assert watch_loss(world.ctx) is None
    world.gateway.booked.append(fill(fee=Decimal("199.99")))
    world.gateway.set(quote())
    stopped = watch_loss(world.ctx)
    assert stopped is not None
    assert stopped.state is HALTED
    (row,) = world.journal("state.tightened")
    assert json.loads(row.payload)["reason"].startswith("LOSS_DAY: loss 49")
    assert watch_loss(world.ctx) is None


def test_a_small_loss_does_not_halt(world: DeskWorld) -> None:
    """Under the limit trading goes on."""
    world.gateway.booked.extend(
        [fill(fee=Decimal(100)), fill(2, side=Side.SELL, fee=Decimal(0), price=Decimal(60_100))]
    )
    assert watch_loss(world.ctx) is None
    assert current_state(world.ctx) is ACTIVE
