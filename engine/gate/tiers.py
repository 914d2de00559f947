"""Tiers: how far the evidence carries, from findings alone (gate.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.gate.candidate import TIERS, Tier
from engine.gate.criteria import GateCriteria
from engine.gate.findings import Effect, GateCode, GateFinding

CAPS: Final[dict[GateCode, Tier]] = {
    GateCode.ZONE_SHORT: "paper",
    GateCode.DATED_FEATURE: "paper",
    GateCode.HOLDOUT_WEAK: "paper",
    GateCode.ENGINE_NOT_COMPARABLE: "testnet",
    GateCode.HOLDOUT_COST: "testnet",
    GateCode.CUTOFF_OVERLAP: "testnet",
    GateCode.CUTOFF_UNKNOWN: "testnet",
    GateCode.ONLINE_LEVEL: "testnet",
    GateCode.FORWARD_SHORT: "testnet",
    GateCode.FORWARD_WEAK: "testnet",
    GateCode.SIGN_OFF_MISSING: "testnet",
    GateCode.TRAIN_KEY_VOID: "live",
}
"""The best tier that is left when a criterion does not pass; a void train key has a key of its own.

HOLDOUT_TRADES caps by the number of trades.
"""


def lowest(tiers: Sequence[Tier]) -> Tier:
    """The weakest of some tiers."""
    return min(tiers, key=TIERS.index)


def reached(findings: Sequence[GateFinding], asked: Tier, criteria: GateCriteria) -> Tier:
    """The tier that a PASS gives: what was asked for, lowered by every cap that holds."""
    caps = [_cap(one, criteria) for one in findings if one.effect is Effect.CAP and not one.passed]
    return lowest([asked, *caps])


def _cap(finding: GateFinding, criteria: GateCriteria) -> Tier:
    if finding.code is not GateCode.HOLDOUT_TRADES:
        return CAPS[finding.code]
    trades = finding.value or 0.0
    if trades >= criteria.live_trades:
        return "live"
    return "testnet" if trades >= criteria.testnet_trades else "paper"


def grade_is_full(findings: Sequence[GateFinding]) -> bool:
    """Whether a certificate is more than research grade: no model may remember the holdout.

    Where nobody asked, the answer is no.
    """
    cutoffs = (GateCode.CUTOFF_OVERLAP, GateCode.CUTOFF_UNKNOWN)
    asked = [one.passed for one in findings if one.code in cutoffs]
    return bool(asked) and all(asked)
