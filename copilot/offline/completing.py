"""Closing a comparison: what was left out is taken from the clauses before."""

from __future__ import annotations

from dataclasses import replace

from copilot.offline.comparisons import UNRESOLVED
from copilot.offline.lexer import Piece
from copilot.offline.reading import PARTNERS, Reader, add, line_of, partner
from copilot.offline.relating import (
    UPPER,
    flip,
    is_level,
    relate,
    same_kind,
    scaled,
    senseless,
)
from copilot.offline.tree import (
    CLOSE,
    ZERO,
    Condition,
    Operand,
    Relation,
)


def complete_still(reader: Reader) -> None:
    """`out when falling`: the indicator that was named before."""
    seen = [item for item in reader.context.seen if item.name != "close"]
    if seen:
        complete(reader, seen[-1])


def turned(reader: Reader, piece: Piece) -> None:
    """`crosses 20 upwards`: the direction of a comparison that was just made."""
    last = reader.found[-1] if reader.found else None
    if last is None or not isinstance(last.tree, Condition):
        return
    tree = last.tree
    if tree.relation in {"<", ">", "cross_above", "cross_below"} and tree.right is not None:
        relation: Relation = "cross_above" if piece.name == "up" else "cross_below"
        reader.found[-1] = replace(last, tree=replace(tree, relation=relation), open_cross=False)


def direct(reader: Reader, piece: Piece) -> None:
    """Give the last crossing the direction that is named after it."""
    last = reader.found[-1]
    if isinstance(last.tree, Condition):
        relation: Relation = "cross_above" if piece.name == "cross_above" else "cross_below"
        reader.found[-1] = replace(
            last, tree=replace(last.tree, relation=relation), open_cross=False
        )


def again(reader: Reader, piece: Piece) -> None:
    """`when it crosses it from above`: the pair of the clause before, in the other direction."""
    pair = reader.context.pair
    subject = reader.context.subject
    if pair is None and subject is not None:
        pair = Condition(subject, UNRESOLVED, ZERO)
    if pair is not None and pair.left.kind != "number":
        back: Relation = "cross_below" if piece.name == "cross_below" else "cross_above"
        relation: Relation = piece.name if piece.name in {"<", ">"} else back  # type: ignore[assignment]  # both are relations
        add(reader, replace(pair, relation=relation), piece.name == "cross")


def complete(reader: Reader, right: Operand | None, *, percent: bool = False) -> None:
    """Close the comparison that is open, filling in what was left out."""
    piece = reader.relation
    reader.relation = None
    if piece is None or piece.name in {"moves_up", "moves_down"}:
        return
    if piece.name in {"rising", "falling"}:
        if right is not None and right.kind != "number":
            add(reader, flip(right, up=piece.name == "rising"))
        return
    left = reader.stack.pop() if reader.stack else None
    if left is not None and left.kind == "number" and right is not None and right.kind != "number":
        left, right = right, left
    left, right = fill(reader, left, right)
    if left is None or right is None or left.kind == "number" or left == right:
        return
    if senseless(left, same_kind(left, right, percent=percent), shifted=reader.offset is not None):
        return
    right = scaled(reader, same_kind(left, right, percent=percent), piece)
    if piece.name in {"at", "to"}:
        place_at(reader, left, right)
        return
    add(reader, *relate(piece, left, right), is_level=is_level(piece))


def place_at(reader: Reader, left: Operand, right: Operand) -> None:
    """`exit at the middle band`, `in at -2`: which side of it follows from the role."""
    if right.kind == "number":
        middle = {"oscillator": 50.0, "willr": -50.0}.get(left.kind, 0.0)
        relation: Relation = "<" if right.value <= middle else ">"
    elif right.kind == "channel":
        add(reader, Condition(left, ">" if right.name in UPPER else "<", right))
        return
    else:
        relation = ">" if left.kind == "price" else "<"
    add(reader, Condition(left, relation, right))
    reader.found[-1] = replace(reader.found[-1], open_level=True)


def fill(
    reader: Reader, left: Operand | None, right: Operand | None
) -> tuple[Operand | None, Operand | None]:
    """Both sides, with what was left out taken from the context; None where nothing fits."""
    if right is None and left is not None:
        return _fill_right(reader, left)
    if left is None and right is not None:
        of_price = right.kind in {"price", "channel"}
        return CLOSE if of_price else reader.context.subject, right
    return left, right


def _fill_right(reader: Reader, left: Operand) -> tuple[Operand, Operand | None]:
    """`MACD crosses up` crosses its signal, a histogram zero, a line is crossed by the close."""
    if left.name in PARTNERS:
        return left, partner(reader, left)
    if left.kind == "centred":
        return left, ZERO
    if left.name == "close":
        return left, line_of(reader)
    return (CLOSE, left) if left.kind == "price" else (left, None)
