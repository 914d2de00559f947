"""Figures of a report as facts: train always, holdout values only when they are open."""

from __future__ import annotations

import math
from collections.abc import Iterable

from engine.facts.table import Fact, Unit
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, Figure, HoldoutEvidence, RunEvidence, TrainEvidence
from engine.gate.keys import gate_p
from engine.gate.statistics import cap_of_look
from engine.records import Digest


def _named(prefix: str, figures: Iterable[Figure], source: Digest, *, sealed: bool) -> list[Fact]:
    return [
        Fact(
            key=f"{prefix}.{figure.name}",
            value=None if sealed else figure.value,
            unit=figure.unit,
            source=source,
            sealed=sealed,
        )
        for figure in figures
    ]


def _key_figures(run: RunEvidence) -> list[Figure]:
    """The keys and counts of a run as figures beside its metrics."""
    rows: list[tuple[str, float | None, Unit]] = [
        ("p_raw", run.raw.p, "percent"),
        ("p_excess", run.excess.p, "percent"),
        ("statistic_raw", run.raw.statistic, "number"),
        ("statistic_excess", run.excess.statistic, "number"),
        ("entry_days", float(run.trades), "count"),
        ("days", float(run.days), "days"),
        ("mean_day", run.mean, "percent"),
        ("deviation_day", run.deviation, "percent"),
    ]
    return [Figure(name=name, value=value, unit=unit) for name, value, unit in rows]


def _holdout_facts(
    holdout: HoldoutEvidence, p_gate: float, cap: float, *, shown: bool
) -> list[Fact]:
    run = holdout.run
    both = [
        Figure(name="p_gate", value=p_gate, unit="percent"),
        Figure(name="cap", value=cap, unit="percent"),
    ]
    figures = [*run.figures, *_key_figures(run), *both]
    held = [
        Figure(name=f"bench_{figure.name}", value=figure.value, unit=figure.unit)
        for figure in run.benchmark
    ]
    return _named("oos", [*figures, *held], holdout.digest, sealed=not shown)


def _veto_figures(train: TrainEvidence) -> list[Figure]:
    """What the vetoes measured on train, as far as they were run."""
    rows: list[tuple[str, float | None, Unit]] = []
    if train.stressed_mean is not None:
        rows.append(("stressed_mean", train.stressed_mean, "percent"))
    if train.tail is not None:
        rows.append(("tail_margin", train.tail.margin, "ratio"))
    if train.jump is not None:
        rows.append(("jump_loss", train.jump.worst, "percent"))
    if train.null is not None:
        rows.append(("null_p", train.null.p, "percent"))
    if train.neighbours is not None and train.neighbours.median is not None:
        rows.append(("neighbour_sharpe", train.neighbours.median, "ratio"))
    return [Figure(name=name, value=value, unit=unit) for name, value, unit in rows]


def _gate_facts(evidence: Evidence, criteria: GateCriteria) -> list[Fact]:
    train = evidence.train
    rows: list[tuple[str, float | None, Unit]] = [
        ("max_train_p", criteria.max_train_p, "percent"),
        ("min_train_trades", float(criteria.min_train_trades), "count"),
        ("looks_left", float(evidence.looks_left), "count"),
    ]
    if train.trial is not None:
        rows += [
            ("trials", float(train.trial.count), "count"),
            ("trial_number", float(train.trial.number), "count"),
            ("block_days", float(train.trial.block), "days"),
        ]
    figures = [Figure(name=name, value=value, unit=unit) for name, value, unit in rows]
    figures += _veto_figures(train)
    return _named("gate", figures, train.digest, sealed=False)


def gate_facts(evidence: Evidence, criteria: GateCriteria, *, shown: bool) -> tuple[Fact, ...]:
    """Facts of the report: train and benchmark always, holdout values only when shown."""
    train = evidence.train
    facts: list[Fact] = []
    if train.run is not None:
        matched = Figure(
            name="matched_exposure", value=math.fsum(train.run.exposures), unit="percent"
        )
        figures = [*train.run.figures, *_key_figures(train.run), matched]
        facts += _named("train", figures, train.digest, sealed=False)
        facts += _named("bench", train.run.benchmark, train.digest, sealed=False)
    facts += _gate_facts(evidence, criteria)
    if evidence.holdout is not None:
        p, _ = gate_p(evidence, criteria)
        cap = cap_of_look(evidence.holdout.k)
        facts += _holdout_facts(evidence.holdout, p, cap, shown=shown)
    return tuple(facts)
