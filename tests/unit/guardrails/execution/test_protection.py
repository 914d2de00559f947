"""After a fill the stop rests, the target beside it; what is not held is not protected."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from engine.market import Side
from guardrails.execution.app import Gateway
from guardrails.execution.legs import Part, parts
from guardrails.execution.venue import VenueRefusalError, VenueSilentError
from guardrails.lifecycle import WORKING
from guardrails.tickets import OrderState, OrderTicket, TargetLeg
from guardrails.trading_state import TradingState
from guardrails.wire import Ack, WireOrder
from tests.gateway_faults import Passing
from tests.gateway_world import QUIET, Opener, Row, World, exit_ticket, market, release, ticket

FIRST = QUIET[0]


def states(gateway: Gateway) -> dict[str, OrderState]:
    """State of each leg of the only ticket."""
    return {order.leg: order.state for order in gateway.context.view.orders()}


def played(world: World, opened: Opener, *rows: Row, **changes: object) -> Gateway:
    """A gateway that bought at the open of the second bar and saw all of them."""
    world.bars = market([FIRST, *rows])
    gateway = opened()
    world.replay(0)
    world.put(release(ticket(**changes)))
    world.replay(len(rows))
    world.run(gateway)
    return gateway


def test_stop_and_target_rest_after_the_fill(world: World, opened: Opener) -> None:
    """Both for the filled amount, on the plan's prices, as one pair, reduce-only."""
    gateway = played(world, opened, QUIET[1])
    resting = gateway.context.venue.open_orders()
    wires = [row.wire for row in gateway.context.view.rows() if row.order.leg != "entry"]
    assert [found.quantity for found in resting] == [Decimal(5), Decimal(5)]
    assert [wire.trigger_price for wire in wires if wire] == [Decimal(97), None]
    assert [wire.limit_price for wire in wires if wire] == [None, Decimal(110)]
    assert len({wire.oco_group for wire in wires if wire}) == 1
    assert all(wire.reduce_only and wire.side is Side.SELL for wire in wires if wire)


def test_the_stop_works_in_the_bar_of_the_entry(world: World, opened: Opener) -> None:
    """In at the open, out at the stop inside the same bar, as in the backtest."""
    gateway = played(world, opened, (100.1, 101.0, 96.0, 96.5))
    assert states(gateway) == {
        "entry": OrderState.FILLED,
        "stop-1": OrderState.FILLED,
        "target-1": OrderState.CANCELED,
    }
    assert [fill.side for fill in gateway.context.view.fills()] == [Side.BUY, Side.SELL]


def test_a_filled_target_withdraws_its_stop(world: World, opened: Opener) -> None:
    """One of the pair is done, the other one is gone, nothing is left working."""
    gateway = played(world, opened, QUIET[1], (109.0, 112.0, 108.0, 111.0))
    assert states(gateway)["target-1"] is OrderState.FILLED
    assert states(gateway)["stop-1"] is OrderState.CANCELED
    assert gateway.context.venue.open_orders() == ()


class Pairless(Passing):
    """A venue without pairs: each order stands alone."""

    def send(self, order: WireOrder) -> Ack:
        """Drop the group."""
        alone = WireOrder.model_validate({**dict(order), "oco_group": None})
        return super().send(alone)


def test_without_pairs_the_gateway_withdraws_the_twin(world: World, opened: Opener) -> None:
    """The stop is filled; the gateway itself cancels the target and sees it canceled."""
    world.bars = market([FIRST, QUIET[1], (98.0, 98.0, 96.0, 96.5)])
    gateway = opened(venue=Pairless(opened().context.venue))
    world.replay(0)
    world.put(release(ticket()))
    world.replay(2)
    world.run(gateway)
    assert states(gateway)["stop-1"] is OrderState.FILLED
    assert states(gateway)["target-1"] is OrderState.CANCELED
    assert len(world.journal(gateway, "order.canceling")) == 1


def test_an_exit_withdraws_what_protected_the_position(world: World, opened: Opener) -> None:
    """A stop left behind after an exit would open a position: both legs go."""
    gateway = played(world, opened, QUIET[1])
    world.bars = market([FIRST, QUIET[1], QUIET[2], (101.0, 115.0, 90.0, 100.0)])
    gateway = opened()
    sale = exit_ticket(reference_price=Decimal("100.5"), limit_price=Decimal("99.50"))
    world.put(release(sale))
    world.replay(3)
    world.run(gateway)
    live = [row for row in gateway.context.view.rows() if row.order.state in WORKING]
    assert live == []
    assert [fill.side for fill in gateway.context.view.fills()] == [Side.BUY, Side.SELL]
    assert gateway.context.venue.open_orders() == ()


def test_half_an_exit_keeps_the_protection(world: World, opened: Opener) -> None:
    """A pair that protects what is still held stays."""
    gateway = played(world, opened, *QUIET[1:])
    sale = exit_ticket("2", reference_price=Decimal(101), limit_price=Decimal(100))
    world.bars = market([*QUIET, (101.0, 101.5, 100.5, 101.0)])
    gateway = opened()
    world.put(release(sale))
    world.replay(3)
    world.run(gateway)
    legs = {order.leg: order.state for order in gateway.context.view.orders()}
    assert legs["stop-1"] is OrderState.OPEN


class Losing(Passing):
    """Loses stops on their way, and says so only when asked."""

    def send(self, order: WireOrder) -> Ack:
        """No answer, and no order, for a stop."""
        if order.kind == "stop":
            self.sends += 1
            raise TimeoutError
        return super().send(order)


def test_a_stop_that_is_lost_again_and_again_is_given_up_loudly(
    world: World, opened: Opener
) -> None:
    """Three proved losses, then no more; the account is REDUCING since the first one."""
    world.bars = market(QUIET)
    venue = Losing(opened().context.venue)
    gateway = opened(venue=venue)
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    world.run(gateway)
    for _ in range(5):
        gateway.turn()
    found = states(gateway)
    assert [leg for leg in found if leg.startswith("stop")] == ["stop-1", "stop-2", "stop-3"]
    assert found["stop-3"] is OrderState.NOT_PLACED
    assert world.latch.state() is TradingState.REDUCING


class Stopless(Passing):
    """Refuses stops."""

    def send(self, order: WireOrder) -> Ack:
        """No stops here."""
        if order.kind == "stop":
            self.sends += 1
            raise VenueRefusalError("BAD_ORDER", "no stops today")
        return super().send(order)


def test_a_stop_that_is_refused_reduces(world: World, opened: Opener) -> None:
    """REDUCING at once, and the refused stop is not sent again and again."""
    world.bars = market(QUIET)
    venue = Stopless(opened().context.venue)
    gateway = opened(venue=venue)
    world.replay(0)
    world.put(release(ticket()))
    world.replay(2)
    world.run(gateway)
    gateway.turn()
    assert world.latch.state() is TradingState.REDUCING
    assert states(gateway)["stop-1"] is OrderState.REJECTED
    assert venue.sends == 3  # entry, stop, target


class Died(BaseException):
    """Stands for the end of the process."""


class DiesAt(Passing):
    """Ends the process at its n-th send, before or after the order is placed."""

    def __init__(self, real: Passing, number: int, *, placed: bool) -> None:
        """Die at send `number`."""
        super().__init__(real)
        self._number, self._placed = number, placed

    def send(self, order: WireOrder) -> Ack:
        """Die when it is time."""
        if self.sends + 1 == self._number:
            if self._placed:
                super().send(order)
            raise Died
        return super().send(order)


@pytest.mark.parametrize("placed", [True, False])
@pytest.mark.parametrize("number", [2, 3])
def test_a_death_while_protecting_leaves_one_stop_after_the_restart(
    world: World, opened: Opener, number: int, placed: bool
) -> None:
    """Killed around the send of stop or target: after the restart one of each rests, no more.

    A leg that the venue never got is not sent again under its id: the next number takes its place.
    """
    world.bars = market(QUIET)
    dying = DiesAt(opened().context.venue, number, placed=placed)  # type: ignore[arg-type]  # a venue
    gateway = opened(venue=dying)
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    with pytest.raises(Died):
        world.run(gateway)
    gateway = opened()
    world.run(gateway)
    resting = gateway.context.venue.open_orders()
    assert sorted(str(found.limit_price) for found in resting) == ["110", "None"]
    assert [found.quantity for found in resting] == [Decimal(5), Decimal(5)]
    assert len({found.oco_group for found in resting}) == 1
    assert len(gateway.context.view.fills()) == 1


def test_a_stop_is_placed_although_trading_is_halted(world: World, opened: Opener) -> None:
    """A halt after the fill never keeps a position without its stop."""
    world.bars = market(QUIET)
    gateway = opened(venue=DiesAt(opened().context.venue, 2, placed=False))
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    with pytest.raises(Died):
        world.run(gateway)
    world.halt()
    gateway = opened()
    world.run(gateway)
    assert states(gateway)["stop-2"] is OrderState.OPEN


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (TradingState.HALTED, OrderState.CANCELED),
        (TradingState.REDUCING, OrderState.OPEN),
    ],
)
def test_a_halt_withdraws_entries_that_still_work(
    world: World, opened: Opener, state: TradingState, wanted: OrderState
) -> None:
    """A person halts at the desk: the working entry is cancelled and read back; no fill comes."""
    world.bars = market(QUIET)
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    world.halt(state)
    gateway.turn()
    (order,) = gateway.context.view.orders()
    assert order.state is wanted


class Deaf(Passing):
    """Does not hear the first cancel."""

    deaf = True

    def cancel(self, client_order_id: str) -> None:
        """No answer the first time."""
        if self.deaf:
            self.deaf = False
            raise VenueSilentError("TIMEOUT", "no answer")
        super().cancel(client_order_id)


def test_a_cancel_that_failed_is_asked_for_again(world: World, opened: Opener) -> None:
    """A cancel error proves nothing: CANCELING until a look-up shows the order gone."""
    world.bars = market(QUIET)
    gateway = opened(venue=Deaf(opened().context.venue))
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    world.halt()
    gateway.turn()
    assert states(gateway)["entry"] is OrderState.CANCELING
    gateway.turn()
    assert states(gateway)["entry"] is OrderState.CANCELED
    assert len(world.journal(gateway, "order.canceling")) == 2  # wanted, failed


def test_a_halt_keeps_what_protects(world: World, opened: Opener) -> None:
    """Stop and target go on resting while trading is halted."""
    gateway = played(world, opened, QUIET[1])
    world.halt()
    gateway.turn()
    assert len(gateway.context.venue.open_orders()) == 2


def plan(shares: Sequence[int]) -> OrderTicket:
    """A ticket with targets of these shares."""
    legs = tuple(
        TargetLeg(price=Decimal(110 + index), share_bps=share) for index, share in enumerate(shares)
    )
    return ticket(targets=legs, target_price=None)


@pytest.mark.parametrize(
    ("shares", "amount", "wanted"),
    [
        ((), "5", ["5"]),
        ((10_000,), "5", ["5"]),
        ((5_000, 5_000), "5", ["2.5", "2.5"]),
        ((3_333, 3_333), "1", ["0.33", "0.33", "0.34"]),
        ((1,), "0.05", ["0.05"]),
    ],
)
def test_targets_share_the_amount_and_the_rest_keeps_its_stop(
    shares: Sequence[int], amount: str, wanted: list[str]
) -> None:
    """Parts add up to the amount, on the step; what no target takes has none."""
    found = parts(plan(shares), Decimal(amount), Decimal("0.01"))
    assert [part.quantity for part in found] == [Decimal(each) for each in wanted]
    assert sum(part.quantity for part in found) == Decimal(amount)


def test_a_single_target_takes_all() -> None:
    """The ticket's own target price is the target of the whole amount."""
    assert parts(ticket(), Decimal(5), Decimal("0.01")) == (Part(Decimal(5), Decimal(110)),)


def test_two_targets_are_done_one_after_the_other(world: World, opened: Opener) -> None:
    """The first target sells half and leaves the other half with its own stop."""
    legs = (
        TargetLeg(price=Decimal(104), share_bps=5_000),
        TargetLeg(price=Decimal(108), share_bps=5_000),
    )
    gateway = played(
        world, opened, QUIET[1], (103.0, 105.0, 102.0, 104.5), target_price=None, targets=legs
    )
    assert states(gateway)["target-1"] is OrderState.FILLED
    assert states(gateway)["stop-1"] is OrderState.CANCELED
    assert states(gateway)["stop-2"] is OrderState.OPEN
    assert states(gateway)["target-2"] is OrderState.OPEN


def test_a_world_without_orders_has_nothing_to_protect(tmp_path: Path) -> None:
    """A gateway that starts on an empty folder places nothing."""
    world = World(tmp_path / "other")
    gateway = world.gateway()
    gateway.turn()
    assert gateway.context.view.orders() == ()
    gateway.close()
