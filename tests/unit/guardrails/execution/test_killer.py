"""The killer: latch first, then withdraw and read back; it says what it does not know."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine.clock import FixedClock
from engine.market import Side
from guardrails.execution import killer
from guardrails.execution.app import Gateway
from guardrails.execution.killer import Kill, kill, main
from guardrails.execution.paper import PaperVenue
from guardrails.store.paper_venue import PaperFile
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState
from tests.gateway_world import COSTS, NOW, QUIET, Opener, World, market, release, ticket


def killed(world: World, *, flatten: bool = False) -> Kill:
    """Kill without waiting between two reads."""
    return kill(world.root, "drill", FixedClock(NOW), flatten=flatten, pause=lambda _: None)


def working(world: World, opened: Opener) -> Gateway:
    """A gateway with one entry at work."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    return gateway


def holding(world: World, opened: Opener) -> Gateway:
    """A gateway that holds ACME with stop and target, and has a second entry at work."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    world.run(gateway)
    more = ticket(
        nonce="7" * 32, quantity=Decimal(1), reference_price=Decimal("100.5"),
        limit_price=Decimal("100.90"), stop_price=Decimal("97.50"),
    )  # fmt: skip
    world.put(release(more))
    world.run(gateway)
    assert len(gateway.context.venue.open_orders()) == 3
    return gateway


def test_entries_are_withdrawn_and_read_back(world: World, opened: Opener) -> None:
    """Halted, nothing works any more, verified; the gateway sees the order canceled."""
    gateway = working(world, opened)
    done = killed(world)
    assert (done.state, done.verified) == (TradingState.HALTED, True)
    assert len(done.cancelled) == 1
    assert world.latch.state() is TradingState.HALTED
    gateway.turn()
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.CANCELED


def test_protective_stops_stay(world: World, opened: Opener) -> None:
    """The entry goes, stop and target of what is held stay at work."""
    gateway = holding(world, opened)
    done = killed(world)
    assert done.verified
    assert len(done.cancelled) == 1
    assert len(done.kept_stops) == 2
    assert all(found.reduce_only for found in gateway.context.venue.open_orders())


def test_flatten_closes_what_was_protected(world: World, opened: Opener) -> None:
    """Stops go, one bounded exit per pair goes out, the gateway takes it over and books it."""
    world.bars = market([*QUIET, (100.0, 101.0, 99.0, 100.0)])
    gateway = holding(world, opened)
    done = killed(world, flatten=True)
    assert done.verified
    assert len(done.exits) == 1
    world.replay(2)
    world.run(gateway)
    legs = {order.leg: order for order in gateway.context.view.orders() if order.leg != "entry"}
    assert legs["exit-1"].state is OrderState.FILLED
    assert legs["exit-1"].limit_price == Decimal("98.49")
    assert [fill.side for fill in gateway.context.view.fills()] == [Side.BUY, Side.SELL]
    assert gateway.context.venue.open_orders() == ()
    assert {halt.actor for halt in world.latch.halts()} == {"peak kill"}


def test_an_exit_that_did_not_get_through_is_protected_again(world: World, opened: Opener) -> None:
    """The bar opens below the bound: the exit expires, and the gateway rests the stop anew."""
    world.bars = market([*QUIET[:2], (98.0, 98.5, 97.5, 98.0)])
    gateway = holding(world, opened)
    killed(world, flatten=True)
    world.replay(2)
    world.run(gateway)
    states = {order.leg: order.state for order in gateway.context.view.orders()}
    assert states["exit-1"] is OrderState.EXPIRED
    assert states["stop-2"] is OrderState.OPEN


def test_the_latch_comes_first(world: World, opened: Opener) -> None:
    """With a venue file that cannot be read the latch stands all the same; not verified."""
    opened().close()
    (world.root / "paper" / "venue.db").write_bytes(b"this is no database, and long enough" * 9)
    done = killed(world)
    assert not done.verified
    assert done.message
    assert world.latch.state() is TradingState.HALTED


class Stubborn(PaperVenue):
    """Answers a cancel with yes and does nothing."""

    def cancel(self, client_order_id: str) -> None:
        """Nothing happens."""


def test_a_cancels_answer_proves_nothing(
    world: World, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue said yes and the order still works: not verified, and the order is named."""
    gateway = working(world, opened)
    monkeypatch.setattr(killer, "PaperVenue", Stubborn)
    done = killed(world)
    (order,) = gateway.context.view.orders()
    assert not done.verified
    assert done.still_working == (order.client_order_id,)
    assert done.cancelled == ()


def test_a_folder_where_nothing_ever_ran_is_verified(tmp_path: Path) -> None:
    """No gateway, no venue: the latch is all there is to do."""
    done = kill(tmp_path, "drill", FixedClock(NOW))
    assert done.verified
    assert (tmp_path / "halt").is_dir()


def test_a_venue_file_that_is_gone_is_not_verified(world: World, opened: Opener) -> None:
    """The gateway has run here, so orders may work somewhere."""
    opened().close()
    for path in (world.root / "paper").iterdir():
        path.unlink()
    assert not killed(world).verified


def test_a_latch_that_cannot_be_written_is_not_verified(world: World, opened: Opener) -> None:
    """Orders are withdrawn all the same, but a sender may go on: exit 2."""
    gateway = working(world, opened)
    (world.root / "halt").rmdir()
    (world.root / "halt").write_text("in the way")
    done = killed(world)
    assert not done.verified
    assert "latch" in done.message
    assert gateway.context.venue.open_orders() == ()


def test_killing_twice_is_harmless(world: World, opened: Opener) -> None:
    """The second kill finds nothing to do and is verified."""
    working(world, opened)
    assert killed(world).verified
    again = killed(world)
    assert again.verified
    assert again.cancelled == ()


def test_the_command_line_prints_one_object(
    world: World, opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0 and the keys that scripts read."""
    working(world, opened)
    code = main(["--state-dir", str(world.root), "--reason", "drill", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["state"] == "halted"
    assert found["verified"] is True
    assert found["code"] == ""
    assert len(found["cancelled"]) == 1


def test_the_command_line_speaks_plainly(
    world: World, opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text without --json; a gone venue file ends in 2."""
    opened().close()
    (world.root / "paper" / "venue.db").unlink()
    assert main(["--state-dir", str(world.root), "--reason", "drill"]) == 2
    assert "NOT VERIFIED" in capsys.readouterr().out


def test_a_wrong_folder_is_not_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped folder is not created, and is an error with a code."""
    assert main(["--state-dir", str(tmp_path / "typo"), "--reason", "drill"]) == 2
    assert "KILL_UNVERIFIED" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_the_killer_needs_no_gateway_process(world: World, opened: Opener) -> None:
    """The gateway is closed: orders are withdrawn in the venue's file alone."""
    working(world, opened).close()
    assert killed(world).verified
    file = PaperFile(world.root / "paper" / "venue.db")
    assert PaperVenue(file, COSTS).open_orders() == ()
    file.close()
