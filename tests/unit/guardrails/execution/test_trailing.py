"""A trailing stop follows the best price after each closed bar, and never moves away."""

from __future__ import annotations

from decimal import Decimal

from guardrails.execution.app import Gateway
from guardrails.lifecycle import WORKING
from guardrails.tickets import OrderState
from tests.gateway_world import QUIET, Opener, Row, World, market, release, ticket

TRAIL = {"trail_kind": "percent", "trail_value": Decimal("0.03"), "target_price": None}


def played(world: World, opened: Opener, *rows: Row, **changes: object) -> Gateway:
    """Bought at the open of the second bar, with a trail of 3 %."""
    world.bars = market([QUIET[0], *rows])
    gateway = opened()
    world.replay(0)
    world.put(release(ticket(**{**TRAIL, **changes})))
    world.replay(len(rows))
    world.run(gateway)
    return gateway


def levels(gateway: Gateway) -> list[Decimal]:
    """Triggers of all stop legs in the order in which they were placed."""
    wires = [row.wire for row in gateway.context.view.rows() if row.order.leg.startswith("stop")]
    return [wire.trigger_price for wire in wires if wire and wire.trigger_price]


def test_the_stop_ratchets_after_each_better_bar(world: World, opened: Opener) -> None:
    """High 101 and 104 make 97.97 and 100.88, rounded up; only the last one works."""
    gateway = played(world, opened, (100.1, 101.0, 99.5, 100.5), (100.5, 104.0, 100.0, 103.0))
    assert levels(gateway) == [Decimal(97), Decimal("97.97"), Decimal("100.88")]
    working = [row for row in gateway.context.view.rows() if row.order.state in WORKING]
    assert [row.order.leg for row in working] == ["stop-3"]
    assert len(gateway.context.venue.open_orders()) == 1


def test_a_lower_bar_moves_nothing(world: World, opened: Opener) -> None:
    """The stop never moves away from the price."""
    gateway = played(world, opened, (100.1, 104.0, 99.5, 103.0), (103.0, 103.5, 101.0, 102.0))
    assert levels(gateway) == [Decimal(97), Decimal("100.88")]


def test_the_new_level_works_from_the_next_bar_on(world: World, opened: Opener) -> None:
    """The bar that lifts the stop is not stopped by it; the next one is."""
    gateway = played(world, opened, (100.1, 104.0, 99.5, 100.2), (101.5, 102.0, 100.0, 100.5))
    (_, sale) = gateway.context.view.fills()
    assert sale.price == Decimal("100.83")
    assert {order.leg: order.state for order in gateway.context.view.orders()}[
        "stop-2"
    ] is OrderState.FILLED


def test_a_ticket_without_a_trail_keeps_its_stop(world: World, opened: Opener) -> None:
    """The twin: the same bars, no trail, one stop for ever."""
    gateway = played(
        world, opened, (100.1, 104.0, 99.5, 103.0), trail_kind=None, trail_value=None,
        target_price=Decimal(120),
    )  # fmt: skip
    assert levels(gateway) == [Decimal(97)]


def test_a_target_moves_with_its_pair(world: World, opened: Opener) -> None:
    """Replacing the stop keeps the target, in the new pair."""
    gateway = played(world, opened, (100.1, 104.0, 99.5, 103.0), target_price=Decimal(120))
    working = [row for row in gateway.context.view.rows() if row.order.state in WORKING]
    assert [row.order.leg for row in working] == ["stop-2", "target-2"]
