"""The prefix test: red on every mutant that looks ahead, green on what does not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars, FloatArray
from evals import leaks
from evals.leak_mutants import MUTANTS
from evals.leak_panels import panel_samples, timeframe_samples

BARS = leaks.rough_bars()
FEW = (1, 2, 3, 50, 137, 250, 399)


def mean_of_five(bars: Bars) -> FloatArray:
    """A plain trailing mean."""
    out = np.full(len(bars), np.nan)
    if len(bars) >= 5:
        out[4:] = np.lib.stride_tricks.sliding_window_view(bars.close, 5).mean(axis=1)
    return out


def smoothed(bars: Bars) -> FloatArray:
    """An exponential average, forwards."""
    out, level = np.empty(len(bars)), float(bars.close[0])
    for row, value in enumerate(bars.close.tolist()):
        level += 0.2 * (value - level)
        out[row] = level
    return out


def filled_forward(bars: Bars) -> FloatArray:
    """The last known value kept over holes."""
    rows = np.arange(len(bars))
    return bars.close[rows - rows % 7 % 2]


def pivot_confirmed(bars: Bars) -> FloatArray:
    """A pivot high known five bars later."""
    out = np.zeros(len(bars))
    for row in range(10, len(bars)):
        window = bars.high[row - 10 : row + 1]
        out[row] = float(window[5] >= window.max())
    return out


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_is_caught(name: str) -> None:
    """The control: each way to look ahead is seen at some cut of 400 bars."""
    assert leaks.first_violation(MUTANTS[name], BARS) is not None


def test_there_are_twenty_one_mutants() -> None:
    """As many as the language's design lists, all of them different functions."""
    assert len(MUTANTS) == 21
    assert len(set(MUTANTS.values())) == 21


@pytest.mark.parametrize("causal", [mean_of_five, smoothed, filled_forward, pivot_confirmed])
def test_causal_twins_pass(causal: leaks.ArrayFunction) -> None:
    """The must-pass twins of the mutants change at no cut."""
    assert leaks.first_violation(causal, BARS) is None


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_as_long_as_its_bars(name: str) -> None:
    """What is caught is a value, never a wrong length."""
    for bars in (BARS, BARS.slice(0, 1), BARS.slice(0, 13)):
        assert len(MUTANTS[name](bars)) == len(bars)


def test_the_bars_are_rough_and_always_the_same() -> None:
    """400 bars with gaps in time, flat stretches and ties."""
    assert len(BARS) == leaks.BARS
    assert BARS.digest == leaks.rough_bars().digest
    assert len(set(np.diff(BARS.time).tolist())) > 1
    assert int((BARS.high == BARS.low).sum()) >= 20


def test_missing_equals_missing_but_no_number_may_differ() -> None:
    """Another NaN is the same; another last bit is not."""
    assert leaks.first_violation(lambda b: np.full(len(b), np.nan), BARS, FEW) is None
    assert leaks.first_violation(lambda b: b.close * (1 + 1e-15 * len(b)), BARS, FEW) is not None


@pytest.mark.parametrize("name", ["sma", "supertrend", "trading_days_left_in_month", "session_bar"])
def test_an_operator_does_not_leak(name: str) -> None:
    """Window, recursion and calendar hold the test on every calendar."""
    assert list(leaks.operator_violations([name], FEW)) == []


def test_an_operator_that_cannot_be_run_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is skipped: a text that does not parse counts, in every market."""
    monkeypatch.setattr(leaks, "operator_texts", lambda: iter([("bad", "sma(close,")]))
    found = list(leaks.operator_violations(["bad"], FEW))
    assert [name for name, _ in found] == ["bad"] * len(leaks.MARKETS)
    assert all("cannot be run" in sentence for _, sentence in found)


@pytest.mark.parametrize("name", ["htf", "sym", "cs_rank", "spread", "funding_rate"])
def test_what_looks_elsewhere_does_not_leak(name: str) -> None:
    """Other timeframes, symbols, ranks, pairs and funding, with all symbols cut at one time."""
    assert list(leaks.operator_violations([name], FEW)) == []


def test_every_operator_and_series_is_cut() -> None:
    """About a hundred operators and the series beside them; none is left out."""
    texts = {name for name, _ in leaks.operator_texts()}
    beside = {sample.name for sample in panel_samples(BARS)}
    assert texts | beside == leaks.operator_names()
    assert len(leaks.operator_names()) >= 110


def test_every_pair_of_timeframes_is_cut_on_every_calendar() -> None:
    """86 pairs, three calendars, bars around the ends of higher ones."""
    found = [(sample.name, bars.instrument.calendar) for sample, bars in timeframe_samples()]
    assert len(found) == len(set(found)) == 86 * 3
    assert list(leaks.pair_violations((3, 200))) == []
