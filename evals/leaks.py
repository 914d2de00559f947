"""Leaks: `f(data[:c]) == f(data)[:c]`, bit for bit, at every bar of 400.

Every operator of the language must hold it, every mutant that looks ahead must break it. A test
that never goes red proves nothing, so the mutants are counted beside the operators.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.data.paths import FEWEST_BARS, RANDOM_PATHS, path_suite
from engine.data.resample import PAIRS
from engine.errors import DataError, SpecError
from engine.language.expressions import parse
from engine.language.operators import OPERATORS, SERIES_BY_NAME
from engine.language.plan import Plan
from engine.market import Timeframe
from evals.leak_mutants import MUTANTS, ArrayFunction
from evals.leak_panels import Sample, panel_samples, timeframe_samples

BARS: Final = 400
MARKETS: Final = (("BTC/USDT", Timeframe.H4), ("SPY", Timeframe.M15), ("EUR/USD", Timeframe.D1))
"""Where operators are cut: each calendar, and bars of three lengths."""


class LeakSummary(NamedTuple):
    """What the suite found.

    Attributes:
        mutants, caught: how many leaks there are, and how many the prefix test saw.
        missed: names of those it did not see.
        operators: operators and series that were cut.
        pairs: pairs of timeframes that were cut, on every calendar.
        prefix_violations: how many of them changed when the future was cut off.
        violations: which, in which market, at which cut.
    """

    mutants: int
    caught: int
    missed: list[str]
    operators: int
    pairs: int
    prefix_violations: int
    violations: list[str]


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
    """(name, expression) of every operator and series that the own bars suffice for."""
    for name, operator in OPERATORS.items():
        if not operator.elsewhere:
            yield name, operator.example
    for name, series in SERIES_BY_NAME.items():
        if series.pair is None:
            yield name, name


def operator_names() -> set[str]:
    """Every operator and series that is cut."""
    return {*OPERATORS, *SERIES_BY_NAME}


def with_funding(bars: Bars) -> Bars:
    """The same bars with a funding event every third bar."""
    rate = np.where(np.arange(len(bars)) % 3 == 1, np.round(bars.close % 1, 3) / 100, np.nan)
    return replace(bars, funding=rate)


def _samples(bars: Bars, names: Sequence[str] | None) -> Iterator[Sample]:
    for name, text in operator_texts():
        if names is None or name in names:
            yield Sample(name, text, _readable(text))
    yield from (one for one in panel_samples(bars) if names is None or one.name in names)


def _readable(text: str) -> ArrayFunction:
    """The expression's function; of one that cannot be read, one that says so when it is run."""
    try:
        return array_function(text)
    except SpecError as error:
        found = error

        def refused(_bars: Bars) -> FloatArray:
            """What cannot be run is no pass."""
            raise found

        return refused


def operator_violations(
    names: Sequence[str] | None = None, cuts: Sequence[int] | None = None
) -> Iterator[tuple[str, str]]:
    """(operator, sentence) for each operator that leaks in some market; None = all of them."""
    for symbol, timeframe in MARKETS:
        bars = with_funding(rough_bars(symbol, timeframe))
        for sample in _samples(bars, names):
            sentence = _judged(sample, bars, cuts)
            if sentence is not None:
                yield sample.name, sentence


def pair_violations(cuts: Sequence[int] | None = None) -> Iterator[tuple[str, str]]:
    """(pair, sentence) for each pair of timeframes that leaks on some calendar."""
    for sample, bars in timeframe_samples():
        sentence = _judged(sample, bars, cuts)
        if sentence is not None:
            yield sample.name, sentence


def _judged(sample: Sample, bars: Bars, cuts: Sequence[int] | None) -> str | None:
    """What is wrong with a function on these bars, None when nothing is."""
    try:
        cut = first_violation(sample.function, bars, cuts)
    except (DataError, SpecError, ValueError, ArithmeticError, IndexError, KeyError) as error:
        return f"{sample.text}: cannot be run: {error}"
    where = f"{bars.instrument.symbol} {bars.timeframe.value}"
    if cut is None:
        return None
    return f"{sample.text} on {where}: changes when only {cut} bars are known"


def measure() -> LeakSummary:
    """The whole suite; a minute or so."""
    bars = rough_bars()
    missed = [name for name, mutant in MUTANTS.items() if first_violation(mutant, bars) is None]
    found = [*operator_violations(), *pair_violations()]
    return LeakSummary(
        mutants=len(MUTANTS),
        caught=len(MUTANTS) - len(missed),
        missed=missed,
        operators=len(operator_names()),
        pairs=len(PAIRS),
        prefix_violations=len({name for name, _ in found}),
        violations=[sentence for _, sentence in found],
    )
