"""What an operator is: arguments with their kinds, unit rule, warm-up rule, range and kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, inf, log
from typing import Final, TypeAlias

from engine.data.bars import FloatArray
from engine.language.units import Unit, difference, joined, kept
from engine.market import Timeframe

MAX_WINDOW: Final = 2_000
TOLERANCE: Final = 1e-4
DAY_SECONDS: Final = 86_400

Argument: TypeAlias = FloatArray | float | int | str
Kernel: TypeAlias = Callable[..., FloatArray]
"""Called as kernel(bars, *arguments): series as arrays (n,), windows as int, numbers as float."""
WarmupRule: TypeAlias = Callable[[Sequence[float], Timeframe], int]
"""Own warm-up in bars from the constant arguments, from the left, and the base timeframe."""
UnitRule: TypeAlias = Callable[[Sequence[Unit]], Unit]
"""Unit of the result from the units of the series arguments, from the left."""
Bounds: TypeAlias = tuple[float, float]
EVERYTHING: Final[Bounds] = (-inf, inf)


class Kind(StrEnum):
    """What may stand as an argument."""

    SERIES = "series"
    CONDITION = "condition"
    WINDOW = "window"
    NUMBER = "number"
    WORD = "word"
    ANY = "series or condition"


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of an operator.

    Attributes:
        kind: what may stand here.
        example: text that type-checks here; used in messages and repairs.
        low, high: allowed range of a window or number (both ends included).
        words: allowed words, empty = checked elsewhere (timeframes, symbols).
        like: index of the series argument whose unit this one must share, None = any.
    """

    kind: Kind
    example: str
    low: float = 1
    high: float = MAX_WINDOW
    words: tuple[str, ...] = ()
    like: int | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the operator table.

    Attributes:
        name: as written.
        args: its arguments, from the left.
        unit: unit rule.
        own: own warm-up rule.
        kernel: array function.
        bounds: range of the result; the default follows from the unit.
        note: definition where libraries disagree, one line.
        supported: False marks calendar lore without statistical support.
        elsewhere: its argument is evaluated on other bars of the panel (`elsewhere.py`).
    """

    name: str
    args: tuple[Arg, ...]
    unit: UnitRule
    own: WarmupRule
    kernel: Kernel
    bounds: Bounds | None = None
    note: str = ""
    supported: bool = True
    elsewhere: bool = False

    @property
    def example(self) -> str:
        """A call that type-checks, such as `rsi(close,14)`."""
        return f"{self.name}({','.join(arg.example for arg in self.args)})"

    @property
    def shape(self) -> str:
        """The kinds of its arguments in words, such as `(series, window)`."""
        return f"({', '.join(arg.kind.value for arg in self.args)})"


# Argument shorthands of the catalogue


def series(example: str = "close", *, like: int | None = None) -> Arg:
    """A number series."""
    return Arg(Kind.SERIES, example, like=like)


def anything(example: str = "close") -> Arg:
    """A series or a condition."""
    return Arg(Kind.ANY, example)


def condition(example: str = "close > open") -> Arg:
    """A condition."""
    return Arg(Kind.CONDITION, example)


def window(example: int, low: int = 1, high: int = MAX_WINDOW) -> Arg:
    """A whole constant number of bars."""
    return Arg(Kind.WINDOW, str(example), low, high)


def number(example: str, low: float = -inf, high: float = inf) -> Arg:
    """A constant number."""
    return Arg(Kind.NUMBER, example, low, high)


def word(example: str, *words: str) -> Arg:
    """A quoted word of a closed list."""
    return Arg(Kind.WORD, f'"{example}"', words=words)


# Unit rules


def always(unit: Unit) -> UnitRule:
    """The result has one unit whatever comes in."""
    return lambda _units: unit


def like_first(units: Sequence[Unit]) -> Unit:
    """An average, an extreme or a quantile: the unit of the first series."""
    return kept(units[0])


def change_of_first(units: Sequence[Unit]) -> Unit:
    """A difference or a deviation of the first series: price becomes price difference."""
    return difference(units[0])


def either_of_two(units: Sequence[Unit]) -> Unit:
    """A choice between two series that share their unit."""
    return joined(units[0], units[1]) or Unit.N


# Warm-up rules


def recursive(n: float, alpha: float) -> int:
    """Bars until a recursive average seeded with n values has forgotten its start to 1e-4."""
    if alpha >= 1:
        return int(n) - 1
    return int(n) - 1 + ceil(log(TOLERANCE) / log(1 - alpha))


def ema_bars(n: float) -> int:
    """Warm-up of an exponential average of n bars."""
    return recursive(n, 2 / (n + 1))


def wilder_bars(n: float) -> int:
    """Warm-up of Wilder's average of n bars."""
    return recursive(n, 1 / n)


def bars_per_day(timeframe: Timeframe) -> int:
    """Most bars that a session can have; sessions are at most one day long."""
    return max(1, ceil(DAY_SECONDS / timeframe.seconds))


def no_bars(_numbers: Sequence[float], _timeframe: Timeframe) -> int:
    """Nothing but the present bar."""
    return 0


def plus(extra: int, *places: int) -> WarmupRule:
    """Sum of the constant arguments at these places, plus a number of bars."""
    return lambda numbers, _timeframe: int(sum(numbers[place] for place in places)) + extra


def longest(extra: int, *places: int) -> WarmupRule:
    """Largest of the constant arguments at these places, plus a number of bars."""
    return lambda numbers, _timeframe: int(max(numbers[place] for place in places)) + extra


def of_first(rule: Callable[[float], int], extra: int = 0) -> WarmupRule:
    """A rule of the first constant argument, plus a number of bars."""
    return lambda numbers, _timeframe: rule(numbers[0]) + extra


def one_session(_numbers: Sequence[float], timeframe: Timeframe) -> int:
    """One whole session, so that the running one has been seen from its start."""
    return bars_per_day(timeframe)
