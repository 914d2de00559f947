"""Clauses and what they are for: entry, exit, short, filter; the word for it may come late."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.offline.clause_reader import leave_at, read_clause
from copilot.offline.comparisons import ClauseReading, Comparison, Context
from copilot.offline.lexer import Piece
from copilot.offline.tree import Operand

Role = Literal["entry", "exit", "short", "cover", "hold", "filter"]

_ENTRIES: Final[tuple[Role, ...]] = ("entry", "short", "hold", "filter")
_ENTRY_ROLES: Final = frozenset({"entry", "short", "hold", "filter"})


@dataclass(slots=True)
class Clause:
    """A run of pieces between separators; `starts_sentence` after a full stop."""

    pieces: list[Piece] = field(default_factory=list)
    starts_sentence: bool = False
    word: str = "and"

    @property
    def cues(self) -> list[Piece]:
        """Pieces that say what the clause is for."""
        return [piece for piece in self.pieces if piece.kind == "cue"]


@dataclass(slots=True)
class Roles:
    """Comparisons by what they are for, operands without a comparison, and two flags."""

    by_role: dict[Role, list[Comparison]] = field(default_factory=dict)
    alone: list[tuple[Role | None, Operand]] = field(default_factory=list)
    reversed_exit: bool = False
    reversed_short: bool = False
    else_cash: bool = False
    context: Context = field(default_factory=Context)
    cued: set[Role] = field(default_factory=set)

    def add(self, role: Role, comparisons: tuple[Comparison, ...], *, fresh: bool = True) -> None:
        """Put comparisons under a role; exits of separate clauses are alternatives."""
        known = self.by_role.setdefault(role, [])
        for index, item in enumerate(comparisons):
            first_of_clause = index == 0 and known and fresh
            if first_of_clause and role in {"exit", "cover"}:
                known.append(Comparison(item.tree, "or", item.open_cross, item.is_level))
            else:
                known.append(item)


def split(pieces: list[Piece]) -> list[Clause]:
    """Clauses of a text: at commas, stops, and at an `and` between two things with a cue."""
    clauses = [Clause(starts_sentence=True)]
    for index, piece in enumerate(pieces):
        if piece.kind == "stop":
            clauses.append(Clause(starts_sentence=True))
        elif piece.kind == "comma" or (
            piece.kind == "and" and clauses[-1].cues and _cue_ahead(pieces, index)
        ):
            clauses.append(Clause())
        elif _starts_anew(clauses[-1], pieces, index):
            clauses.append(Clause(pieces=[piece]))
        else:
            clauses[-1].pieces.append(piece)
    return [clause for clause in clauses if clause.pieces or clause.starts_sentence]


def _starts_anew(clause: Clause, pieces: list[Piece], index: int) -> bool:
    """Two things without a separator: `buy rsi < 30 sell rsi > 70`, `below 20 buy above 80`."""
    piece = pieces[index]
    names = [cue.name for cue in clause.cues]
    related = [p.start for p in clause.pieces if p.kind in {"relation", "pattern"}]
    if not names or not related:
        return False
    suffix = clause.cues[0].start > related[0]
    if piece.kind == "cue":
        return not suffix and piece.name not in names and piece.name != "filter"
    return suffix and piece.kind in {"relation", "operand"} and _cue_ahead(pieces, index)


def _cue_ahead(pieces: list[Piece], index: int) -> bool:
    for piece in pieces[index + 1 :]:
        if piece.kind in {"comma", "stop"}:
            return False
        if piece.kind == "cue":
            return True
    return False


@dataclass(slots=True)
class _Walk:
    """Where the reading of clauses stands."""

    roles: Roles
    role: Role | None = None
    open_role: bool = False
    pending: list[tuple[Comparison, ...]] = field(default_factory=list)
    last_entry: Role = "entry"
    known_entry: bool = False
    entry_later: bool = False

    def closes(self, role: Role) -> bool:
        """Whether waiting conditions can be an exit: then some entry has to be elsewhere."""
        if role not in {"exit", "cover"}:
            return True
        named = any(self.roles.by_role.get(item) for item in _ENTRIES)
        return named or self.known_entry or self.entry_later

    def settle(self, role: Role) -> None:
        """Give the clauses that waited for a word the role of that word."""
        for comparisons in self.pending:
            self.roles.add(role, comparisons)
        self.pending = []


def assign(clauses: list[Clause], context: Context | None = None) -> Roles:
    """Each clause's conditions under their role; without any word they are entries."""
    walk = _Walk(Roles(context=context or Context()))
    walk.known_entry = walk.roles.context.entry is not None
    cued = [any(cue.name in _ENTRY_ROLES for cue in clause.cues) for clause in clauses]
    for index, clause in enumerate(clauses):
        walk.entry_later = any(cued[index + 1 :])
        if clause.starts_sentence:
            walk.settle("entry")
            walk.open_role = (
                walk.open_role
                and walk.role in {"entry", "short"}
                and not walk.roles.by_role.get(walk.role)
            )
        _clause(walk, clause)
    walk.settle("entry")
    return walk.roles


def _clause(walk: _Walk, clause: Clause) -> None:
    reading = read_clause(clause.pieces, walk.roles.context)
    role = _role_of(walk, clause)
    line = leave_at(clause.pieces, reading) if role in {"exit", "cover"} else None
    reading = line or reading
    _flags(walk, clause, role)
    walk.roles.alone += [(role, operand) for operand in reading.alone]
    if role is None:
        _without_cue(walk, reading)
        return
    walk.roles.cued.add(role)
    suffix = line is None and _is_suffix(clause, reading)
    if walk.pending:
        late = (suffix or not reading.comparisons) and walk.closes(role)
        walk.settle(role if late else "entry")
        suffix = suffix or (late and not reading.comparisons)
    if reading.comparisons:
        walk.roles.add(role, reading.comparisons)
    walk.role = role
    walk.open_role = not suffix
    if role in {"entry", "short"}:
        walk.last_entry = role


def _role_of(walk: _Walk, clause: Clause) -> Role | None:
    names = [piece.name for piece in clause.cues]
    if not names:
        return None
    for preferred in ("hold", "cover", "short"):
        if preferred in names and not (preferred == "short" and "exit" in names):
            return preferred
    if "exit" in names:
        only_short = walk.last_entry == "short" and not walk.roles.by_role.get("entry")
        again = walk.last_entry == "short" and bool(walk.roles.by_role.get("exit"))
        short = "short" in names or ((only_short or again) and "entry" not in names)
        return "cover" if short else "exit"
    if "entry" in names and "filter" not in names[:1]:
        return "entry"
    return "filter" if "filter" in names else "entry"


def _flags(walk: _Walk, clause: Clause, role: Role | None) -> None:
    kinds = {piece.kind for piece in clause.pieces}
    if "else" in kinds:
        walk.roles.else_cash = True
    if "reversed" in kinds:
        if role == "short":
            walk.roles.reversed_short = True
        elif role in {"exit", "cover", None} or walk.role in {"exit", "cover"}:
            walk.roles.reversed_exit = True
    if role in {"exit", "cover"} and _lone_cross(clause):
        walk.roles.reversed_exit = True


def _lone_cross(clause: Clause) -> bool:
    """`leave when the lines cross`: no operand, only the crossing."""
    names = [piece.name for piece in clause.pieces if piece.kind == "relation"]
    operands = [piece for piece in clause.pieces if piece.kind in {"operand", "number"}]
    return not operands and "cross" in names


def _is_suffix(clause: Clause, reading: ClauseReading) -> bool:
    """Whether the cue follows its condition: `... 80-bar high buy`, `... means long`."""
    if not reading.comparisons or not clause.cues:
        return False
    first_value = min(
        (p.start for p in clause.pieces if p.kind in {"operand", "number", "relation"}), default=0
    )
    return clause.cues[0].start > first_value


def _without_cue(walk: _Walk, reading: ClauseReading) -> None:
    if not reading.comparisons:
        return
    if walk.open_role and walk.role is not None:
        walk.roles.add(walk.role, reading.comparisons, fresh=walk.role in _ENTRY_ROLES)
    else:
        walk.pending.append(reading.comparisons)
