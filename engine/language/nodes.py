"""The syntax tree of the strategy language: our own frozen nodes with character spans.

Two trees are equal when they mean the same text; spans do not count. Nothing here knows an
operator or a unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Span = tuple[int, int]
NO_SPAN: Span = (0, 0)

ArithmeticSign = Literal["+", "-", "*", "/"]
ComparisonSign = Literal["<", "<=", ">", ">=", "==", "!="]
LogicWord = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written; whole values are kept as int."""

    value: int | float
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`."""

    value: bool
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted word, only as an argument of htf, sym and candle."""

    value: str
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A series, a trade state, a parameter or a let."""

    name: str
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """An operator with its arguments."""

    name: str
    args: tuple[Node, ...]
    span: Span = field(default=NO_SPAN, compare=False)
    name_span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Lag:
    """`of[bars]`: the value some bars ago."""

    of: Node
    bars: Node
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Minus:
    """Unary minus."""

    of: Node
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Three-valued negation: not missing is missing."""

    of: Node
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left sign right` for + - * /."""

    sign: ArithmeticSign
    left: Node
    right: Node
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left sign right` for the six comparisons."""

    sign: ComparisonSign
    left: Node
    right: Node
    span: Span = field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """Two or more conditions joined by one word."""

    word: LogicWord
    items: tuple[Node, ...]
    span: Span = field(default=NO_SPAN, compare=False)


Node: TypeAlias = (
    Number | Boolean | Text | Name | Call | Lag | Minus | Not | Arithmetic | Comparison | Logic
)


def children(node: Node) -> tuple[Node, ...]:
    """Direct parts of a node, from the left."""
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Logic):
        return node.items
    if isinstance(node, Arithmetic | Comparison):
        return (node.left, node.right)
    if isinstance(node, Lag):
        return (node.of, node.bars)
    if isinstance(node, Minus | Not):
        return (node.of,)
    return ()


def with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same node with other parts, in the order of `children`; itself where none is other."""
    if all(one is other for one, other in zip(children(node), parts, strict=True)):
        return node
    if isinstance(node, Call):
        return replace(node, args=parts)
    if isinstance(node, Logic):
        return replace(node, items=parts)
    if isinstance(node, Arithmetic | Comparison):
        return replace(node, left=parts[0], right=parts[1])
    if isinstance(node, Lag):
        return replace(node, of=parts[0], bars=parts[1])
    return replace(node, of=parts[0]) if isinstance(node, Minus | Not) else node


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, parents first, from the left; iterative."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(children(found)))


def size_and_depth(node: Node) -> tuple[int, int]:
    """Number of nodes and length of the longest path; iterative, so any depth is safe."""
    size = deepest = 0
    waiting = [(node, 1)]
    while waiting:
        found, depth = waiting.pop()
        size += 1
        deepest = max(deepest, depth)
        waiting.extend((part, depth + 1) for part in children(found))
    return size, deepest
