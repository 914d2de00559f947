"""What a value can never leave: interval arithmetic, and which of two series is always above."""

from __future__ import annotations

from math import inf, isnan
from typing import Final

from engine.language.nodes import (
    Arithmetic,
    Call,
    Lag,
    Minus,
    Name,
    Node,
    Number,
)
from engine.language.operators import OPERATORS, SERIES_BY_NAME, STATE_BY_NAME
from engine.language.signature import EVERYTHING, Bounds

_KEEPING: Final = frozenset({
    "sma", "mean", "wma", "median", "ema", "rma", "vwma", "quantile", "highest", "lowest",
    "bb_mid", "kama",
})  # fmt: skip
_UP_TO_HIGH: Final = frozenset({"open", "low", "close", "hl2", "hlc3", "ohlc4", "high"})
_CHANNEL_TOPS: Final = frozenset({"highest", "donchian_upper"})
_CHANNEL_BOTTOMS: Final = frozenset({"lowest", "donchian_lower"})


def bounds(node: Node) -> Bounds:
    """(low, high) that the value of a resolved tree never leaves, both ends possible."""
    if isinstance(node, Number):
        return (node.value, node.value)
    if isinstance(node, Name):
        known = SERIES_BY_NAME.get(node.name) or STATE_BY_NAME.get(node.name)
        return EVERYTHING if known is None else known.bounds
    if isinstance(node, Lag):
        return bounds(node.of)
    if isinstance(node, Minus):
        low, high = bounds(node.of)
        return (-high, -low)
    if isinstance(node, Call):
        return _call(node)
    return _arithmetic(node) if isinstance(node, Arithmetic) else EVERYTHING


def _call(node: Call) -> Bounds:
    operator = OPERATORS[node.name]
    if operator.bounds is not None:
        return operator.bounds
    if node.name in _KEEPING:
        return bounds(node.args[0])
    if node.name in {"min", "max"}:
        (a, b), (c, d) = bounds(node.args[0]), bounds(node.args[1])
        pick = min if node.name == "min" else max
        return (pick(a, c), pick(b, d))
    if node.name in {"htf", "sym"}:
        return bounds(node.args[-1])
    if node.name == "where":
        (a, b), (c, d) = bounds(node.args[1]), bounds(node.args[2])
        return (min(a, c), max(b, d))
    return EVERYTHING


def _arithmetic(node: Arithmetic) -> Bounds:
    (a, b), (c, d) = bounds(node.left), bounds(node.right)
    if node.sign == "+":
        return _ordered(a + c, b + d)
    if node.sign == "-":
        return _ordered(a - d, b - c)
    if node.sign == "/":
        if c <= 0 <= d:
            return (0.0, inf) if a >= 0 and c >= 0 else EVERYTHING
        return _corners(a / c, a / d, b / c, b / d)
    return _corners(_times(a, c), _times(a, d), _times(b, c), _times(b, d))


def _times(x: float, y: float) -> float:
    return 0.0 if 0 in {x, y} else x * y


def _ordered(low: float, high: float) -> Bounds:
    return (-inf if isnan(low) else low, inf if isnan(high) else high)


def _corners(*values: float) -> Bounds:
    if any(isnan(value) for value in values):
        return EVERYTHING
    return (min(values), max(values))


def never_below(upper: Node, lower: Node) -> bool:
    """Whether `upper` is at or above `lower` on every bar, by what bars and channels are."""
    if upper == lower:
        return True
    if isinstance(upper, Name) and isinstance(lower, Name):
        return upper.name in _UP_TO_HIGH and _bar_order(upper.name, lower.name)
    if isinstance(upper, Call) and upper.name in _CHANNEL_TOPS:
        return never_below(_channel_series(upper, "high"), lower)
    if isinstance(lower, Call) and lower.name in _CHANNEL_BOTTOMS:
        return never_below(upper, _channel_series(lower, "low"))
    return False


def _bar_order(upper: str, lower: str) -> bool:
    return (upper == "high" and lower in _UP_TO_HIGH) or (lower == "low" and upper in _UP_TO_HIGH)


def _channel_series(call: Call, own: str) -> Node:
    return call.args[0] if call.name in {"highest", "lowest"} else Name(own)


def is_channel(node: Node) -> bool:
    """A highest or lowest of a window that includes the present bar."""
    return isinstance(node, Call) and node.name in _CHANNEL_TOPS | _CHANNEL_BOTTOMS
