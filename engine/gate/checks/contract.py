"""Stage 0: is it sound, causal, reproducible, bounded? Nothing here asks whether it is good."""

from __future__ import annotations

from typing import Final

from engine.gate.checks.answers import Answer, Asked, Row, at_most, none_of
from engine.gate.findings import Effect, GateCode

_BPS: Final = 10_000


def _spec_invalid(asked: Asked) -> Answer:
    """The strict check found no error, and the spec is for this market and timeframe."""
    train = asked.evidence.train
    errors = [one.message for one in train.spec_findings if one.level == "error"]
    return none_of([*errors, *([train.mismatch] if train.mismatch else [])])


def _spec_lint(asked: Asked) -> Answer:
    """Warnings of the check travel into the report; they do not decide."""
    found = asked.evidence.train.spec_findings
    return none_of([one.message for one in found if one.level == "warning"])


def _tradable(asked: Asked) -> Answer:
    """No risk profile would deny its tickets whatever the market does."""
    denied = asked.evidence.train.denied_by
    names = ", ".join(denied)
    return Answer(not denied, float(len(denied)), 0.0, more=f"({names})" if names else "")


def _parameters(asked: Asked) -> Answer:
    """Few free parameters."""
    return at_most(float(asked.evidence.train.parameters), float(asked.criteria.max_parameters))


def _costs(asked: Asked) -> Answer:
    """No run for free: the cheapest fill pays at least the floor's fee and impact."""
    costs, criteria = asked.candidate.costs, asked.criteria
    fee = min(costs.taker_fee_bps, costs.maker_fee_bps)
    impact = costs.impact * _BPS
    return Answer(
        fee >= criteria.min_taker_fee_bps and impact >= criteria.min_impact_bps,
        (fee + impact) / _BPS,
        (criteria.min_taker_fee_bps + criteria.min_impact_bps) / _BPS,
    )


def _stops(asked: Asked) -> Answer:
    """Everything that is held has a stop whose price is known at entry."""
    return none_of(asked.evidence.train.unprotected)


def _adds(asked: Asked) -> Answer:
    """What is added to a position is added only while it gains."""
    return none_of(asked.evidence.train.adds_to_loser)


def _dated(asked: Asked) -> Answer:
    """No operator carries dates of its own."""
    return none_of(asked.evidence.train.dated)


def _quality(asked: Asked) -> Answer:
    """The data's quality report has no error."""
    return none_of(asked.evidence.train.data_problems)


def _long_enough(asked: Asked) -> Answer:
    """The zones are long enough to judge at all."""
    train = asked.evidence.train
    return Answer(train.zone_note != "DATA_TOO_SHORT" and train.holdout_rows > 0)


def _zone_short(asked: Asked) -> Answer | None:
    """Short zones cap the tier."""
    note = asked.evidence.train.zone_note
    return None if note == "DATA_TOO_SHORT" else Answer(note == "")


def _causality(asked: Asked) -> Answer | None:
    """Decisions, orders and equity up to a bar are the same bytes when later bars are removed."""
    found = asked.evidence.train.violations
    return None if found is None else none_of(found)


def _invariance(name: str, asked: Asked) -> Answer | None:
    """The same positions on prices times a power of two, 28 years later, under another name."""
    for one in asked.evidence.train.invariances or ():
        if one.name == name:
            return Answer(one.held, more=one.where)
    return None


def _reproducible(asked: Asked) -> Answer | None:
    """Two runs from scratch have the same digest."""
    same = asked.evidence.train.reproducible
    return None if same is None else Answer(same)


def _limits(asked: Asked) -> Answer | None:
    """A run needs less time and memory than the limits."""
    found = asked.evidence.train.exceeded
    return None if found is None else none_of(found)


def _ledger(asked: Asked) -> Answer | None:
    """The ledger could be read and holds the candidate."""
    trial = asked.evidence.train.trial
    return None if trial is None else Answer(not trial.problem, more=trial.problem)


def _lineage(asked: Asked) -> Answer:
    """The idea's origin is known."""
    return Answer(asked.evidence.train.lineage_known)


CONTRACT: Final[tuple[Row, ...]] = (
    Row(GateCode.SPEC_INVALID, "0", Effect.INELIGIBLE, _spec_invalid),
    Row(GateCode.SPEC_LINT, "0", Effect.NOTE, _spec_lint),
    Row(GateCode.TRADABLE_UNDER, "0", Effect.NOTE, _tradable),
    Row(GateCode.PARAMETERS_TOO_MANY, "0", Effect.FAIL, _parameters),
    Row(GateCode.COST_BELOW_FLOOR, "0", Effect.INELIGIBLE, _costs),
    Row(GateCode.STOP_MISSING, "0", Effect.FAIL, _stops),
    Row(GateCode.ADDS_TO_LOSER, "0", Effect.FAIL, _adds),
    Row(GateCode.DATED_FEATURE, "0", Effect.CAP, _dated),
    Row(GateCode.DATA_QUALITY, "0", Effect.INELIGIBLE, _quality),
    Row(GateCode.DATA_TOO_SHORT, "0", Effect.INELIGIBLE, _long_enough),
    Row(GateCode.ZONE_SHORT, "0", Effect.CAP, _zone_short),
    Row(GateCode.LINEAGE_UNKNOWN, "0", Effect.INELIGIBLE, _lineage),
    Row(GateCode.LEDGER_BROKEN, "0", Effect.INELIGIBLE, _ledger),
    Row(GateCode.CAUSALITY_BROKEN, "0", Effect.FAIL, _causality),
    Row(GateCode.INVARIANCE_SCALE, "0", Effect.FAIL, lambda asked: _invariance("scale", asked)),
    Row(GateCode.INVARIANCE_DATE, "0", Effect.FAIL, lambda asked: _invariance("date", asked)),
    Row(GateCode.INVARIANCE_SYMBOL, "0", Effect.FAIL, lambda asked: _invariance("symbol", asked)),
    Row(GateCode.NOT_REPRODUCIBLE, "0", Effect.INELIGIBLE, _reproducible),
    Row(GateCode.LIMIT_EXCEEDED, "0", Effect.INELIGIBLE, _limits),
)
