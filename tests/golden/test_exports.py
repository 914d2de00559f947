"""Exported files, byte by byte: a changed export is a visible change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.export.targets import TARGETS, export
from engine.language import library
from engine.language.spec import StrategySpec
from tests.language_world import spec

ENDINGS = {"backtesting": "backtesting.py.txt", "freqtrade": "freqtrade.py.txt", "pine": "pine"}
EVERYTHING = {
    "name": "everything",
    "params": [
        {"name": "lo", "type": "int", "default": 40, "low": 20, "high": 45, "step": 5},
        {"name": "width", "type": "float", "default": 2.5},
    ],
    "lets": [{"name": "strength", "expr": "rsi(close,9)"}],
    "regimes": [
        {"name": "calm", "when": "natr(14) < 0.012", "until": "natr(14) > 0.02", "min_bars": 3},
        {"name": "wild", "when": "natr(14) > 0.02"},
    ],
    "rules": [
        {"id": "dip", "side": "long", "entry": "strength < lo and not close[2] < ema(close,20)",
         "exit": "strength > 60", "only_in_regimes": ["calm", "none"], "on_regime_end": "exit"},
        {"id": "top", "side": "short", "entry": "cross_below(close,bb_upper(close,20,width))",
         "exit": "strength < 45 or adx(14) > 40"},
    ],
    "stops": [
        {"kind": "atr", "value": 2.0, "period": 14},
        {"kind": "trailing_pct", "value": 0.05, "rules": ["dip"]},
        {"kind": "chandelier", "value": 3.0, "period": 10, "rules": ["top"]},
        {"kind": "time_bars", "value": 20},
    ],
    "targets": [
        {"kind": "r_multiple", "value": 2.0, "rules": ["dip"]},
        {"kind": "pct", "value": 0.04, "rules": ["top"]},
    ],
    "sizing": {"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 0.5},
    "limits": {"max_stop_distance_frac": 0.2, "cooldown_bars": 2, "max_leverage": 0.4},
}  # fmt: skip
MOVING_PARTS = {
    "name": "moving parts",
    "rules": [
        {"id": "pullback", "side": "long",
         "entry": 'close > htf("1d",sma(close,20)) and rsi(close,5) < 30',
         "order": {"type": "limit", "price": "close*0.995", "valid_bars": 3},
         "exit": "bars_held > 10 and open_r < 0.5"},
        {"id": "fade", "side": "short", "entry": "rsi(close,5) > 80", "exit": "rsi(close,5) < 50"},
        {"id": "breakout", "side": "long", "entry": "cross_above(close,highest(high,20)[1])",
         "exit": "cross_below(close,lowest(low,10)[1])"},
    ],
    "stops": [
        {"kind": "atr", "value": 2.0, "period": 14},
        {"kind": "breakeven_after_r", "value": 1.0},
        {"kind": "trail_expr", "price": "highest_since_entry - 3*atr(14)", "rules": ["breakout"]},
    ],
    "targets": [
        {"kind": "r_multiple", "value": 1.0, "close_fraction": 0.5, "rules": ["pullback"]},
        {"kind": "moving_expr", "price": "bb_upper(close,20,2)", "close_fraction": 0.25,
         "rules": ["pullback"]},
    ],
    "sizing": {"kind": "vol_target", "value": 0.1, "lookback": 20},
    "limits": {"max_drawdown_frac": 0.1, "max_daily_loss_frac": 0.02},
}  # fmt: skip
SPECS: dict[str, StrategySpec] = {
    "everything": spec(**EVERYTHING),
    "moving_parts": spec(**MOVING_PARTS),
    **{
        name: library.load(name) for name in ("ma_crossover_btc_moderate", "rsi_momentum_goog_demo")
    },
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", sorted(SPECS))
def test_an_export_keeps_its_bytes(
    name: str, target: str, golden: Callable[[str, str | bytes], None]
) -> None:
    """The same spec gives the same file; what changes it is read in the difference."""
    golden(f"export-{name}.{ENDINGS[target]}", export(SPECS[name], target))
