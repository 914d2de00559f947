"""What a fact's key says about its figure: signed or not, better when larger or when smaller."""

from __future__ import annotations

import re

from engine.facts.table import Fact

_SMALLER_IS_BETTER = re.compile(
    r"drawdown|volatility|(?:^|_)vol(?:_|$)|cost|fee|slippage|turnover|ulcer|(?:^|_)var(?:_|$)"
    r"|shortfall|loss|p_value|p_is|ruin|underwater"
)
_SIGNED = re.compile(
    r"return|profit|pnl|excess|sharpe|sortino|calmar|cagr|expectancy|alpha|change|gain|growth|mean"
    r"|slope|score|drift|edge|net"
)
_LARGER_IS_BETTER = re.compile(r"profit_factor|win_rate|hit_rate|recovery|accuracy")
_RELATIVE = re.compile(r"excess|alpha|edge|versus|vs_|delta|difference|change")
_FACTOR = re.compile(r"profit_factor")
_NUMBERS = re.compile(r"_?\d+")


def metric(fact: Fact) -> str:
    """The name of what is measured: the last part of the key that is not a bare number."""
    parts = [part for part in fact.key.split(".") if not part.isdigit()]
    return _NUMBERS.sub("", parts[-1])


def smaller_is_better(fact: Fact) -> bool:
    """Whether the figure measures harm: drawdown, volatility, cost; its sign is a convention."""
    return bool(_SMALLER_IS_BETTER.search(metric(fact)))


def larger_is_better(fact: Fact) -> bool:
    """Whether more of it is good beyond doubt."""
    return not smaller_is_better(fact) and bool(
        _SIGNED.search(metric(fact)) or _LARGER_IS_BETTER.search(metric(fact))
    )


def relative(fact: Fact) -> bool:
    """Whether the figure is itself a difference, so that its sign says which side is ahead."""
    return bool(_RELATIVE.search(metric(fact)))


def signed_value(fact: Fact) -> float | None:
    """The figure around its point of no gain and no loss; None if its sign means nothing.

    A profit factor breaks even at 1, everything else at 0.
    """
    if fact.value is None or smaller_is_better(fact):
        return None
    if _FACTOR.search(metric(fact)):
        return fact.value - 1
    return fact.value if _SIGNED.search(metric(fact)) else None


def is_signed(fact: Fact) -> bool:
    """Whether the sign of the figure would mean gain or loss, known or sealed."""
    return not smaller_is_better(fact) and bool(_SIGNED.search(metric(fact)))


def magnitude(fact: Fact) -> float:
    """The figure for comparing: harm by its size, everything else as it is; 0 when absent."""
    value = fact.value or 0.0
    return abs(value) if smaller_is_better(fact) else value


def comparable(left: Fact, right: Fact) -> bool:
    """Whether "higher" between the two has a meaning."""
    if left.unit != right.unit:
        return False
    return metric(left) == metric(right) or not (
        smaller_is_better(left) or smaller_is_better(right)
    )
