"""Stage 4: which modes may use what has passed."""

from __future__ import annotations

from typing import Final

from engine.gate.checks.answers import Answer, Asked, Row, at_least, at_most
from engine.gate.findings import Effect, GateCode
from engine.gate.forward import live_p
from engine.gate.keys import gate_p, later_passes, through_holdout


def _cutoff_known(asked: Asked) -> Answer:
    """Every model that touched the idea says up to when it has read."""
    cutoff = asked.evidence.cutoff
    return Answer(cutoff is not None and cutoff.state != "unknown")


def _cutoff_clear(asked: Asked) -> Answer | None:
    """The holdout, or enough of its end, lies after what those models have read."""
    cutoff = asked.evidence.cutoff
    if cutoff is None or cutoff.state == "unknown":
        return None
    if cutoff.state == "straddles":
        return Answer(later_passes(asked.evidence, asked.criteria))
    return Answer(cutoff.state == "clear")


def _online(asked: Asked) -> Answer | None:
    """p_gate against the level of this look over the family's lifetime."""
    level = asked.evidence.alpha
    if asked.evidence.holdout is None:
        return None
    if level is None:
        return Answer(passed=False)
    if asked.candidate.tier != "live":
        p, _ = gate_p(asked.evidence, asked.criteria)
        return at_most(p, level)
    # The forward record divides here, so it must not stand in for the holdout key as well.
    p, limit = through_holdout(asked.evidence, asked.criteria)
    if not p <= limit:
        return Answer(passed=False, value=p, threshold=limit)
    record = asked.evidence.forward
    return at_most(p if record is None else live_p(p, record), level)


def _long_forward(asked: Asked) -> Answer | None:
    """Enough days and closed trades after the window, for live."""
    if asked.candidate.tier != "live":
        return None
    record, criteria = asked.evidence.forward, asked.criteria
    days = 0 if record is None else record.days
    enough = record is not None and record.closed_trades >= criteria.forward_trades
    return Answer(days >= criteria.forward_days and enough, float(days), criteria.forward_days)


def _strong_forward(asked: Asked) -> Answer | None:
    """The betting evidence of that time."""
    if asked.candidate.tier != "live":
        return None
    record = asked.evidence.forward
    return at_least(0.0 if record is None else record.e, asked.criteria.forward_evidence)


def _signed(asked: Asked) -> Answer | None:
    """The people and the operational evidence that live needs."""
    return None if asked.candidate.tier != "live" else Answer(asked.evidence.signed_off)


TIER: Final[tuple[Row, ...]] = (
    Row(GateCode.CUTOFF_UNKNOWN, "4", Effect.CAP, _cutoff_known),
    Row(GateCode.CUTOFF_OVERLAP, "4", Effect.CAP, _cutoff_clear),
    Row(GateCode.ONLINE_LEVEL, "4", Effect.CAP, _online),
    Row(GateCode.FORWARD_SHORT, "4", Effect.CAP, _long_forward),
    Row(GateCode.FORWARD_WEAK, "4", Effect.CAP, _strong_forward),
    Row(GateCode.SIGN_OFF_MISSING, "4", Effect.CAP, _signed),
)
