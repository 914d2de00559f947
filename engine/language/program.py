"""Programs: expressions that know the open position, as a short list of stack operations.

What needs no trade state is worked out for all bars beforehand and is read as a column. Values
are floats, conditions are 1, 0 and NaN (missing), three-valued as Kleene has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
    children,
    walk,
    with_children,
)
from engine.language.warmup import constant_value

CONSTANT: Final = 0
COLUMN: Final = 1
STATE: Final = 2
ADD: Final = 3
SUBTRACT: Final = 4
MULTIPLY: Final = 5
DIVIDE: Final = 6
NEGATE: Final = 7
LESS: Final = 8
LESS_EQUAL: Final = 9
EQUAL: Final = 10
NOT_EQUAL: Final = 11
AND: Final = 12
OR: Final = 13
NOT: Final = 14
WHERE: Final = 15
MIN: Final = 16
MAX: Final = 17
ABS: Final = 18
SIGN: Final = 19
NEARER_BELOW: Final = 20
"""Larger of two prices, the other one where one is missing: the tighter of two long stops."""
NEARER_ABOVE: Final = 21

STATES: Final = (
    "entry_price", "last_entry_price", "highest_since_entry", "lowest_since_entry", "bars_held",
    "open_return", "open_r", "units", "side", "last_trade_won",
)  # fmt: skip
"""Trade state by number."""

LAG_STEP: Final = 16
"""A state argument is number + LAG_STEP * lag."""
MAX_DEPTH: Final = 48

_ARITHMETIC: Final = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": DIVIDE}
_COMPARE: Final = {"<": LESS, "<=": LESS_EQUAL, "==": EQUAL, "!=": NOT_EQUAL}
_MIRRORED: Final = {">": "<", ">=": "<="}
_CALLS: Final = {"where": WHERE, "min": MIN, "max": MAX, "abs": ABS, "sign": SIGN}


class Places(Protocol):
    """What gives expressions a place: an ordinary plan, or one of a sweep."""

    def add(self, tree: Node) -> int:
        """Place of a tree's value."""
        ...


@dataclass(frozen=True, slots=True)
class Steps:
    """A program before its columns are known.

    Attributes:
        code: (operation, argument) pairs; the argument of COLUMN is a place in the plan.
        constants: numbers that CONSTANT reads.
        lagged: whether a past value of trade state is read.
    """

    code: tuple[tuple[int, int], ...]
    constants: tuple[float, ...]
    lagged: bool

    def on(self, values: Sequence[FloatArray]) -> Program:
        """The program with the plan's values for one instrument's bars."""
        places = sorted({arg for op, arg in self.code if op == COLUMN})
        code = tuple((op, places.index(arg) if op == COLUMN else arg) for op, arg in self.code)
        columns = tuple(values[place] for place in places)
        return Program(code, self.constants, columns, self.lagged)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A program on one instrument's bars; the argument of COLUMN is a place in `columns`."""

    code: tuple[tuple[int, int], ...]
    constants: tuple[float, ...]
    columns: tuple[FloatArray, ...]
    lagged: bool = False


def knows_state(tree: Node) -> bool:
    """Whether an expression needs the open position or the last one."""
    return any(isinstance(node, Name) and node.name in STATES for node in walk(tree))


def replaced(tree: Node, names: Mapping[str, Node]) -> Node:
    """The tree with these names replaced."""
    if isinstance(tree, Name):
        return names.get(tree.name, tree)
    return with_children(tree, tuple(replaced(part, names) for part in children(tree)))


def before_the_fill(tree: Node, ref: Node, direction: int) -> Node:
    """The tree as it reads at the decision: filled at ref, no bar held, nothing gained or won."""
    known: dict[str, Node] = dict.fromkeys(STATES, ref)
    known.update(dict.fromkeys(("bars_held", "open_return", "open_r"), Number(0)))
    known.update(units=Number(1), side=Number(direction), last_trade_won=Boolean(value=False))
    return replaced(tree, known)


def steps_of(trees: list[Node], plan: Places, *, join: int = OR) -> Steps:
    """One program for several expressions joined by `join` (OR, NEARER_BELOW, NEARER_ABOVE).

    Raises:
        InputError: PROGRAM_TOO_DEEP.
    """
    writer = _Writer(plan)
    for number, tree in enumerate(trees):
        writer.write(tree, 0)
        if number:
            writer.code.append((join, 0))
    _check_depth(writer.code)
    return Steps(tuple(writer.code), tuple(writer.constants), writer.lagged)


def _check_depth(code: list[tuple[int, int]]) -> None:
    depth = deepest = 0
    for op, _ in code:
        depth += 1 if op <= STATE else 0 if op in {NEGATE, NOT, ABS, SIGN} else -1
        depth -= op == WHERE
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise InputError(
            "PROGRAM_TOO_DEEP",
            "an expression on the open position is nested too deeply",
            value=deepest,
            hint=f"keep it within {MAX_DEPTH} levels",
        )


class _Writer:
    """Writes the operations of a tree; what knows no state becomes a column of the plan."""

    def __init__(self, plan: Places) -> None:
        self.plan = plan
        self.code: list[tuple[int, int]] = []
        self.constants: list[float] = []
        self.lagged = False

    def write(self, tree: Node, lag: int) -> None:
        """Append the operations that leave the tree's value of `lag` bars ago on the stack."""
        if isinstance(tree, Number | Boolean):
            self.constants.append(float(tree.value))
            self.code.append((CONSTANT, len(self.constants) - 1))
        elif not knows_state(tree):
            past = Lag(tree, Number(lag)) if lag else tree
            self.code.append((COLUMN, self.plan.add(past)))
        elif isinstance(tree, Name):
            self.lagged = self.lagged or lag > 0
            self.code.append((STATE, STATES.index(tree.name) + LAG_STEP * lag))
        elif isinstance(tree, Lag):
            self.write(tree.of, lag + int(constant_value(tree.bars)))
        elif isinstance(tree, Call):
            self._call(tree, lag)
        else:
            self._operation(tree, lag)

    def _operation(self, tree: Node, lag: int) -> None:
        if isinstance(tree, Minus | Not):
            self.write(tree.of, lag)
            self.code.append((NEGATE if isinstance(tree, Minus) else NOT, 0))
        elif isinstance(tree, Logic):
            for number, item in enumerate(tree.items):
                self.write(item, lag)
                if number:
                    self.code.append((AND if tree.word == "and" else OR, 0))
        elif isinstance(tree, Arithmetic):
            self._two(tree.left, tree.right, _ARITHMETIC[tree.sign], lag)
        elif isinstance(tree, Comparison) and tree.sign in _MIRRORED:
            self._two(tree.right, tree.left, _COMPARE[_MIRRORED[tree.sign]], lag)
        elif isinstance(tree, Comparison):
            self._two(tree.left, tree.right, _COMPARE[tree.sign], lag)

    def _two(self, left: Node, right: Node, operation: int, lag: int) -> None:
        self.write(left, lag)
        self.write(right, lag)
        self.code.append((operation, 0))

    def _call(self, tree: Call, lag: int) -> None:
        if tree.name in _CALLS:
            for arg in tree.args:
                self.write(arg, lag)
            self.code.append((_CALLS[tree.name], 0))
        else:
            self.write(_spelt_out(tree), lag)


def _past(tree: Node, bars: int) -> Node:
    return Lag(tree, Number(bars))


def _spelt_out(tree: Call) -> Node:
    """A pointwise operator in terms of lags and comparisons.

    Raises:
        InputError: STATE_NOT_ALLOWED_HERE for a window over trade state.
    """
    first = tree.args[0]
    if tree.name in {"cross_above", "cross_below"}:
        other = tree.args[1]
        now, before = (">", "<=") if tree.name == "cross_above" else ("<", ">=")
        return Logic("and", (
            Comparison(now, first, other),  # type: ignore[arg-type]  # two literal signs
            Comparison(before, _past(first, 1), _past(other, 1)),  # type: ignore[arg-type]  # as above
        ))  # fmt: skip
    if tree.name in {"rising", "falling", "delta", "roc"}:
        before_it = _past(first, int(constant_value(tree.args[1])))
        if tree.name == "rising":
            return Comparison(">", first, before_it)
        if tree.name == "falling":
            return Comparison("<", first, before_it)
        if tree.name == "delta":
            return Arithmetic("-", first, before_it)
        return Arithmetic("-", Arithmetic("/", first, before_it), Number(1))
    raise InputError(
        "STATE_NOT_ALLOWED_HERE",
        f"`{tree.name}` looks back over bars in which there may have been no position",
        value=tree.name,
        hint="compare trade state directly, or give the operator a series of the market",
    )
