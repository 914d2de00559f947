"""Pieces of one clause -> conditions: `operand relation operand` in the word order of both languages.

What is left out is taken from the context: `exit above -30` speaks of the indicator before it,
`under the 30-bar low` of the close. German verbs may stand at the end (`die 30 unterschreitet`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from copilot.offline.lexer import Piece
from copilot.offline.tree import (
    CLOSE,
    HIGH,
    LOW,
    ZERO,
    Condition,
    Fixed,
    Joined,
    Operand,
    Relation,
    Tree,
    number,
    number_text,
)

UNRESOLVED: Final = "cross_above"
_SHARES: Final = frozenset({"roc", "natr", "realized_vol", "bb_width", "bb_pctb", "cmf"})
_PARTNERS: Final[dict[str, str]] = {
    "macd": "macd_signal", "stoch_k": "stoch_d", "aroon_up": "aroon_down", "plus_di": "minus_di",
    "tenkan": "kijun",
}  # fmt: skip
_ARGUMENTS: Final[dict[str, str]] = {
    "macd_signal": "macd_signal(close,12,26,9)", "stoch_d": "stoch_d(14,3,3)",
}  # fmt: skip
_MAX_WINDOW: Final = 400


@dataclass(slots=True)
class Context:
    """What earlier clauses leave behind: the last indicator, the last pair, all operands seen."""

    subject: Operand | None = None
    pair: Condition | None = None
    seen: list[Operand] = field(default_factory=list)


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


@dataclass(slots=True)
class _Reader:
    """State while one clause is read from left to right."""

    pieces: list[Piece]
    context: Context
    found: list[Comparison] = field(default_factory=list)
    stack: list[Operand] = field(default_factory=list)
    relation: Piece | None = None
    word: str = "and"
    negated: bool = False
    possessive: bool = False
    factor: float | None = None
    offset: float | None = None
    percent: float | None = None


_COMPARE: Final = frozenset({
    "break", "<", ">", "<=", ">=", "cross_above", "cross_below", "cross", "break_up", "break_down", "touch",
    "equal", "at", "to",
})  # fmt: skip
_VALUES: Final = frozenset({"operand", "number", "percent", "times", "atr"})


def read_clause(pieces: list[Piece], context: Context) -> ClauseReading:
    """Conditions of one clause; the context is moved on for the next clause."""
    reader = _Reader(pieces, context)
    for index, piece in enumerate(pieces):
        _step(reader, piece, index)
    if reader.relation is not None and reader.relation.name == "cross":
        _complete(reader, None)
    elif reader.relation is not None and reader.relation.name in {"rising", "falling"}:
        _still(reader)
    return ClauseReading(
        tuple(reader.found), tuple(item for item in reader.stack if item.kind != "number")
    )


def _still(reader: _Reader) -> None:
    """`out when falling`: the indicator that was named before."""
    seen = [item for item in reader.context.seen if item.name != "close"]
    if seen:
        _complete(reader, seen[-1])


def _step(reader: _Reader, piece: Piece, index: int) -> None:
    if piece.kind == "operand" and piece.operand is not None:
        _on_operand(reader, piece.operand)
    elif piece.kind == "number":
        _on_number(reader, piece, index)
    elif piece.kind == "percent":
        _on_percent(reader, piece, index)
    elif piece.kind == "relation":
        _on_relation(reader, piece, index)
    elif piece.kind == "pattern" and piece.tree is not None:
        _add(reader, piece.tree)
    elif piece.kind == "symbol":
        if _next_kind(reader, index) == "relation" and not reader.stack and reader.relation is None:
            reader.stack.append(CLOSE)
    elif piece.kind in {"and", "or"}:
        reader.word = piece.kind
    elif piece.kind == "not":
        reader.negated = True
    elif piece.kind == "possessive":
        reader.possessive = True
    elif piece.kind == "times":
        reader.factor = piece.value
    elif piece.kind == "atr":
        reader.offset = piece.value


def _next_kind(reader: _Reader, index: int) -> str:
    rest = reader.pieces[index + 1 : index + 3]
    return next((item.kind for item in rest if item.kind not in {"possessive", "not"}), "")


def _on_operand(reader: _Reader, operand: Operand) -> None:
    operand = _of_subject(reader, operand)
    reader.possessive = False
    reader.context.seen.append(operand)
    if reader.factor is not None:
        operand = replace(operand, text=f"{number_text(reader.factor)}*{operand.rendered}")
        reader.factor = None
        if reader.stack and reader.relation is None:
            _add(reader, Condition(reader.stack.pop(), ">", operand))
            return
    if reader.relation is not None:
        _complete(reader, operand)
        return
    reader.stack.append(operand)


def _of_subject(reader: _Reader, operand: Operand) -> Operand:
    """`volume above its 20-day average` is the average of volume."""
    subject = reader.stack[-1] if reader.stack else None
    average = operand.name in {"sma", "ema", "wma"} and "close" in operand.text
    if subject is None or not average or subject.kind == "number" or subject.name == "close":
        return operand
    plural = reader.possessive or (subject.kind in {"neutral", "oscillator", "centred"})
    if not plural or subject.name in {"sma", "ema", "wma"}:
        return operand
    text = operand.text.replace("close", subject.text)
    return Operand(text, subject.kind, f"{operand.name}_of")


def _on_number(reader: _Reader, piece: Piece, index: int) -> None:
    if reader.relation is not None:
        _complete(reader, number(piece.value))
        return
    if _next_kind(reader, index) == "relation" or reader.stack:
        reader.stack.append(number(piece.value))


def _on_percent(reader: _Reader, piece: Piece, index: int) -> None:
    following = reader.pieces[index + 1] if index + 1 < len(reader.pieces) else None
    if following is not None and following.kind == "relation" and following.name in {"<", ">"}:
        reader.percent = piece.value
    elif reader.relation is not None and reader.relation.name in {"moves_up", "moves_down"}:
        sign = 1 if reader.relation.name == "moves_up" else -1
        _change(reader, sign * abs(piece.value), index)
    elif reader.relation is not None:
        if (
            reader.offset is None
            and following is not None
            and following.kind == "operand"
            and following.text.startswith(("of", "von"))
        ):
            reader.factor = piece.value / 100
            return
        _complete(reader, number(piece.value / 100), percent=True)
    elif reader.stack:
        reader.stack.append(number(piece.value / 100))


def _change(reader: _Reader, percent: float, index: int) -> None:
    """`drops 5 % within 3 bars`: a return over that many bars."""
    bars = next(
        (int(p.value) for p in reader.pieces[index + 1 : index + 3] if p.kind == "number"), 1
    )
    relation: Relation = ">" if percent > 0 else "<"
    operand = Operand(f"roc(close,{max(1, bars)})", "centred", "roc")
    _add(reader, Condition(operand, relation, number(round(percent / 100, 10))))
    reader.relation = None
    reader.stack.clear()


def _on_relation(reader: _Reader, piece: Piece, index: int) -> None:
    name = piece.name
    if name in {"rising", "falling"}:
        _state(reader, piece)
    elif name in {"positive", "negative"}:
        relation: Relation = ">" if name == "positive" else "<"
        if reader.stack:
            _add(reader, Condition(reader.stack.pop(), relation, ZERO))
    elif name in {"moves_up", "moves_down"}:
        _on_move(reader, piece, index)
    elif name in {"up", "down"}:
        _turned(reader, piece)
    elif name == "between":
        _between(reader, index)
    elif name in _COMPARE:
        _on_compare(reader, piece, index)


def _turned(reader: _Reader, piece: Piece) -> None:
    """`crosses 20 upwards`: the direction of a comparison that was just made."""
    last = reader.found[-1] if reader.found else None
    if last is None or not isinstance(last.tree, Condition):
        return
    tree = last.tree
    if tree.relation in {"<", ">", "cross_above", "cross_below"} and tree.right is not None:
        relation: Relation = "cross_above" if piece.name == "up" else "cross_below"
        reader.found[-1] = replace(last, tree=replace(tree, relation=relation), open_cross=False)


def _flip(operand: Operand, *, up: bool) -> Condition:
    """An indicator that turns: a trailing line is crossed by the close, others rise or fall."""
    if operand.name in {"supertrend", "psar"}:
        return Condition(CLOSE, "cross_above" if up else "cross_below", operand)
    return Condition(operand, "rising" if up else "falling")


def _state(reader: _Reader, piece: Piece) -> None:
    if reader.stack and reader.stack[-1].kind != "number":
        _add(reader, _flip(reader.stack.pop(), up=piece.name == "rising"))
    else:
        reader.relation = piece


def _on_move(reader: _Reader, piece: Piece, index: int) -> None:
    if _next_kind(reader, index) in {"percent", "number"}:
        reader.relation = piece
    elif reader.stack and reader.stack[-1].kind != "number" and not reader.found:
        relation: Relation = "rising" if piece.name == "moves_up" else "falling"
        _add(reader, Condition(reader.stack.pop(), relation))


def _between(reader: _Reader, index: int) -> None:
    numbers = [item.value for item in reader.pieces[index + 1 : index + 4] if item.kind == "number"]
    if len(numbers) == 2 and (reader.stack or reader.context.subject):  # noqa: PLR2004 - from, to
        left = reader.stack.pop() if reader.stack else reader.context.subject
        if left is not None and left.kind != "number":
            low, high = sorted(numbers)
            _add(reader, Condition(left, ">", number(low)))
            _add(reader, Condition(left, "<", number(high)))
            for piece in reader.pieces[index + 1 : index + 4]:
                if piece.kind == "number":
                    reader.pieces[reader.pieces.index(piece)] = replace(piece, kind="comma")


def _on_compare(reader: _Reader, piece: Piece, index: int) -> None:
    pending = [item for item in reader.stack if item.kind != "number"]
    ahead = _next_kind(reader, index) in _VALUES
    if piece.name in {"at", "to"} and not _at_fits(reader, index):
        return
    if piece.name == "to" and not _is_cued(reader):
        return
    if reader.percent is not None or ahead:
        if reader.relation is None or not reader.found:
            reader.relation = piece
        return
    if len(reader.stack) > 1:
        right = reader.stack.pop()
        reader.relation = piece
        _complete(reader, right)
    elif reader.stack and not pending:
        right = reader.stack.pop()
        reader.relation = piece
        _complete(reader, right)
    elif pending:
        reader.relation = piece
        if piece.name in {"cross", "cross_above", "cross_below"}:
            _complete(reader, None)
    elif (
        reader.found
        and reader.found[-1].open_cross
        and piece.name in {"cross_above", "cross_below"}
    ):
        _direct(reader, piece)
    elif piece.name in {"cross_above", "cross_below", "cross"} and _known(reader):
        _again(reader, piece)
    elif piece.name in {"<", ">", "cross_above", "cross_below"} and _is_cued(reader):
        line = _line(reader)
        if line is not None:
            reader.relation = piece
            _complete(reader, line)


def _at_fits(reader: _Reader, index: int) -> bool:
    """`at` compares only where nothing else is open and a level follows directly."""
    following = reader.pieces[index + 1] if index + 1 < len(reader.pieces) else None
    if reader.relation is not None or following is None:
        return False
    if following.kind == "operand" and following.operand is not None:
        later = reader.pieces[index + 2] if index + 2 < len(reader.pieces) else None
        level = following.operand.kind in {"price", "channel"} and following.operand.name != "close"
        return level and (later is None or later.kind != "relation")
    known = reader.stack or reader.context.subject
    return following.kind == "number" and bool(known)


def _direct(reader: _Reader, piece: Piece) -> None:
    last = reader.found[-1]
    if isinstance(last.tree, Condition):
        relation: Relation = "cross_above" if piece.name == "cross_above" else "cross_below"
        reader.found[-1] = replace(
            last, tree=replace(last.tree, relation=relation), open_cross=False
        )


def _known(reader: _Reader) -> bool:
    subject = reader.context.subject
    return reader.context.pair is not None or (subject is not None and subject.kind == "centred")


def _is_cued(reader: _Reader) -> bool:
    return any(piece.kind == "cue" and piece.name != "filter" for piece in reader.pieces)


def _again(reader: _Reader, piece: Piece) -> None:
    """`when it crosses it from above`: the pair of the clause before, in the other direction."""
    pair = reader.context.pair
    subject = reader.context.subject
    if pair is None and subject is not None:
        pair = Condition(subject, UNRESOLVED, ZERO)
    if pair is not None and pair.left.kind != "number":
        relation: Relation = "cross_below" if piece.name == "cross_below" else "cross_above"
        _add(reader, replace(pair, relation=relation), piece.name == "cross")


def _complete(reader: _Reader, right: Operand | None, *, percent: bool = False) -> None:
    """Close the comparison that is open, filling in what was left out."""
    piece = reader.relation
    reader.relation = None
    if piece is None:
        return
    if piece.name in {"rising", "falling"}:
        if right is not None and right.kind != "number":
            _add(reader, _flip(right, up=piece.name == "rising"))
        return
    left = reader.stack.pop() if reader.stack else None
    if left is not None and left.kind == "number" and right is not None and right.kind != "number":
        left, right = right, left
    left, right = _fill(reader, left, right)
    if left is None or right is None or left.kind == "number" or left == right:
        return
    right = _scaled(reader, _same_kind(left, right, percent=percent), piece)
    if piece.name in {"at", "to"}:
        _at(reader, left, right)
        return
    _add(reader, *_relate(piece, left, right), is_level=_is_level(piece))


def _at(reader: _Reader, left: Operand, right: Operand) -> None:
    """`exit at the middle band`, `in at -2`: which side of it follows from the role."""
    if right.kind == "number":
        middle = {"oscillator": 50.0, "willr": -50.0}.get(left.kind, 0.0)
        relation: Relation = "<" if right.value <= middle else ">"
    elif right.kind == "channel":
        _add(reader, Condition(left, ">" if right.name in _UPPER else "<", right))
        return
    else:
        relation = ">" if left.kind == "price" else "<"
    _add(reader, Condition(left, relation, right))
    reader.found[-1] = replace(reader.found[-1], open_level=True)


def _fill(
    reader: _Reader, left: Operand | None, right: Operand | None
) -> tuple[Operand | None, Operand | None]:
    if right is None and left is not None:
        if left.name in _PARTNERS:
            return left, _partner(reader, left)
        if left.kind == "centred":
            return left, ZERO
        if left.name in {"supertrend", "psar"}:
            return CLOSE, left
        if left.kind == "price" and left.name != "close":
            return CLOSE, left
        return left, _line(reader) if left.name == "close" else None
    if left is None and right is not None:
        if right.kind == "number":
            return reader.context.subject, right
        if right.kind in {"price", "channel"}:
            return CLOSE, right
        return reader.context.subject, right
    return left, right


def _line(reader: _Reader) -> Operand | None:
    """The line that `it` speaks of: the last price line named before."""
    lines = [
        item
        for item in reader.context.seen
        if item.kind in {"price", "channel"} and item.name != "close"
    ]
    return lines[-1] if lines else None


def _partner(reader: _Reader, left: Operand) -> Operand | None:
    name = _PARTNERS[left.name]
    for seen in reversed(reader.context.seen):
        if seen.name == name:
            return seen
    inner = left.text[left.text.index("(") :]
    if left.name == "stoch_k":
        inner = inner[:-1] + ",3)"
    return Operand(f"{name}{inner}", left.kind, name)


def _same_kind(left: Operand, right: Operand, *, percent: bool) -> Operand:
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


def _scaled(reader: _Reader, right: Operand, piece: Piece) -> Operand:
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
        text = f"{right.rendered} {sign} {number_text(reader.offset)}*atr(14)"
        reader.offset = None
        return replace(right, text=text, kind="price")
    return right


_UPPER: Final = frozenset({"highest", "donchian_upper", "bb_upper", "kc_upper", "high"})
_LOWER: Final = frozenset({"lowest", "donchian_lower", "bb_lower", "kc_lower", "low"})


def _relate(piece: Piece, left: Operand, right: Operand) -> tuple[Tree, bool]:
    """The condition, and whether its direction is still open."""
    name = piece.name
    if name == "break":
        if right.name in _UPPER | _LOWER:
            return Condition(left, ">" if right.name in _UPPER else "<", right), False
        return Condition(left, UNRESOLVED, right), True
    if name == "cross":
        return Condition(left, UNRESOLVED, right), True
    if name == "touch":
        return _touch(left, right)
    if name == "equal":
        return Condition(left, "==", right), False
    table: dict[str, Relation] = {"break_up": "cross_above", "break_down": "cross_below"}
    relation: Relation = table.get(name, name)  # type: ignore[arg-type]  # names are relations
    if right.kind == "channel" and relation in {"cross_above", "cross_below"}:
        relation = ">" if relation == "cross_above" else "<"
    if name in table and right.kind == "number" and left.kind == "price":
        relation = ">" if name == "break_up" else "<"
    return Condition(left, relation, right), False


def _touch(left: Operand, right: Operand) -> tuple[Tree, bool]:
    if right.kind == "number":
        middle = {"oscillator": 50.0, "willr": -50.0}.get(left.kind, 0.0)
        return Condition(left, "<=" if right.value <= middle else ">=", right), False
    if right.name in _LOWER:
        return Condition(LOW, "<=", right), False
    if right.name in _UPPER:
        return Condition(HIGH, ">=", right), False
    return Fixed(f"low <= {right.rendered} and high >= {right.rendered}",
                 f"low <= {right.rendered} and high >= {right.rendered}"), False  # fmt: skip


def _is_level(piece: Piece) -> bool:
    words = piece.text.split()
    return bool({"is", "are", "stays", "stay", "remains", "liegt", "liegen", "ist", "sind", "bleibt",
                 "steht", "notiert", "trades", "sits", "holds"} & set(words))  # fmt: skip


def _add(reader: _Reader, tree: Tree, open_cross: bool = False, *, is_level: bool = False) -> None:
    if reader.negated and isinstance(tree, Condition):
        tree = tree.negate()
    reader.negated = False
    reader.found.append(Comparison(tree, reader.word, open_cross, is_level))
    reader.word = "and"
    if isinstance(tree, Condition):
        if tree.left.kind not in {"price", "channel"}:
            reader.context.subject = tree.left
        if tree.right is not None and tree.right.kind != "number":
            reader.context.pair = tree


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
    parts: list[Tree] = [
        group[0] if len(group) == 1 else Joined("and", tuple(group)) for group in groups
    ]
    if len(parts) <= 1:
        return parts[0] if parts else None
    return Joined("or", tuple(parts))
