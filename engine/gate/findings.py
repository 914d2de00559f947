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
    """Closed list; the gate's own issue adds the rest of the page."""

    SPEC_INVALID = "SPEC_INVALID"
    SPEC_LINT = "SPEC_LINT"
    PARAMETERS_TOO_MANY = "PARAMETERS_TOO_MANY"
    COST_BELOW_FLOOR = "COST_BELOW_FLOOR"
    CAUSALITY_BROKEN = "CAUSALITY_BROKEN"
    STOP_MISSING = "STOP_MISSING"
    NOT_REPRODUCIBLE = "NOT_REPRODUCIBLE"
    DATA_TOO_SHORT = "DATA_TOO_SHORT"
    ZONE_SHORT = "ZONE_SHORT"
    LEDGER_BROKEN = "LEDGER_BROKEN"
    TRAIN_NOT_SIGNIFICANT = "TRAIN_NOT_SIGNIFICANT"
    TRAIN_BENCHMARK = "TRAIN_BENCHMARK"
    TRADES_TOO_FEW = "TRADES_TOO_FEW"
    COST_FRAGILE = "COST_FRAGILE"
    RUIN = "RUIN"
    LOOK_SPENT = "LOOK_SPENT"
    LOOK_SHARED = "LOOK_SHARED"
    LOOK_BUDGET = "LOOK_BUDGET"
    HOLDOUT_REFUTED = "HOLDOUT_REFUTED"
    HOLDOUT_BENCHMARK = "HOLDOUT_BENCHMARK"
    HOLDOUT_TRADES = "HOLDOUT_TRADES"
    HOLDOUT_NOT_CONFIRMED = "HOLDOUT_NOT_CONFIRMED"
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
