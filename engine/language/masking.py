"""Masking: what is left of a rule when every number is taken out of it.

One idea with other numbers is one shape, whether a number stands in an expression, in a stop or
target, in a parameter, or is left out for its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pydantic import BaseModel

from engine.language.nodes import (
    Arithmetic,
    Lag,
    Minus,
    Name,
    Node,
    Number,
    children,
    with_children,
)

MASK: Final = Name("$")
"""Stands where a number stood; no name of the language can be written like this."""


def masked_tree(tree: Node) -> Node:
    """The tree with every number masked; a sum of numbers is one, a lag of a lag is one."""
    if isinstance(tree, Number):
        return MASK
    parts = tuple(masked_tree(part) for part in children(tree))
    if isinstance(tree, Arithmetic | Minus) and all(part == MASK for part in parts):
        return MASK
    if isinstance(tree, Lag) and isinstance(parts[0], Lag):
        return parts[0]
    return with_children(tree, parts)


def without_numbers(part: object) -> object:
    """Plain data with None in place of every number, so that a missing number is the same."""
    if isinstance(part, BaseModel):
        return without_numbers(part.model_dump())
    if isinstance(part, Mapping):
        return {key: without_numbers(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [without_numbers(value) for value in part]
    if isinstance(part, int | float | Decimal) and not isinstance(part, bool):
        return None
    return part
