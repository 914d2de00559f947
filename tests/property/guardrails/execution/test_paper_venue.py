"""The paper venue under random orders and bars: money is conserved, limits hold, ids are unique."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backtest.costs import CostModel
from engine.market import Side
from guardrails.execution.feed import pending_bars
from guardrails.execution.paper import PaperVenue
from guardrails.execution.venue import VenueRefusalError, VenueSilentError
from guardrails.store.paper_venue import PaperFile
from guardrails.wire import PHASES, MarketBar, VenueTrade, WireOrder
from tests.gateway_world import ACME, market

CASH = Decimal(10_000)
COSTS = CostModel()
CENTS = st.integers(min_value=9_000, max_value=11_000)


@st.composite
def bars(draw: st.DrawFn) -> list[MarketBar]:
    """A few bars around 100, some of them absent."""
    rows, volume = [], []
    for _ in range(draw(st.integers(1, 5))):
        first, last = draw(CENTS), draw(CENTS)
        above, below = draw(st.integers(0, 300)), draw(st.integers(0, 300))
        rows.append(
            tuple(
                cents / 100
                for cents in (first, max(first, last) + above, min(first, last) - below, last)
            )
        )
        volume.append(draw(st.sampled_from([0.0, 1.0, 1.0, 1.0])))
    return list(pending_bars(market(rows, volume)))  # type: ignore[arg-type]  # four columns each


@st.composite
def orders(draw: st.DrawFn) -> WireOrder:
    """Any order that a client might send, sensible or not, under one of a few ids."""
    kind = draw(st.sampled_from(["limit", "limit", "stop"]))
    price = Decimal(draw(CENTS)) / 100
    resting = draw(st.booleans()) or kind == "stop"
    return WireOrder(
        client_order_id=f"00000000-0000-4000-8000-{draw(st.integers(0, 5)):012d}",
        symbol="ACME",
        side=draw(st.sampled_from(list(Side))),
        kind=kind,
        quantity=Decimal(draw(st.integers(1, 6_000))) / 100,
        limit_price=price if kind == "limit" else None,
        trigger_price=price if kind == "stop" else None,
        time_in_force="gtc" if resting else "ioc",
        reduce_only=draw(st.booleans()),
        oco_group=draw(st.sampled_from([None, "a", "b"])),
    )


@contextlib.contextmanager
def fresh() -> Iterator[tuple[PaperVenue, PaperFile]]:
    """A venue on a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = PaperFile(Path(folder) / "venue.db")
        file.open_account("paper-1", CASH)
        venue = PaperVenue(file, COSTS)
        venue.list_instrument(ACME)
        yield venue, file
        file.close()


def within(trade: VenueTrade, order: WireOrder, bar: MarketBar) -> bool:
    """Inside low..high but for impact and one step of rounding, and never beyond the limit."""
    impact, step = Decimal(repr(COSTS.impact)), ACME.price_step
    low, high = Decimal(repr(bar.low)), Decimal(repr(bar.high))
    inside = low * (1 - impact) - step <= trade.price <= high * (1 + impact) + step
    if order.limit_price is None:
        return inside
    buys = order.side is Side.BUY
    kept = trade.price <= order.limit_price if buys else trade.price >= order.limit_price
    return inside and kept


@settings(max_examples=25)
@given(tape=bars(), sent=st.lists(st.lists(orders(), max_size=4), min_size=5, max_size=5))
def test_money_is_conserved_and_limits_hold(
    tape: list[MarketBar], sent: list[list[WireOrder]]
) -> None:
    """Cash and holding are folds of the trades; no order is overfilled, no fill breaks a bound."""
    with fresh() as (venue, file):
        accepted: dict[str, WireOrder] = {}
        seen = 0
        for bar, batch in zip(tape, sent, strict=False):
            for order in batch:
                with contextlib.suppress(VenueRefusalError):
                    venue.send(order)
                    accepted.setdefault(order.client_order_id, order)
            for phase in PHASES:
                venue.play(bar, phase)
                venue.play(bar, phase)
            fresh_trades = venue.trades_since(seen)
            seen += len(fresh_trades)
            for trade in fresh_trades:
                assert not bar.absent
                assert within(trade, accepted[trade.client_order_id], bar)
        trades = venue.trades_since(0)
        assert [trade.sequence for trade in trades] == list(range(1, len(trades) + 1))
        signs = [1 if trade.side is Side.BUY else -1 for trade in trades]
        spent = sum(
            (
                sign * trade.price * trade.quantity + trade.fee
                for sign, trade in zip(signs, trades, strict=True)
            ),
            Decimal(0),
        )
        held = sum(
            (sign * trade.quantity for sign, trade in zip(signs, trades, strict=True)), Decimal(0)
        )
        with file.request() as book:
            listed = book.market("ACME")
            assert book.cash() == CASH - spent
        assert listed is not None
        assert listed.held == held >= 0
        for key, order in accepted.items():
            found = venue.find(key)
            total = sum((t.quantity for t in trades if t.client_order_id == key), Decimal(0))
            assert found is not None
            assert found.filled == total <= order.quantity


@settings(max_examples=25)
@given(order=orders(), times=st.integers(2, 5), tape=bars())
def test_sending_again_changes_nothing(order: WireOrder, times: int, tape: list[MarketBar]) -> None:
    """However often an id is sent, there is one order and at most one whole fill."""
    with fresh() as (venue, _):
        for bar in tape:
            for _ in range(times):
                with contextlib.suppress(VenueRefusalError):
                    venue.send(order)
            for phase in PHASES:
                venue.play(bar, phase)
        assert sum(trade.quantity for trade in venue.trades_since(0)) <= order.quantity
        assert len(venue.open_orders()) <= 1


@settings(max_examples=15)
@given(order=orders())
def test_a_cancelled_order_is_never_filled(order: WireOrder) -> None:
    """After a cancel that the venue shows, no bar fills it any more."""
    (bar,) = pending_bars(market([(100.0, 120.0, 80.0, 100.0)]))
    with fresh() as (venue, _):
        with contextlib.suppress(VenueRefusalError, VenueSilentError):
            venue.send(order)
            venue.cancel(order.client_order_id)
        for phase in PHASES:
            venue.play(bar, phase)
        assert venue.trades_since(0) == ()
