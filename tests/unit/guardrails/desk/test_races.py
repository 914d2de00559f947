"""Races on a real file: two approvals, two releases, a kill in between; one order at most."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.records import parse_record
from guardrails.approvals import Asked
from guardrails.desk.halting import kill
from guardrails.desk.sign_off import Decided, Released, decide, release
from guardrails.desk.ticketing import Proposal, propose
from guardrails.reasons import Reason
from guardrails.store.outbox import OutboxReader
from guardrails.tickets import OrderTicket, Release
from tests.desk_world import NOW, DeskWorld, codes, quote, signal

ROUNDS = 50


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each in a thread of its own; their answers in order."""
    gate = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        gate.wait()
        answers[index] = act()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def idea(world: DeskWorld, number: int) -> OrderTicket:
    """A pending ticket of its own lineage, small enough that fifty of them fit."""
    small = signal(risk_fraction=0.00005, bar_close=NOW + timedelta(hours=number))
    made = propose(world.ctx, world.caller("trader-1"), Proposal(small, f"idea-{number}"))
    assert made.ticket is not None
    assert made.denials == ()
    return made.ticket


def releases_of(world: DeskWorld, digest: str) -> int:
    """How often a ticket stands in the outbox."""
    rows = OutboxReader(world.db).after(0)
    return sum(parse_record(Release, row.payload).ticket_digest == digest for row in rows)


def settled(world: DeskWorld, number: int) -> None:
    """A new day, so that caps and limits do not fill up between rounds."""
    world.advance(86_400)
    world.gateway.set(quote(time=NOW + timedelta(days=number + 1)))


def test_two_approvals_at_once_release_exactly_once(world: DeskWorld) -> None:
    """Fifty rounds of two approvers on one ticket, each with a page of their own."""
    for number in range(ROUNDS):
        ticket = idea(world, number)
        pages = {name: world.shown(ticket.digest, name) for name in ("approver-1", "approver-2")}
        world.advance(3)

        def approve(name: str, digest: str = ticket.digest, pages: dict = pages) -> Decided:  # type: ignore[type-arg]  # name -> page
            asked = Asked(digest, pages[name].nonce, "approve")
            return decide(world.ctx, world.caller(name), digest, asked)

        answers = together(lambda: approve("approver-1"), lambda: approve("approver-2"))
        decided = [answer for answer in answers if isinstance(answer, Decided)]
        assert sorted(one.released for one in decided) == [False, True], decided
        (loser,) = [one for one in decided if not one.released]
        assert Reason.APPROVAL_USED in codes(loser.denials)
        assert releases_of(world, ticket.digest) == 1
        settled(world, number)
    assert len(world.journal("ticket.released")) == ROUNDS
    assert world.db.verify().ok


@pytest.mark.parametrize("others", [2, 4])
def test_releases_at_once_release_exactly_once(world: DeskWorld, others: int) -> None:
    """One approval, several releases of it at the same moment."""
    for number in range(5):
        ticket = idea(world, number)
        world.gateway.drop("BTC/USDT")
        assert not world.read_and_approve(ticket.digest).released
        world.gateway.set(quote(time=NOW + timedelta(days=number)))

        def go(digest: str = ticket.digest) -> Released:
            return release(world.ctx, world.caller("trader-1"), digest)

        answers = together(*[go] * others)
        done = [one for one in answers if isinstance(one, Released) and one.outbox_n is not None]
        assert len(done) == 1
        assert releases_of(world, ticket.digest) == 1
        settled(world, number)


def test_one_page_sent_twice_at_once_decides_once(world: DeskWorld) -> None:
    """A double click is one decision."""
    ticket = idea(world, 0)
    page = world.shown(ticket.digest)
    world.advance(3)
    answers = together(*[lambda: world.approve(page)] * 3)
    recorded = [one for one in answers if isinstance(one, Decided) and one.approval is not None]
    assert len(recorded) == 1
    assert len(world.journal("approval.recorded")) == 1
    assert releases_of(world, ticket.digest) == 1


def test_a_kill_against_an_approval_ends_halted(world: DeskWorld) -> None:
    """Whoever is first: afterwards nothing more is released, and the journal says which it was."""
    for number in range(10):
        fresh = DeskWorld(world.folder / str(number))
        ticket = idea(fresh, 0)
        page = fresh.shown(ticket.digest)
        fresh.advance(3)
        together(
            lambda page=page, desk=fresh: desk.approve(page),  # type: ignore[misc]  # bound now
            lambda desk=fresh: kill(desk.ctx, desk.caller("viewer-1"), "drill"),  # type: ignore[misc]  # bound now
        )
        released = releases_of(fresh, ticket.digest)
        order = [row.kind for row in reversed(fresh.journal())]
        if released:
            assert order.index("ticket.released") < order.index("state.tightened")
        late = release(fresh.ctx, fresh.caller("trader-1"), ticket.digest)
        assert Reason.STATE_HALTED in codes(late.denials)
        assert releases_of(fresh, ticket.digest) == released
        fresh.close()


def test_two_tickets_at_once_share_the_room(world: DeskWorld) -> None:
    """Each fits alone, both together do not: the second release sees the first one's room taken."""
    first = world.pending(max_position_fraction=0.08)
    second = propose(
        world.ctx, world.caller("trader-2"),
        Proposal(signal(max_position_fraction=0.07, bar_close=NOW + timedelta(hours=1)), "other"),
    ).ticket  # fmt: skip
    assert second is not None
    pages = [world.shown(first.digest, "approver-1"), world.shown(second.digest, "approver-2")]
    world.advance(3)
    answers = together(
        lambda: world.approve(pages[0], "approver-1"), lambda: world.approve(pages[1], "approver-2")
    )
    decided = [one for one in answers if isinstance(one, Decided)]
    assert sorted(one.released for one in decided) == [False, True]
    (loser,) = [one for one in decided if not one.released]
    assert codes(loser.denials) == {Reason.LIMIT_SYMBOL_EXPOSURE}
