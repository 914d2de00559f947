"""Gathering: what is run to judge a candidate, in the order of its price.

`train_evidence` sees train bars only and writes the one ledger row; the runs beside it (again,
with doubled costs, on cut bars) answer nothing that a search could ask, so they are not trials.
The look stands in `holdout.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.backtest.costs import CostModel
from engine.backtest.returns import daily_net, mean_exposure
from engine.backtest.runner import TrialRun, run_trial
from engine.backtest.simulator import simulate
from engine.data.dataset import Dataset
from engine.data.partitions import TrainBars
from engine.errors import IntegrityError
from engine.gate.candidate import Candidate
from engine.gate.contract import is_reproducible, mismatch, rules_without_stop, violations
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import RunEvidence, TrainEvidence, TrialEvidence
from engine.gate.holdout import holdout_evidence
from engine.gate.looks import TrainReturns
from engine.gate.measuring import Zone, raw_units, run_evidence
from engine.gate.statistics import mean_block, train_keys
from engine.gate.trials import DaysOf, TrialMatrix, own_returns, trial_matrix
from engine.language.checker import check
from engine.language.compiler import CompiledSpec, compile_spec
from engine.ledger import Ledger, TrialKey, TrialStart
from engine.records import Digest

__all__ = ["Bench", "holdout_evidence", "train_evidence", "train_returns", "trial_start"]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where candidates of one dataset are measured.

    `code` is the engine's identity; `days_of` answers the train days of any dataset of the family.
    """

    dataset: Dataset
    train: TrainBars
    ledger: Ledger
    criteria: GateCriteria
    code: Digest
    days_of: DaysOf


def trial_start(candidate: Candidate, bench: Bench, compiled: CompiledSpec) -> TrialStart:
    """The ledger row of a candidate's train run, before it runs."""
    return TrialStart(
        key=TrialKey(
            rule_digest=compiled.rule_digest,
            dataset_digest=bench.dataset.id,
            cost_digest=candidate.costs.digest,
        ),
        shape_digest=compiled.shape_digest,
        spec_digest=candidate.spec.digest,
        family=bench.dataset.family,
        code_digest=bench.code,
        lineage=candidate.lineage,
    )


def train_evidence(candidate: Candidate, bench: Bench) -> TrainEvidence:
    """Stages 0, 1 and 3a on train bars: static check, the trial, then what the trial shows.

    A spec with errors, or for another market, is not run and leaves no row.
    """
    report = check(candidate.spec)
    dataset = bench.dataset
    static = TrainEvidence(
        dataset_id=dataset.id,
        family=dataset.family,
        zone_note=dataset.zone_note,
        holdout_rows=dataset.holdout_rows,
        code_digest=bench.code,
        spec_findings=report.findings,
        mismatch=mismatch(candidate.spec, dataset),
        rule_digest=report.rule_digest or report.digest,
        shape_digest=report.shape_digest or report.digest,
        parameters=len(candidate.spec.params),
        rules_without_stop=rules_without_stop(candidate.spec),
    )
    if not report.ok or static.mismatch:
        return static
    compiled = compile_spec(candidate.spec)
    start = trial_start(candidate, bench, compiled)
    bars = bench.train.bars
    trial = run_trial(compiled, bars, candidate.costs, ledger=bench.ledger, start=start)
    return _measured(static, candidate, bench, compiled, trial)


def train_returns(bench: Bench, train: TrainEvidence) -> TrainReturns:
    """Raw returns of the candidate's own row in the ledger: what a look is asked for with.

    Raises:
        IntegrityError: LEDGER_BROKEN when the row is missing or does not fit the train days.
    """
    number = train.trial.number if train.trial else 0
    rows = bench.ledger.rows(bench.dataset.family)
    raw = own_returns(rows, number, bench.train.days)
    return TrainReturns(days=tuple(bench.train.days.tolist()), raw=raw)


def _measured(
    static: TrainEvidence,
    candidate: Candidate,
    bench: Bench,
    compiled: CompiledSpec,
    trial: TrialRun,
) -> TrainEvidence:
    """The evidence of a finished trial; an unreadable ledger leaves the keys out."""
    bars, costs, number = bench.train.bars, candidate.costs, trial.row or 0
    zone = Zone(trial.result, bars, costs)
    block = mean_block(raw_units(zone))
    measured: dict[str, object] = {
        "violations": violations(compiled, bars, costs, trial.result),
        "reproducible": is_reproducible(candidate.spec, bars, costs, trial.result),
        "stressed_mean": _mean_under(costs.scaled(bench.criteria.cost_stress), compiled, zone),
    }
    rows = bench.ledger.rows(bench.dataset.family)
    try:
        matrix = trial_matrix(rows, number, bench.train.days, bench.days_of)
    except IntegrityError as error:
        problem = error.message[:300]
        measured["trial"] = TrialEvidence(number=number, count=0, block=block, problem=problem)
    else:
        measured["trial"] = TrialEvidence(number=number, count=matrix.count, block=block)
        measured["run"] = _with_train_keys(zone, matrix, block, bench)
    return TrainEvidence.model_validate({**dict(static), **measured})


def _mean_under(costs: CostModel, compiled: CompiledSpec, zone: Zone) -> float:
    """Mean daily net return of the same strategy under other costs, fraction of one."""
    start = zone.result.start_equity
    again = simulate(zone.bars, compiled.decide(zone.bars), costs, start_equity=start)
    _, net = daily_net(again)
    return math.fsum(net) / len(net)


def _with_train_keys(zone: Zone, matrix: TrialMatrix, block: int, bench: Bench) -> RunEvidence:
    """The train run with both keys on the same draws, named by family, window and block only."""
    zones = bench.dataset.zones
    raw, excess = train_keys(
        [matrix.raw, matrix.excess],
        matrix.own,
        family=bench.dataset.family,
        window=f"{zones.train_last} {zones.window_last}",
        block=block,
        samples=bench.criteria.bootstrap_samples,
    )
    return run_evidence(zone, mean_exposure(zone.result), raw, excess)
