"""The gateway as witness: nothing is sent that is not signed, nothing starts on changed history."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import IntegrityError
from guardrails.desk.auditing import place_of, verify_files
from guardrails.desk.folders import Folders
from guardrails.store.anchors import Anchor, AnchorFile
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState
from guardrails.wire import Ack, WireOrder
from tests.audit_world import Insider
from tests.gateway_faults import Passing
from tests.gateway_world import Opener, World, release, ticket


def anchors(world: World, chain: str) -> tuple[Anchor, ...]:
    """What the gateway signed of a chain."""
    return AnchorFile(place_of(Folders(world.root)).folder, chain, "gateway").read()


class Watching(Passing):
    """A venue that looks at the anchors when an order comes."""

    def __init__(self, real: Passing, world: World) -> None:
        """Look at this world."""
        super().__init__(real)  # type: ignore[arg-type]  # a venue
        self._world = world
        self.heads: list[tuple[str, str]] = []

    def send(self, order: WireOrder) -> Ack:
        """Compare what is signed with what the journals end with."""
        for chain in ("desk", "gateway"):
            signed = anchors(self._world, chain)[-1].head
            found = verify_files(Folders(self._world.root), self._world.clock)
            head = next(one.head for one in found.chains if one.chain == chain)
            self.heads.append((chain, "signed" if signed == head else f"{signed} {head}"))
        return super().send(order)


def test_a_release_and_its_send_are_signed_before_the_venue_hears_of_it(
    world: World, opened: Opener
) -> None:
    """At the moment of the send both journals are anchored; the gateway's but for that anchor."""
    plain = opened()
    venue = Watching(plain.context.venue, world)  # type: ignore[arg-type]  # a venue
    gateway = opened(venue=venue)
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    (order, *_) = gateway.context.view.orders()
    assert order.state is not OrderState.DENIED
    assert venue.heads[:2] == [("desk", "signed"), ("gateway", "signed")]


def test_a_release_that_was_taken_back_is_missed(world: World, opened: Opener) -> None:
    """The desk's rows after the send are cut off: the audit names the first one that is gone."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    assert verify_files(Folders(world.root), world.clock).ok
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER journal_no_delete")
        insider.exec_driver_sql("DELETE FROM journal WHERE kind = 'ticket.released'")
    found = verify_files(Folders(world.root), world.clock)
    assert (found.first_bad, found.chains[0].code) == ("desk:2", "AUDIT_ANCHOR_MISMATCH")


def test_without_a_place_for_the_anchor_nothing_is_sent(world: World, opened: Opener) -> None:
    """A folder of anchors that takes nothing stops the send until it is back."""
    gateway = opened()
    world.replay(0)
    world.run(gateway)
    folder = place_of(Folders(world.root)).folder
    away = folder.with_name("away")
    folder.rename(away)
    folder.write_text("in the way")
    world.put(release(ticket()))
    world.run(gateway)
    assert gateway.context.view.orders() == ()
    folder.unlink()
    away.rename(folder)
    world.run(gateway)
    (order, *_) = gateway.context.view.orders()
    assert order.state is not OrderState.DENIED


def _tail_cut(root: Path) -> None:
    with Insider(root / "gateway.db") as insider:
        insider.run("DELETE FROM journal WHERE n > 2")


def _edited(root: Path) -> None:
    with Insider(root / "gateway.db") as insider:
        insider.run("UPDATE journal SET actor = 'x' WHERE n = 2")


def _forged(root: Path) -> None:
    path = root / "anchors" / "gateway.gateway.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines).replace('"n":', '"n":1', 1))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_tail_cut, "AUDIT_ANCHOR_MISMATCH"), (_edited, "AUDIT_BROKEN"),
        (_forged, "AUDIT_ANCHOR_MISMATCH"), (None, None),
    ],
)  # fmt: skip
def test_a_changed_journal_of_our_own_stops_the_start(
    world: World, change: object, code: str | None
) -> None:
    """Refused with the code and the latch HALTED; untouched it starts."""
    gateway = world.gateway()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    gateway.close()
    if change is None:
        world.gateway().close()
        assert world.latch.state() is TradingState.ACTIVE
        return
    assert callable(change)
    change(world.root)
    with pytest.raises(IntegrityError) as caught:
        world.gateway()
    assert caught.value.code == code
    assert world.latch.state() is TradingState.HALTED


def test_a_desk_that_lost_signed_rows_halts_the_gateway(world: World, opened: Opener) -> None:
    """The gateway that runs on sees it at its next look."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER journal_no_delete")
        insider.exec_driver_sql("DELETE FROM journal WHERE n = 2")
    gateway.turn()
    assert world.latch.state() is TradingState.HALTED
    (note,) = world.journal(gateway, "gateway.tightened")
    assert (note["code"], note["detail"]) == ("AUDIT_BROKEN", "desk:2")


def test_an_old_row_that_was_changed_denies_the_next_release(world: World, opened: Opener) -> None:
    """Rows that were verified long ago are read again before a send."""
    gateway = opened()
    world.replay(0)
    world.run(gateway)
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER journal_no_update")
        insider.exec_driver_sql("UPDATE journal SET actor = 'x' WHERE n = 1")
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert "AUDIT_BROKEN" in {denial.code.value for denial in order.denials}
