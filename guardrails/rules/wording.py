"""From integers to what a person reads: how much of a limit is used, and the denial's sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal

from guardrails.reasons import Denial, Reason
from guardrails.rounding import EXACT, up
from guardrails.rules.figures import MONEY
from guardrails.tickets import LimitUse

Unit = Literal["bps", "quote", "count", "ms", "units"]

_CENT: Final = Decimal("0.01")
_BEYOND: Final = Decimal(1_000_000)
"""What a share of nothing reads like: a million basis points."""


def share(part: int, whole: int) -> Decimal:
    """`part` of `whole` in basis points, rounded up to 0.01; huge when there is no whole."""
    if whole <= 0:
        return _BEYOND if part > 0 else Decimal(0)
    return up(Decimal(part) * 10_000 / Decimal(whole), _CENT).quantize(_CENT, context=EXACT)


def quote(amount: int) -> Decimal:
    """Money at 1e-16 as quote currency, rounded up to 0.01."""
    return up(Decimal(amount) / MONEY, _CENT).quantize(_CENT, context=EXACT)


def use(key: str, unit: Unit, limit: int | Decimal, *change: Decimal) -> LimitUse:
    """One row of the table of limits: before and after the order, never below zero."""
    before, after = (max(value, Decimal(0)) for value in change)
    return LimitUse(key=key, unit=unit, limit=Decimal(limit), before=before, after=after)


def denied(code: Reason, sentences: Mapping[Reason, str], row: LimitUse | None) -> Denial:
    """A denial with its sentence, and with the numbers when the limit has some."""
    sentence = sentences[code]
    if row is None:
        return Denial.of(code, sentence)
    return Denial.of(
        code,
        f"{sentence} ({row.after} {row.unit}, at most {row.limit})",
        key=row.key,
        limit=row.limit,
        before=row.before,
        after=row.after,
        unit=row.unit,
    )
