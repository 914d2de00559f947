"""Gathering: what is run to judge a candidate, in the order of its price.

`train_evidence` sees train bars only and writes ledger rows: the candidate's own, and its
neighbours'. The other runs (again, with doubled costs, on cut bars, on made paths) answer nothing
that a search could ask, so they are not trials. The look stands in `holdout.py`.
"""

from __future__ import annotations

import numpy as np

from engine.backtest.runner import TrialRun, run_panel_trial
from engine.backtest.starting import rule_of, start_of
from engine.errors import IntegrityError, PeakError
from engine.gate.bench import Bench
from engine.gate.candidate import Candidate
from engine.gate.contract import (
    adds_to_loser,
    data_problems,
    dated_features,
    is_reproducible,
    mismatch,
    unprotected,
    violations,
)
from engine.gate.evidence import RunEvidence, TrainEvidence, TrialEvidence
from engine.gate.invariance import invariances
from engine.gate.judge import worth_vetoes
from engine.gate.likeness import TrainReturns
from engine.gate.limits import exceeded_limits
from engine.gate.lineage import component_in
from engine.gate.measuring import Zone, exposures_of, mean_net, raw_units, run_evidence
from engine.gate.second_engine import second_engine
from engine.gate.statistics import mean_block, train_keys
from engine.gate.subject import Subject
from engine.gate.trials import TrialMatrix, own_returns, trial_matrix
from engine.gate.vetoes.cuts import cut_share
from engine.gate.vetoes.jump import jump_evidence
from engine.gate.vetoes.martingale import null_evidence
from engine.gate.vetoes.neighbours import NeighbourEvidence, neighbour_evidence, neighbours_of
from engine.gate.vetoes.tail import tail_evidence
from engine.gate.void_key import void_reasons
from engine.language.checker import check
from engine.ledger import Lineage, TrialStart

__all__ = ["train_evidence", "train_returns"]


def train_evidence(candidate: Candidate, bench: Bench) -> TrainEvidence:
    """Stages 0, 1 and 3a on train bars: static check, the trial, then what the trial shows.

    A spec with errors, or for another market, is not run and leaves no row. The dearer vetoes are
    run only for what has passed everything before them.
    """
    static = _static(candidate, bench)
    if static.mismatch or any(one.level == "error" for one in static.spec_findings):
        return static
    bench.progress("train", 0.1)
    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    start = start_of_candidate(candidate, bench, subject)
    trial = _counted(subject, bench, start)
    zone = Zone(trial.result, bench.panel, candidate.costs)
    known = _keyed(static, subject, zone, trial.row or 0, bench)
    known = _with(known, lineage_known=component_in(bench.ledger, start).known)
    bench.progress("contract", 0.2)
    known = _with(known, **_contract(subject, zone, bench))
    if not worth_vetoes(candidate, known, bench.criteria):
        return known
    bench.progress("vetoes", 0.4)
    return _with(known, **_vetoes(candidate, subject, zone, bench))


def start_of_candidate(candidate: Candidate, bench: Bench, subject: Subject) -> TrialStart:
    """The ledger row of a candidate's train run, before it runs."""
    return _start(candidate, bench, subject, candidate.lineage)


def _start(candidate: Candidate, bench: Bench, subject: Subject, line: Lineage) -> TrialStart:
    return start_of(
        subject.compiled, bench.datasets, candidate.costs, bench.code, line,
        members=subject.members,
    )  # fmt: skip


def train_returns(bench: Bench, train: TrainEvidence) -> TrainReturns:
    """Raw returns of the candidate's own row in the ledger: what a look is asked for with.

    Raises:
        IntegrityError: LEDGER_BROKEN when the row is missing or does not fit the train days.
    """
    number = train.trial.number if train.trial else 0
    raw = own_returns(bench.rows(), number, bench.days)
    return TrainReturns.of(bench.days, np.array(raw, dtype=np.int64))


def _with(evidence: TrainEvidence, **measured: object) -> TrainEvidence:
    return TrainEvidence.model_validate({**dict(evidence), **measured})


def _static(candidate: Candidate, bench: Bench) -> TrainEvidence:
    """What is known without running anything."""
    spec, report = candidate.spec, check(candidate.spec)
    wrong = mismatch(spec, bench.datasets, candidate.members)
    if report.ok and not wrong:
        subject = Subject.of(spec, candidate.costs, candidate.members)
        rule = rule_of(subject.compiled, subject.members)
    else:
        rule = report.rule_digest or report.digest
    return TrainEvidence(
        dataset_id=bench.datasets[0].id,
        others=tuple(dataset.id for dataset in bench.datasets[1:]),
        families=bench.families,
        zone_note=bench.zone_note,
        holdout_rows=bench.holdout_rows,
        data_problems=data_problems(bench.panel),
        code_digest=bench.code,
        spec_findings=report.findings,
        mismatch=wrong,
        rule_digest=rule,
        shape_digest=report.shape_digest or report.digest,
        parameters=len(spec.params),
        denied_by=bench.denied_by(spec),
        unprotected=unprotected(spec, candidate.members),
        adds_to_loser=adds_to_loser(spec, candidate.members),
        dated=dated_features(spec, candidate.members) if report.ok else (),
        void_key=void_reasons(candidate, published=bench.published(rule)),
    )


def _counted(subject: Subject, bench: Bench, start: TrialStart) -> TrialRun:
    return run_panel_trial(
        subject.compiled, bench.panel, subject.costs, ledger=bench.ledger, start=start,
        members=subject.members,
    )  # fmt: skip


def _keyed(
    static: TrainEvidence, subject: Subject, zone: Zone, number: int, bench: Bench
) -> TrainEvidence:
    """With both train keys; an unreadable ledger leaves them out."""
    block = mean_block(raw_units(zone))
    try:
        matrix = trial_matrix(bench.rows(), number, bench.days)
    except IntegrityError as error:
        problem = error.message[:300]
        trial = TrialEvidence(number=number, count=0, block=block, problem=problem)
        return _with(static, trial=trial)
    trial = TrialEvidence(number=number, count=matrix.count, block=block, head=bench.ledger.head())
    stressed = subject.run(bench.panel, costs=subject.costs.scaled(bench.criteria.cost_stress))
    return _with(
        static,
        trial=trial,
        run=_with_train_keys(zone, matrix, block, bench),
        stressed_mean=mean_net(stressed),
        tail=tail_evidence(zone.result, subject.spec),
        cut_share=cut_share(zone.result),
    )


def _contract(subject: Subject, zone: Zone, bench: Bench) -> dict[str, object]:
    """Stage 0 by running."""
    return {
        "violations": violations(subject, zone.panel, zone.result),
        "invariances": invariances(subject, zone.panel, zone.result),
        "reproducible": is_reproducible(subject, zone.panel, zone.result),
        "exceeded": exceeded_limits(lambda: subject.run(zone.panel), bench.meter),
    }


def _vetoes(candidate: Candidate, subject: Subject, zone: Zone, bench: Bench) -> dict[str, object]:
    """Stage 3a beyond what the run itself tells."""
    found: dict[str, object] = {
        "jump": jump_evidence(subject, zone.panel, zone.result),
        "second_engine": second_engine(subject, zone.panel, zone.result),
    }
    bench.progress("neighbours", 0.45)
    found["neighbours"] = _neighbours(candidate, zone, bench)
    bench.progress("null", 0.5)
    found["null"] = null_evidence(
        subject, zone.panel, zone.result, candidate.digest, paths=bench.criteria.null_paths
    )
    return found


def _neighbours(candidate: Candidate, zone: Zone, bench: Bench) -> NeighbourEvidence:
    """The neighbourhood: each neighbour is a trial of its own."""
    runs, line = [], candidate.lineage.model_copy(update={"source": "sensitivity"})
    for spec in neighbours_of(candidate.spec):
        try:
            near = Subject.of(spec, candidate.costs, candidate.members)
            runs.append(_counted(near, bench, _start(candidate, bench, near, line)))
        except PeakError:
            continue  # a step aside may be no strategy at all; what began to run counts as failed
    return neighbour_evidence(zone.result, [run.result for run in runs], zone.panel)


def _with_train_keys(zone: Zone, matrix: TrialMatrix, block: int, bench: Bench) -> RunEvidence:
    """The train run with both keys on the same draws, named by family, window and block only."""
    raw, excess = train_keys(
        [matrix.raw, matrix.excess],
        matrix.own,
        family=" ".join(bench.families),
        window=bench.window,
        block=block,
        samples=bench.criteria.bootstrap_samples,
    )
    return run_evidence(zone, exposures_of(zone), raw, excess)
