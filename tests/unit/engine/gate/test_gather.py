"""Gathering: one trial per candidate, a holdout that starts flat, one exposure for both zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.returns import exposure_matched_excess, mean_exposure, to_units
from engine.backtest.simulator import simulate
from engine.data.dataset import Dataset
from engine.data.partitions import LookPermit
from engine.errors import InputError
from engine.gate.bench import Field, holdout_field
from engine.gate.gather import train_evidence
from engine.gate.holdout import holdout_evidence
from engine.gate.statistics import holdout_key
from engine.language.compiler import compile_spec
from engine.packing import unpack_returns

Lab = Any
EDGE = ("close < close[1]", "close > close[1]")


def holdout_of(lab: Lab, dataset: Dataset) -> Field:
    """The holdout bars, for a test."""
    permit = LookPermit("look-1", (dataset.id,), (dataset.window,), "0" * 64, 1)
    return holdout_field([lab.store.holdout(dataset, permit)])


def test_gathering_leaves_one_complete_row(lab: Lab, goog: Dataset) -> None:
    """The runs beside the trial are not trials; judging again adds no row."""
    candidate = lab.candidate(lab.spec(*EDGE), goog)
    for _ in range(2):
        evidence = train_evidence(candidate, lab.bench(goog))
    (row,) = lab.ledger.rows(goog.family)
    assert row.outcome.status == "ok"
    columns = (row.outcome.daily_returns, row.outcome.excess_returns)
    assert [len(unpack_returns(column)) for column in columns] == [goog.train_rows] * 2
    assert evidence.trial is not None
    assert (evidence.trial.number, evidence.trial.count) == (1, 1)


def test_other_candidates_of_the_family_count(lab: Lab, goog: Dataset) -> None:
    """Each new rule or cost model is one more trial for everybody."""
    lab.judge(lab.candidate(lab.spec(*EDGE), goog))
    lab.judge(lab.candidate(lab.spec(*EDGE), goog, costs=CostModel()))
    candidate = lab.candidate(lab.spec("close > close[1]", "close < close[1]"), goog)
    evidence = train_evidence(candidate, lab.bench(goog))
    assert evidence.trial is not None
    assert evidence.trial.count == 3


def test_a_new_name_is_no_new_trial(lab: Lab, goog: Dataset) -> None:
    """Renaming a rule finds its old row."""
    lab.judge(lab.candidate(lab.spec(*EDGE), goog))
    lab.judge(lab.candidate(lab.spec(*EDGE, name="fresh"), goog, lineage="another"))
    assert lab.ledger.count(goog.family) == 1


def test_the_holdout_starts_flat_and_warmed_up(lab: Lab) -> None:
    """The run equals one on holdout bars alone, with decisions that knew the bars before."""
    dataset = lab.store.register(lab.market(2_000, seed=1, memory=-0.4))
    candidate = lab.candidate(lab.spec("close < sma(close, 100)", EDGE[1]), dataset)
    train = train_evidence(candidate, lab.bench(dataset))
    holdout = holdout_of(lab, dataset)
    evidence = holdout_evidence(candidate, train, holdout, 1, lab.bench(dataset))
    (whole,) = holdout.panel.each
    assert evidence.run.days == dataset.holdout_rows
    bars = whole.slice(holdout.first, len(whole))
    decisions = compile_spec(candidate.spec).decide(whole).since(holdout.first)
    assert decisions.warmup == 0
    result = simulate(bars, decisions, candidate.costs)
    assert evidence.run.run_digest == result.digest
    assert result.position[0] == 0.0
    assert result.trades[0].entry_bar < 90


def test_the_holdout_is_matched_with_the_train_exposure(lab: Lab) -> None:
    """Being invested less in a falling holdout is not skill."""
    dataset = lab.store.register(lab.market(2_000, seed=1, memory=-0.4))
    candidate = lab.candidate(lab.spec(*EDGE), dataset)
    train = train_evidence(candidate, lab.bench(dataset))
    assert train.run is not None
    holdout = holdout_of(lab, dataset)
    evidence = holdout_evidence(candidate, train, holdout, 1, lab.bench(dataset))
    (whole,) = holdout.panel.each
    bars = whole.slice(holdout.first, len(whole))
    decisions = compile_spec(candidate.spec).decide(whole).since(holdout.first)
    result = simulate(bars, decisions, candidate.costs)
    assert mean_exposure(result) != train.run.exposures[0]
    excess = exposure_matched_excess(result, bars, train.run.exposures)
    assert evidence.run.exposures == train.run.exposures
    assert evidence.run.excess.p == holdout_key(to_units(excess).astype(np.float64)).p


def test_a_look_needs_a_train_run(lab: Lab, goog: Dataset) -> None:
    """TRAIN_MISSING for evidence of a spec that could not run."""
    candidate = lab.candidate(lab.spec("foo > 1"), goog)
    train = train_evidence(candidate, lab.bench(goog))
    with pytest.raises(InputError) as caught:
        holdout_evidence(candidate, train, holdout_of(lab, goog), 1, lab.bench(goog))
    assert caught.value.code == "TRAIN_MISSING"


def test_costs_are_stressed_by_the_criteria(lab: Lab, goog: Dataset) -> None:
    """Doubled costs leave less than the plain ones."""
    candidate = lab.candidate(lab.spec(*EDGE), goog, costs=CostModel())
    train = train_evidence(candidate, lab.bench(goog))
    (row,) = lab.ledger.rows(goog.family)
    plain = unpack_returns(row.outcome.daily_returns).mean() * 1e-8
    assert train.stressed_mean is not None
    assert train.stressed_mean < plain
