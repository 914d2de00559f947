"""From a decision to an entry order: how many units, cut to what, or why there is no order.

Quantity is fixed at the decision from equity(t) and ref: the sizing rule first, then the cap on
position value, then the instrument's grid; cash is checked at the fill. An order above cap or
cash is cut and counted, never cancelled. Plain floats, so that a compiler can take it.
"""

from __future__ import annotations

import math
from typing import Final

FIXED_FRACTION: Final = 0
FIXED_NOTIONAL: Final = 1
RISK_PER_TRADE: Final = 2
WEIGHT: Final = 3

FINE: Final = 0
STOP_WRONG_SIDE: Final = 1
TARGET_WRONG_SIDE: Final = 2
STOP_MISSING: Final = 3
QUANTITY_TOO_SMALL: Final = 4
BAR_ABSENT: Final = 5
SIZE_UNKNOWN: Final = 6
OUTSIDE_HOURS: Final = 7
TRADES_PER_DAY: Final = 8
TRADES_PER_WEEK: Final = 9
LOSSES_PER_DAY: Final = 10
DAILY_LOSS: Final = 11
POSITIONS_FULL: Final = 12
CORRELATED: Final = 13

DROP_CODES: Final = (
    "FINE",
    "STOP_WRONG_SIDE",
    "TARGET_WRONG_SIDE",
    "STOP_MISSING",
    "QUANTITY_TOO_SMALL",
    "BAR_ABSENT",
    "SIZE_UNKNOWN",
    "OUTSIDE_HOURS",
    "TRADES_PER_DAY",
    "TRADES_PER_WEEK",
    "LOSSES_PER_DAY",
    "DAILY_LOSS",
    "POSITIONS_FULL",
    "CORRELATED",
)
"""Why an order was dropped, by number."""

# Units that miss a whole step by less than this share of it are rounding, not a missing step.
_GRID_TOLERANCE: Final = 1e-6
# A millionth of a percent above a cap is the rounding of the same number.
_CAP_TOLERANCE: Final = 1.0 + 1e-9


def on_grid(quantity: float, lots_per_unit: float, tolerance: float = _GRID_TOLERANCE) -> float:
    """Quantity rounded down to whole steps; unchanged when the grid is off.

    Args:
        quantity: units, not negative.
        lots_per_unit: quantity steps in one unit, 0 for no grid.
        tolerance: share of a step that may be missing and still counts as whole.
    """
    if lots_per_unit <= 0.0:
        return quantity
    return math.floor(quantity * lots_per_unit + tolerance) / lots_per_unit


def wanted_quantity(kind: int, value: float, equity: float, ref: float, stop: float) -> float:
    """Units that the sizing rule asks for, before any cap.

    Args:
        kind: sizing rule; `value` is its fraction, amount, risk or (WEIGHT) the weight now.
        value: see `kind`.
        equity: account value at the decision, quote currency.
        ref: expected entry price.
        stop: first stop; must not be NaN for RISK_PER_TRADE.
    """
    if kind == FIXED_NOTIONAL:
        return value / ref
    if kind == RISK_PER_TRADE:
        return value * equity / abs(ref - stop)
    return value * equity / ref


def capped(quantity: float, cap: float) -> tuple[float, bool]:
    """The quantity within its cap, and whether the cap cuts it."""
    return min(quantity, cap), quantity > cap * _CAP_TOLERANCE


def large_enough(quantity: float, price: float, smallest: float, least_notional: float) -> bool:
    """Whether the instrument takes an order of this size."""
    return quantity > 0.0 and quantity >= smallest and quantity * price >= least_notional
