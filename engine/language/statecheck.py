"""Trade state in the wrong place: what is said about it.

State exists only while a position is open, so it may stand bar by bar, never in a window: an
average would look back over bars in which there was no position.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.language.codes import Code
from engine.language.nodes import Name, Node, walk
from engine.language.operators import STATE_BY_NAME
from engine.language.problems import Problem
from engine.language.scope import LetType

POINTWISE: Final = frozenset({
    "where", "min", "max", "abs", "sign", "cross_above", "cross_below", "rising", "falling",
    "delta", "roc",
})  # fmt: skip
"""Operators that trade state may stand in."""


def states_in(tree: Node, lets: Mapping[str, LetType]) -> frozenset[str]:
    """The trade state that a tree names, itself or through a let."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, Name):
            found |= {node.name} & STATE_BY_NAME.keys()
            found |= lets[node.name].states if node.name in lets else frozenset()
    return frozenset(found)


def no_position(node: Name) -> Problem:
    """State in an entry, an order price, a regime, a score or a size."""
    return Problem(
        Code.STATE_NOT_ALLOWED_HERE,
        node.span,
        f"`{node.name}` exists only while a position is open: use it in exit, trail_expr,"
        " moving_expr or add_when.",
        hint="move it to exit, trail_expr, moving_expr or add_when",
    )


def state_in_window(node: Name, operator: str) -> Problem:
    """State inside an operator that looks back, or elsewhere."""
    return Problem(
        Code.STATE_NOT_ALLOWED_HERE,
        node.span,
        f"`{operator}` looks beyond the present bar, to where there may have been no position:"
        f" `{node.name}` stands in comparisons, arithmetic, {_listed()} only.",
        hint="compare trade state directly, or give the operator a series of the market",
    )


def lagged_outcome(node: Name) -> Problem:
    """The outcome of the last trade, some bars ago."""
    return Problem(
        Code.STATE_NOT_ALLOWED_HERE,
        node.span,
        f"`{node.name}` is known for the present bar only: write it without a lag.",
        hint="write last_trade_won without a lag",
    )


def _listed() -> str:
    return ", ".join(sorted(POINTWISE))
