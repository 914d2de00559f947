"""The table of the milder risk profiles, and names from elsewhere that are refused.

Keys and units: `ceilings.py`. The third profile, aggressive, is the ceiling itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TABLE: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "max_risk_per_trade_bps": (50, 75),
        "max_open_risk_bps": (150, 200),
        "max_order_notional_bps": (1_000, 2_000),
        "max_order_notional_quote": (1_000, 2_500),
        "max_stop_distance_bps": (500, 800),
        "max_symbol_exposure_bps": (1_000, 2_000),
        "max_symbol_exposure_quote": (2_500, 5_000),
        "max_strategy_exposure_bps": (1_000, 2_000),
        "max_strategy_exposure_quote": (2_500, 5_000),
        "max_cluster_exposure_bps": (1_500, 3_000),
        "correlation_threshold_pct": (70, 75),
        "max_total_exposure_bps": (3_000, 5_000),
        "max_total_exposure_quote": (5_000, 10_000),
        "max_open_positions_count": (3, 4),
        "max_leverage_x100": (100, 100),
        "max_trades_per_day_count": (6, 10),
        "max_day_turnover_bps": (6_000, 10_000),
        "max_daily_loss_bps": (200, 250),
        "max_daily_loss_quote": (250, 500),
        "reduce_drawdown_bps": (700, 900),
        "max_drawdown_bps": (1_000, 1_250),
        "equity_floor_bps": (8_500, 8_000),
        "target_vol_bps": (800, 1_200),
        "max_var95_bps": (150, 250),
        "max_es975_bps": (250, 400),
        "max_stress_bps": (600, 1_000),
        "gap_spot_bps": (2_000, 2_000),
        "gap_equity_bps": (1_500, 1_500),
        "gap_fx_bps": (500, 500),
        "price_collar_bps": (50, 75),
        "passive_collar_bps": (1_000, 1_500),
        "exit_collar_bps": (200, 300),
        "max_move_5min_bps": (300, 400),
        "max_spread_bps": (20, 30),
        "max_source_gap_bps": (50, 75),
        "max_quote_age_ms": (5_000, 5_000),
        "max_clock_skew_ms": (500, 500),
        "max_drift_bps": (50, 50),
        "max_volume_share_bps": (1, 5),
        "max_depth_share_bps": (500, 1_000),
        "max_messages_per_s_count": (2, 3),
        "max_strategy_messages_per_min_count": (6, 10),
        "max_repeats_count": (3, 4),
        "repeat_window_min": (60, 60),
        "duplicate_window_s": (300, 120),
        "approval_ttl_near_s": (120, 120),
        "approval_ttl_far_s": (900, 900),
        "min_dwell_s": (3, 3),
        "max_pending_count": (5, 5),
        "max_decisions_per_person_day_count": (20, 20),
        "rejected_cooldown_s": (3_600, 3_600),
        "step_up_age_s": (300, 300),
        "loosen_delay_h": (24, 24),
    }
)
"""Key: conservative value, moderate value."""

REFUSED_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "block_on_violation": "a rule that may be switched off is no rule",
        "use_experiments_for_daily_pnl": "simulated profit must not feed a live limit",
        "max_drawdown_pct": "use max_drawdown_bps, at most 1500",
        "fraction": "a size that follows from no stop is refused: use max_risk_per_trade_bps",
        "risk_per_trade": "use max_risk_per_trade_bps, 100 is one percent",
        "max_daily_loss": "use max_daily_loss_bps and max_daily_loss_quote",
        "max_positions": "use max_open_positions_count",
        "max_total_exposure": "use max_total_exposure_bps and max_total_exposure_quote",
    }
)
"""Names that people bring along from elsewhere, with what to do instead."""
