"""Normal form: different texts of one meaning become one tree, without touching a rounding.

`a > b` is `b < a`; and/or are flattened, sorted and rid of repeats; `not` is pushed inside (sound
in three-valued logic); the two operands of one + or * are sorted, never re-associated; lags are
merged; aliases are resolved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from engine.language.nodes import (
    Arithmetic,
    Call,
    Comparison,
    ComparisonSign,
    Lag,
    Logic,
    LogicWord,
    Minus,
    Name,
    Node,
    Not,
    Number,
    children,
    with_children,
)
from engine.language.rendering import canonical

_OPPOSITE: Final[dict[ComparisonSign, ComparisonSign]] = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==",
}  # fmt: skip
_TURNED: Final[dict[ComparisonSign, ComparisonSign]] = {">": "<", ">=": "<="}

_ALIASES: Final[dict[str, Callable[[Call], Node]]] = {
    "mean": lambda c: replace(c, name="sma"),
    "tenkan": lambda c: replace(c, name="donchian_mid"),
    "kijun": lambda c: replace(c, name="donchian_mid"),
    "donchian_upper": lambda c: replace(c, name="highest", args=(Name("high", c.span), *c.args)),
    "donchian_lower": lambda c: replace(c, name="lowest", args=(Name("low", c.span), *c.args)),
    "kc_mid": lambda c: replace(c, name="ema", args=(Name("close", c.span), *c.args)),
    "bb_mid": lambda c: replace(c, name="sma", args=c.args[:2]),
    "cross_below": lambda c: replace(c, name="cross_above", args=(c.args[1], c.args[0])),
    # The line itself does not know its signal's window.
    "macd": lambda c: replace(c, args=(*c.args[:3], Number(1, c.span))),
    "rising": lambda c: Comparison("<", Lag(c.args[0], c.args[1], c.span), c.args[0], c.span),
    "falling": lambda c: Comparison("<", c.args[0], Lag(c.args[0], c.args[1], c.span), c.span),
}
_SYMMETRIC: Final = frozenset({"min", "max", "corr"})


def _sorted_pair(left: Node, right: Node) -> tuple[Node, Node]:
    return (left, right) if canonical(left) <= canonical(right) else (right, left)


def _comparison(node: Comparison) -> Comparison:
    if node.sign in _TURNED:
        return replace(node, sign=_TURNED[node.sign], left=node.right, right=node.left)
    if node.sign in {"==", "!="}:
        left, right = _sorted_pair(node.left, node.right)
        return replace(node, left=left, right=right)
    return node


def _logic(node: Logic) -> Node:
    flat: dict[str, Node] = {}
    for item in node.items:
        same = isinstance(item, Logic) and item.word == node.word
        for part in item.items if isinstance(item, Logic) and same else (item,):
            flat.setdefault(canonical(part), part)
    items = tuple(flat[text] for text in sorted(flat))
    return items[0] if len(items) == 1 else replace(node, items=items)


def _negated(node: Node) -> Node:
    """The normal form of `not node`, for a node in normal form."""
    if isinstance(node, Not):
        return node.of
    if isinstance(node, Comparison):
        return _comparison(replace(node, sign=_OPPOSITE[node.sign]))
    if isinstance(node, Logic):
        word: LogicWord = "or" if node.word == "and" else "and"
        items = tuple(_negated(item) for item in node.items)
        return _logic(Logic(word, items, node.span))
    return Not(node, node.span)


def _lag(node: Lag) -> Node:
    inner = node.of
    if isinstance(node.bars, Number) and node.bars.value == 0:
        return inner
    if isinstance(inner, Lag) and isinstance(inner.bars, Number) and isinstance(node.bars, Number):
        bars = Number(inner.bars.value + node.bars.value, node.bars.span)
        return replace(node, of=inner.of, bars=bars)
    return node


def normal(tree: Node) -> Node:  # noqa: PLR0911 - one line per kind of node
    """The normal form of a resolved tree; spans are kept where a node survives."""
    node = with_children(tree, tuple(normal(part) for part in children(tree)))
    if isinstance(node, Call):
        return _call(node)
    if isinstance(node, Comparison):
        return _comparison(node)
    if isinstance(node, Logic):
        return _logic(node)
    if isinstance(node, Not):
        return _negated(node.of)
    if isinstance(node, Lag):
        return _lag(node)
    if isinstance(node, Minus) and isinstance(node.of, Number):
        return Number(-node.of.value, node.span)
    if isinstance(node, Arithmetic) and node.sign in "+*":
        left, right = _sorted_pair(node.left, node.right)
        return replace(node, left=left, right=right)
    return node


def _call(node: Call) -> Node:
    if node.name in _SYMMETRIC:
        left, right = _sorted_pair(node.args[0], node.args[1])
        return replace(node, args=(left, right, *node.args[2:]))
    alias = _ALIASES.get(node.name)
    if alias is None:
        return node
    found = alias(node)
    # rising and falling become comparisons whose lag may merge with one inside.
    if isinstance(found, Comparison):
        return replace(found, left=_relagged(found.left), right=_relagged(found.right))
    return found


def _relagged(node: Node) -> Node:
    return _lag(node) if isinstance(node, Lag) else node
