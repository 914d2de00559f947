"""The look: a run on sealed bars that starts flat. It needs bars that only a permit opens."""

from __future__ import annotations

import numpy as np

from engine.data.bars import FloatArray
from engine.data.days import close_days
from engine.errors import InputError
from engine.gate.bench import Bench, Field
from engine.gate.candidate import Candidate
from engine.gate.evidence import HoldoutEvidence, LaterEvidence, TrainEvidence
from engine.gate.measuring import (
    Zone,
    excess_units,
    key_evidence,
    mean_net,
    raw_units,
    run_evidence,
)
from engine.gate.statistics import holdout_key
from engine.gate.subject import Subject
from engine.gate.vetoes.tail import r_multiples, tail_of


def holdout_evidence(  # noqa: PLR0913 - a candidate, its train run, sealed bars, the look
    candidate: Candidate,
    train: TrainEvidence,
    field: Field,
    k: int,
    bench: Bench,
    *,
    later_from: int | None = None,
) -> HoldoutEvidence:
    """The look: the holdout run starts flat and is warmed up on the bars before.

    Its excess is measured against the mean exposures of the train run, so that a rule cannot look
    better by being invested less on a falling holdout.

    Args:
        candidate: who looks.
        train: what it showed on train.
        field: the sealed bars.
        k: number of the look on its window.
        bench: its train bars, for the tail over all its trades, and how far costs are stressed.
        later_from: UTC day from which the window lies after every model's knowledge; that part is
            then judged alone too.

    Raises:
        InputError: TRAIN_MISSING when there is no train run to take the exposure from.
    """
    if train.run is None:
        raise InputError(
            "TRAIN_MISSING", "a look needs the evidence of a train run",
            value=candidate.digest, hint="gather the train evidence first",
        )  # fmt: skip
    spec = candidate.spec
    subject = Subject.of(spec, candidate.costs, candidate.members)
    seen = subject.run(bench.panel)
    zone = Zone(subject.run(field.panel, first=field.first), field.shown, candidate.costs)
    exposures = train.run.exposures
    raw, excess = raw_units(zone), excess_units(zone, exposures)
    stressed = subject.run(
        field.panel, first=field.first, costs=candidate.costs.scaled(bench.criteria.cost_stress)
    )
    return HoldoutEvidence(
        k=k,
        run=run_evidence(zone, exposures, holdout_key(raw), holdout_key(excess)),
        tail=tail_of(np.concatenate([r_multiples(run, spec) for run in (seen, zone.result)])),
        stressed_mean=mean_net(stressed),
        later=None if later_from is None else _later(zone, raw, excess, later_from),
    )


def _later(zone: Zone, raw: FloatArray, excess: FloatArray, first_day: int) -> LaterEvidence:
    """Both keys on the days from `first_day` on."""
    days = np.unique(close_days(zone.result.close_time))
    start = int(np.searchsorted(days, first_day))
    return LaterEvidence(
        days=len(days) - start,
        raw=key_evidence(holdout_key(raw[start:])),
        excess=key_evidence(holdout_key(excess[start:])),
    )
