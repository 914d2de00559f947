"""A relation and its two sides -> a condition: levels, crossings, touches, shifted lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.offline.comparisons import UNRESOLVED
from copilot.offline.lexer import Piece
from copilot.offline.reading import Reader
from copilot.offline.tree import (
    CLOSE,
    HIGH,
    LOW,
    Condition,
    Fixed,
    Operand,
    Relation,
    Tree,
    number,
    number_text,
)

_SHARES: Final = frozenset({"roc", "natr", "realized_vol", "bb_width", "bb_pctb", "cmf"})

_MAX_WINDOW: Final = 400


def flip(operand: Operand, *, up: bool) -> Condition:
    """An indicator that turns: a trailing line is crossed by the close, others rise or fall."""
    if operand.name in {"supertrend", "psar"}:
        return Condition(CLOSE, "cross_above" if up else "cross_below", operand)
    return Condition(operand, "rising" if up else "falling")


def same_kind(left: Operand, right: Operand, *, percent: bool) -> Operand:
    """A bare number beside an average is the other average's window; 5 beside ROC is 5 percent."""
    if right.kind != "number":
        return right
    if left.name in _SHARES and left.name != "bb_pctb" and not percent and abs(right.value) >= 1:
        return number(round(right.value / 100, 10))
    if left.kind in {"oscillator", "willr"} and percent:
        return number(round(right.value * 100, 10))
    whole = float(right.value).is_integer() and 1 < right.value <= _MAX_WINDOW
    if left.kind == "price" and left.name in {"sma", "ema", "wma", "hma", "kama"} and whole:
        return replace(left, text=f"{left.name}(close,{number_text(right.value)})", assumed="")
    return right


def senseless(left: Operand, right: Operand, *, shifted: bool) -> bool:
    """Whether a line of prices stands against a bare number: then something was misread."""
    bare = right.kind == "number" and not shifted
    return bare and left.kind in {"price", "channel"} and left.name not in _QUOTED


_QUOTED: Final = frozenset({"close", "open", "high", "low"})


def scaled(reader: Reader, right: Operand, piece: Piece) -> Operand:
    """`5 % below the average`, `2 ATR above it`: the level moved by that much."""
    down = piece.name in {"<", "<=", "cross_below", "break_down"}
    if reader.percent is not None:
        factor = 1 - reader.percent / 100 if down else 1 + reader.percent / 100
        reader.percent = None
        return replace(
            right, text=f"{number_text(round(factor, 10))}*{right.rendered}", kind="price"
        )
    if reader.offset is not None:
        sign = "-" if down else "+"
        text = f"{right.rendered} {sign} {number_text(reader.offset)}*atr({reader.offset_period})"
        reader.offset = None
        return replace(right, text=text, kind="price")
    return right


UPPER: Final = frozenset({"highest", "donchian_upper", "bb_upper", "kc_upper", "high"})

LOWER: Final = frozenset({"lowest", "donchian_lower", "bb_lower", "kc_lower", "low"})


def relate(piece: Piece, left: Operand, right: Operand) -> tuple[Tree, bool]:
    """The condition, and whether its direction is still open."""
    name = piece.name
    if name == "break":
        if right.name in UPPER | LOWER:
            return Condition(left, ">" if right.name in UPPER else "<", right), False
        return Condition(left, UNRESOLVED, right), True
    if name == "cross":
        return Condition(left, UNRESOLVED, right), True
    if name == "touch":
        return touch(left, right)
    if name == "equal":
        return Condition(left, "==", right), False
    table: dict[str, Relation] = {"break_up": "cross_above", "break_down": "cross_below"}
    relation: Relation = table.get(name, name)  # type: ignore[arg-type]  # names are relations
    if right.kind == "channel" and relation in {"cross_above", "cross_below"}:
        relation = ">" if relation == "cross_above" else "<"
    if name in table and right.kind == "number" and left.kind == "price":
        relation = ">" if name == "break_up" else "<"
    return Condition(left, relation, right), False


def touch(left: Operand, right: Operand) -> tuple[Tree, bool]:
    """`touches the lower band`: the bar's extreme reaches the level."""
    if right.kind == "number":
        middle = {"oscillator": 50.0, "willr": -50.0}.get(left.kind, 0.0)
        return Condition(left, "<=" if right.value <= middle else ">=", right), False
    if right.name in LOWER:
        return Condition(LOW, "<=", right), False
    if right.name in UPPER:
        return Condition(HIGH, ">=", right), False
    return Fixed(f"low <= {right.rendered} and high >= {right.rendered}",
                 f"low <= {right.rendered} and high >= {right.rendered}"), False  # fmt: skip


def is_level(piece: Piece) -> bool:
    """Whether the relation describes a state (`is above`) and not an event (`above`)."""
    return bool(_STATES & set(piece.text.split()))


_STATES: Final = frozenset({
    "is", "are", "stays", "stay", "remains", "liegt", "liegen", "ist", "sind", "bleibt", "steht",
    "notiert", "trades", "sits", "holds",
})  # fmt: skip
