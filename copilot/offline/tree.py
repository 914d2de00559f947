"""Conditions as the drafter builds them: operands, comparisons, and/or, and their mirror image."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

OperandKind = Literal[
    "price",  # open, high, low, close, averages and bands of prices, channels
    "channel",  # highest and lowest of past bars: the current bar is left out with [1]
    "oscillator",  # 0..100
    "willr",  # -100..0
    "centred",  # around zero: cci, zscore, macd, roc, slope
    "neutral",  # says nothing about direction: adx, volume, volatility, calendar
    "number",
]
Relation = Literal[">", "<", ">=", "<=", "==", "cross_above", "cross_below", "rising", "falling"]

OPPOSITE: Final[dict[Relation, Relation]] = {
    ">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "cross_above": "cross_below",
    "cross_below": "cross_above", "rising": "falling", "falling": "rising",
}  # fmt: skip
NEGATION: Final[dict[Relation, Relation]] = {
    ">": "<", "<": ">", ">=": "<", "<=": ">", "cross_above": "cross_below",
    "cross_below": "cross_above", "rising": "falling", "falling": "rising", "==": "==",
}  # fmt: skip
_SWAPS: Final = (
    ("highest", "lowest"), ("high", "low"), ("donchian_upper", "donchian_lower"),
    ("bb_upper", "bb_lower"), ("kc_upper", "kc_lower"), ("plus_di", "minus_di"),
    ("aroon_up", "aroon_down"), ("pivot_high", "pivot_low"), ("cross_above", "cross_below"),
    ("opening_range_high", "opening_range_low"), ("rising", "falling"), ("max", "min"),
)  # fmt: skip
_TWINS: Final = frozenset({"plus_di", "minus_di", "aroon_up", "aroon_down"})
"""Lines that come in two, one for each direction: their mirror image is the other line."""
_SWAP: Final = dict(_SWAPS) | {b: a for a, b in _SWAPS}
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def number_text(value: float) -> str:
    """A number as the language writes it: whole numbers without a point, else the shortest form."""
    if float(value).is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - floats are exact below
        return str(int(value))
    return repr(round(float(value), 10))


def swap_names(text: str) -> str:
    """An expression with highs and lows, upper and lower, up and down exchanged."""
    return _WORD.sub(lambda match: _SWAP.get(match[0], match[0]), text)


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison.

    Attributes:
        text: expression text; for a channel without its `[1]`.
        kind: what it can be compared with and how it mirrors.
        name: operator or series name, empty for a number.
        value: the number, for kind `number`.
        assumed: a parameter that was not said, as `name=value`.
    """

    text: str
    kind: OperandKind
    name: str = ""
    value: float = 0.0
    assumed: str = ""

    @property
    def rendered(self) -> str:
        """Expression text; a channel leaves out the current bar."""
        channel = self.kind == "channel" and self.text[-1] != "]"
        return f"{self.text}[1]" if channel else self.text


def number(value: float) -> Operand:
    """A constant."""
    return Operand(number_text(value), "number", value=value)


CLOSE: Final = Operand("close", "price", "close")
LOW: Final = Operand("low", "price", "low")
HIGH: Final = Operand("high", "price", "high")
ZERO: Final = number(0)


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison; `right` is None for rising and falling (over `bars` bars)."""

    left: Operand
    relation: Relation
    right: Operand | None = None
    bars: int = 1

    def render(self) -> str:
        """Expression text."""
        if self.relation in {"rising", "falling"} or self.right is None:
            return f"{self.relation}({self.left.rendered},{self.bars})"
        if self.relation in {"cross_above", "cross_below"}:
            return f"{self.relation}({self.left.rendered},{self.right.rendered})"
        return f"{self.left.rendered} {self.relation} {self.right.rendered}"

    def mirror(self) -> Condition:
        """The same idea for the other side; conditions without a direction stay."""
        if self.left.kind == "neutral":
            return self
        if self.left.name in _TWINS:
            right = self.right and replace(self.right, text=swap_names(self.right.text))
            return replace(
                self, left=replace(self.left, text=swap_names(self.left.text)), right=right
            )
        right = self.right and _mirrored(self.right, self.left)
        return Condition(_mirrored(self.left, None), OPPOSITE[self.relation], right, self.bars)

    def negate(self) -> Condition:
        """What ends the state that this condition describes."""
        return replace(self, relation=NEGATION[self.relation])


@dataclass(frozen=True, slots=True)
class Fixed:
    """A condition of a known pattern, with its mirror image and its end written out."""

    text: str
    mirrored: str
    ended: str = ""

    def render(self) -> str:
        """Expression text."""
        return self.text

    def mirror(self) -> Fixed:
        """The other side's text."""
        return Fixed(self.mirrored, self.text, swap_names(self.ended))

    def negate(self) -> Fixed:
        """The text that ends it, or its plain negation."""
        return Fixed(self.ended or f"not ({self.text})", f"not ({self.mirrored})", self.text)


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions that must all hold (`and`) or of which one must (`or`)."""

    word: Literal["and", "or"]
    items: tuple[Tree, ...]

    def render(self) -> str:
        """Expression text; an `or` inside an `and` stands in brackets."""
        return f" {self.word} ".join(
            f"({item.render()})" if isinstance(item, Joined) else item.render()
            for item in self.items
        )

    def mirror(self) -> Joined:
        """Each part mirrored."""
        return Joined(self.word, tuple(item.mirror() for item in self.items))

    def negate(self) -> Joined:
        """The parts negated and the word exchanged."""
        word: Literal["and", "or"] = "or" if self.word == "and" else "and"
        return Joined(word, tuple(item.negate() for item in self.items))


Tree = Condition | Fixed | Joined


def _mirrored(operand: Operand, beside: Operand | None) -> Operand:
    if operand.kind == "number":
        if beside is None:
            return operand
        kinds = {"oscillator": 100 - operand.value, "willr": -100 - operand.value}
        if beside.kind == "centred":
            return number(-operand.value)
        return number(kinds.get(beside.kind, operand.value))
    factor = re.match(r"^(\d+(?:\.\d+)?)\*(.+)$", operand.text)
    if factor and operand.kind in {"price", "channel"}:
        return replace(operand, text=f"{number_text(2 - float(factor[1]))}*{swap_names(factor[2])}")
    name = _SWAP.get(operand.name, operand.name)
    text = swap_names(operand.text)
    if operand.kind == "price":
        text = re.sub(
            r"( [+-] )(?=[0-9.]*\*?atr\()", lambda m: " - " if "+" in m[0] else " + ", text
        )
    return replace(operand, text=text, name=name)


def join(word: Literal["and", "or"], items: list[Tree]) -> Tree | None:
    """The items joined, flat and without repeats; None when there are none."""
    flat: list[Tree] = []
    for item in items:
        for part in item.items if isinstance(item, Joined) and item.word == word else (item,):
            if part not in flat:
                flat.append(part)
    if word == "and":
        flat = [part for part in flat if not _said_by(part, flat)]
    if len(flat) <= 1:
        return flat[0] if flat else None
    return Joined(word, tuple(flat))


def _said_by(part: Tree, others: list[Tree]) -> bool:
    """Whether a longer phrase beside it already holds this condition."""
    if not isinstance(part, Condition):
        return False
    longer = [item.text.split(" and ") for item in others if isinstance(item, Fixed)]
    return any(part.render() in texts for texts in longer)


def conditions(tree: Tree | None) -> list[Condition]:
    """All plain comparisons of a tree, from left to right."""
    if isinstance(tree, Condition):
        return [tree]
    if isinstance(tree, Joined):
        return [found for item in tree.items for found in conditions(item)]
    return []
