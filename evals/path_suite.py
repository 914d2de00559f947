"""Are two expressions the same? Their series on every bar of sixteen seeded paths say so.

Equal text would refuse every right rewrite; one short path would take half of the wrong ones.
The paths are `engine.data.paths.path_suite`: eight random, eight crafted, at least 900 bars each
and three times the warm-up. An expression that the engine cannot run, and a gold condition that
does not turn on the suite, are failures with their reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.data.paths import FEWEST_BARS, Path, path_suite
from engine.errors import SpecError
from engine.language.examination import Context, examine
from engine.language.nodes import Name, Node, walk
from engine.language.operators import STATE_BY_NAME
from engine.language.plan import Plan
from engine.language.roles import role_of
from engine.language.warmup import warmup_of
from engine.market import Timeframe

WARMUPS: Final = 3
"""A path is at least so many warm-ups long."""
MOST_BARS: Final = 14_400
"""A suite is extended up to this length for a condition that seldom turns."""
TURNS: Final = 3
"""Bars on which a gold condition must be true, and on which it must be false, at least."""
TOLERANCE: Final = 1e-6
_RANKED: Final = ("AAA/USDT", "BBB/USDT", "CCC/USDT", "DDD/USDT")
"""Instances of a path that a score puts in order."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where series are compared: the bars' timeframe and the instrument (its calendar)."""

    timeframe: Timeframe
    symbol: str


@dataclass(frozen=True, slots=True)
class Series:
    """Something that has a value on every bar.

    Attributes:
        values: bars -> float64 of shape (n,); a condition is 1, 0 or missing.
        warmup: bars before it may be used.
    """

    values: Callable[[Bars], FloatArray]
    warmup: int


def gold(text: str, role: str, timeframe: Timeframe) -> Series:
    """An expected expression as a series.

    role: entry, exit, when, eligible, price, trail_expr, score ...

    Raises:
        SpecError: with the finding's code when the language refuses it, FEATURE_NOT_AVAILABLE
            when it asks for the open position.
    """
    found = examine(text, role_of(role), Context(timeframe=timeframe))
    if found.resolved is None:
        first = found.problems[0]
        raise SpecError(first.code.value, f"{text}: {first.message}", value=text)
    return of_tree(found.resolved, timeframe)


def of_tree(tree: Node, timeframe: Timeframe) -> Series:
    """A resolved, type-checked tree as a series.

    Raises:
        SpecError: FEATURE_NOT_AVAILABLE with the first name that exists only in a position: no
            bar tells its value.
    """
    name = position_name(tree)
    if name is not None:
        message = f"`{name}` exists only while a position is open: bars alone do not tell it"
        raise SpecError("FEATURE_NOT_AVAILABLE", message, value=name)
    plan = Plan()
    place = plan.add(tree)
    return Series(lambda bars: plan.run(bars)[place], warmup_of(tree, timeframe))


def position_name(tree: Node) -> str | None:
    """The first name of trade state in a tree, None when bars alone tell its value."""
    names = (node.name for node in walk(tree) if isinstance(node, Name))
    return next((name for name in names if name in STATE_BY_NAME), None)


def joined(word: str, parts: Sequence[Series]) -> Series:
    """Conditions joined by `and` or `or`; missing counts as not true.

    Raises:
        ValueError: nothing to join.
    """
    if not parts:
        raise ValueError("nothing to join")

    def values(bars: Bars) -> FloatArray:
        """True where all (or any) of the parts are definitely true."""
        every = np.stack([part.values(bars) == 1 for part in parts])
        held = np.all(every, axis=0) if word == "and" else np.any(every, axis=0)
        return np.asarray(held, dtype=np.float64)

    return Series(values, max(part.warmup for part in parts))


def never() -> Series:
    """A condition that is never true: what a draft without a rule decides."""
    return Series(lambda bars: np.zeros(len(bars)), 0)


@lru_cache(maxsize=12)
def _paths(timeframe: Timeframe, symbols: tuple[str, ...], bars: int) -> tuple[Path, ...]:
    return path_suite(timeframe, symbols, bars)


def _length(series: Sequence[Series]) -> int:
    """Bars that the longest warm-up asks for, in steps so that suites are made once."""
    wanted = max(FEWEST_BARS, WARMUPS * max(one.warmup for one in series))
    return -(-wanted // FEWEST_BARS) * FEWEST_BARS


def _true(series: Series, bars: Bars, start: int) -> BoolArray:
    return np.asarray(series.values(bars)[start:] == 1, dtype=np.bool_)


def _turning(expected: Series, frame: Frame, least: int) -> tuple[Path, ...]:
    """The shortest suite on which the gold condition is both true and false often enough.

    Raises:
        SpecError: GOLD_PROVES_NOTHING.
    """
    count = least
    while True:
        paths = _paths(frame.timeframe, (frame.symbol,), count)
        fired = [_true(expected, path[frame.symbol], expected.warmup) for path in paths]
        true = sum(int(one.sum()) for one in fired)
        false = sum(len(one) for one in fired) - true
        if min(true, false) >= TURNS:
            return paths
        if count >= MOST_BARS:
            raise SpecError(
                "GOLD_PROVES_NOTHING",
                f"the expected condition is true on {true} and false on {false} bars of the suite",
                value=count,
            )
        count = min(2 * count, MOST_BARS)


def same_condition(expected: Series, drafted: Series, frame: Frame) -> bool:
    """Whether both are true on exactly the same bars of every path, after both warm-ups.

    Raises:
        SpecError: GOLD_PROVES_NOTHING when the gold condition hardly turns on any suite.
    """
    start = max(expected.warmup, drafted.warmup)
    paths = _turning(expected, frame, _length((expected, drafted)))
    return all(
        bool((_true(expected, bars, start) == _true(drafted, bars, start)).all())
        for bars in (path[frame.symbol] for path in paths)
    )


def same_numbers(expected: Series, drafted: Series, frame: Frame) -> bool:
    """Whether both have the same values (relative 1e-6) on every bar after both warm-ups."""
    start = max(expected.warmup, drafted.warmup)
    paths = _paths(frame.timeframe, (frame.symbol,), _length((expected, drafted)))
    return all(
        np.allclose(
            expected.values(bars)[start:], drafted.values(bars)[start:],
            rtol=TOLERANCE, atol=0.0, equal_nan=True,
        )
        for bars in (path[frame.symbol] for path in paths)
    )  # fmt: skip


def same_order(expected: Series, drafted: Series, timeframe: Timeframe) -> bool:
    """Whether both scores put four instances in the same order at every bar."""
    start = max(expected.warmup, drafted.warmup)
    paths = _paths(timeframe, _RANKED, _length((expected, drafted)))
    return all(
        all(_equal(one, other) for one, other in _pairs_of(expected, drafted, path, start))
        for path in paths
    )


def _pairs_of(
    expected: Series, drafted: Series, path: Path, start: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Signs of the difference of each two instances, by the one score and by the other."""
    first = [expected.values(path[symbol])[start:] for symbol in _RANKED]
    second = [drafted.values(path[symbol])[start:] for symbol in _RANKED]
    for one in range(len(_RANKED)):
        for other in range(one):
            yield np.sign(first[one] - first[other]), np.sign(second[one] - second[other])


def _equal(one: FloatArray, other: FloatArray) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))
