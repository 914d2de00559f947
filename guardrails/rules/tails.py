"""Tails of the book: historical simulation over one day, and clusters of what moves together.

A symbol with too few returns takes its stress move on every simulated day and counts as
correlated with everything. Losses are integers at 1e-16, rounded up; returns integers at 1e-8.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from guardrails.limits import BPS, Limits
from guardrails.rules.facts import Closes, Tails

SIMULATED_DAYS: Final = 500
ENOUGH_DAYS: Final = 250
"""With fewer returns a symbol takes its stress move."""

CORRELATED_DAYS: Final = 60
_KEPT_DAYS: Final = 1_001
_RECENT_DAYS: Final = 201
"""How far back is looked for days that symbols of different calendars share."""

_UNIT: Final = 10**8
_VAR_PCT: Final = 5
_ES_PER_MILLE: Final = 25

Exposures = Mapping[str, int]
"""Symbol -> signed exposure, money at 1e-16: long above zero."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Losses of one day, money at 1e-16, never below zero: VaR at 95 %, ES at 97.5 %."""

    var: int
    es: int


def gap_bps(symbol: str, limits: Limits, tails: Tails) -> int:
    """How far this symbol may jump; the widest of all kinds when its kind is not known."""
    kind = tails.kinds.get(symbol)
    return limits.worst_gap_bps if kind is None else limits.gap_bps(kind)


def stress(exposures: Exposures, limits: Limits, tails: Tails) -> int:
    """Everything gaps against us at once: the sum of exposure x gap, money x basis points."""
    return sum(abs(value) * gap_bps(name, limits, tails) for name, value in exposures.items())


def simulated(exposures: Exposures, limits: Limits, tails: Tails) -> Loss:
    """Losses of the book over the last simulated days that all its symbols share."""
    held = {name: value for name, value in exposures.items() if value}
    moves = {name: _moves(name, tails) for name in held}
    known = {name for name in held if len(moves[name]) >= ENOUGH_DAYS}
    days = _shared(moves[name] for name in known)[-SIMULATED_DAYS:]
    if len(days) < ENOUGH_DAYS:
        known, days = set(), []
    fixed = stress({name: held[name] for name in held.keys() - known}, limits, tails) * _UNIT
    scaled = sorted(
        (
            fixed + BPS * sum(-held[name] * moves[name][day] for name in known)
            for day in (days or [""])
        ),
        reverse=True,
    )
    worst = scaled[: max(len(scaled) * _ES_PER_MILLE // 1000, 1)]
    edge = scaled[max(len(scaled) * _VAR_PCT // 100, 1) - 1]
    return Loss(var=_money(edge, 1), es=_money(sum(worst), len(worst)))


def cluster(symbol: str, symbols: Iterable[str], limits: Limits, tails: Tails) -> frozenset[str]:
    """The symbols that move with this one, directly or through others, itself included."""
    rest, found, todo = set(symbols) - {symbol}, {symbol}, [symbol]
    while todo:
        one = todo.pop()
        near = {other for other in rest if _linked(one, other, limits, tails)}
        rest -= near
        found |= near
        todo += sorted(near)
    return frozenset(found)


def _money(scaled: int, count: int) -> int:
    """Mean of `count` losses at 1e-16 x 1e-8 x basis points, up; a gain is no loss."""
    return max(-(-scaled // (count * _UNIT * BPS)), 0)


def _moves(name: str, tails: Tails) -> Mapping[str, int]:
    """Simple returns by day at 1e-8, rounded down: what a long may lose is never understated."""
    if name not in tails.moves:
        closes = tails.closes.get(name, ())[-_KEPT_DAYS:]
        tails.moves[name] = {
            day: int((close - before) * _UNIT // before) - (1 if close < before else 0)
            for (_, before), (day, close) in pairwise(closes)
            if before > 0
        }
    return tails.moves[name]


def _shared(moves: Iterable[Mapping[str, int]]) -> list[str]:
    """Days that all of them have, oldest first."""
    found: set[str] | None = None
    for days in moves:
        found = set(days) if found is None else found & set(days)
    return sorted(found or ())


def _linked(one: str, other: str, limits: Limits, tails: Tails) -> bool:
    """Whether two symbols belong together; too few shared days count as correlation one."""
    logs = [_logs(name, tails) for name in (one, other)]
    days = sorted(set(logs[0]) & set(logs[1]))[-CORRELATED_DAYS:]
    if len(days) < CORRELATED_DAYS:
        return True
    first, second = ([log[day] for day in days] for log in logs)
    found = correlation(first, second)
    return not abs(found) * 100 < limits.correlation_threshold_pct


def _logs(name: str, tails: Tails) -> Mapping[str, float]:
    """Log returns by day."""
    if name not in tails.logs:
        closes = tails.closes.get(name, ())[-_RECENT_DAYS:]
        tails.logs[name] = {
            day: math.log(float(close) / float(before))
            for (_, before), (day, close) in pairwise(closes)
            if before > 0 and close > 0
        }
    return tails.logs[name]


def correlation(first: list[float], second: list[float]) -> float:
    """Pearson's correlation; 1 when one of them does not move, which says nothing."""
    mean_1, mean_2 = math.fsum(first) / len(first), math.fsum(second) / len(second)
    apart = [(a - mean_1, b - mean_2) for a, b in zip(first, second, strict=True)]
    width = math.fsum(a * a for a, _ in apart) * math.fsum(b * b for _, b in apart)
    if not width > 0.0:
        return 1.0
    return math.fsum(a * b for a, b in apart) / math.sqrt(width)


def daily(closes: Iterable[tuple[str, Decimal]]) -> Closes:
    """The last close of each day, oldest first, from closes in order of time."""
    return tuple(sorted(dict(closes).items()))
