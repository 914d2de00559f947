"""Checks: one function per criterion, Evidence -> GateFinding; None when it cannot be asked yet.

Order of the tables = order of the work: what is cheap stands first, what touches the holdout
last. Comparisons are written so that a missing number fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.gate.candidate import Candidate
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, HoldoutEvidence, RunEvidence, TrainEvidence
from engine.gate.findings import Effect, GateCode, GateFinding, Stage
from engine.gate.messages import sentence

TrainCheck = Callable[[Candidate, TrainEvidence, GateCriteria], GateFinding | None]
HoldoutCheck = Callable[[TrainEvidence, HoldoutEvidence, GateCriteria], GateFinding]

_BPS: Final = 10_000


def _finding(  # noqa: PLR0913 - the parts of a finding
    code: GateCode,
    stage: Stage,
    effect: Effect,
    *,
    passed: bool,
    value: float | None = None,
    threshold: float | None = None,
    trials: int = 0,
) -> GateFinding:
    text = sentence(code, passed=passed, value=value, threshold=threshold, trials=trials)
    return GateFinding(
        code=code,
        stage=stage,
        effect=effect,
        value=value,
        threshold=threshold,
        passed=passed,
        message=text,
    )


def spec_invalid(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding:
    """The strict check found no error, and the spec is for this market and timeframe."""
    errors = sum(finding.level == "error" for finding in train.spec_findings)
    errors += bool(train.mismatch)
    finding = _finding(
        GateCode.SPEC_INVALID, "0", Effect.INELIGIBLE, passed=errors == 0, value=float(errors),
        threshold=0.0,
    )  # fmt: skip
    first = next((f.message for f in train.spec_findings if f.level == "error"), train.mismatch)
    if not first:
        return finding
    return GateFinding(**{**dict(finding), "message": f"{finding.message} {first}"[:500]})


def spec_lint(_candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria) -> GateFinding:
    """Warnings of the check travel into the report; they do not decide."""
    warnings = sum(finding.level == "warning" for finding in train.spec_findings)
    return _finding(
        GateCode.SPEC_LINT, "0", Effect.NOTE, passed=warnings == 0, value=float(warnings),
        threshold=0.0,
    )  # fmt: skip


def parameters_too_many(
    _candidate: Candidate, train: TrainEvidence, criteria: GateCriteria
) -> GateFinding:
    """Few free parameters."""
    return _finding(
        GateCode.PARAMETERS_TOO_MANY, "0", Effect.FAIL,
        passed=train.parameters <= criteria.max_parameters, value=float(train.parameters),
        threshold=float(criteria.max_parameters),
    )  # fmt: skip


def cost_below_floor(
    candidate: Candidate, _train: TrainEvidence, criteria: GateCriteria
) -> GateFinding:
    """No run for free: the cheapest fill pays at least the floor's fee and impact."""
    costs = candidate.costs
    fee = min(costs.taker_fee_bps, costs.maker_fee_bps)
    impact = costs.impact * _BPS
    enough = fee >= criteria.min_taker_fee_bps and impact >= criteria.min_impact_bps
    return _finding(
        GateCode.COST_BELOW_FLOOR, "0", Effect.INELIGIBLE, passed=enough,
        value=(fee + impact) / _BPS,
        threshold=(criteria.min_taker_fee_bps + criteria.min_impact_bps) / _BPS,
    )  # fmt: skip


def stop_missing(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding:
    """Every rule has a stop with a price that is known at entry."""
    missing = len(train.rules_without_stop)
    return _finding(
        GateCode.STOP_MISSING, "0", Effect.FAIL, passed=missing == 0, value=float(missing),
        threshold=0.0,
    )  # fmt: skip


def data_too_short(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding:
    """The zones are long enough to judge at all."""
    enough = train.zone_note != "DATA_TOO_SHORT" and train.holdout_rows > 0
    return _finding(GateCode.DATA_TOO_SHORT, "0", Effect.INELIGIBLE, passed=enough)


def zone_short(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding | None:
    """Short zones cap the tier at paper."""
    if train.zone_note == "DATA_TOO_SHORT":
        return None
    return _finding(GateCode.ZONE_SHORT, "0", Effect.CAP, passed=train.zone_note == "")


def causality_broken(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding | None:
    """Decisions and equity up to a bar are the same bytes when later bars are removed."""
    if train.violations is None:
        return None
    count = len(train.violations)
    return _finding(
        GateCode.CAUSALITY_BROKEN, "0", Effect.FAIL, passed=count == 0, value=float(count),
        threshold=0.0,
    )  # fmt: skip


def not_reproducible(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding | None:
    """Two runs from scratch have the same digest."""
    if train.reproducible is None:
        return None
    return _finding(GateCode.NOT_REPRODUCIBLE, "0", Effect.INELIGIBLE, passed=train.reproducible)


def ledger_broken(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding | None:
    """The ledger could be read and holds the candidate."""
    if train.trial is None:
        return None
    return _finding(GateCode.LEDGER_BROKEN, "0", Effect.INELIGIBLE, passed=not train.trial.problem)


def _measured(train: TrainEvidence) -> RunEvidence | None:
    broken = train.trial is None or bool(train.trial.problem)
    return None if broken else train.run


def _trials(train: TrainEvidence) -> int:
    return train.trial.count if train.trial else 0


def trades_too_few(
    _candidate: Candidate, train: TrainEvidence, criteria: GateCriteria
) -> GateFinding | None:
    """Enough closed trades with distinct entry days on train."""
    run = _measured(train)
    if run is None:
        return None
    return _finding(
        GateCode.TRADES_TOO_FEW, "1", Effect.FAIL, passed=run.trades >= criteria.min_train_trades,
        value=float(run.trades), threshold=float(criteria.min_train_trades),
    )  # fmt: skip


def train_not_significant(
    _candidate: Candidate, train: TrainEvidence, criteria: GateCriteria
) -> GateFinding | None:
    """p_IS of the net returns, after all trials ever logged on this market."""
    run = _measured(train)
    if run is None:
        return None
    return _finding(
        GateCode.TRAIN_NOT_SIGNIFICANT, "1", Effect.FAIL,
        passed=run.raw.p <= criteria.max_train_p, value=run.raw.p,
        threshold=criteria.max_train_p, trials=_trials(train),
    )  # fmt: skip


def train_benchmark(
    _candidate: Candidate, train: TrainEvidence, criteria: GateCriteria
) -> GateFinding | None:
    """p_IS of the returns over exposure-matched buy and hold."""
    run = _measured(train)
    if run is None:
        return None
    return _finding(
        GateCode.TRAIN_BENCHMARK, "1", Effect.FAIL,
        passed=run.excess.p <= criteria.max_train_p, value=run.excess.p,
        threshold=criteria.max_train_p, trials=_trials(train),
    )  # fmt: skip


def cost_fragile(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding | None:
    """The train mean stays positive under doubled costs."""
    if train.stressed_mean is None or _measured(train) is None:
        return None
    return _finding(
        GateCode.COST_FRAGILE, "3a", Effect.FAIL, passed=train.stressed_mean > 0,
        value=train.stressed_mean, threshold=0.0,
    )  # fmt: skip


def train_ruin(
    _candidate: Candidate, train: TrainEvidence, _criteria: GateCriteria
) -> GateFinding | None:
    """The account never reached zero on train."""
    run = _measured(train)
    if run is None:
        return None
    return _finding(GateCode.RUIN, "3a", Effect.FAIL, passed=not run.ruined)


def holdout_refuted(
    train: TrainEvidence, holdout: HoldoutEvidence, criteria: GateCriteria
) -> GateFinding:
    """p_O of the net returns: the mean is positive after costs."""
    p = holdout.run.raw.p
    return _finding(
        GateCode.HOLDOUT_REFUTED, "2", Effect.FAIL, passed=p <= criteria.max_holdout_p, value=p,
        threshold=criteria.max_holdout_p, trials=_trials(train),
    )  # fmt: skip


def holdout_benchmark(
    train: TrainEvidence, holdout: HoldoutEvidence, criteria: GateCriteria
) -> GateFinding:
    """p_O of the returns over buy and hold with the train exposure."""
    p = holdout.run.excess.p
    return _finding(
        GateCode.HOLDOUT_BENCHMARK, "2", Effect.FAIL, passed=p <= criteria.max_holdout_p, value=p,
        threshold=criteria.max_holdout_p, trials=_trials(train),
    )  # fmt: skip


def holdout_trades(
    _train: TrainEvidence, holdout: HoldoutEvidence, criteria: GateCriteria
) -> GateFinding:
    """Enough trades on the holdout; below the lowest tier's number a cap leaves nothing: FAIL."""
    trades = holdout.run.trades
    return _finding(
        GateCode.HOLDOUT_TRADES, "3b", Effect.FAIL, passed=trades >= criteria.min_holdout_trades,
        value=float(trades), threshold=float(criteria.min_holdout_trades),
    )  # fmt: skip


def holdout_ruin(
    _train: TrainEvidence, holdout: HoldoutEvidence, _criteria: GateCriteria
) -> GateFinding:
    """The account never reached zero on the holdout; the figure is there to be sealed."""
    ruined = holdout.run.ruined
    return _finding(
        GateCode.RUIN, "3b", Effect.FAIL, passed=not ruined, value=float(ruined), threshold=0.0
    )


def look_refused(evidence: Evidence) -> GateFinding | None:
    """The idea or the market has no look left."""
    if evidence.refusal is None:
        return None
    return _finding(evidence.refusal, "2", Effect.INELIGIBLE, passed=False)


TRAIN_CHECKS: Final[tuple[TrainCheck, ...]] = (
    spec_invalid,
    spec_lint,
    parameters_too_many,
    cost_below_floor,
    stop_missing,
    data_too_short,
    zone_short,
    causality_broken,
    not_reproducible,
    ledger_broken,
    trades_too_few,
    train_not_significant,
    train_benchmark,
    cost_fragile,
    train_ruin,
)

HOLDOUT_CHECKS: Final[tuple[HoldoutCheck, ...]] = (
    holdout_refuted,
    holdout_benchmark,
    holdout_trades,
    holdout_ruin,
)
