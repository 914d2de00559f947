"""Leaks: `f(data[:c]) == f(data)[:c]`, bit for bit, at every bar of 400.

Every operator of the language must hold it, every mutant that looks ahead must break it. A test
that never goes red proves nothing, so the mutants are counted beside the operators.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.data.paths import FEWEST_BARS, RANDOM_PATHS, path_suite
from engine.errors import SpecError
from engine.language.expressions import parse
from engine.language.operators import OPERATORS, SERIES_BY_NAME
from engine.language.plan import Plan
from engine.market import Timeframe
from evals.leak_mutants import MUTANTS, ArrayFunction

BARS: Final = 400
MARKETS: Final = (("BTC/USDT", Timeframe.H4), ("SPY", Timeframe.M15), ("EUR/USD", Timeframe.D1))
"""Where operators are cut: each calendar, and bars of three lengths."""


class LeakSummary(NamedTuple):
    """What the suite found.

    Attributes:
        mutants, caught: how many leaks there are, and how many the prefix test saw.
        missed: names of those it did not see.
        operators: operators and series that were cut.
        prefix_violations: how many of them changed when the future was cut off.
        violations: which, in which market, at which cut.
        not_available: operators without a kernel; nothing can run them, so nothing can leak.
    """

    mutants: int
    caught: int
    missed: list[str]
    operators: int
    prefix_violations: int
    violations: list[str]
    not_available: list[str]


def rough_bars(symbol: str = "BTC/USDT", timeframe: Timeframe = Timeframe.H4) -> Bars:
    """400 bars with gaps, dead-flat stretches, ties and volume spikes, always the same."""
    crafted = path_suite(timeframe, (symbol,), FEWEST_BARS)[RANDOM_PATHS]
    return crafted[symbol].slice(0, BARS)


def first_violation(
    function: ArrayFunction, bars: Bars, cuts: Sequence[int] | None = None
) -> int | None:
    """The first cut at which a value that was known before it changes; None when none does.

    cuts: numbers of bars to keep, by default every one. Missing equals missing.
    """
    whole = _values(function, bars)
    for cut in range(1, len(bars)) if cuts is None else cuts:
        part = _values(function, bars.slice(0, cut))
        if not _same(whole[:cut], part):
            return cut
    return None


def _values(function: ArrayFunction, bars: Bars) -> FloatArray:
    with np.errstate(all="ignore"):
        return np.asarray(function(bars), dtype=np.float64)


def _same(head: FloatArray, part: FloatArray) -> bool:
    if head.tobytes() == part.tobytes():
        return True
    # Bits of a missing value may differ; bits of a number may not (-0.0 is not 0.0 here).
    both = np.isnan(head) & np.isnan(part)
    return bool((both | (head.view(np.int64) == part.view(np.int64))).all())


def array_function(text: str) -> ArrayFunction:
    """An expression of the language as an array function.

    Raises:
        SpecError: SYNTAX_* when it cannot be read.
    """
    plan = Plan()
    place = plan.add(parse(text))
    return lambda bars: plan.run(bars)[place]


def operator_texts() -> Iterator[tuple[str, str]]:
    """(name, expression) of every operator with a kernel and every series that can be read."""
    for name, operator in OPERATORS.items():
        if operator.kernel is not None:
            yield name, operator.example
    for name, series in SERIES_BY_NAME.items():
        if series.read is not None:
            yield name, name


def operator_violations(
    names: Sequence[str] | None = None, cuts: Sequence[int] | None = None
) -> Iterator[tuple[str, str]]:
    """(operator, sentence) for each operator that leaks in some market; None = all of them."""
    markets = [rough_bars(symbol, timeframe) for symbol, timeframe in MARKETS]
    for name, text in operator_texts():
        if names is not None and name not in names:
            continue
        try:
            function = array_function(text)
            found = [(bars, first_violation(function, bars, cuts)) for bars in markets]
        except (SpecError, ValueError, ArithmeticError, IndexError) as error:
            # What cannot be run is no pass.
            yield name, f"{text}: cannot be run: {error}"
            continue
        for bars, cut in found:
            if cut is not None:
                where = f"{bars.instrument.symbol} {bars.timeframe.value}"
                yield name, f"{text} on {where}: changes when only {cut} bars are known"


def measure() -> LeakSummary:
    """The whole suite; some seconds."""
    bars = rough_bars()
    missed = [name for name, mutant in MUTANTS.items() if first_violation(mutant, bars) is None]
    found = list(operator_violations())
    return LeakSummary(
        mutants=len(MUTANTS),
        caught=len(MUTANTS) - len(missed),
        missed=missed,
        operators=len(list(operator_texts())),
        prefix_violations=len({name for name, _ in found}),
        violations=[sentence for _, sentence in found],
        not_available=[name for name, operator in OPERATORS.items() if operator.kernel is None],
    )
