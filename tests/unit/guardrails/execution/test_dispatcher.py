"""The outbox row by row: taken once, in order, spent when denied, recovered after a restart."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.errors import UnavailableError
from guardrails.latch import Latch
from guardrails.store.outbox import enqueue
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState
from tests.gateway_world import NOW, Opener, World, release, ticket


def entries(opened: Opener) -> list[OrderState]:
    """States of all own orders, with a gateway opened just for looking."""
    return [order.state for order in opened().context.view.orders() if order.leg == "entry"]


def test_a_release_becomes_one_open_order(world: World, opened: Opener) -> None:
    """Claimed, checked, sent, answered; the cursor stands behind the row."""
    gateway = opened()
    world.replay(0)
    number = world.put(release(ticket()))
    world.run(gateway)
    (row,) = gateway.context.view.rows()
    assert row.order.state is OrderState.OPEN
    assert row.venue_order_id == "paper-1"
    assert row.sent_at == NOW
    assert gateway.context.view.cursor("outbox") == number


def test_the_journal_tells_the_way_of_an_order(world: World, opened: Opener) -> None:
    """INTENT, SENDING and OPEN each have their row, in this order, in a chain that verifies."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    for kind in ("order.intent", "order.sending", "order.open"):
        assert len(world.journal(gateway, kind)) == 1
    assert gateway.context.view._database.verify().ok


def test_a_release_is_taken_once(world: World, opened: Opener) -> None:
    """The same release again in the outbox leads to nothing but a journal row."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.put(release(ticket()))
    world.replay(1)
    world.run(gateway)
    assert len(gateway.context.view.fills()) == 1
    assert len(world.journal(gateway, "release.repeated")) == 1


def test_a_denied_ticket_is_spent(world: World, opened: Opener) -> None:
    """Denied while halted; after the halt is gone the same release is still not sent."""
    gateway = opened()
    world.replay(0)
    world.halt()
    world.put(release(ticket()))
    world.run(gateway)
    world.latch.clear(TradingState.ACTIVE, world.latch.names())
    world.put(release(ticket()))
    world.put(release(ticket(nonce="7" * 32)))
    world.run(gateway)
    states = [order.state for order in gateway.context.view.orders()]
    assert states == [OrderState.DENIED, OrderState.OPEN]


@pytest.mark.parametrize(
    "payload",
    ["{}", "not json", '{"ticket":1,"ticket":2}', "[]"],
)
def test_an_unreadable_row_is_passed_over(world: World, opened: Opener, payload: str) -> None:
    """Nothing that is not a release is sent; the next row is taken."""
    gateway = opened()
    world.replay(0)
    with world.desk.write() as work:
        number = enqueue(work, "release", {})
        work.journal("operator", "drill", {})
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER outbox_no_update")
        insider.exec_driver_sql("UPDATE outbox SET payload = ? WHERE n = ?", (payload, number))
    world.put(release(ticket()))
    world.run(gateway)
    (row,) = world.journal(gateway, "release.unreadable")
    assert row["code"] == "INTENT_NOT_CANONICAL"
    assert [order.state for order in gateway.context.view.orders()] == [OrderState.OPEN]


def test_a_row_that_is_not_canonical_is_passed_over(world: World, opened: Opener) -> None:
    """A genuine release with one more blank is not the bytes that were approved."""
    gateway = opened()
    world.replay(0)
    number = world.put(release(ticket()))
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER outbox_no_update")
        insider.exec_driver_sql("UPDATE outbox SET payload = ' ' || payload WHERE n = ?", (number,))
    world.run(gateway)
    (row,) = world.journal(gateway, "release.unreadable")
    assert row["code"] == "INTENT_NOT_CANONICAL"
    assert gateway.context.view.orders() == ()


def test_a_strange_row_is_passed_over(world: World, opened: Opener) -> None:
    """A kind that this gateway does not know leads to nothing; the next row is taken."""
    gateway = opened()
    with world.desk.write() as work:
        enqueue(work, "withdraw", {})  # type: ignore[arg-type]  # a kind of another release
        work.journal("operator", "drill", {})
    world.replay(0)
    world.run(gateway)
    assert len(world.journal(gateway, "outbox.unknown_kind")) == 1
    assert gateway.context.view.quote("ACME") is not None


class LateLatch(Latch):
    """A latch that is tripped between the first look and the last."""

    def __init__(self, real: Latch, trip: Callable[[], None], looks: int) -> None:
        """Read the real folder; after `looks` reads call `trip`."""
        self._real, self._trip, self._left = real, trip, looks
        self._folder = real._folder

    def state(self) -> TradingState:
        """The state in force, before the trip."""
        found = self._real.state()
        self._left -= 1
        if self._left == 0:
            self._trip()
        return found


@pytest.mark.parametrize(("halts", "wanted"), [(True, OrderState.DENIED), (False, OrderState.OPEN)])
def test_a_halt_between_intent_and_sending_stops_the_order(
    world: World, opened: Opener, halts: bool, wanted: OrderState
) -> None:
    """The latch is read again after INTENT is committed: denied, and nothing was sent."""
    late = LateLatch(world.latch, world.halt if halts else lambda: None, looks=1)
    gateway = opened(latch=late)
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert order.state is wanted
    assert len(world.journal(gateway, "order.intent")) == 1
    if halts:
        assert [denial.code.value for denial in order.denials] == ["STATE_HALTED"]
        assert gateway.context.venue.open_orders() == ()


def test_a_ticket_that_expires_between_intent_and_sending_is_denied(
    world: World, opened: Opener
) -> None:
    """The time is read again as well."""
    late = LateLatch(world.latch, lambda: world.clock.advance(121), looks=1)
    gateway = opened(latch=late)
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert [denial.code.value for denial in order.denials] == ["APPROVAL_EXPIRED"]


def test_an_intent_is_checked_again_after_a_restart(world: World, opened: Opener) -> None:
    """What was only intended when the process died is sent, if all still holds."""
    interrupted(world, opened)
    gateway = opened()
    world.run(gateway)
    assert entries(opened) == [OrderState.OPEN]


def test_an_intent_that_does_not_hold_any_more_is_denied(world: World, opened: Opener) -> None:
    """Halted meanwhile: DENIED, not sent."""
    interrupted(world, opened)
    world.halt()
    gateway = opened()
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.DENIED
    assert "STATE_HALTED" in {denial.code.value for denial in order.denials}


class Died(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def interrupted(world: World, opened: Opener) -> None:
    """A gateway that dies after INTENT, before SENDING."""

    def die() -> None:
        raise Died

    gateway = opened(latch=LateLatch(world.latch, die, looks=2))
    world.replay(0)
    world.put(release(ticket()))
    with pytest.raises(Died):
        world.run(gateway)
    assert entries(opened) == [OrderState.INTENT]


def test_a_desk_that_does_not_answer_is_waited_for(world: World, opened: Opener) -> None:
    """No desk.db yet: the gateway lives, beats, and takes the rows once they can be read."""
    gateway = opened()
    assert not gateway.turn()
    assert gateway.silent
    assert gateway.context.view.heartbeat() == NOW
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    assert not gateway.silent
    assert len(gateway.context.view.orders()) == 1


def test_a_silent_desk_is_unavailable_not_empty(opened: Opener) -> None:
    """Reading the missing file is a fault, so nothing is concluded from it."""
    gateway = opened()
    with pytest.raises(UnavailableError) as caught:
        gateway.context.desk.after(0)
    assert caught.value.code == "STORE_UNAVAILABLE"


def test_rows_are_taken_in_order(world: World, opened: Opener) -> None:
    """Two tickets and a bar: both orders fill at the bar that was asked for after them."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.put(release(ticket(nonce="7" * 32, quantity=Decimal(4))))
    world.replay(1)
    world.run(gateway)
    assert len(gateway.context.view.fills()) == 2
