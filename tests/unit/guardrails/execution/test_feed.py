"""The replay feed: bars in order, once, with a quote at each end; the clock never runs back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.backtest.costs import CostModel
from engine.data.bars import Bars
from engine.data.store import DatasetStore
from engine.errors import DataError
from engine.records import utc_text
from guardrails.execution.feed import SLICE, pending_bars, quote_of
from guardrails.execution.sources import FixedSource, ForwardSource
from guardrails.store.outbox import enqueue
from tests.gateway_world import (
    ACME,
    FIRST_BAR,
    QUIET,
    Opener,
    World,
    close_of,
    market,
    release,
    ticket,
)


def ask(world: World, **asked: object) -> None:
    """A replay row with these fields."""
    with world.desk.write() as work:
        enqueue(work, "replay", asked)
        work.journal("operator", "replay.asked", {})


def test_a_quote_lies_half_the_spread_around_the_close() -> None:
    """Bid down, ask up, on the step; its time is the bar's close."""
    (bar,) = pending_bars(market([(100.0, 101.0, 99.0, 100.0)]))
    found = quote_of(bar, ACME, CostModel(spread_bps=3.0))
    assert (found.bid, found.ask) == (Decimal("99.98"), Decimal("100.02"))
    assert found.time == bar.closed_at
    assert found.mid == Decimal(100)


def test_a_replay_moves_price_and_clock(world: World, opened: Opener) -> None:
    """Before it nothing is known; after it the last bar's quote, at the replay's time."""
    gateway = opened()
    gateway.turn()
    assert gateway.context.view.quote("ACME") is None
    assert gateway.context.view.market_now() is None
    world.replay(1)
    world.run(gateway)
    quote = gateway.context.view.quote("ACME")
    assert quote is not None
    assert quote.time == gateway.context.view.market_now() == close_of(world.bars, 1)


def test_bars_are_played_once(world: World, opened: Opener) -> None:
    """Asking again for what was played plays nothing; asking for more plays the rest."""
    gateway = opened()
    for index in (1, 1, 0, 2):
        world.replay(index)
    world.run(gateway)
    rows = world.journal(gateway, "market.replayed")
    assert [row["bars"] for row in rows] == [2, 0, 0, 1]


def test_the_clock_never_runs_backwards(world: World, opened: Opener) -> None:
    """A row with an earlier time leaves the market's present where it is."""
    gateway = opened()
    world.replay(2)
    world.replay(0)
    world.run(gateway)
    assert gateway.context.view.market_now() == close_of(world.bars, 2)


def test_the_clock_may_stand_after_the_last_bar(world: World, opened: Opener) -> None:
    """A time without bars ages the quote: the market is not quiet, it is unknown."""
    gateway = opened()
    world.replay(0)
    until = utc_text(close_of(world.bars, 0).replace(hour=12))
    ask(world, dataset_id=world.bars.digest, symbol="ACME", until=until)
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert [denial.code.value for denial in order.denials] == ["PRICE_STALE"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dataset_id": "f" * 64}, "DATASET_UNKNOWN"),
        ({"symbol": "OTHER"}, "REPLAY_SYMBOL"),
        ({"until": "tomorrow"}, "RECORD_INVALID"),
        ({"speed": 2}, "RECORD_INVALID"),
    ],
)
def test_a_replay_that_cannot_be_played_is_passed_over(
    world: World, opened: Opener, change: dict[str, object], code: str
) -> None:
    """The reason stands in the journal, the clock does not move, the next row is taken."""
    gateway = opened()
    asked = {
        "dataset_id": world.bars.digest,
        "symbol": "ACME",
        "until": utc_text(close_of(world.bars, 0)),
    }
    ask(world, **{**asked, **change})
    ask(world, **asked)
    world.run(gateway)
    (row,) = world.journal(gateway, "replay.refused")
    assert row["code"] == code
    assert len(world.journal(gateway, "market.replayed")) == 1


def test_quiet_bars_leave_only_the_last_quote(world: World, opened: Opener) -> None:
    """Nothing works at the venue: one quote for the whole row, however many bars it holds."""
    world.bars = market([QUIET[0]] * 50)
    gateway = opened()
    world.replay(49)
    world.run(gateway)
    assert len(world.journal(gateway, "market.bar")) == 1


def test_a_long_replay_is_played_in_slices(world: World, opened: Opener) -> None:
    """With an order at work each bar is played; the row goes on where the step stopped."""
    count = SLICE + 20
    world.bars = market([QUIET[0]] * (count + 1))
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.replay(count)
    for _ in range(3):
        assert gateway.turn()
    assert len(world.journal(gateway, "market.bar")) == 1 + SLICE
    assert len(world.journal(gateway, "market.replayed")) == 1
    world.run(gateway)
    assert len(world.journal(gateway, "market.bar")) == 1 + count
    assert gateway.context.view.played_to("ACME") == close_of(world.bars, count - 1)


def test_a_bar_without_volume_is_absent() -> None:
    """Nothing was traded, so nothing can be filled; currencies have no tape to tell."""
    first, second = pending_bars(market([QUIET[0], QUIET[1]], [0.0, 1.0]))
    assert (first.absent, second.absent) == (True, False)


def test_bars_are_bounded_on_both_sides() -> None:
    """After a time and closed by a time."""
    bars = market(QUIET)
    found = pending_bars(bars, FIRST_BAR, close_of(bars, 1))
    assert [bar.open for bar in found] == [100.1]


def test_the_store_offers_forward_bars_alone(world: World) -> None:
    """A registered dataset is replayed after its window; without forward bars it is refused."""
    bars = market([QUIET[0]] * 60)
    store = DatasetStore(world.root / "datasets")
    kept = store.register(bars, window_end=close_of(bars, 49).replace(hour=0))
    source = ForwardSource(store)
    found: Bars = source.bars(kept.id)
    assert found.digest == store.forward(kept).bars.digest
    assert source.bars(kept.id) is found
    with pytest.raises(DataError) as caught:
        source.bars("f" * 64)
    assert caught.value.code == "DATASET_UNKNOWN"


def test_a_fixed_source_knows_its_own_bars_alone() -> None:
    """The in-memory source answers by digest."""
    bars = market(QUIET)
    assert FixedSource(bars).bars(bars.digest) is bars
    with pytest.raises(DataError):
        FixedSource().bars(bars.digest)
