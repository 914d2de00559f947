"""Send once, then look up: what each answer and each exception makes of an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from guardrails.execution.app import Gateway
from guardrails.execution.venue import VenueRefusalError, VenueSilentError
from guardrails.store.gateway import GatewayStore
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState
from guardrails.wire import Ack, WireOrder
from tests.gateway_faults import Failing, Passing, Silent, Stumbling
from tests.gateway_world import Opener, World, release, ticket


class OddRefusalError(VenueRefusalError):
    """A refusal that means something else."""


def refusal() -> Exception:
    """The one exception that is final."""
    return VenueRefusalError("INSUFFICIENT_FUNDS", "no")


def started(world: World, opened: Opener, wrap: Callable[..., Passing]) -> tuple[Gateway, Passing]:
    """A gateway whose venue is wrapped, on a seen market, with one release waiting."""
    venue = wrap(opened().context.venue)
    gateway = opened(venue=venue)
    world.replay(0)
    world.put(release(ticket()))
    return gateway, venue


FAULTS: dict[str, Callable[[], Exception]] = {
    "silence": lambda: VenueSilentError("TIMEOUT", "no answer"),
    "type error": lambda: TypeError("reply is odd"),
    "key error": lambda: KeyError("id"),
    "timeout": TimeoutError,
    "subclass of a refusal": lambda: OddRefusalError("DUPLICATE_ID", "maybe"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_an_exception_after_the_order_was_placed_loses_nothing(
    world: World, opened: Opener, fault: Callable[[], Exception]
) -> None:
    """Whatever was raised: looked up, found, filled once, never sent again."""
    gateway, venue = started(world, opened, lambda real: Failing(real, fault, placed=True))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.OPEN
    assert venue.sends == 1
    assert len(world.journal(gateway, "order.unknown")) == 1
    world.replay(1)
    world.run(gateway)
    assert len(gateway.context.view.fills()) == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_an_exception_before_the_order_was_placed_ends_it(
    world: World, opened: Opener, fault: Callable[[], Exception]
) -> None:
    """The venue does not know it: NOT_PLACED, spent, and never sent again."""
    gateway, venue = started(world, opened, lambda real: Failing(real, fault, placed=False))
    world.run(gateway)
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.NOT_PLACED
    assert venue.sends == 1


def test_a_plain_refusal_is_final(world: World, opened: Opener) -> None:
    """REJECTED with the venue's code in the journal; no look-up, no second send."""
    gateway, venue = started(world, opened, lambda real: Failing(real, refusal, placed=False))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.REJECTED
    assert venue.sends == 1
    (row,) = world.journal(gateway, "order.rejected")
    assert row["code"] == "INSUFFICIENT_FUNDS"


class Nameless(Passing):
    """Answers without an id."""

    def send(self, order: WireOrder) -> Ack:
        """Place it, and tell nothing."""
        super().send(order)
        return Ack(client_order_id=order.client_order_id, venue_order_id=None)


def test_a_reply_without_an_id_is_looked_up(world: World, opened: Opener) -> None:
    """No id, no belief: UNKNOWN first, OPEN after the look-up, with the venue's id."""
    gateway, _ = started(world, opened, Nameless)
    world.run(gateway)
    (row,) = gateway.context.view.rows()
    assert row.order.state is OrderState.OPEN
    assert row.venue_order_id == "paper-1"
    assert len(world.journal(gateway, "order.unknown")) == 1


@pytest.mark.parametrize("number", range(1, 6))
def test_a_store_that_stumbles_neither_loses_nor_doubles(
    world: World, opened: Opener, number: int
) -> None:
    """One write of the gateway fails, at any point: the next turn looks up what was under way."""
    plain = opened().context
    venue = Passing(plain.venue)
    gateway = opened(venue=venue)
    stumbling = Stumbling(gateway.context.store._database, number)
    gateway.context = replace(gateway.context, store=GatewayStore(stumbling))
    world.replay(0)
    world.put(release(ticket()))
    for _ in range(12):
        gateway.turn()
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.OPEN
    assert venue.sends == 1
    assert len(gateway.context.venue.open_orders()) == 1


def test_an_unanswered_look_up_is_no_answer(world: World, opened: Opener) -> None:
    """UNKNOWN for as long as it takes; once the venue answers, as it says."""
    gateway, venue = started(world, opened, Silent)
    world.run(gateway)
    for _ in range(5):
        gateway.turn()
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.UNKNOWN
    assert isinstance(venue, Silent)
    venue.silent = False
    gateway.turn()
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.OPEN


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (59, TradingState.ACTIVE),
        (60, TradingState.REDUCING),
        (599, TradingState.REDUCING),
        (600, TradingState.HALTED),
    ],
)
def test_the_longer_an_order_is_unknown_the_stricter(
    world: World, opened: Opener, seconds: int, state: TradingState
) -> None:
    """REDUCING after a minute, HALTED after ten."""
    gateway, _ = started(world, opened, Silent)
    world.run(gateway)
    world.clock.advance(seconds)
    gateway.turn()
    assert world.latch.state() is state


def test_an_order_filled_before_its_look_up_is_found_filled(world: World, opened: Opener) -> None:
    """The trade is booked while the order is UNKNOWN; the look-up finds nothing new."""
    gateway, venue = started(world, opened, Silent)
    world.run(gateway)
    world.replay(1)
    world.run(gateway)
    (entry, *_) = gateway.context.view.orders()
    assert entry.state is OrderState.FILLED
    assert len(gateway.context.view.fills()) == 1
    assert venue.sends == 3  # the entry, its stop, its target


def test_absence_needs_the_venues_window(world: World, opened: Opener) -> None:
    """With a send window the first not-found answers prove nothing; after it they do."""
    plain = opened()
    slow = replace(plain.context.capability, send_window_s=3.0, settle_s=1.5, absent_gap_s=1.0)
    venue = Failing(plain.context.venue, TimeoutError, placed=False)
    gateway = opened(venue=venue, capability=slow)
    world.replay(0)
    world.put(release(ticket()))
    states = []
    for _ in range(8):
        world.run(gateway)
        states.append(gateway.context.view.orders()[0].state)
        world.clock.advance(1)
    waiting = timedelta(seconds=4.5) // timedelta(seconds=1) + 2  # the window, then two answers
    assert states[:waiting] == [OrderState.UNKNOWN] * waiting
    assert states[-1] is OrderState.NOT_PLACED
