"""Where the reading of one clause stands, and what its pronouns speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from copilot.offline.comparisons import Comparison, Context
from copilot.offline.lexer import Piece
from copilot.offline.tree import (
    Condition,
    Operand,
    Tree,
)

PARTNERS: Final[dict[str, str]] = {
    "macd": "macd_signal", "stoch_k": "stoch_d", "aroon_up": "aroon_down", "plus_di": "minus_di",
    "tenkan": "kijun",
}  # fmt: skip


@dataclass(slots=True)
class Reader:
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
    offset_period: int = 14
    percent: float | None = None
    lasting: int = 0


VALUES: Final = frozenset({"operand", "number", "percent", "times", "atr"})


def next_kind(reader: Reader, index: int) -> str:
    """Kind of the piece that follows, pronouns and negations left out; empty at the end."""
    rest = reader.pieces[index + 1 : index + 3]
    return next((item.kind for item in rest if item.kind not in {"possessive", "not"}), "")


def knows_pair(reader: Reader) -> bool:
    """Whether `it crosses back` has something to speak of."""
    subject = reader.context.subject
    return reader.context.pair is not None or (subject is not None and subject.kind == "centred")


def lines_known(reader: Reader) -> bool:
    """Whether two lines were just compared, so that `below` means one below the other."""
    pair = reader.context.pair
    return pair is not None and pair.left.kind == "price" and pair.left.name != "close"


def has_cue(reader: Reader) -> bool:
    """Whether the clause says what it is for."""
    return any(piece.kind == "cue" and piece.name != "filter" for piece in reader.pieces)


def line_of(reader: Reader) -> Operand | None:
    """The line that `it` speaks of: the last price line named before."""
    lines = [
        item
        for item in reader.context.seen
        if item.kind in {"price", "channel"} and item.name != "close"
    ]
    return lines[-1] if lines else None


def partner(reader: Reader, left: Operand) -> Operand | None:
    """The other line of an indicator that has two: as it was named, else with the same numbers."""
    name = PARTNERS[left.name]
    for seen in reversed(reader.context.seen):
        if seen.name == name:
            return seen
    inner = left.text[left.text.index("(") :]
    if left.name == "stoch_k":
        inner = inner[:-1] + ",3)"
    return Operand(f"{name}{inner}", left.kind, name)


def add(reader: Reader, tree: Tree, open_cross: bool = False, *, is_level: bool = False) -> None:
    """Take a finished condition in, negated if it was, and remember what it spoke of."""
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
