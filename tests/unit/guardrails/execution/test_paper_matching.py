"""Paper fills: the rules of the backtest, on exact decimals, rounded against us."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.backtest.costs import CostModel
from engine.market import Side
from guardrails.execution.paper_matching import Market, matches
from guardrails.store.paper_venue import PaperOrder
from guardrails.wire import MarketBar, WireOrder
from tests.gateway_world import ACME, FIRST_BAR, NOW

FREE = CostModel(taker_fee_bps=0, maker_fee_bps=0, spread_bps=0, slippage_bps=0)


def order(number: int = 1, **fields: object) -> PaperOrder:
    """A working order of 2 ACME with these wire fields."""
    wire: dict[str, object] = {
        "client_order_id": f"00000000-0000-4000-8000-{number:012d}",
        "symbol": "ACME",
        "side": Side.BUY,
        "kind": "limit",
        "quantity": Decimal(2),
        "time_in_force": "ioc",
    }
    return PaperOrder(number, WireOrder.model_validate({**wire, **fields}), "open", Decimal(0), "")


def stop(trigger: str, number: int = 2, group: str = "g") -> PaperOrder:
    """A protective stop of a long."""
    return order(
        number, side=Side.SELL, kind="stop", trigger_price=Decimal(trigger), time_in_force="gtc",
        reduce_only=True, oco_group=group,
    )  # fmt: skip


def target(limit: str, number: int = 3, group: str = "g") -> PaperOrder:
    """A profit target of a long."""
    return order(
        number, side=Side.SELL, limit_price=Decimal(limit), time_in_force="gtc",
        reduce_only=True, oco_group=group,
    )  # fmt: skip


def bar(open_: float, high: float, low: float, close: float, *, absent: bool = False) -> MarketBar:
    """One bar of ACME."""
    return MarketBar(
        symbol="ACME", opened_at=FIRST_BAR, closed_at=NOW, open=open_, high=high, low=low,
        close=close, absent=absent,
    )  # fmt: skip


def on(this: MarketBar, costs: CostModel = FREE) -> Market:
    """The market of one bar."""
    return Market(this, ACME, costs)


def test_a_marketable_limit_is_done_at_the_open_with_impact() -> None:
    """Spread and slippage of 4 basis points move the fill against us; taker fee on notional."""
    found = matches(
        [order(limit_price=Decimal(101))], on(bar(100, 102, 99, 101), CostModel()), "open"
    )
    assert [match.price for match in found] == [Decimal("100.04")]
    assert found[0].fee(Decimal(2)) == Decimal("0.20008")


def test_a_price_is_rounded_against_us() -> None:
    """A buy up, a sell down, to the instrument's step."""
    costs = CostModel(slippage_bps=0.3, spread_bps=0)
    buy = matches([order(limit_price=Decimal(101))], on(bar(100, 102, 99, 101), costs), "open")
    sell = matches(
        [order(side=Side.SELL, limit_price=Decimal(99))], on(bar(100, 102, 99, 101), costs), "open"
    )
    assert buy[0].price == Decimal("100.01")
    assert sell[0].price == Decimal("99.99")


@pytest.mark.parametrize(("limit", "done"), [("100.03", False), ("100.04", True)])
def test_a_fill_is_never_beyond_the_limit(limit: str, done: bool) -> None:
    """Impact beyond the limit means no fill, not a fill at the limit."""
    found = matches(
        [order(limit_price=Decimal(limit))], on(bar(100, 102, 99, 101), CostModel()), "open"
    )
    assert bool(found) is done


def test_a_marketable_order_is_not_done_inside_the_bar() -> None:
    """What the open did not fill is not filled later in the bar."""
    assert matches([order(limit_price=Decimal(99))], on(bar(100, 102, 98, 101)), "open") == ()
    assert matches([order(limit_price=Decimal(99))], on(bar(100, 102, 98, 101)), "inside") == ()


def test_exits_come_before_entries_at_the_open() -> None:
    """What an exit frees may pay for an entry of the same open."""
    entry = order(1, limit_price=Decimal(101))
    leave = order(2, side=Side.SELL, limit_price=Decimal(99), reduce_only=True)
    found = matches([entry, leave], on(bar(100, 102, 98, 101)), "open")
    assert [match.order.number for match in found] == [2, 1]


@pytest.mark.parametrize(
    ("this", "price"),
    [
        (bar(100, 101, 96, 98), "97"),
        (bar(96.5, 98, 96, 97), "96.5"),
        (bar(100, 101, 97, 98), "97"),
    ],
)
def test_a_stop_is_done_at_its_trigger_or_at_a_worse_open(this: MarketBar, price: str) -> None:
    """A gap is never filled at the trigger; touching the trigger is enough."""
    found = matches([stop("97")], on(this), "inside")
    assert [match.price for match in found] == [Decimal(price)]


def test_a_stop_that_is_not_reached_rests() -> None:
    """Above the trigger nothing happens."""
    assert matches([stop("97")], on(bar(100, 101, 97.01, 98)), "inside") == ()


def test_the_stop_counts_when_both_lie_inside_the_bar() -> None:
    """Stop before target: the pessimistic order of events."""
    found = matches([target("103"), stop("97")], on(bar(100, 104, 96, 100)), "inside")
    assert [match.order.wire.kind for match in found] == ["stop"]


def test_a_target_must_be_traded_through_and_pays_the_maker_fee() -> None:
    """Reaching the limit is not enough; no impact on a resting limit."""
    costs = CostModel(maker_fee_bps=5)
    assert matches([target("103")], on(bar(100, 103, 99, 101), costs), "inside") == ()
    found = matches([target("103"), stop("97")], on(bar(100, 103.01, 99, 101), costs), "inside")
    assert found[0].price == Decimal(103)
    assert found[0].fee(Decimal(2)) == Decimal("0.103")


def test_a_target_that_the_open_has_passed_is_done_at_the_open() -> None:
    """A gap in our favour is ours."""
    found = matches([stop("97"), target("103")], on(bar(104, 105, 96, 100)), "inside")
    assert [(match.order.wire.kind, match.price) for match in found] == [("limit", Decimal(104))]


def test_pairs_do_not_disturb_each_other() -> None:
    """Each pair is done on its own levels."""
    orders = [stop("97", 2, "g1"), target("103", 3, "g1"), stop("95", 4, "g2")]
    found = matches(orders, on(bar(100, 102, 96, 100)), "inside")
    assert [match.order.number for match in found] == [2]


@pytest.mark.parametrize("phase", ["open", "inside"])
def test_nothing_is_done_in_an_absent_bar(phase: str) -> None:
    """No trade, no fill; the same bar with volume fills."""
    orders = [order(limit_price=Decimal(101)), stop("97")]
    this = bar(96, 102, 95, 100, absent=True)
    assert matches(orders, on(this), phase) == ()  # type: ignore[arg-type]  # a literal above
    there = bar(96, 102, 95, 100)
    assert matches(orders, on(there), phase) != ()  # type: ignore[arg-type]  # a literal above
