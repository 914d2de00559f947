"""Paper fills are the backtest's fills: same bars, same rules, equal in bar, side, amount, price.

One walk drives the venue alone over many trades, another one the whole gateway, from release to
stop and target, over a few.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.language.decisions import Decisions, RuleDecisions, TargetDecisions
from engine.language.spec import Sizing
from engine.market import Side
from engine.quantities import floor_to
from engine.seeds import stream
from guardrails.execution.feed import pending_bars
from guardrails.execution.paper import PaperVenue
from guardrails.rounding import down, up
from guardrails.store.paper_venue import PaperFile
from guardrails.wire import WireOrder
from tests.gateway_world import ACME, World, close_of, market, release, ticket
from tests.needs import OPTIONS

NOTIONAL = 500.0
STEP, LOT = ACME.price_step, ACME.quantity_step
BARS = 6_000 if OPTIONS.full_volume else 300
TRADES = 2_000 if OPTIONS.full_volume else 80
Done = tuple[int, str, Decimal, Decimal]


@dataclass(frozen=True)
class Story:
    """Bars and what was decided at each close; stops and targets lie on the price step."""

    bars: Bars
    enter: np.ndarray
    leave: np.ndarray
    stop: np.ndarray
    target: np.ndarray

    @property
    def decisions(self) -> Decisions:
        """The same, as the backtest takes it."""
        nothing = np.full(len(self.bars), np.nan)
        rule = RuleDecisions(
            rule="story",
            direction=1,
            enter=self.enter,
            exit=self.leave,
            stop=self.stop,
            trail=nothing,
            targets=(TargetDecisions(level=self.target),),
        )
        return Decisions(0, Sizing(kind="fixed_notional", value=NOTIONAL), (rule,))


def story(  # noqa: PLR0913 - what a walk is made of
    seed: int, count: int, *, jump: float, exits: float = 0.0, absent: float = 0.0, pull: float = 1
) -> Story:
    """A seeded random walk with random decisions.

    `jump` is the width of the gap between close and open, `exits` the share of closes with an
    exit signal, `absent` the share of bars without volume; below 1 `pull` leads back to 100.
    """
    random = stream("tests/parity", seed)
    rows, price = [], 100.0
    for _ in range(count):
        start = round(price * (1 + jump * random.standard_normal()), 2)
        end = round(start * (1 + 0.01 * random.standard_normal()), 2)
        high = round(max(start, end) * (1 + abs(0.008 * random.standard_normal())), 2)
        low = round(min(start, end) * (1 - abs(0.008 * random.standard_normal())), 2)
        rows.append((start, max(high, start, end), min(low, start, end), end))
        price = 100.0 + pull * (end - 100.0)
    volume = np.where(random.random(count) < absent, 0.0, 1_000.0)
    close = np.array([row[3] for row in rows])
    return Story(
        market(rows, list(volume)),
        random.random(count) < 0.6,
        random.random(count) < exits,
        np.round(close * 0.985, 2),
        np.round(close * 1.02, 2),
    )


def simulated(of: Story, costs: CostModel) -> list[Done]:
    """The backtest's fills, prices rounded against us to the step as the venue must."""
    found: list[Done] = []
    for trade in simulate(of.bars, of.decisions, costs).trades:
        quantity = Decimal(repr(trade.quantity)).quantize(LOT)
        found.append((trade.entry_bar, "buy", quantity, up(Decimal(repr(trade.entry_price)), STEP)))
        if trade.exit_reason != "open":
            price = down(Decimal(repr(trade.exit_price)), STEP)
            found.append((trade.exit_bar, "sell", quantity, price))
    return found


class Trader:
    """Decides as the story says and talks to the venue, as desk and gateway would."""

    def __init__(self, of: Story, venue: PaperVenue) -> None:
        """Start flat."""
        self.story, self.venue = of, venue
        self.number = 0
        self.held = Decimal(0)
        self.plan: tuple[Decimal, Decimal, Decimal] | None = None
        self.done: list[Done] = []

    def wire(self, side: Side, quantity: Decimal, **fields: object) -> WireOrder:
        """The next order."""
        self.number += 1
        base: dict[str, object] = {
            "client_order_id": f"00000000-0000-4000-8000-{self.number:012d}",
            "symbol": "ACME",
            "side": side,
            "kind": "limit",
            "quantity": quantity,
            "time_in_force": "ioc",
            "reduce_only": side is Side.SELL,
        }
        return WireOrder.model_validate({**base, **fields})

    def walk(self) -> list[Done]:
        """All bars: open, protection, inside, then the decision at the close."""
        for index, bar in enumerate(pending_bars(self.story.bars)):
            for phase in ("open", "inside"):
                self.venue.play(bar, phase)  # type: ignore[arg-type]  # the two phases
                self._follow(index)
            self._decide(index)
        return self.done

    def _follow(self, index: int) -> None:
        for trade in self.venue.trades_since(len(self.done)):
            self.done.append((index, trade.side.value, trade.quantity, trade.price))
            self.held += trade.quantity if trade.side is Side.BUY else -trade.quantity
            if trade.side is Side.BUY and self.plan is not None:
                quantity, stop, target = self.plan
                pair = {"time_in_force": "gtc", "oco_group": f"pair-{self.number}"}
                sell = {**pair, "kind": "stop", "trigger_price": stop}
                self.venue.send(self.wire(Side.SELL, quantity, **sell))
                self.venue.send(self.wire(Side.SELL, quantity, limit_price=target, **pair))
            elif trade.side is Side.SELL:
                for order in self.venue.open_orders():
                    self.venue.cancel(order.client_order_id)

    def _decide(self, index: int) -> None:
        of, held = self.story, self.held
        if held and of.leave[index]:
            self.venue.send(self.wire(Side.SELL, held, limit_price=Decimal("0.01")))
        if held or not of.enter[index] or of.leave[index]:
            return
        close = Decimal(repr(float(of.bars.close[index])))
        quantity = floor_to(Decimal(repr(NOTIONAL)) / close, LOT)
        levels = (Decimal(repr(float(column[index]))) for column in (of.stop, of.target))
        stop, target = levels
        self.plan = (quantity, stop, target)
        self.venue.send(self.wire(Side.BUY, quantity, limit_price=Decimal(10_000)))


@pytest.fixture
def venue() -> Iterator[PaperVenue]:
    """A rich paper account, so that no order is cut by cash."""
    with tempfile.TemporaryDirectory() as folder:
        file = PaperFile(Path(folder) / "venue.db")
        file.open_account("paper-1", Decimal(10_000_000))
        found = PaperVenue(file, CostModel())
        found.list_instrument(ACME)
        yield found
        file.close()


@pytest.mark.parametrize("costs", [CostModel(), CostModel(spread_bps=0, slippage_bps=0)])
def test_the_venue_fills_as_the_backtest_does(venue: PaperVenue, costs: CostModel) -> None:
    """Market entries and exits, gaps, stops, targets, absent bars: not one fill differs."""
    of = story(7, BARS, jump=0.006, exits=0.1, absent=0.05, pull=0.9)
    venue._costs = costs
    wanted = simulated(of, costs)
    assert Trader(of, venue).walk() == wanted
    assert len(wanted) > 2 * TRADES
    sides = {side for _, side, _, _ in wanted}
    assert sides == {"buy", "sell"}


def test_a_wrong_rule_would_be_seen(venue: PaperVenue) -> None:
    """The control: with another cost model at the venue the walks differ."""
    of = story(7, 120, jump=0.006, exits=0.1, absent=0.05, pull=0.9)
    venue._costs = CostModel(slippage_bps=30.0)
    assert Trader(of, venue).walk() != simulated(of, CostModel())


def test_the_gateway_fills_as_the_backtest_does(tmp_path: Path) -> None:
    """Released tickets with stop and target, through the whole gateway: not one fill differs."""
    of = story(11, 40, jump=0.0005)
    wanted = simulated(of, CostModel())
    world = World(tmp_path, of.bars)
    gateway = world.gateway()
    for number, (entry, side, quantity, _) in enumerate(wanted):
        if side == "buy":
            world.replay(entry - 1)
            world.run(gateway)
            world.put(release(_ticket(of, entry - 1, quantity, number)))
    world.replay(len(of.bars) - 1)
    world.run(gateway)
    times = {close_of(of.bars, index) - _DAY: index for index in range(len(of.bars))}
    found = [
        (times[fill.venue_time], fill.side.value, fill.quantity, fill.price)
        for fill in gateway.context.view.fills()
    ]
    denied = [order.denials for order in gateway.context.view.orders() if order.denials]
    gateway.close()
    world.close()
    assert denied == []
    assert found == wanted
    assert len(wanted) >= 10


_DAY = close_of(market([(1.0, 1.0, 1.0, 1.0)] * 2), 1) - close_of(market([(1.0, 1.0, 1.0, 1.0)]), 0)


def _ticket(of: Story, index: int, quantity: Decimal, number: int):  # noqa: ANN202 - a ticket
    close = Decimal(repr(float(of.bars.close[index])))
    return ticket(
        quantity=quantity,
        reference_price=close,
        limit_price=down(close * Decimal("1.0049"), STEP),
        stop_price=Decimal(repr(float(of.stop[index]))),
        target_price=Decimal(repr(float(of.target[index]))),
        nonce=f"{number:032x}",
    )
