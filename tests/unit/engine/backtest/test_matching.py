"""The fill rules one by one, as the backtest and the paper venue use them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backtest.matching import (
    BUY,
    NOTHING,
    SELL,
    STOP,
    TARGET,
    limit_order,
    protective_exit,
    ruin_price,
    stop_order,
    tighter,
    with_impact,
)

NAN = math.nan


def test_impact_is_always_against_us() -> None:
    """A buyer pays more, a seller receives less."""
    assert with_impact(100.0, BUY, 0.001) == pytest.approx(100.1)
    assert with_impact(100.0, SELL, 0.001) == pytest.approx(99.9)


@pytest.mark.parametrize(
    ("order", "trigger", "bar", "price"),
    [
        (BUY, 105.0, (100, 106, 99), 105.0),
        (BUY, 105.0, (100, 105, 99), 105.0),
        (BUY, 105.0, (107, 108, 104), 107.0),
        (BUY, 105.0, (100, 104.99, 99), NAN),
        (SELL, 95.0, (100, 101, 94), 95.0),
        (SELL, 95.0, (100, 101, 95), 95.0),
        (SELL, 95.0, (93, 96, 92), 93.0),
        (SELL, 95.0, (100, 101, 95.01), NAN),
        (BUY, NAN, (100, 200, 1), NAN),
        (SELL, NAN, (100, 200, 1), NAN),
    ],
)
def test_stop_order(order: int, trigger: float, bar: tuple[float, ...], price: float) -> None:
    """Beyond the trigger at the open: the open; else the trigger, touched or crossed."""
    assert stop_order(order, trigger, *bar) == pytest.approx(price, nan_ok=True)


@pytest.mark.parametrize(
    ("order", "limit", "bar", "through", "touch"),
    [
        (BUY, 95.0, (100, 101, 94), 95.0, 95.0),
        (BUY, 95.0, (100, 101, 95), NAN, 95.0),
        (BUY, 95.0, (94, 96, 93), 94.0, 94.0),
        (BUY, 95.0, (95, 96, 95), NAN, 95.0),
        (BUY, 95.0, (100, 101, 96), NAN, NAN),
        (SELL, 105.0, (100, 106, 99), 105.0, 105.0),
        (SELL, 105.0, (100, 105, 99), NAN, 105.0),
        (SELL, 105.0, (107, 108, 104), 107.0, 107.0),
        (SELL, 105.0, (100, 104, 99), NAN, NAN),
        (SELL, NAN, (100, 200, 1), NAN, NAN),
    ],
)
def test_limit_order(
    order: int, limit: float, bar: tuple[float, ...], through: float, touch: float
) -> None:
    """Better at the open: the open; else the limit, by the rule of the cost model."""
    assert limit_order(order, limit, *bar, True) == pytest.approx(through, nan_ok=True)
    assert limit_order(order, limit, *bar, False) == pytest.approx(touch, nan_ok=True)


@pytest.mark.parametrize(
    ("bar", "price", "event"),
    [
        ((100, 106, 94), 95.0, STOP),
        ((90, 92, 89), 90.0, STOP),
        ((110, 111, 94), 110.0, TARGET),
        ((100, 106, 99), 105.0, TARGET),
        ((105, 106, 94), 95.0, STOP),
        ((100, 101, 99), NAN, NOTHING),
        ((95, 101, 94), 95.0, STOP),
    ],
)
def test_protective_exit_long_and_its_mirror(
    bar: tuple[float, float, float], price: float, event: int
) -> None:
    """Gap first, then stop before target; a short is the same upside down."""
    open_, high, low = bar
    found = protective_exit(1, 95.0, 105.0, open_, high, low, True)
    assert found == pytest.approx((price, event), nan_ok=True)
    mirror = protective_exit(-1, 105.0, 95.0, 200 - open_, 200 - low, 200 - high, True)
    assert mirror == pytest.approx((200 - price, event), nan_ok=True)


def test_without_levels_nothing_is_done() -> None:
    """NaN means none, on both sides."""
    for direction in (1, -1):
        price, event = protective_exit(direction, NAN, NAN, 100.0, 200.0, 1.0, False)
        assert math.isnan(price)
        assert event == NOTHING


def test_levels_ratchet() -> None:
    """A long stop only rises, a short stop only falls, none gives way to one."""
    assert tighter(1, 95.0, 96.0) == 96.0
    assert tighter(1, 95.0, 94.0) == 95.0
    assert tighter(-1, 105.0, 104.0) == 104.0
    assert tighter(-1, 105.0, 106.0) == 105.0
    assert tighter(1, NAN, 94.0) == 94.0
    assert tighter(-1, 105.0, NAN) == 105.0
    assert math.isnan(tighter(1, NAN, NAN))


def test_ruin_price() -> None:
    """Where cash plus position is zero; an unborrowed long has no such price."""
    assert ruin_price(-1, 20_000.0, 100.0) == 200.0
    assert ruin_price(1, -5_000.0, 100.0) == 50.0
    assert math.isnan(ruin_price(1, 5_000.0, 100.0))


prices = st.floats(min_value=1.0, max_value=1_000.0)


@given(open_=prices, a=prices, b=prices, stop=prices, target=prices, through=st.booleans())
def test_an_exit_price_lies_inside_the_bar(  # noqa: PLR0913, PLR0917 - a bar and its levels
    open_: float, a: float, b: float, stop: float, target: float, through: bool
) -> None:
    """Whatever the levels are, a fill is at a price that the bar has traded."""
    high, low = max(open_, a, b), min(open_, a, b)
    for direction in (1, -1):
        price, event = protective_exit(direction, stop, target, open_, high, low, through)
        assert (event == NOTHING) == math.isnan(price)
        if event != NOTHING:
            assert low <= price <= high
        if event == STOP:
            assert direction * price <= direction * stop
        if event == TARGET:
            assert direction * price >= direction * target
