"""Conditions of a text with what is still open about them, and how they join to one tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from copilot.offline.tree import (
    Condition,
    Joined,
    Operand,
    Tree,
    join,
)

UNRESOLVED: Final = "cross_above"


@dataclass(slots=True)
class Context:
    """What earlier clauses leave behind: the last indicator, the last pair, all operands seen.

    `entry` is the rule of an earlier turn, which an exit or the other side may speak of.
    """

    subject: Operand | None = None
    pair: Condition | None = None
    seen: list[Operand] = field(default_factory=list)
    entry: Tree | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition of a clause; `open_cross` and `open_level` get their direction from its role.

    `word` joins it to the one before; `is_level` marks "is above" against "above".
    """

    tree: Tree
    word: str = "and"
    open_cross: bool = False
    is_level: bool = False
    open_level: bool = False


@dataclass(frozen=True, slots=True)
class ClauseReading:
    """Comparisons of a clause, and operands that stand in it without a comparison."""

    comparisons: tuple[Comparison, ...] = ()
    alone: tuple[Operand, ...] = ()


def joined(comparisons: list[Comparison]) -> Tree | None:
    """Comparisons in one tree: `or` binds weaker than `and`, as in the language itself."""
    groups: list[list[Tree]] = []
    for comparison in comparisons:
        if groups and comparison.tree in groups[-1]:
            continue
        if comparison.word == "or" and groups:
            groups.append([comparison.tree])
        elif groups:
            groups[-1].append(comparison.tree)
        else:
            groups.append([comparison.tree])
    parts = [part for group in groups if (part := join("and", group)) is not None]
    if len(parts) <= 1:
        return parts[0] if parts else None
    return Joined("or", tuple(parts))
