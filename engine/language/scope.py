"""Scope: what an expression may name in the place where it stands, and constants in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.language.nodes import Minus, Name, Node, Number
from engine.language.roles import Role
from engine.language.spec import Parameter
from engine.language.units import Unit
from engine.market import Timeframe


class LetType(NamedTuple):
    """What is known of a let: its unit (None when it is wrong itself) and its trade state."""

    unit: Unit | None
    states: frozenset[str] = frozenset()


class Constant(NamedTuple):
    """A number known before any bar: its value and whether it is whole by type."""

    value: float
    whole: bool
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scope:
    """Names that an expression may use.

    Attributes:
        role: the place where it stands.
        params, lets: by name; a let knows only earlier ones.
        later: lets that are declared, but only after this one.
        timeframe: base timeframe, None when unknown (then pairs are not checked).
        pair: whether the pair series exist.
    """

    role: Role
    params: Mapping[str, Parameter] = field(default_factory=dict)
    lets: Mapping[str, LetType] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    timeframe: Timeframe | None = None
    pair: bool = True

    def constant(self, node: Node) -> Constant | None:
        """The constant that a node is: a number, minus a number or a parameter; else None."""
        if isinstance(node, Number):
            whole = isinstance(node.value, int)
            return Constant(node.value, whole, node.value, node.value)
        if isinstance(node, Minus):
            inner = self.constant(node.of)
            if inner is None:
                return None
            return Constant(-inner.value, inner.whole, -inner.high, -inner.low)
        if isinstance(node, Name) and node.name in self.params:
            param = self.params[node.name]
            low = param.default if param.low is None else param.low
            high = param.default if param.high is None else param.high
            return Constant(param.default, param.type == "int", low, high)
        return None
