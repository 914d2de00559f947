"""Hard ceilings: the numbers that no setting, profile, person or variable can loosen.

Integers only, the unit in the name: `_bps` 1/10,000 (of equity unless said), `_quote` account
currency, `_s`, `_ms`, `_min`, `_h`, `_count`, `_pct`, `_x100`. More than this needs a change of
this file and a decision record. It is the aggressive profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CEILINGS: Final[Mapping[str, int]] = MappingProxyType(
    {
        # one trade, one order
        "max_risk_per_trade_bps": 100,
        "max_open_risk_bps": 250,
        "max_order_notional_bps": 3_500,
        "max_order_notional_quote": 5_000,
        "max_stop_distance_bps": 1_000,  # of price
        # what may be held
        "max_symbol_exposure_bps": 3_500,
        "max_symbol_exposure_quote": 10_000,
        "max_strategy_exposure_bps": 3_500,
        "max_strategy_exposure_quote": 10_000,
        "max_cluster_exposure_bps": 4_500,
        "correlation_threshold_pct": 80,
        "max_total_exposure_bps": 6_000,
        "max_total_exposure_quote": 20_000,
        "max_open_positions_count": 6,
        "max_leverage_x100": 100,
        # the day and the account
        "max_trades_per_day_count": 20,
        "max_day_turnover_bps": 20_000,
        "max_daily_loss_bps": 300,
        "max_daily_loss_quote": 1_000,
        "reduce_drawdown_bps": 1_100,
        "max_drawdown_bps": 1_500,
        # tails
        "target_vol_bps": 2_000,  # a year
        "max_var95_bps": 400,
        "max_es975_bps": 600,
        "max_stress_bps": 1_200,
        # prices
        "price_collar_bps": 100,  # of the reference, like the next two
        "passive_collar_bps": 2_000,
        "exit_collar_bps": 500,
        "max_move_5min_bps": 600,
        "max_spread_bps": 100,
        "max_source_gap_bps": 100,
        "max_quote_age_ms": 10_000,
        "max_clock_skew_ms": 500,
        "max_drift_bps": 100,  # of the reference, between proposal and release
        # pace
        "max_volume_share_bps": 10,  # of the volume of 24 h
        "max_depth_share_bps": 1_500,  # of the visible depth inside the collar
        "max_messages_per_s_count": 5,
        "max_strategy_messages_per_min_count": 20,
        "max_repeats_count": 5,
        # people
        "approval_ttl_near_s": 300,
        "approval_ttl_far_s": 1_800,
        "max_pending_count": 5,
        "max_decisions_per_person_day_count": 30,
        "step_up_age_s": 300,
    }
)
"""The largest value of every limit where a larger one allows more."""

FLOORS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "equity_floor_bps": 7_500,  # of paid-in capital
        "gap_spot_bps": 2_000,
        "gap_equity_bps": 1_500,
        "gap_fx_bps": 500,
        "repeat_window_min": 60,
        "duplicate_window_s": 60,
        "min_dwell_s": 3,
        "rejected_cooldown_s": 3_600,
        "loosen_delay_h": 24,
    }
)
"""The smallest value of every limit where a smaller one allows more."""
