"""Python's own and / or / not / if as functions, for the predicate in `bounds.py`."""

from __future__ import annotations


def both(*parts: bool) -> bool:
    """True when every part is exactly True."""
    return all(part is True for part in parts)


def either(*parts: bool) -> bool:
    """True when one part is exactly True."""
    return any(part is True for part in parts)


def negate(part: bool) -> bool:
    """True when the part is exactly False."""
    return part is False


def choose(condition: bool, yes: int, no: int) -> int:
    """`yes` when the condition is exactly True."""
    return yes if condition is True else no
