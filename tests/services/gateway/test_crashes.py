"""SIGKILL at every commit and every send, then a restart: one order, one fill, one stop.

The gateway is killed for real. What the venue holds afterwards is compared with what the gateway
believes; nothing is ever sent twice, and nothing that was filled is left without its stop.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from guardrails.desk.auditing import verify_files
from guardrails.desk.folders import Folders
from guardrails.execution.paper import PaperVenue
from guardrails.store.paper_venue import PaperFile
from guardrails.tickets import Fill, Order, OrderState
from guardrails.trading_state import TradingState
from guardrails.wire import VenueSnapshot, VenueTrade
from tests.gateway_world import COSTS, World, release, ticket
from tests.services.gateway.dying_gateway import run

pytestmark = pytest.mark.services

PROGRAM = Path(__file__).with_name("dying_gateway.py")
CHECKOUT = Path(__file__).parents[3]
SPENT = {OrderState.NOT_PLACED, OrderState.DENIED}


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A desk.db with a first bar, one release, and two more bars to play."""
    world = World(tmp_path / "story")
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    world.replay(2)
    world.close()
    return world.root


def forked(root: Path, point: str) -> int:
    """Run the dying gateway in a fork; its signal as a negative number, else its exit code."""
    child = os.fork()
    if child == 0:
        try:
            run(root, point)
        except BaseException:  # noqa: BLE001 - a fork must not return into the test runner
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@dataclass(frozen=True)
class Truth:
    """What both sides hold after a restart that ran to its end."""

    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]
    trades: tuple[VenueTrade, ...]
    resting: tuple[VenueSnapshot, ...]
    state: TradingState
    chain: bool

    @property
    def entry(self) -> Order:
        """The ticket's own order."""
        (found,) = (order for order in self.orders if order.leg == "entry")
        return found


def restarted(root: Path) -> Truth:
    """Start again without a fuse, work everything off, and look at both sides."""
    world = World(root)
    gateway = world.gateway()
    world.run(gateway)
    world.run(gateway)
    view = gateway.context.view
    found = Truth(
        view.orders(),
        view.fills(),
        gateway.context.venue.trades_since(0),
        gateway.context.venue.open_orders(),
        world.latch.state(),
        verify_files(Folders(root), world.clock).ok,
    )
    gateway.close()
    world.close()
    return found


def check(truth: Truth) -> None:
    """What must hold after any death: no duplicate, nothing lost, nothing left bare."""
    assert truth.chain
    assert [fill.venue_trade_id for fill in truth.fills] == [
        trade.venue_trade_id for trade in truth.trades
    ]
    if truth.entry.state in SPENT:
        assert truth.trades == ()
        assert truth.resting == ()
        return
    assert truth.entry.state is OrderState.FILLED
    assert [trade.quantity for trade in truth.trades] == [Decimal(5)]
    stops = [found for found in truth.resting if found.limit_price is None]
    targets = [found for found in truth.resting if found.limit_price is not None]
    assert [found.quantity for found in stops] == [Decimal(5)]
    assert [found.quantity for found in targets] == [Decimal(5)]


def test_a_story_without_a_death_ends_filled(story: Path) -> None:
    """The control: one fill, a stop and a target at rest."""
    assert forked(story, "never") == 0
    truth = restarted(story)
    check(truth)
    assert truth.entry.state is OrderState.FILLED
    assert truth.state is TradingState.ACTIVE


@pytest.mark.parametrize(
    ("point", "entry", "trades"),
    [
        ("send:after:1", OrderState.FILLED, 1),
        ("send:before:1", OrderState.NOT_PLACED, 0),
        ("never", OrderState.FILLED, 1),
    ],
)
def test_killed_between_send_and_record_there_is_one_fill(
    story: Path, point: str, entry: OrderState, trades: int
) -> None:
    """A process of its own, killed around the send: one fill, or proved not placed; never two."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(story), point],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        check=False,
        timeout=60,
    )
    assert done.returncode == (0 if point == "never" else -signal.SIGKILL)
    truth = restarted(story)
    check(truth)
    assert truth.entry.state is entry
    assert len(truth.trades) == trades


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["commit", "send", "play"])
def test_killed_at_every_point_nothing_is_lost_or_doubled(
    story: Path, tmp_path: Path, kind: str, when: str
) -> None:
    """One world per point, until the story ends before the point is reached."""
    deaths = 0
    while True:
        root = tmp_path / f"{deaths}"
        shutil.copytree(story, root)
        code = forked(root, f"{kind}:{when}:{deaths + 1}")
        if code == 0:
            break
        assert code == -signal.SIGKILL
        deaths += 1
        check(restarted(root))
    assert deaths == {"commit": 15, "send": 3, "play": 6}[kind]


@pytest.mark.parametrize("second", ["commit:after:1", "commit:after:2", "send:after:1"])
@pytest.mark.parametrize("first", ["send:after:1", "commit:after:4", "send:before:2"])
def test_killed_again_while_recovering(story: Path, first: str, second: str) -> None:
    """A second death during the recovery changes nothing about the end."""
    assert forked(story, first) == -signal.SIGKILL
    # a recovery that sends nothing ends before a point that waits for a send
    assert forked(story, second) in {0, -signal.SIGKILL}
    check(restarted(story))


def test_the_venue_itself_holds_one_order_per_leg(story: Path) -> None:
    """Read in the venue's own file: killed after the send, restarted, still one entry order."""
    assert forked(story, "send:after:1") == -signal.SIGKILL
    restarted(story)
    file = PaperFile(story / "paper" / "venue.db")
    trades = PaperVenue(file, COSTS).trades_since(0)
    with file.request() as book:
        rows = book._connection.execute("SELECT count(*) FROM orders").fetchone()
    file.close()
    assert rows == (3,)
    assert len(trades) == 1
