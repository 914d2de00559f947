"""Money is Decimal text, simulation is float64; this is the border between the two."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

_PLAIN = re.compile(r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$", re.ASCII)


def decimal_of(value: object) -> Decimal:
    """A Decimal from a Decimal, an int or plain ASCII decimal text; floats are refused.

    Raises:
        ValueError: for floats, exponents, blanks, underscores, other digits, NaN, infinity.
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a decimal must be finite")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.match(value):
        return Decimal(value)
    raise ValueError("a decimal is written as plain text such as 12.5")


Amount = Annotated[Decimal, BeforeValidator(decimal_of)]
"""Any finite decimal, plain ASCII text in JSON."""

Money = Annotated[Amount, Field()]
"""Account or quote currency; may be negative (a loss)."""

Price = Annotated[Amount, Field(gt=0)]
"""Quote currency per unit of base, above zero."""

Quantity = Annotated[Amount, Field(gt=0)]
"""Units of base, above zero; the side says the direction."""

Ratio = Annotated[float, Field(allow_inf_nan=False)]
"""A finite share of one: 0.01 is one percent."""


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Largest multiple of `step` that is not above `value`."""
    return (value / step).to_integral_value(rounding=ROUND_FLOOR) * step


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Smallest multiple of `step` that is not below `value`."""
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * step


def from_float(value: float, step: Decimal) -> Decimal:
    """A simulated float as a Decimal on the grid of `step`, nearest, ties to even."""
    return Decimal(repr(value)).quantize(step)
