"""Following the venue: each trade is booked once, strangers halt, what vanished halts."""

from __future__ import annotations

from decimal import Decimal

from engine.market import Side
from guardrails.execution.app import Gateway
from guardrails.execution.paper import PaperVenue
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState
from guardrails.wire import VenueSnapshot, VenueTrade, WireOrder
from tests.gateway_faults import Passing
from tests.gateway_world import NOW, Opener, World, release, ticket

STRANGE = "ffffffff-0000-4000-8000-000000000001"


def traded(world: World, opened: Opener, **changes: object) -> Gateway:
    """A gateway that has bought and holds ACME."""
    gateway = opened(**changes)
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    world.run(gateway)
    return gateway


def test_a_trade_becomes_one_fill_with_its_facts(world: World, opened: Opener) -> None:
    """Price, quantity, fee, times and ids as the venue told them."""
    gateway = traded(world, opened)
    (fill,) = gateway.context.view.fills()
    assert (fill.price, fill.quantity, fill.fee) == (
        Decimal("100.15"),
        Decimal(5),
        Decimal("0.50075"),
    )
    assert fill.venue_trade_id == "paper-t1"
    assert fill.received_at == NOW
    assert fill.ticket_digest == ticket().digest


class Doubling(Passing):
    """Reports every trade again under later sequence numbers, as a reconnected stream would."""

    def trades_since(self, sequence: int) -> tuple[VenueTrade, ...]:
        """All trades, then the same ones once more."""
        known = self.real.trades_since(0)
        again = [
            VenueTrade.model_validate({**dict(trade), "sequence": trade.sequence + len(known)})
            for trade in known
        ]
        return tuple(trade for trade in (*known, *again) if trade.sequence > sequence)


def test_a_trade_that_is_reported_twice_is_booked_once(world: World, opened: Opener) -> None:
    """One key for each trade: the second report is noted and passed over."""
    venue = Doubling(opened().context.venue)
    gateway = traded(world, opened, venue=venue)
    assert len(gateway.context.view.fills()) == 1
    assert len(world.journal(gateway, "fill.repeated")) == 1
    assert world.latch.state() is TradingState.ACTIVE


def stranger(venue: PaperVenue) -> None:
    """Somebody else buys on our account."""
    venue.send(
        WireOrder(
            client_order_id=STRANGE,
            symbol="ACME",
            side=Side.BUY,
            kind="limit",
            quantity=Decimal(1),
            limit_price=Decimal(105),
            time_in_force="ioc",
        )
    )


def test_an_order_that_is_not_ours_halts(world: World, opened: Opener) -> None:
    """Accounts are dedicated: a strange working order trips the latch; our own does not."""
    gateway = traded(world, opened)
    assert world.latch.state() is TradingState.ACTIVE
    assert isinstance(gateway.context.venue, PaperVenue)
    stranger(gateway.context.venue)
    gateway.turn()
    assert world.latch.state() is TradingState.HALTED
    assert [halt.reason.split(":")[0] for halt in world.latch.halts()] == ["FOREIGN_ORDER"]


def test_a_trade_that_is_not_ours_halts_and_is_not_booked(world: World, opened: Opener) -> None:
    """The strange trade is journalled, the book stays ours."""
    gateway = traded(world, opened)
    assert isinstance(gateway.context.venue, PaperVenue)
    stranger(gateway.context.venue)
    world.replay(2)
    world.run(gateway)
    assert len(gateway.context.view.fills()) == 1
    assert len(world.journal(gateway, "fill.foreign")) == 1
    assert world.latch.state() is TradingState.HALTED


class Forgetful(Passing):
    """Does not know its open orders any more."""

    forgets = False

    def find(self, client_order_id: str) -> VenueSnapshot | None:
        """Nothing, once it forgets."""
        return None if self.forgets else super().find(client_order_id)

    def open_orders(self) -> tuple[VenueSnapshot, ...]:
        """Nothing, once it forgets."""
        return () if self.forgets else super().open_orders()


def test_an_order_that_vanished_halts(world: World, opened: Opener) -> None:
    """An open order that the venue does not know any more is never guessed away.

    The halt asks for a cancel too; without a look-up that shows it the order is not held for dead.
    """
    venue = Forgetful(opened().context.venue)
    gateway = opened(venue=venue)
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    venue.forgets = True
    gateway.turn()
    gateway.turn()
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.CANCELING
    assert [halt.reason.split(":")[0] for halt in world.latch.halts()] == ["ORDER_VANISHED"]


def test_a_stale_order_list_changes_nothing(world: World, opened: Opener) -> None:
    """An open order seen as open again writes nothing."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    before = gateway.context.view._database.verify().rows
    for _ in range(3):
        gateway.turn()
    assert gateway.context.view._database.verify().rows == before


def test_an_expired_entry_ends_without_protection(world: World, opened: Opener) -> None:
    """Nothing filled, nothing to protect; the state is the venue's."""
    gateway = opened()
    world.replay(0)
    tight = ticket(limit_price=Decimal(100), reference_price=Decimal(100))
    world.put(release(tight))
    world.replay(1)
    world.run(gateway)
    assert [order.state for order in gateway.context.view.orders()] == [OrderState.EXPIRED]
    (row,) = world.journal(gateway, "order.expired")
    assert row["why"] == "TIME_IN_FORCE"
