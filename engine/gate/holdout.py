"""The look: a run on sealed bars that starts flat. It needs bars that only a permit opens."""

from __future__ import annotations

from engine.backtest.simulator import simulate
from engine.data.partitions import HoldoutBars
from engine.errors import InputError
from engine.gate.candidate import Candidate
from engine.gate.evidence import HoldoutEvidence, TrainEvidence
from engine.gate.measuring import Zone, excess_units, raw_units, run_evidence
from engine.gate.statistics import holdout_key
from engine.language.compiler import compile_spec


def holdout_evidence(
    candidate: Candidate, train: TrainEvidence, holdout: HoldoutBars, k: int
) -> HoldoutEvidence:
    """The look: the holdout run starts flat and is warmed up on the bars before.

    Its excess is measured against the mean exposure of the train run, so that a rule cannot look
    better by being invested less on a falling holdout.

    Raises:
        InputError: TRAIN_MISSING when there is no train run to take the exposure from.
    """
    if train.run is None:
        raise InputError(
            "TRAIN_MISSING", "a look needs the evidence of a train run",
            value=candidate.digest, hint="gather the train evidence first",
        )  # fmt: skip
    compiled = compile_spec(candidate.spec)
    decisions = compiled.decide(holdout.bars).since(holdout.first)
    bars = holdout.bars.slice(holdout.first, len(holdout.bars))
    zone = Zone(simulate(bars, decisions, candidate.costs), bars, candidate.costs)
    exposure = train.run.exposure
    raw, excess = holdout_key(raw_units(zone)), holdout_key(excess_units(zone, exposure))
    return HoldoutEvidence(k=k, run=run_evidence(zone, exposure, raw, excess))
