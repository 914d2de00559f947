"""Syntax tree to canonical text: one spelling per tree, fewest brackets."""

from __future__ import annotations

from typing import Final

from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Text,
)

_EXACT: Final = 2**53
_OR, _AND, _NOT, _COMPARE, _SUM, _TERM, _UNARY, _POSTFIX = range(1, 9)


def number_text(value: float) -> str:
    """Shortest text of a number: whole ones as int, minus zero as 0, else repr."""
    if float(value).is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return repr(float(value))


def _level(node: Node) -> int:
    """How tightly a node holds together; a part looser than its place gets brackets."""
    if isinstance(node, Logic):
        return _OR if node.word == "or" else _AND
    if isinstance(node, Not):
        return _NOT
    if isinstance(node, Comparison):
        return _COMPARE
    if isinstance(node, Arithmetic):
        return _SUM if node.sign in "+-" else _TERM
    if isinstance(node, Minus) or (isinstance(node, Number) and node.value < 0):
        return _UNARY
    return _POSTFIX


def _part(node: Node, least: int) -> str:
    text = canonical(node)
    return text if _level(node) >= least else f"({text})"


def _leaf(node: Node) -> str:
    if isinstance(node, Number):
        return number_text(node.value)
    if isinstance(node, Boolean):
        return "true" if node.value else "false"
    if isinstance(node, Text):
        return f'"{node.value}"'
    return node.name if isinstance(node, Name) else ""


def canonical(node: Node) -> str:  # noqa: PLR0911 - one line per kind of node
    """The one text of a tree, such as `rsi(close,14) < 30 and close*1.01 > open`."""
    if isinstance(node, Logic):
        least = _level(node) + 1
        return f" {node.word} ".join(_part(item, least) for item in node.items)
    if isinstance(node, Not):
        return f"not {_part(node.of, _NOT)}"
    if isinstance(node, Comparison):
        return f"{_part(node.left, _SUM)} {node.sign} {_part(node.right, _SUM)}"
    if isinstance(node, Arithmetic):
        level = _level(node)
        sign = node.sign if level == _TERM else f" {node.sign} "
        return f"{_part(node.left, level)}{sign}{_part(node.right, level + 1)}"
    if isinstance(node, Minus):
        return f"-{_part(node.of, _UNARY)}"
    if isinstance(node, Lag):
        return f"{_part(node.of, _POSTFIX)}[{canonical(node.bars)}]"
    if isinstance(node, Call):
        return f"{node.name}({','.join(canonical(arg) for arg in node.args)})"
    return _leaf(node)
