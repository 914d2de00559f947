# ruff: noqa: E501 - a regular expression stays on one line
"""Normalised text -> typed pieces, from left to right, longest reading first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from copilot.offline.operands import Frame, find_operands
from copilot.offline.patterns import find_patterns
from copilot.offline.relation_table import CUES, ELSE_CASH, RELATIONS, REVERSED
from copilot.offline.symbols import PLACE
from copilot.offline.tree import Fixed, Operand

PieceKind = Literal[
    "operand", "relation", "cue", "number", "percent", "times", "atr", "bars", "symbol",
    "reversed", "else", "and", "or", "not", "comma", "stop", "possessive", "pattern", "lasting",
]  # fmt: skip

_N = r"-?\d+(?:\.\d+)?"
_BARS: Final = (
    r"(?:closes?|bars?|candles?|days?|kerzen?|tagen?|tage|schlusskurse?n?|perioden|periods)"
)
_ROW: Final = r"(?:in a row|running|straight|in succession|consecutively|in folge|nacheinander|hintereinander|am stück)"
_LASTING: Final = (
    rf"(?:for|since|seit|during) (?:at least |the last |the past |mindestens |den letzten )*(?P<lasting>\d+) (?:consecutive |straight )?{_BARS}(?: {_ROW})?(?![a-zäöüß])"
    rf"|\d+ (?:(?:consecutive|straight|aufeinanderfolgende\w*) {_BARS}|{_BARS} {_ROW})(?![a-zäöüß])"
)
_SIMPLE: Final[tuple[tuple[PieceKind, str], ...]] = (
    ("else", rf"(?<![a-zäöüß])(?:{ELSE_CASH})(?![a-zäöüß])"),
    ("reversed", rf"(?<![a-zäöüß])(?:{REVERSED})(?![a-zäöüß])"),
    ("lasting", _LASTING),
    ("percent", rf"{_N}%"),
    ("times", rf"{_N} ?(?:x|times|mal|fold)(?![a-zäöüß])(?: (?:of|the|as high as|so hoch wie|des|der|dem))*"),
    ("atr", rf"{_N} ?(?:x ?)?atrs?(?: ?\(\d+\))?(?![a-zäöüß])"),
    ("number", _N),
    ("number", r"(?:zero|null|nulllinie|zero line)(?![a-zäöüß])"),
    ("symbol", PLACE),
    ("or", r"(?<![a-zäöüß])(?:or|oder)(?![a-zäöüß])"),
    ("and", r"(?<![a-zäöüß])(?:and|und|plus|sowie|while also|as well as|zugleich|but|aber)(?![a-zäöüß])"),
    ("not", r"(?<![a-zäöüß])(?:not|nicht|kein\w*|isn'?t|never)(?![a-zäöüß])"),
    ("possessive", r"(?<![a-zäöüß])(?:its|their|sein\w*|ihr\w*|dessen|own|eigene\w*)(?![a-zäöüß])"),
    ("comma", r",|(?<=\s)-(?=\s)|[-=]>|→|(?<=\s)=(?=\s)|:(?!\d)"),
    ("stop", r"[;!?\n]|\.(?!\d)"),
)  # fmt: skip


_AWAY: Final = re.compile(
    rf"(?<![\w.]){_N} ?(?:x ?)?atrs?(?: ?\(\d+\))?(?= (?:below|above|under|over|away|unter|über|unterhalb|oberhalb))"
)
"""`2 ATR below the average` is a distance, not an ATR of two bars."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One typed piece of text: `name` of a relation or cue, `value` of a number, its operand."""

    kind: PieceKind
    start: int
    end: int
    text: str
    name: str = ""
    value: float = 0.0
    operand: Operand | None = None
    tree: Fixed | None = None


@cache
def _patterns() -> tuple[tuple[PieceKind, str, re.Pattern[str]], ...]:
    edge = r"(?<![a-zäöüß]){}(?![a-zäöüß])"
    simple = [(kind, "", re.compile(words)) for kind, words in _SIMPLE]
    relations: list[tuple[PieceKind, str, re.Pattern[str]]] = [
        (
            "relation",
            name,
            re.compile(edge.format(f"(?:{words})") if words[0] not in "<>=" else f"(?:{words})"),
        )
        for name, words in RELATIONS
    ]
    cues: list[tuple[PieceKind, str, re.Pattern[str]]] = [
        ("cue", name, re.compile(edge.format(f"(?:{words})"))) for name, words in CUES
    ]
    return (*simple, *relations, *cues)


_VALUED: Final = frozenset({"number", "percent", "times", "atr", "lasting"})


def _value(text: str) -> float:
    found = re.search(_N, text)
    return float(found[0]) if found else 0.0


def _candidates(text: str, frame: Frame) -> list[tuple[Piece, int]]:
    found = [
        (Piece("operand", m.start, m.end, text[m.start : m.end], m.operand.name, 0.0, m.operand), 0)
        for m in find_operands(text, frame)
    ]
    found += [
        (Piece("atr", m.start(), m.end(), m[0], "", _value(m[0])), -1) for m in _AWAY.finditer(text)
    ]
    found += [
        (Piece("pattern", m.start, m.end, text[m.start : m.end], m.family, tree=m.tree), 0)
        for m in find_patterns(text)
    ]
    for rank, (kind, name, pattern) in enumerate(_patterns(), start=1):
        for match in pattern.finditer(text):
            value = _value(match[0]) if kind in _VALUED else 0.0
            found.append((Piece(kind, match.start(), match.end(), match[0], name, value), rank))
    return found


def lex(text: str, frame: Frame) -> list[Piece]:
    """Pieces of normalised text in order; words that mean nothing here are left out.

    At each place the longest reading wins, then the one that stands first in its table.
    """
    candidates = sorted(
        _candidates(text, frame), key=lambda pair: (pair[0].start, -(pair[0].end), pair[1])
    )
    pieces: list[Piece] = []
    reached = 0
    for piece, _ in candidates:
        if piece.start >= reached and piece.end > piece.start:
            pieces.append(piece)
            reached = piece.end
    return pieces
