"""The exit that belongs to an entry when the user names none."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.rules import reverse
from copilot.offline.tree import CLOSE, Condition, Fixed, Joined, Operand, Tree, conditions, number

_MIDDLE: Final = {"oscillator": 50.0, "willr": -50.0, "centred": 0.0}


def _of_channel(item: Condition) -> Condition:
    """Half the length, on the other side: 20 in, 10 out."""
    channel = item.right if item.right is not None else item.left
    numbers = re.findall(r"\d+", channel.text)
    half = max(2, int(numbers[-1]) // 2) if numbers else 10
    mirrored = Condition(CLOSE, ">", channel).mirror()
    text = re.sub(r"\d+(?=\)$)", str(half), mirrored.right.text if mirrored.right else channel.text)
    relation = "<" if item.relation in {">", ">=", "cross_above"} else ">"
    return Condition(CLOSE, relation, Operand(text, "channel", text.split("(")[0]))  # type: ignore[arg-type]  # a relation


def _of_band(item: Condition) -> Condition:
    band = item.right if item.right is not None else item.left
    prefix = band.name[:2]
    inner = band.text[band.text.index("(") :]
    middle = (
        f"bb_mid{inner}" if prefix == "bb" else re.sub(r"^\w+\((\d+),.*$", r"kc_mid(\1)", band.text)
    )
    up = item.relation in {">", ">=", "cross_above"}
    return Condition(CLOSE, "<" if up else ">", Operand(middle, "price", f"{prefix}_mid"))


def _of_condition(item: Condition) -> Tree | None:
    right = item.right
    if right is not None and right.kind == "channel":
        return _of_channel(item)
    if right is not None and right.name in {"bb_lower", "bb_upper", "kc_lower", "kc_upper"}:
        return _of_band(item)
    if item.relation.startswith("cross") and (right is None or right.kind != "number"):
        return reverse(item)
    if item.left.kind in _MIDDLE and right is not None and right.kind == "number":
        return _of_level(item, right.value)
    if item.left.kind == "price" and right is not None and right.kind == "price":
        return item.negate()
    return None


def _of_level(item: Condition, value: float) -> Tree:
    """Back through the middle of the scale; a level already beyond it is simply left."""
    middle = _MIDDLE[item.left.kind]
    if value == middle:
        return reverse(item) or item.negate()
    return Condition(item.left, ">" if value < middle else "<", number(middle))


def default_exit(entry: Tree) -> Tree | None:
    """The end of the entry's own signal; None when the entry has no natural end.

    In a conjunction the trigger counts, not the filters: a crossing before an oscillator's level
    before a comparison of prices.
    """
    if isinstance(entry, Fixed):
        return Fixed(entry.ended, "") if entry.ended else None
    parts = conditions(entry)
    order = sorted(parts, key=_weight)
    for part in order:
        found = _of_condition(part)
        if found is not None:
            return found
    fixed = (
        [item for item in entry.items if isinstance(item, Fixed)]
        if isinstance(entry, Joined)
        else []
    )
    return next((Fixed(item.ended, "") for item in fixed if item.ended), None)


def _weight(item: Condition) -> int:
    if item.left.kind == "neutral":
        return 9
    if item.right is not None and item.right.kind == "channel":
        return 0
    if item.relation.startswith("cross"):
        return 1
    return 2 if item.left.kind in _MIDDLE else 3
