"""Profiles under which a strategy could never trade: told from its stop and its risk alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.language.spec import StrategySpec, read_spec
from guardrails.desk.tradable import denied_under, nearest_stop_bps

ALL = ("conservative", "moderate", "aggressive")
FIXED = {"kind": "fixed_fraction", "value": 0.2, "max_position_frac": 0.2}


def spec(stops: list[dict[str, Any]], sizing: dict[str, Any] = FIXED) -> StrategySpec:
    """A rule with these stops and this size."""
    return read_spec(
        json.dumps(
            {
                "name": "tried", "family": "other", "timeframe": "1d",
                "universe": {"symbols": ["BTC/USDT"]},
                "rules": [{"id": "one", "side": "long", "entry": "close > open"}],
                "stops": stops, "sizing": sizing,
            }
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "denied"),
    [(0.05, ()), (0.051, ALL[:1]), (0.08, ALL[:1]), (0.1, ALL[:2]), (0.2, ALL)],
)
def test_a_stop_too_far_away_is_denied_by_the_strict_profiles(
    value: float, denied: tuple[str, ...]
) -> None:
    """A catastrophe stop of 20 % fits no profile, one of 5 % fits all."""
    assert denied_under(spec([{"kind": "pct", "value": value}])) == denied


def test_the_nearest_stop_counts_and_other_kinds_say_nothing() -> None:
    """Two percent stops: the nearer; an ATR stop beside it may be nearer still."""
    near, far = {"kind": "pct", "value": 0.03}, {"kind": "pct", "value": 0.2}
    assert nearest_stop_bps(spec([far, near])) == 300
    assert nearest_stop_bps(spec([far, {"kind": "atr", "value": 2.0, "period": 14}])) is None
    assert nearest_stop_bps(spec([far, {"kind": "time_bars", "value": 5}])) == 2_000


@pytest.mark.parametrize(("risk", "denied"), [(0.005, ()), (0.0051, ALL[:1]), (0.011, ALL)])
def test_more_risk_than_a_profile_allows_is_denied(risk: float, denied: tuple[str, ...]) -> None:
    """Half a percent a trade is the conservative profile's, one percent the most."""
    sizing = {"kind": "risk_per_trade", "value": risk, "max_position_frac": 0.2}
    assert denied_under(spec([{"kind": "pct", "value": 0.02}], sizing)) == denied
