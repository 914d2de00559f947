"""Rounded once, before the digest, always to the side that cannot hurt the person who signs.

Steps are the instrument's; prices quote currency per unit, quantities base units.
Source: the rounding table of the execution page (limit never worse than approved, stop earlier
rather than later, losses up).
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from engine.market import Side
from engine.quantities import ceil_to, floor_to

EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Arithmetic of the guardrails, whatever the thread's own context is: wide enough that sums and
products of prices, quantities and money are exact."""

CENT_OF_CENT: Final = Decimal("0.00000001")
"""Grain of derived money: 1e-8, the grain of the predicate in `rules/bounds.py`."""


def down(value: Decimal, step: Decimal) -> Decimal:
    """Largest multiple of the step that is not above the value."""
    with localcontext(EXACT):
        return floor_to(value, step)


def up(value: Decimal, step: Decimal) -> Decimal:
    """Smallest multiple of the step that is not below the value."""
    with localcontext(EXACT):
        return ceil_to(value, step)


def limit_price(side: Side, price: Decimal, step: Decimal) -> Decimal:
    """A limit on the grid: a buy down, a sell up; never worse than what was asked."""
    return down(price, step) if side is Side.BUY else up(price, step)


def stop_trigger(entry: Side, price: Decimal, step: Decimal) -> Decimal:
    """The stop of a position entered by `entry`: of a long up, of a short down; earlier."""
    return up(price, step) if entry is Side.BUY else down(price, step)


def stop_limit(exit_side: Side, price: Decimal, step: Decimal) -> Decimal:
    """The limit of a stop-limit order, which must fill: a sell down, a buy up."""
    return down(price, step) if exit_side is Side.SELL else up(price, step)


def loss(value: Decimal) -> Decimal:
    """Fees and worst-case losses: up, at a grain of 1e-8."""
    return up(value, CENT_OF_CENT)


def on_grid(value: Decimal, step: Decimal) -> bool:
    """True when a price or quantity lies on its step."""
    with localcontext(EXACT):
        return value % step == 0
