"""What daily signals cannot carry is named, so that it is not traded differently from its test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.language.availability import unsignalled_parts
from engine.language.compiler import compile_spec
from engine.language.spec import read_spec

RULE = {"id": "go", "side": "long", "entry": "rsi(close,14) < 30", "exit": "rsi(close,14) > 55"}
PLAIN: dict[str, Any] = {
    "spec_version": "1", "name": "plain", "family": "mean_reversion", "timeframe": "1d",
    "universe": {"symbols": ["GOOG"]}, "rules": [RULE],
    "stops": [{"kind": "atr", "value": 2, "period": 14}],
}  # fmt: skip


def unsignalled(**parts: Any) -> list[str]:  # noqa: ANN401 - JSON parts
    """Pointers of what signals cannot carry in the plain spec with these parts changed."""
    compiled = compile_spec(read_spec(json.dumps(PLAIN | parts)))
    return list(unsignalled_parts(compiled.spec, compiled.trees))


def test_a_market_entry_with_a_fixed_stop_is_carried() -> None:
    """The must-pass twin, with the limits that the desk holds for the whole account."""
    limits = {"max_drawdown_frac": 0.1, "max_daily_loss_frac": 0.02, "max_positions": 2}
    assert unsignalled() == []
    assert unsignalled(limits=limits) == []


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"rules": [RULE | {"order": {"type": "stop", "price": "high"}}]}, "/rules/0/order"),
        ({"rules": [RULE | {"exit": "bars_held > 5"}]}, "/rules/0/exit"),
        ({"rules": [RULE, RULE | {"id": "other", "exit": "close < low[1]"}]}, "/rules"),
        ({"stops": [*PLAIN["stops"], {"kind": "breakeven_after_r", "value": 1}]}, "/stops/1"),
        ({"targets": [{"kind": "pct", "value": 0.1, "close_fraction": 0.5}]}, "/targets/0"),
        ({"sizing": {"kind": "vol_target", "value": 0.1}}, "/sizing"),
        ({"pyramiding": {"max_units": 2, "add_when": "close > high[1]"}}, "/pyramiding"),
        ({"limits": {"max_trades_per_day": 1}}, "/limits/max_trades_per_day"),
        ({"limits": {"days": ["mon"]}}, "/limits/days"),
        ({"universe": {"symbols": ["GOOG", "SPY"]}}, "/universe/symbols"),
    ],
)
def test_what_signals_cannot_carry_is_named(parts: dict[str, Any], pointer: str) -> None:
    """Each part by its place in the document."""
    assert pointer in unsignalled(**parts)
