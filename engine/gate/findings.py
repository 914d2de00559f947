"""GateFinding: one criterion's answer, and the closed list of codes with their effect."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from engine.quantities import Ratio
from engine.records import Record

Stage = Literal["0", "1", "2", "3a", "3b", "4"]


class Effect(StrEnum):
    """What a finding that did not pass does to the verdict."""

    INELIGIBLE = "ineligible"
    FAIL = "fail"
    CAP = "cap"
    NOTE = "note"


class GateCode(StrEnum):
    """Closed list of the gate's answers."""

    SPEC_INVALID = "SPEC_INVALID"
    SPEC_LINT = "SPEC_LINT"
    TRADABLE_UNDER = "TRADABLE_UNDER"
    PARAMETERS_TOO_MANY = "PARAMETERS_TOO_MANY"
    COST_BELOW_FLOOR = "COST_BELOW_FLOOR"
    CAUSALITY_BROKEN = "CAUSALITY_BROKEN"
    INVARIANCE_SCALE = "INVARIANCE_SCALE"
    INVARIANCE_DATE = "INVARIANCE_DATE"
    INVARIANCE_SYMBOL = "INVARIANCE_SYMBOL"
    DATED_FEATURE = "DATED_FEATURE"
    STOP_MISSING = "STOP_MISSING"
    ADDS_TO_LOSER = "ADDS_TO_LOSER"
    NOT_REPRODUCIBLE = "NOT_REPRODUCIBLE"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    DATA_QUALITY = "DATA_QUALITY"
    DATA_TOO_SHORT = "DATA_TOO_SHORT"
    ZONE_SHORT = "ZONE_SHORT"
    LEDGER_BROKEN = "LEDGER_BROKEN"
    LINEAGE_UNKNOWN = "LINEAGE_UNKNOWN"
    TRAIN_NOT_SIGNIFICANT = "TRAIN_NOT_SIGNIFICANT"
    TRAIN_BENCHMARK = "TRAIN_BENCHMARK"
    TRAIN_KEY_VOID = "TRAIN_KEY_VOID"
    TRADES_TOO_FEW = "TRADES_TOO_FEW"
    COST_FRAGILE = "COST_FRAGILE"
    TAIL_UNPROVEN = "TAIL_UNPROVEN"
    JUMP_RUIN = "JUMP_RUIN"
    RUIN = "RUIN"
    MARTINGALE_NULL = "MARTINGALE_NULL"
    NEIGHBOURHOOD_NEGATIVE = "NEIGHBOURHOOD_NEGATIVE"
    ENGINE_DISAGREES = "ENGINE_DISAGREES"
    ENGINE_DID_NOT_RUN = "ENGINE_DID_NOT_RUN"
    ENGINE_NOT_COMPARABLE = "ENGINE_NOT_COMPARABLE"
    ORDERS_CUT_OFTEN = "ORDERS_CUT_OFTEN"
    NEIGHBOURHOOD_FRAGILE = "NEIGHBOURHOOD_FRAGILE"
    WALK_FORWARD_WEAK = "WALK_FORWARD_WEAK"
    REGIME_ONE_SIDED = "REGIME_ONE_SIDED"
    LOOK_SPENT = "LOOK_SPENT"
    LOOK_SHARED = "LOOK_SHARED"
    LOOK_BUDGET = "LOOK_BUDGET"
    HOLDOUT_REFUTED = "HOLDOUT_REFUTED"
    HOLDOUT_WEAK = "HOLDOUT_WEAK"
    HOLDOUT_BENCHMARK = "HOLDOUT_BENCHMARK"
    HOLDOUT_TRADES = "HOLDOUT_TRADES"
    HOLDOUT_TAIL = "HOLDOUT_TAIL"
    HOLDOUT_COST = "HOLDOUT_COST"
    HOLDOUT_NOT_CONFIRMED = "HOLDOUT_NOT_CONFIRMED"
    CUTOFF_OVERLAP = "CUTOFF_OVERLAP"
    CUTOFF_UNKNOWN = "CUTOFF_UNKNOWN"
    ONLINE_LEVEL = "ONLINE_LEVEL"
    FORWARD_SHORT = "FORWARD_SHORT"
    FORWARD_WEAK = "FORWARD_WEAK"
    SIGN_OFF_MISSING = "SIGN_OFF_MISSING"
    DECAY_DRAWDOWN = "DECAY_DRAWDOWN"
    DECAY_EDGE = "DECAY_EDGE"
    COST_REALISED = "COST_REALISED"
    FORWARD_MISMATCH = "FORWARD_MISMATCH"
    DATA_RESTATED = "DATA_RESTATED"
    CODE_CHANGED = "CODE_CHANGED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class GateFinding(Record):
    """One line of the verdict box, passed ones too.

    `value` and `threshold` are plain numbers in the unit that the message names; None when the
    criterion is not numeric or the figure is sealed.
    """

    code: GateCode
    stage: Stage
    effect: Effect
    value: Ratio | None = None
    threshold: Ratio | None = None
    passed: bool
    message: Annotated[str, Field(max_length=500)]
