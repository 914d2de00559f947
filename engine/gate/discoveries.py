"""The level that a look is held to over its markets' lifetimes: LORD++ on p_gate, in look order."""

from __future__ import annotations

from collections.abc import Sequence

from engine.gate.looks import LookRow
from engine.gate.online import next_level
from engine.ledger import Family


def level_of_look(rows: Sequence[LookRow], look_id: str, *families: Family) -> float:
    """The strictest level of a look over its families, frozen by the looks before it.

    Args:
        rows: all looks of these families in order.
        look_id: the look; looks after it do not matter.
        families: its markets, at least one.
    """
    before: list[LookRow] = []
    for row in rows:
        if row.look_id == look_id:
            break
        before.append(row)
    return min(next_level(_values(before, family)) for family in families)


def _values(rows: Sequence[LookRow], family: Family) -> list[float]:
    """p_gate of a family's looks; one without a recorded end counts as 1."""
    return [
        1.0 if row.outcome is None else row.outcome.p_gate
        for row in rows
        if family in row.request.families
    ]
