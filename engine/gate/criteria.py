"""Gate criteria: thresholds are code; a setting may only tighten them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from engine.quantities import Ratio
from engine.records import Digest, Record, digest

MAX_TRAIN_P: Final = 0.25
MAX_HOLDOUT_P: Final = 0.5
MIN_TRAIN_TRADES: Final = 30
MIN_HOLDOUT_TRADES: Final = 5
COST_STRESS: Final = 2.0
MAX_PARAMETERS: Final = 10
MIN_TAKER_FEE_BPS: Final = 1.0
MIN_IMPACT_BPS: Final = 0.5
BOOTSTRAP_SAMPLES: Final = 4_999
FEWEST_SAMPLES: Final = 999


class GateCriteria(Record):
    """Thresholds of the paper tier; looser values than the code's are refused.

    max_train_p: largest p_IS, raw and excess.
    max_holdout_p: largest p_O, raw and excess (0.5 = the mean is positive after costs).
    min_train_trades, min_holdout_trades: closed trades with distinct entry days.
    cost_stress: factor on all costs under which the train mean must stay positive.
    max_parameters: most free parameters of a spec.
    min_taker_fee_bps, min_impact_bps: floor of the cost model (impact = half spread + slippage).
    bootstrap_samples: draws of the train key; p_IS is a multiple of 1 / (samples + 1).
    """

    max_train_p: Annotated[Ratio, Field(gt=0, le=MAX_TRAIN_P)] = MAX_TRAIN_P
    max_holdout_p: Annotated[Ratio, Field(gt=0, le=MAX_HOLDOUT_P)] = MAX_HOLDOUT_P
    min_train_trades: Annotated[int, Field(ge=MIN_TRAIN_TRADES)] = MIN_TRAIN_TRADES
    min_holdout_trades: Annotated[int, Field(ge=MIN_HOLDOUT_TRADES)] = MIN_HOLDOUT_TRADES
    cost_stress: Annotated[Ratio, Field(ge=COST_STRESS)] = COST_STRESS
    max_parameters: Annotated[int, Field(ge=0, le=MAX_PARAMETERS)] = MAX_PARAMETERS
    min_taker_fee_bps: Annotated[Ratio, Field(ge=MIN_TAKER_FEE_BPS)] = MIN_TAKER_FEE_BPS
    min_impact_bps: Annotated[Ratio, Field(ge=MIN_IMPACT_BPS)] = MIN_IMPACT_BPS
    bootstrap_samples: Annotated[int, Field(ge=FEWEST_SAMPLES, le=9_999)] = BOOTSTRAP_SAMPLES

    @property
    def digest(self) -> Digest:
        """Digest of the criteria; part of every report and certificate."""
        return digest("peak/gate-criteria/v1", self)
