"""Gate criteria: thresholds are code; a setting may only tighten them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from engine.quantities import Ratio
from engine.records import Digest, Record, digest

MAX_TRAIN_P: Final = 0.25
MAX_HOLDOUT_P: Final = 0.5
MAX_SINGLE_P: Final = 0.10
KEY_LIMIT: Final = 0.01
MIN_TRAIN_TRADES: Final = 30
HOLDOUT_TRADES: Final = (5, 15, 30)
COST_STRESS: Final = 2.0
MAX_PARAMETERS: Final = 10
MIN_TAKER_FEE_BPS: Final = 1.0
MIN_IMPACT_BPS: Final = 0.5
BOOTSTRAP_SAMPLES: Final = 4_999
FEWEST_SAMPLES: Final = 999
MAX_JUMP_LOSS: Final = 0.30
MAX_NULL_P: Final = 0.10
NULL_PATHS: Final = 200
FORWARD_DAYS: Final = 60
FORWARD_TRADES: Final = 20
FORWARD_EVIDENCE: Final = 20.0
MAX_CUT_SHARE: Final = 0.05


class GateCriteria(Record):
    """Thresholds of all tiers; looser values than the code's are refused.

    max_train_p: largest p_IS, raw and excess.
    max_holdout_p: largest p_O for paper (0.5 = the mean is positive after costs).
    max_single_p: the same where the train key is void.
    max_gate_p: largest p_gate for testnet.
    min_train_trades: closed trades with distinct entry days on train.
    paper_trades, testnet_trades, live_trades: the same on the holdout, for live with the forward
    days.
    cost_stress: factor on all costs under which the mean must stay positive.
    max_parameters: most free parameters of a spec.
    min_taker_fee_bps, min_impact_bps: floor of the cost model (impact = half spread + slippage).
    bootstrap_samples: draws of the train key; p_IS is a multiple of 1 / (samples + 1).
    max_jump_loss: largest loss from one gap, share of equity.
    max_null_p, null_paths: the martingale null.
    forward_days, forward_trades, forward_evidence: what live needs of the time after the window.
    max_cut_share: share of entries that money or caps cut, from which it is noted.
    """

    max_train_p: Annotated[Ratio, Field(gt=0, le=MAX_TRAIN_P)] = MAX_TRAIN_P
    max_holdout_p: Annotated[Ratio, Field(gt=0, le=MAX_HOLDOUT_P)] = MAX_HOLDOUT_P
    max_single_p: Annotated[Ratio, Field(gt=0, le=MAX_SINGLE_P)] = MAX_SINGLE_P
    max_gate_p: Annotated[Ratio, Field(gt=0, le=KEY_LIMIT)] = KEY_LIMIT
    min_train_trades: Annotated[int, Field(ge=MIN_TRAIN_TRADES)] = MIN_TRAIN_TRADES
    paper_trades: Annotated[int, Field(ge=HOLDOUT_TRADES[0])] = HOLDOUT_TRADES[0]
    testnet_trades: Annotated[int, Field(ge=HOLDOUT_TRADES[1])] = HOLDOUT_TRADES[1]
    live_trades: Annotated[int, Field(ge=HOLDOUT_TRADES[2])] = HOLDOUT_TRADES[2]
    cost_stress: Annotated[Ratio, Field(ge=COST_STRESS)] = COST_STRESS
    max_parameters: Annotated[int, Field(ge=0, le=MAX_PARAMETERS)] = MAX_PARAMETERS
    min_taker_fee_bps: Annotated[Ratio, Field(ge=MIN_TAKER_FEE_BPS)] = MIN_TAKER_FEE_BPS
    min_impact_bps: Annotated[Ratio, Field(ge=MIN_IMPACT_BPS)] = MIN_IMPACT_BPS
    bootstrap_samples: Annotated[int, Field(ge=FEWEST_SAMPLES, le=9_999)] = BOOTSTRAP_SAMPLES
    max_jump_loss: Annotated[Ratio, Field(gt=0, le=MAX_JUMP_LOSS)] = MAX_JUMP_LOSS
    max_null_p: Annotated[Ratio, Field(gt=0, le=MAX_NULL_P)] = MAX_NULL_P
    null_paths: Annotated[int, Field(ge=NULL_PATHS, le=2_000)] = NULL_PATHS
    forward_days: Annotated[int, Field(ge=FORWARD_DAYS)] = FORWARD_DAYS
    forward_trades: Annotated[int, Field(ge=FORWARD_TRADES)] = FORWARD_TRADES
    forward_evidence: Annotated[Ratio, Field(ge=FORWARD_EVIDENCE)] = FORWARD_EVIDENCE
    max_cut_share: Annotated[Ratio, Field(gt=0, le=MAX_CUT_SHARE)] = MAX_CUT_SHARE

    @property
    def digest(self) -> Digest:
        """Digest of the criteria; part of every report and certificate."""
        return digest("peak/gate-criteria/v2", self)
