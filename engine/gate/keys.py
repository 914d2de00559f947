"""The two keys as one number: what of the evidence they take, and where the line is."""

from __future__ import annotations

from typing import Final

from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, KeyEvidence, RunEvidence
from engine.gate.forward import p_gate_by_forward, p_of
from engine.gate.statistics import cap_of_look, p_gate, single_key_limit

LATER_DAYS: Final = 250
"""Fewest days of the part of a window that lies after a model's knowledge."""


def worse(run: RunEvidence) -> float:
    """A key is the worse of the net returns' and the excess returns'."""
    return max(run.raw.p, run.excess.p)


def is_single(evidence: Evidence) -> bool:
    """Whether the train key is void, so that the holdout decides alone."""
    return bool(evidence.train.void_key)


def gate_p(evidence: Evidence, criteria: GateCriteria) -> tuple[float, float]:
    """p_gate of the look, or of the forward record where that is stronger, and its limit.

    1 without a look. A forward record takes the holdout key's place as p_O := 1 / e once it is
    long enough (gate.md 7, testnet by forward); then the look's own cap holds for it.
    """
    through, limit = through_holdout(evidence, criteria)
    forward, look, run = evidence.forward, evidence.holdout, evidence.train.run
    if forward is None or look is None or run is None or forward.days < criteria.forward_days:
        return through, limit
    if is_single(evidence):
        return min(through, p_of(forward.e)), limit
    return min(through, p_gate_by_forward(worse(run), forward, look.k)), limit


def through_holdout(evidence: Evidence, criteria: GateCriteria) -> tuple[float, float]:
    """p_gate of the look alone, and its limit; 1 without a look."""
    look, run = evidence.holdout, evidence.train.run
    if look is None or run is None:
        return 1.0, criteria.max_gate_p
    return _combined(evidence, look.run.raw, look.run.excess, criteria)


def later_passes(evidence: Evidence, criteria: GateCriteria) -> bool:
    """Whether the part of the window after a model's knowledge is long enough and passes alone."""
    look = evidence.holdout
    later = None if look is None else look.later
    if later is None or later.days < LATER_DAYS:
        return False
    p, limit = _combined(evidence, later.raw, later.excess, criteria)
    return p <= limit


def _combined(
    evidence: Evidence, raw: KeyEvidence, excess: KeyEvidence, criteria: GateCriteria
) -> tuple[float, float]:
    look, run = evidence.holdout, evidence.train.run
    if look is None or run is None:
        return 1.0, criteria.max_gate_p
    holdout = max(raw.p, excess.p)
    if is_single(evidence):
        return holdout, min(criteria.max_gate_p, single_key_limit(look.k))
    return p_gate(worse(run), holdout, cap_of_look(look.k)), criteria.max_gate_p
