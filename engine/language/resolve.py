"""Resolved trees: parameters are numbers (or slots), lets are written out.

Spans of what was written out are those of the name that stood there, so that findings point into
the expression a person reads. Lets share their trees, and their size is counted before anything
is built: twenty lets that double each other must not grow a million nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from engine.language.nodes import (
    Name,
    Node,
    Number,
    Span,
    children,
    walk,
    with_children,
)

MAX_WRITTEN_OUT: Final = 2_000
MAX_DEPTH: Final = 100


class Extent(NamedTuple):
    """Size of a tree with its lets written out."""

    nodes: int
    depth: int

    @property
    def fits(self) -> bool:
        """Whether the tree may be built."""
        return self.nodes <= MAX_WRITTEN_OUT and self.depth <= MAX_DEPTH


def extent(tree: Node, lets: Mapping[str, Extent]) -> Extent:
    """Size and depth of a tree with its lets written out, without building it."""
    nodes = depth = 0
    waiting = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        part = lets.get(node.name, Extent(1, 1)) if isinstance(node, Name) else Extent(1, 1)
        nodes += part.nodes
        depth = max(depth, level + part.depth - 1)
        waiting.extend((child, level + 1) for child in children(node))
    return Extent(nodes, depth)


def respanned(tree: Node, span: Span) -> Node:
    """The same tree with every span set to one place."""
    parts = tuple(respanned(part, span) for part in children(tree))
    return replace(with_children(tree, parts), span=span)


def resolve(tree: Node, values: Mapping[str, Node], lets: Mapping[str, Node]) -> Node:
    """The tree with parameters replaced by `values` and lets by their own resolved trees."""
    if isinstance(tree, Name):
        found = values.get(tree.name) or lets.get(tree.name)
        return tree if found is None else respanned(found, tree.span)
    parts = tuple(resolve(part, values, lets) for part in children(tree))
    return with_children(tree, parts)


def number_of(value: float) -> Number:
    """A parameter's value as a node; whole values as int."""
    return Number(int(value) if float(value).is_integer() else value)


def names_in(tree: Node) -> frozenset[str]:
    """Every name without brackets in a tree."""
    return frozenset(node.name for node in walk(tree) if isinstance(node, Name))
