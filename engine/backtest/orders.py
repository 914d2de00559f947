"""From a decision to an entry order: how many units, cut to what, or why there is no order.

Quantity is fixed at the decision from equity(t) and ref = close(t): the sizing rule first, then
the cap on position value, then the instrument's grid; cash is checked at the fill. An order above
cap or cash is cut and counted, never cancelled. Plain floats, so that a compiler can take it.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

FIXED_FRACTION: Final = 0
FIXED_NOTIONAL: Final = 1
RISK_PER_TRADE: Final = 2

FINE: Final = 0
STOP_WRONG_SIDE: Final = 1
TARGET_WRONG_SIDE: Final = 2
STOP_MISSING: Final = 3
QUANTITY_TOO_SMALL: Final = 4
BAR_ABSENT: Final = 5

DROP_CODES: Final = (
    "FINE",
    "STOP_WRONG_SIDE",
    "TARGET_WRONG_SIDE",
    "STOP_MISSING",
    "QUANTITY_TOO_SMALL",
    "BAR_ABSENT",
)
"""Why an order was dropped, by number."""

# Units that miss a whole step by less than this share of it are rounding, not a missing step.
_GRID_TOLERANCE: Final = 1e-6


class Terms(NamedTuple):
    """What sizing and fills need, as plain numbers.

    Attributes:
        kind: FIXED_FRACTION, FIXED_NOTIONAL or RISK_PER_TRADE.
        value: fraction of equity, quote currency, or fraction of equity at risk.
        max_fraction: cap on position value as a fraction of equity.
        lots_per_unit: quantity steps in one unit; 0 switches the grid off.
        min_quantity, max_quantity: units.
        min_notional: quote currency.
        impact, taker, maker: fractions of one (`CostModel`).
        through: limits must be traded through.
        cooldown: bars after an exit without an entry decision.
    """

    kind: int
    value: float
    max_fraction: float
    lots_per_unit: float
    min_quantity: float
    max_quantity: float
    min_notional: float
    impact: float
    taker: float
    maker: float
    through: bool
    cooldown: int


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


def wanted_quantity(terms: Terms, equity: float, ref: float, stop: float) -> float:
    """Units that the sizing rule asks for, before any cap.

    Args:
        terms: sizing rule.
        equity: account value at the decision, quote currency.
        ref: expected entry price, close(t).
        stop: first stop; must not be NaN for RISK_PER_TRADE.
    """
    if terms.kind == FIXED_FRACTION:
        return terms.value * equity / ref
    if terms.kind == FIXED_NOTIONAL:
        return terms.value / ref
    return terms.value * equity / abs(ref - stop)


def size_entry(terms: Terms, equity: float, ref: float, stop: float) -> tuple[float, bool]:
    """Units of the entry on the grid, 0.0 when it is too small; and whether a cap cut it."""
    quantity = wanted_quantity(terms, equity, ref, stop)
    cap = min(terms.max_fraction * equity / ref, terms.max_quantity)
    # A millionth of a percent above the cap is the rounding of the same number.
    cut = quantity > cap * (1.0 + 1e-9)
    quantity = on_grid(min(quantity, cap), terms.lots_per_unit)
    return _or_nothing(terms, quantity, ref), cut


def afford(terms: Terms, quantity: float, price: float, cash: float) -> tuple[float, bool]:
    """Units that cash pays for at the fill price, taker fee included, and whether that cuts.

    A short needs the same cash as a long: no leverage on either side.
    """
    most = cash / (price * (1.0 + terms.taker))
    if quantity <= most:
        return quantity, False
    return _or_nothing(terms, on_grid(most, terms.lots_per_unit, 0.0), price), True


def _or_nothing(terms: Terms, quantity: float, price: float) -> float:
    """The quantity, or 0.0 when it is below the instrument's smallest order."""
    if quantity <= 0.0 or quantity < terms.min_quantity or quantity * price < terms.min_notional:
        return 0.0
    return quantity
