"""The report record: complete, deterministic, small, and silent about what is sealed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.result import log_of
from engine.data.bars import Bars
from engine.language.findings import SpecFinding
from engine.language.spec import StrategySpec
from engine.records import canonical, parse_record
from engine.reports.build import ReportRun, report_data
from engine.reports.data import MAX_POINTS, MAX_TRADES, ReportData, RuleWords

ReportOf = Callable[[str], ReportData]
RunOn = Callable[[Bars], ReportRun]
COSTS = CostModel()


def test_figures_are_those_of_the_runs(
    run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec
) -> None:
    """Train, holdout and benchmark columns are measured, not copied from each other."""
    train, holdout = run_on(wave(300)), run_on(wave(150, first=310))
    data = report_data(spec, RuleWords(), train, COSTS, holdout=holdout)
    assert data.train == measure(train.result, train.bars)
    assert data.holdout == measure(holdout.result, holdout.bars)
    assert data.benchmark.exposure_time > 0.99
    assert data.holdout_state == "open"


@pytest.mark.parametrize(
    ("name", "state", "zones"),
    [("plain", "none", 1), ("sealed", "sealed", 2), ("open", "open", 2)],
)
def test_the_three_states_of_a_holdout(
    name: str, state: str, zones: int, report_of: ReportOf
) -> None:
    """None, sealed or open; a sealed one is a zone without figures and without a curve."""
    data = report_of(name)
    assert (data.holdout_state, len(data.zones)) == (state, zones)
    assert (data.holdout is not None) == (state == "open")
    if state == "sealed":
        first = int(data.zones[1].first.timestamp() * 1000)
        assert data.zones[1].sealed
        assert max(data.equity.time) <= first
        assert all(line.zone == "train" for line in data.trades)


def test_the_holdout_is_drawn_from_where_train_ended(
    run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec
) -> None:
    """Each run starts with the start equity; the joined curve does not jump."""
    train, holdout = run_on(wave(100)), run_on(wave(100, first=110))
    data = report_data(spec, RuleWords(), train, COSTS, holdout=holdout)
    growth = holdout.result.equity[-1] / holdout.result.start_equity
    assert data.equity.value[-1] == pytest.approx(train.result.equity[-1] * growth)


def test_the_same_runs_give_the_same_bytes_and_survive_json(
    run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec
) -> None:
    """Canonical bytes are the JSON report: byte-identical, and readable again."""
    one = report_data(spec, RuleWords(), run_on(wave(200)), COSTS)
    two = report_data(spec, RuleWords(), run_on(wave(200)), COSTS)
    assert canonical(one) == canonical(two)
    assert parse_record(ReportData, canonical(one)).digest == one.digest


def test_long_runs_stay_small(run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec) -> None:
    """Curves are thinned to 600 points, the trade list to its last 1,000; nothing else is lost."""
    run = run_on(wave(13_000))
    many = dataclasses.replace(run.result, log=log_of(run.result.trades * 5))
    data = report_data(spec, RuleWords(), ReportRun(many, run.bars), COSTS)
    for curve in (data.equity, data.held, data.drawdown):
        assert 2 < len(curve.time) == len(curve.value) <= MAX_POINTS
    assert len(data.trades) == MAX_TRADES < data.trades_total
    assert sum(line.trades for line in data.reasons) == data.trades_total


def test_notes_say_what_was_unusual(
    run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec
) -> None:
    """Few trades, an open one, and the lints of the spec."""
    lint = SpecFinding(code="PARAM_EDGE", level="warning", path="/params/0", message="At its edge.")
    data = report_data(spec, RuleWords(), run_on(wave(60)), COSTS, findings=(lint,))
    codes = {note.code: note for note in data.notes}
    assert "TRADES_FEW" in codes
    assert codes["PARAM_EDGE"].text == "/params/0: At its edge."
    many = report_data(spec, RuleWords(), run_on(wave(4_000)), COSTS)
    assert "TRADES_FEW" not in {note.code for note in many.notes}


def test_a_run_without_trades_says_so(
    run_on: RunOn, wave: Callable[..., Bars], spec: StrategySpec
) -> None:
    """Three bars are not enough to fire: NO_TRADES, empty tables, no failure."""
    data = report_data(spec, RuleWords(), run_on(wave(3)), COSTS)
    assert [note.code for note in data.notes] == ["NO_TRADES"]
    assert (data.trades, data.reasons, data.trades_total) == ((), (), 0)


def test_digests_name_what_the_report_was_made_from(report_of: ReportOf) -> None:
    """Sorted by name; the gate adds rule, dataset, code and criteria."""
    judged = report_of("sealed")
    names = [item.name for item in judged.digests]
    assert names == sorted(names)
    assert {"spec", "costs", "run", "rule", "dataset", "code", "gate_report"} <= set(names)


def test_months_compound_to_the_run(report_of: ReportOf) -> None:
    """The product of all months is the growth of the joined curve."""
    data = report_of("open")
    product = np.prod([1.0 + month.value for month in data.months])
    assert product == pytest.approx(data.equity.value[-1] / data.start_equity, rel=1e-6)
    assert (data.months[0].year, data.months[0].month) == (2020, 1)


def test_intervals_daily_returns_and_falls_follow_the_zones(report_of: ReportOf) -> None:
    """Train and benchmark always, the holdout only when it is open."""
    for name, columns in (
        ("sealed", ["train", "benchmark"]),
        ("open", ["train", "holdout", "benchmark"]),
    ):
        data = report_of(name)
        assert [each.column for each in data.intervals] == columns
        assert [each.zone for each in data.daily] == [c for c in columns if c != "benchmark"]
        assert {fall.zone for fall in data.falls} <= set(columns)
        assert len(data.falls) <= 5
    sealed = report_of("sealed")
    assert max(sealed.prices[0].close.time) <= int(sealed.zones[1].first.timestamp() * 1000)


def test_daily_returns_compound_to_the_run(report_of: ReportOf) -> None:
    """The product of the days is the run's growth."""
    data = report_of("plain")
    growth = np.prod([1.0 + value for value in data.daily[0].returns])
    assert growth == pytest.approx(1.0 + data.train.total_return, rel=1e-6)


def test_years_hold_all_trades_and_their_turnover(report_of: ReportOf) -> None:
    """Closed trades by year add up; turnover and exposure are not negative here."""
    data = report_of("plain")
    assert sum(line.trades for line in data.years) == data.train.trades
    assert all(line.turnover >= 0 and 0 <= line.exposure <= 1 for line in data.years)


def test_slices_hold_all_closed_trades(report_of: ReportOf) -> None:
    """Each way of grouping counts every closed trade once."""
    data = report_of("open")
    closed = sum(trade.reason != "open" for trade in data.trades)
    for kind in {line.kind for line in data.slices}:
        assert sum(line.trades for line in data.slices if line.kind == kind) == closed
