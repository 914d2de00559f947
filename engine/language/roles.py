"""Roles: what an expression must be in the place where it stands, and whether it may know state."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from engine.errors import InputError
from engine.language.units import Unit
from engine.text import did_you_mean


class Need(StrEnum):
    """What the place asks for."""

    CONDITION = "a condition"
    PRICE = "a price"
    NUMBER = "a number"
    WEIGHT = "a ratio, a dimensionless number or a constant"
    ANYTHING = "a number or a condition"


class Role(NamedTuple):
    """A place for an expression.

    Attributes:
        name: as messages and callers say it.
        need: what the value must be.
        state: whether trade state is known there.
        entry: whether the one state of entries, last_trade_won, is known there.
    """

    name: str
    need: Need
    state: bool = False
    entry: bool = False

    def takes(self, unit: Unit) -> bool:
        """Whether a value of this unit may stand here."""
        if self.need is Need.ANYTHING:
            return True
        if self.need is Need.CONDITION:
            return unit is Unit.B
        if self.need is Need.PRICE:
            return unit is Unit.P
        if self.need is Need.WEIGHT:
            return unit in {Unit.R, Unit.N, Unit.C}
        return unit is not Unit.B


ROLES: Final[dict[str, Role]] = {
    role.name: role
    for role in (
        Role("entry", Need.CONDITION, entry=True),
        Role("exit", Need.CONDITION, state=True),
        Role("when", Need.CONDITION),
        Role("until", Need.CONDITION),
        Role("eligible", Need.CONDITION),
        Role("add_when", Need.CONDITION, state=True),
        Role("price", Need.PRICE),
        Role("trail_expr", Need.PRICE, state=True),
        Role("moving_expr", Need.PRICE, state=True),
        Role("score", Need.NUMBER),
        Role("sizing", Need.WEIGHT),
        Role("let", Need.ANYTHING, state=True, entry=True),
    )
}
"""Every place for an expression by name."""

_OTHER_NAMES: Final = {
    "order_price": "price", "price_expr": "price", "stop": "price", "target": "price",
    "weight": "sizing", "weight_expr": "sizing", "regime": "when",
}  # fmt: skip


def role_of(name: str) -> Role:
    """The role of this name.

    Raises:
        InputError: ROLE_UNKNOWN with the nearest names.
    """
    role = ROLES.get(_OTHER_NAMES.get(name, name))
    if role is None:
        near = did_you_mean(name, list(ROLES))
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(ROLES)}"
        raise InputError("ROLE_UNKNOWN", "no expression stands there", value=name, hint=hint)
    return role
