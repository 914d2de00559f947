"""Python's own and / or / not / if as functions, for the predicate in `bounds.py`."""

from __future__ import annotations

from typing import Final

from guardrails.rules.bounds import Logic


def both(*parts: bool) -> bool:
    """True when every part is exactly True."""
    for part in parts:  # noqa: SIM110 - all() of a generator takes twice as long here
        if part is not True:
            return False
    return True


def either(*parts: bool) -> bool:
    """True when one part is exactly True."""
    for part in parts:  # noqa: SIM110 - as above
        if part is True:
            return True
    return False


def negate(part: bool) -> bool:
    """True when the part is exactly False."""
    return part is False


def choose(condition: bool, yes: int, no: int) -> int:
    """`yes` when the condition is exactly True."""
    return yes if condition is True else no


PYTHON: Final = Logic(And=both, Or=either, Not=negate, If=choose)
"""What production hands to the predicate."""
