"""Rounding: each number goes to the side that cannot hurt the person who signs."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from engine.market import Side
from guardrails.rounding import down, limit_price, loss, on_grid, stop_limit, stop_trigger, up

D = Decimal
STEP = D("0.01")


@pytest.mark.parametrize(
    ("side", "limit", "stop", "forced"),
    [
        (Side.BUY, D("60000.12"), D("60000.13"), D("60000.13")),
        (Side.SELL, D("60000.13"), D("60000.12"), D("60000.12")),
    ],
)
def test_each_price_has_its_own_direction(
    side: Side, limit: Decimal, stop: Decimal, forced: Decimal
) -> None:
    """A buy's limit down, a long's stop up, a stop's buy limit up; the other side mirrored."""
    price = D("60000.129")
    assert limit_price(side, price, STEP) == limit
    assert stop_trigger(side, price, STEP) == stop
    assert stop_limit(side, price, STEP) == forced


@pytest.mark.parametrize("round_it", [down, up])
def test_what_lies_on_the_grid_stays(round_it: object) -> None:
    """A number on its step is not moved."""
    assert round_it(D("59000.10"), STEP) == D("59000.10")  # type: ignore[operator]
    assert on_grid(D("59000.10"), STEP)
    assert not on_grid(D("59000.101"), STEP)


def test_losses_go_up_at_a_fine_grain() -> None:
    """A worst-case loss is never shown smaller than it is."""
    assert loss(D("6.600000001")) == D("6.60000001")
    assert loss(D("6.6")) == D("6.6")


def test_long_numbers_do_not_round_across_a_step() -> None:
    """More digits than the thread's own context holds still round down."""
    just_below = D("3." + "9" * 40)
    with localcontext() as sloppy:
        sloppy.prec = 5
        assert down(just_below, D(1)) == 3
        assert up(D("3." + "0" * 40 + "1"), D(1)) == 4
