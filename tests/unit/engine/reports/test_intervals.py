"""Bootstrap intervals: around the figure, the same twice, absent where they would mean nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from engine.backtest.metrics import measure
from engine.data.bars import Bars
from engine.reports.build import ReportRun
from engine.reports.intervals import MIN_DAYS, NAMES, column_intervals

RunOn = Callable[[Bars], ReportRun]


def test_intervals_hold_the_figures(run_on: RunOn, wave: Callable[..., Bars]) -> None:
    """Daily bars: each figure lies between the ends, which are in order."""
    run = run_on(wave(500))
    figures = measure(run.result, run.bars)
    found = column_intervals("train", run.result, 365.0)
    assert found is not None
    assert [each.name for each in found.intervals] == list(NAMES)
    for each in found.intervals:
        assert each.low < getattr(figures, each.name) < each.high
    assert found.block >= 10


def test_the_same_run_has_the_same_intervals(run_on: RunOn, wave: Callable[..., Bars]) -> None:
    """Draws are named by the run's digest, nothing else."""
    one, two = (column_intervals("train", run_on(wave(300)).result, 365.0) for _ in range(2))
    assert one == two


def test_ninety_percent_is_ninety_percent(run_on: RunOn, wave: Callable[..., Bars]) -> None:
    """Of 60 samples of noise with mean zero about nine in ten intervals hold zero."""
    run = run_on(wave(400))
    held = 0
    for seed in range(60):
        steps = np.random.default_rng(seed).normal(0.0, 0.01, 400)
        equity = 10_000.0 * np.exp(np.cumsum(steps))
        result = dataclasses.replace(run.result, equity=equity)
        found = column_intervals("train", result, 365.0, draws=200)
        assert found is not None
        sharpe = next(each for each in found.intervals if each.name == "sharpe")
        held += sharpe.low <= 0.0 <= sharpe.high
    assert 45 <= held <= 60


@pytest.mark.parametrize("days", [MIN_DAYS - 1, MIN_DAYS])
def test_few_days_have_no_interval(days: int, run_on: RunOn, wave: Callable[..., Bars]) -> None:
    """Below 60 days there is none; from 60 on there is one."""
    found = column_intervals("train", run_on(wave(days)).result, 365.0)
    assert (found is None) == (days < MIN_DAYS)


def test_a_flat_or_ruined_run_has_no_interval(run_on: RunOn, wave: Callable[..., Bars]) -> None:
    """Nothing moved, or everything was lost: no interval instead of a division."""
    run = run_on(wave(100))
    flat = dataclasses.replace(run.result, equity=np.full(100, 10_000.0))
    ruined = dataclasses.replace(run.result, equity=np.append(run.result.equity[:-1], 0.0))
    assert column_intervals("train", flat, 365.0) is None
    assert column_intervals("train", ruined, 365.0) is None
