"""Pieces of one clause -> conditions: `operand relation operand`, in either language's order.

What is left out is taken from the context: `exit above -30` speaks of the indicator before it,
`under the 30-bar low` of the close. German verbs may stand at the end (`die 30 unterschreitet`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from copilot.offline.comparisons import ClauseReading, Context
from copilot.offline.completing import (
    again,
    complete,
    complete_still,
    direct,
    place_at,
    turned,
)
from copilot.offline.lexer import Piece
from copilot.offline.reading import (
    VALUES,
    Reader,
    add,
    has_cue,
    knows_pair,
    line_of,
    lines_known,
    next_kind,
)
from copilot.offline.relating import flip
from copilot.offline.tree import (
    CLOSE,
    ZERO,
    Condition,
    Fixed,
    Operand,
    Relation,
    Tree,
    number,
    number_text,
)

_COMPARE: Final = frozenset({
    "break", "<", ">", "<=", ">=", "cross_above", "cross_below", "cross", "break_up",
    "break_down", "touch", "equal", "at", "to",
})  # fmt: skip


def read_clause(pieces: list[Piece], context: Context) -> ClauseReading:
    """Conditions of one clause; the context is moved on for the next clause."""
    reader = Reader(pieces, context)
    for index, piece in enumerate(pieces):
        _step(reader, piece, index)
    if reader.relation is not None and reader.relation.name == "cross":
        complete(reader, None)
    elif reader.relation is not None and reader.relation.name in {"rising", "falling"}:
        complete_still(reader)
    _last(reader)
    return ClauseReading(
        tuple(reader.found), tuple(item for item in reader.stack if item.kind != "number")
    )


def leave_at(pieces: list[Piece], reading: ClauseReading) -> ClauseReading | None:
    """`exit on the 20-day low`, `the 50 EMA as exit`: a lone line is where the position ends."""
    named = [item for item in reading.alone if item.name != "close"]
    related = any(piece.kind in {"relation", "number", "pattern", "reversed"} for piece in pieces)
    if reading.comparisons or related or len(named) != 1:
        return None
    line = named[0]
    if line.kind not in {"price", "channel"}:
        return None
    reader = Reader(pieces, Context())
    place_at(reader, CLOSE, line)
    return ClauseReading(tuple(reader.found))


def _step(reader: Reader, piece: Piece, index: int) -> None:
    action = _ON.get(piece.kind)
    if action is not None:
        action(reader, piece, index)


def _on_lasting(reader: Reader, piece: Piece, _index: int) -> None:
    reader.lasting = int(piece.value)


def _last(reader: Reader) -> None:
    """`above the average for 3 bars`: the comparison has held that long."""
    found = reader.found[-1] if reader.found else None
    if found is None or reader.lasting <= 1 or not isinstance(found.tree, Condition):
        return
    if found.tree.relation in {">", "<", ">=", "<="}:
        text, mirrored = (tree.render() for tree in (found.tree, found.tree.mirror()))
        held = Fixed(
            f"all_of({text},{reader.lasting})", f"all_of({mirrored},{reader.lasting})",
            found.tree.negate().render(),
        )  # fmt: skip
        reader.found[-1] = replace(found, tree=held)


def _on_symbol(reader: Reader, _piece: Piece, index: int) -> None:
    """`BTC above its average` speaks of the close of BTC."""
    alone = not reader.stack and reader.relation is None
    if alone and next_kind(reader, index) == "relation":
        reader.stack.append(CLOSE)


def _on_pattern(reader: Reader, piece: Piece, _index: int) -> None:
    if piece.tree is not None:
        add(reader, piece.tree)


def _on_word(reader: Reader, piece: Piece, _index: int) -> None:
    reader.word = "or" if piece.kind == "or" else "and"


def _on_not(reader: Reader, _piece: Piece, _index: int) -> None:
    reader.negated = True


def _on_possessive(reader: Reader, _piece: Piece, _index: int) -> None:
    reader.possessive = True


def _on_times(reader: Reader, piece: Piece, _index: int) -> None:
    reader.factor = piece.value


def _on_atr(reader: Reader, piece: Piece, _index: int) -> None:
    reader.offset = piece.value
    period = re.search(r"\((\d{1,4})\)", piece.text)
    reader.offset_period = int(period[1]) if period else 14


def _on_operand(reader: Reader, piece: Piece, _index: int) -> None:
    if piece.operand is None:
        return
    operand = _of_subject(reader, piece.operand)
    reader.possessive = False
    reader.context.seen.append(operand)
    if reader.factor is not None:
        operand = replace(operand, text=f"{number_text(reader.factor)}*{operand.rendered}")
        reader.factor = None
        if reader.stack and reader.relation is None:
            add(reader, Condition(reader.stack.pop(), ">", operand))
            return
    if reader.relation is not None:
        complete(reader, operand)
        return
    reader.stack.append(operand)


def _of_subject(reader: Reader, operand: Operand) -> Operand:
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


def _on_number(reader: Reader, piece: Piece, index: int) -> None:
    if reader.relation is not None:
        complete(reader, number(piece.value))
        return
    if next_kind(reader, index) == "relation" or reader.stack:
        reader.stack.append(number(piece.value))


def _on_percent(reader: Reader, piece: Piece, index: int) -> None:
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
        complete(reader, number(piece.value / 100), percent=True)
    elif reader.stack:
        reader.stack.append(number(piece.value / 100))


def _change(reader: Reader, percent: float, index: int) -> None:
    """`drops 5 % within 3 bars`: a return over that many bars."""
    bars = next(
        (int(p.value) for p in reader.pieces[index + 1 : index + 3] if p.kind == "number"), 1
    )
    relation: Relation = ">" if percent > 0 else "<"
    operand = Operand(f"roc(close,{max(1, bars)})", "centred", "roc")
    add(reader, Condition(operand, relation, number(round(percent / 100, 10))))
    reader.relation = None
    reader.stack.clear()


def _on_relation(reader: Reader, piece: Piece, index: int) -> None:
    name = piece.name
    if name in {"rising", "falling"}:
        _state(reader, piece)
    elif name in {"positive", "negative"}:
        relation: Relation = ">" if name == "positive" else "<"
        if reader.stack:
            add(reader, Condition(reader.stack.pop(), relation, ZERO))
    elif name in {"moves_up", "moves_down"}:
        _on_move(reader, piece, index)
    elif name in {"up", "down"}:
        turned(reader, piece)
    elif name == "between":
        _between(reader, index)
    elif name in _COMPARE:
        _on_compare(reader, piece, index)


def _state(reader: Reader, piece: Piece) -> None:
    if reader.stack and reader.stack[-1].kind != "number":
        add(reader, flip(reader.stack.pop(), up=piece.name == "rising"))
    else:
        reader.relation = piece


def _on_move(reader: Reader, piece: Piece, index: int) -> None:
    if next_kind(reader, index) in {"percent", "number"}:
        reader.relation = piece
    elif reader.stack and reader.stack[-1].kind != "number" and not reader.found:
        relation: Relation = "rising" if piece.name == "moves_up" else "falling"
        add(reader, Condition(reader.stack.pop(), relation))


def _between(reader: Reader, index: int) -> None:
    numbers = [item.value for item in reader.pieces[index + 1 : index + 4] if item.kind == "number"]
    if len(numbers) == 2 and (reader.stack or reader.context.subject):  # noqa: PLR2004 - from, to
        left = reader.stack.pop() if reader.stack else reader.context.subject
        if left is not None and left.kind != "number":
            low, high = sorted(numbers)
            add(reader, Condition(left, ">", number(low)))
            add(reader, Condition(left, "<", number(high)))
            for piece in reader.pieces[index + 1 : index + 4]:
                if piece.kind == "number":
                    reader.pieces[reader.pieces.index(piece)] = replace(piece, kind="comma")


def _on_compare(reader: Reader, piece: Piece, index: int) -> None:
    pending = [item for item in reader.stack if item.kind != "number"]
    ahead = next_kind(reader, index) in VALUES
    placed = piece.name in {"at", "to"}
    if placed and (not _at_fits(reader, index) or (piece.name == "to" and not has_cue(reader))):
        return
    if reader.percent is not None or ahead:
        if reader.relation is None or not reader.found:
            reader.relation = piece
        return
    if len(reader.stack) > 1 or (reader.stack and not pending):
        right = reader.stack.pop()
        reader.relation = piece
        complete(reader, right)
    elif pending:
        reader.relation = piece
        if piece.name in _CROSSINGS:
            complete(reader, None)
    else:
        _on_bare(reader, piece)


def _on_bare(reader: Reader, piece: Piece) -> None:
    """A relation without any side in its clause: it speaks of what was named before."""
    directed = piece.name in {"cross_above", "cross_below"}
    if directed and reader.found and reader.found[-1].open_cross:
        direct(reader, piece)
    elif directed and reader.found and _at_number(reader.found[-1].tree):
        turned(reader, replace(piece, name="up" if piece.name == "cross_above" else "down"))
    elif (piece.name in _CROSSINGS and knows_pair(reader)) or (
        piece.name in {"<", ">"} and has_cue(reader) and lines_known(reader)
    ):
        again(reader, piece)
    elif (directed or piece.name in {"<", ">"}) and has_cue(reader):
        line = line_of(reader)
        if line is not None:
            reader.relation = piece
            complete(reader, line)


def _at_number(tree: Tree) -> bool:
    """`below -80 crossing up`: the level was named first, its crossing after it."""
    return isinstance(tree, Condition) and tree.right is not None and tree.right.kind == "number"


def _at_fits(reader: Reader, index: int) -> bool:
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


_CROSSINGS: Final = frozenset({"cross", "cross_above", "cross_below"})
_ON: Final[dict[str, Callable[[Reader, Piece, int], None]]] = {
    "operand": _on_operand, "number": _on_number, "percent": _on_percent,
    "relation": _on_relation, "pattern": _on_pattern, "symbol": _on_symbol, "and": _on_word,
    "or": _on_word, "not": _on_not, "possessive": _on_possessive, "times": _on_times,
    "atr": _on_atr, "lasting": _on_lasting,
}  # fmt: skip
"""What each kind of piece does to the reading."""
