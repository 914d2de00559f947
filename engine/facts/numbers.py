"""How a figure is written: one format per unit, German and English, the same on every machine.

Amounts stay exact until they are written: a float enters through its shortest decimal text, is
rounded half to even, and a rounded zero carries no sign. Bars, days and counts are bare numbers,
because the sentence around them names what is counted.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal, get_args

from engine.errors import InputError
from engine.facts.table import Fact, Unit

Locale = Literal["en", "de"]

SEALED: Final[dict[str, str]] = {"en": "sealed", "de": "versiegelt"}
NO_VALUE: Final = "—"

_LARGEST_PLAIN = Decimal(10) ** 15
_PATTERNS: Final[dict[str, tuple[str, int]]] = {
    "ratio": ("#,##0.00", 2),
    "percent": ("#,##0.00", 2),
    "count": ("#,##0.#", 1),
    "bars": ("#,##0.#", 1),
    "days": ("#,##0.#", 1),
    "money": ("#,##0.00", 2),
    "price": ("#,##0.00######", 8),
    "number": ("#,##0.####", 4),
}
_PERCENT_SIGN: Final[dict[str, str]] = {"en": "%", "de": "\u00a0%"}


def _exact(value: float | Decimal, unit: Unit) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact * 100 if unit == "percent" else exact


def _write(value: Decimal, pattern: str, places: int, locale: Locale) -> str:
    from babel.numbers import (  # noqa: PLC0415 - locale data load with the first figure only
        format_decimal,
        format_scientific,
    )

    if abs(value) >= _LARGEST_PLAIN:
        return format_scientific(value, format="0.###E0", locale=locale)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return format_decimal(rounded or Decimal(0), format=pattern, locale=locale)


def format_value(
    value: float | Decimal | None, unit: Unit, locale: Locale = "en", *, sealed: bool = False
) -> str:
    """A figure as text: `0.1234` in percent is `12.34%`, in German `12,34 %` (no-break blank).

    Args:
        value: the figure; a fraction for unit percent; None when there is none.
        unit: unit of the fact.
        locale: `en` or `de`.
        sealed: the figure exists but may not be seen; reads "sealed" or "versiegelt".

    Raises:
        InputError: FACT_NOT_FINITE, LOCALE_UNKNOWN or UNIT_UNKNOWN.
    """
    if locale not in get_args(Locale):
        raise InputError(
            "LOCALE_UNKNOWN", "figures are written in en or de", value=locale, hint="use en or de"
        )
    if unit not in _PATTERNS:
        raise InputError(
            "UNIT_UNKNOWN", "no fact has this unit", value=unit, hint=f"use {', '.join(_PATTERNS)}"
        )
    if sealed:
        return SEALED[locale]
    if value is None:
        return NO_VALUE
    if not math.isfinite(value):
        raise InputError(
            "FACT_NOT_FINITE", "a figure is finite or absent", value=value, hint="use None"
        )
    text = _write(_exact(value, unit), *_PATTERNS[unit], locale)
    return text + _PERCENT_SIGN[locale] if unit == "percent" else text


def format_fact(fact: Fact, locale: Locale = "en") -> str:
    """The figure of a fact as text; a sealed one is never written out."""
    return format_value(fact.value, fact.unit, locale, sealed=fact.sealed)
