"""Lints of one expression: it parses and its units fit, but it cannot mean what was meant.

All work on the resolved tree, whose spans point into the text a person reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.language.codes import Code
from engine.language.conjunctions import Verdict, contradiction, judged
from engine.language.intervals import bounds
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Node,
    Number,
    Span,
    walk,
)
from engine.language.normal import normal
from engine.language.operators import OPERATORS
from engine.language.problems import Edit, Problem
from engine.language.rendering import canonical, number_text

_MACD_FAMILY: Final = frozenset({"macd", "macd_signal", "macd_hist"})
_CROSSES: Final = {"cross_above": "cross_below", "cross_below": "cross_above"}
_AVERAGES: Final = frozenset({
    "sma", "mean", "wma", "ema", "dema", "tema", "rma", "hma", "kama", "vwma", "median",
})  # fmt: skip
_LEVEL_KEEPING: Final = _AVERAGES | {"highest", "lowest", "quantile", "min", "max", "abs"}
_PERCENT_RANGES: Final = ((0.0, 100.0), (-100.0, 0.0))


def lint(tree: Node) -> tuple[Problem, ...]:
    """What is odd about a resolved, type-checked expression, in the order of the text."""
    whole = normal(tree)
    found = [
        *_comparisons(tree, whole),
        *_contradictions(whole),
        *_fast_slow(tree),
        *_obv_levels(tree),
        *_constants(tree),
        *_unsupported(tree),
    ]
    return tuple(sorted(found, key=lambda problem: problem.span))


# Comparisons that are certain


def _comparisons(tree: Node, whole: Node) -> Iterator[Problem]:
    """What is certain about the comparisons of a tree; whole: its normal form."""
    for node, verdict in judged(whole):
        hundredfold = _hundredfold(node)
        if hundredfold is not None:
            yield hundredfold
        elif verdict.outside:
            yield _outside(node, verdict)
        elif verdict.never:
            yield _never(tree, node, verdict)
        elif verdict.always:
            text = canonical(node)
            yield Problem(
                Code.ALWAYS_TRUE, node.span, f"`{text}` is always true: remove it or tighten it."
            )


def _sides(node: Comparison) -> tuple[Node, Number] | None:
    """(expression, constant) of a comparison of the two, else None."""
    if isinstance(node.right, Number) and not isinstance(node.left, Number):
        return node.left, node.right
    if isinstance(node.left, Number) and not isinstance(node.right, Number):
        return node.right, node.left
    return None


def _hundredfold(node: Comparison) -> Problem | None:
    """A fraction of one where 0..100 is meant: `rsi < 0.3`."""
    sides = _sides(node)
    if sides is None or bounds(sides[0]) not in _PERCENT_RANGES:
        return None
    value = sides[1].value
    if not 0 < abs(value) < 1 or (value > 0) != (bounds(sides[0])[1] > 0):
        return None
    meant = number_text(round(value * 100, 6))
    return Problem(
        Code.RANGE,
        sides[1].span,
        f"`{canonical(sides[0])}` runs from {_range_text(sides[0])}, not from 0 to 1: did you mean"
        f" {meant}?",
        edit=Edit(sides[1].span, meant),
    )


def _range_text(node: Node) -> str:
    low, high = bounds(node)
    return f"{number_text(low)} to {number_text(high)}"


def _outside(node: Comparison, verdict: Verdict) -> Problem:
    sides = _sides(node)
    if sides is None:
        return _impossible(node.span, canonical(node))
    always = "always" if verdict.always else "never"
    low, high = bounds(sides[0])
    value = sides[1].value
    edit = None
    if high - low < float("inf"):
        inside = number_text(low + (high - low) * (0.3 if value < low else 0.7))
        edit = Edit(sides[1].span, inside)
    return Problem(
        Code.RANGE,
        sides[1].span,
        f"`{canonical(sides[0])}` runs from {_range_text(sides[0])}: a comparison with"
        f" {number_text(value)} is {always} true.",
        edit=edit,
    )


def _impossible(span: Span, text: str) -> Problem:
    return Problem(
        Code.UNSATISFIABLE, span, f"`{text}` can never be true: the rule would never act."
    )


def _never(tree: Node, node: Comparison, verdict: Verdict) -> Problem:
    if not verdict.channel:
        return _impossible(node.span, canonical(node))
    text = canonical(node)
    return Problem(
        Code.CHANNEL_SELF,
        node.span,
        f"`{text}` is never true: a channel includes the current bar; add `[1]` to it.",
        edit=_channel_edit(tree, node.span),
    )


def _channel_edit(tree: Node, span: Span) -> Edit | None:
    """`[1]` after the first channel inside the comparison as it was written."""
    for node in walk(tree):
        inside = span[0] <= node.span[0] and node.span[1] <= span[1]
        if inside and isinstance(node, Call) and node.name in {
            "highest", "lowest", "donchian_upper", "donchian_lower",
        }:  # fmt: skip
            return Edit((node.span[1], node.span[1]), "[1]")
    return None


def _contradictions(whole: Node) -> Iterator[Problem]:
    """Conjunctions that cannot hold, in a tree in normal form."""
    waiting = [whole]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Logic):
            continue
        if node.word == "and" and contradiction(node):
            yield Problem(
                Code.UNSATISFIABLE,
                node.span,
                f"`{canonical(node)}` can never be true: its parts exclude each other.",
            )
        else:
            waiting.extend(node.items)


def _constants(tree: Node) -> Iterator[Problem]:
    """`true` alone, or as a part of a condition."""
    for node in walk(tree):
        if isinstance(node, Boolean):
            code = Code.ALWAYS_TRUE if node.value else Code.UNSATISFIABLE
            word = "always" if node.value else "never"
            yield Problem(code, node.span, f"`{canonical(node)}` is {word} true.")


# Averages and levels


def _fast_slow(tree: Node) -> Iterator[Problem]:
    for node in walk(tree):
        if not isinstance(node, Call):
            continue
        if node.name in _MACD_FAMILY:
            yield from _macd(node)
        elif node.name in _CROSSES:
            yield from _cross(node)


def _window(node: Node) -> int | None:
    value = node.value if isinstance(node, Number) else None
    return value if isinstance(value, int) else None


def _macd(node: Call) -> Iterator[Problem]:
    fast, slow = _window(node.args[1]), _window(node.args[2])
    if fast is None or slow is None or fast < slow:
        return
    turned = Call(node.name, (node.args[0], node.args[2], node.args[1], *node.args[3:]))
    yield Problem(
        Code.FAST_SLOW,
        node.span,
        f"the fast window {fast} of `{node.name}` is not below the slow one, {slow}.",
        edit=Edit(node.span, canonical(turned)) if fast > slow else None,
    )


def _cross(node: Call) -> Iterator[Problem]:
    one, other = node.args
    same = (
        isinstance(one, Call) and isinstance(other, Call) and one.name == other.name
        and one.name in _AVERAGES and one.args[0] == other.args[0]
    )  # fmt: skip
    if not (same and isinstance(one, Call) and isinstance(other, Call)):
        return
    fast, slow = _window(one.args[1]), _window(other.args[1])
    if fast is None or slow is None or fast < slow:
        return
    turned = Call(_CROSSES[node.name], (other, one))
    yield Problem(
        Code.FAST_SLOW,
        node.span,
        f"`{canonical(node)}`: the first average of a cross is the faster one, but {fast} is not"
        f" below {slow}.",
        edit=Edit(node.span, canonical(turned)) if fast > slow else None,
    )


def _keeps_obv_level(node: Node) -> bool:
    if isinstance(node, Call):
        if node.name == "obv":
            return True
        return node.name in _LEVEL_KEEPING and any(_keeps_obv_level(arg) for arg in node.args)
    if isinstance(node, Lag | Minus):
        return _keeps_obv_level(node.of)
    if isinstance(node, Arithmetic) and node.sign in "*/":
        return _keeps_obv_level(node.left) or _keeps_obv_level(node.right)
    return False


def _obv_levels(tree: Node) -> Iterator[Problem]:
    for node in walk(tree):
        if isinstance(node, Comparison):
            pair: tuple[Node, Node] = (node.left, node.right)
        elif isinstance(node, Call) and node.name in _CROSSES:
            pair = (node.args[0], node.args[1])
        else:
            continue
        level = next((side for side in pair if _keeps_obv_level(side)), None)
        constant = next((side for side in pair if isinstance(side, Number | Minus)), None)
        if level is not None and constant is not None:
            average = f"sma({canonical(level)},20)"
            yield Problem(
                Code.OBV_LEVEL,
                node.span,
                f"the level of `obv()` depends on where the data begin: compare it with its own"
                f" average, `{average}`.",
                edit=Edit(constant.span, average),
            )


def _unsupported(tree: Node) -> Iterator[Problem]:
    for node in walk(tree):
        if isinstance(node, Call) and not OPERATORS[node.name].supported:
            yield Problem(
                Code.NOT_STATISTICALLY_SUPPORTED,
                node.span,
                f"`{node.name}` is a calendar label that is not statistically supported.",
            )
