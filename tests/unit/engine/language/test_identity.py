"""Digests of meaning: what changes them and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from engine.language.identity import rule_digest, shape_digest
from engine.language.spec import StrategySpec
from tests.language_world import RULE, STOP, spec

PARAMS = [
    {"name": "n", "type": "int", "default": 20, "low": 5, "high": 50, "step": 5},
    {"name": "k", "type": "float", "default": 1.01},
]
SWEPT = {**RULE, "entry": "close > sma(close,n)*k"}
REGIMES = [
    {"name": "calm", "when": "natr(14) < 0.02"},
    {"name": "wild", "when": "natr(14) >= 0.02", "min_bars": 3},
]


def _entry(text: str) -> StrategySpec:
    return spec(rules=[{**RULE, "entry": text}])


SAME = [
    ("close > open", "open < close"),
    ("close>open and volume>5", "volume > 5 and close > open and close > open"),
    ("not (close > open)", "close <= open"),
    ("not (close > open or volume < 5)", "volume >= 5 and close <= open"),
    ("not not rising(close,3)", "close > close[3]"),
    ("falling(close[1],2)", "close[1] < close[3]"),
    ("close[1][2] > open", "close[3] > open"),
    ("close[0] > open", "close > open"),
    ("close > highest(high,20)[1]", "close > donchian_upper(20)[1]"),
    ("close > mean(close,20)", "close > sma(close,20.0)"),
    ("close > bb_mid(close,20,2)", "close > sma(close,20)"),
    ("kijun(26) > close", "tenkan(26) > close"),
    ("kc_mid(20) > close", "ema(close,20) > close"),
    ("cross_below(close,open)", "cross_above(open,close)"),
    ("close*1.01 > open", "1.010*close > open"),
    ("max(close,open) > high[1]", "high[1] < max(open,close)"),
    ("roc(close,5) > -0.0", "roc(close,5) > 0"),
    ("(close > open or volume > 5) or low > 1", "low > 1 or volume > 5 or close > open"),
    ("dow == 1", "1 == dow"),
]
DIFFERENT = [
    ("close > open", "close >= open"),
    ("close > open and volume > 5", "close > open or volume > 5"),
    ("(close + open) + hl2 > low", "close + (open + hl2) > low"),
    ("close - open > 0.5", "open - close > 0.5"),
    ("sma(close,20) > close", "ema(close,20) > close"),
    ("close > open", "close[1] > open"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_meaning_has_equal_digests(one: str, other: str) -> None:
    """Order, spelling, aliases and double negation are no new rule."""
    assert rule_digest(_entry(one)) == rule_digest(_entry(other))
    assert shape_digest(_entry(one)) == shape_digest(_entry(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_meaning_has_another_digest(one: str, other: str) -> None:
    """Re-associated sums round differently: they are another rule, and so is all else."""
    assert rule_digest(_entry(one)) != rule_digest(_entry(other))


def _base(**parts: Any) -> StrategySpec:  # noqa: ANN401 - JSON parts of a spec
    return spec(**{"rules": [SWEPT], "params": PARAMS, **parts})


RENAMED: list[dict[str, Any]] = [
    {"name": "other"},
    {"hypothesis": "Another story.", "tags": ["x"], "family": "breakout"},
    {"rules": [{**SWEPT, "id": "another"}]},
    {"rules": [{**SWEPT, "entry": "close > sma(close,w)*f"}],
     "params": [{**PARAMS[1], "name": "f"}, {**PARAMS[0], "name": "w"}]},
    {"rules": [{**SWEPT, "entry": "close > line"}],
     "lets": [{"name": "line", "expr": "sma(close,n)*k"}]},
    {"stops": [STOP, STOP]},
    {"stops": [{**STOP, "rules": ["dip"]}]},
    {"regimes": REGIMES},
    {"params": [*PARAMS, {"name": "unused", "type": "int", "default": 3}]},
]  # fmt: skip


@pytest.mark.parametrize("parts", RENAMED)
def test_renaming_buys_no_fresh_trial(parts: dict[str, Any]) -> None:
    """Names, prose, tags, ids, lets, parameter names and unused parts change nothing."""
    assert rule_digest(_base(**parts)) == rule_digest(_base())
    assert shape_digest(_base(**parts)) == shape_digest(_base())
    assert _base(**parts).digest != _base().digest


def test_a_sweep_is_one_shape_and_many_rules() -> None:
    """A number is part of the rule, not of the shape, swept or written."""
    moved = _base(params=[{**PARAMS[0], "default": 25}, PARAMS[1]])
    assert rule_digest(moved) != rule_digest(_base())
    assert shape_digest(moved) == shape_digest(_base())
    fixed = _base(rules=[{**SWEPT, "entry": "close > sma(close,20)*k"}])
    assert rule_digest(fixed) == rule_digest(_base())
    assert shape_digest(fixed) == shape_digest(_base())


def test_which_regime_a_rule_trades_in_is_no_number() -> None:
    """The regimes' own thresholds are masked, the place of the one that is meant is not."""
    calm, wild = (
        _base(rules=[{**SWEPT, "only_in_regimes": [name]}], regimes=REGIMES)
        for name in ("calm", "wild")
    )
    assert shape_digest(calm) != shape_digest(wild)
    moved = [{**REGIMES[0], "when": "natr(20) < 0.03"}, {**REGIMES[1], "min_bars": 5}]
    again = _base(rules=[{**SWEPT, "only_in_regimes": ["calm"]}], regimes=moved)
    assert rule_digest(again) != rule_digest(calm)
    assert shape_digest(again) == shape_digest(calm)


@pytest.mark.parametrize(
    "parts",
    [
        {"sizing": {"kind": "fixed_fraction", "value": 0.2}},
        {"limits": {"cooldown_bars": 3}},
    ],
)
def test_a_profile_is_another_rule_of_the_same_shape(parts: dict[str, Any]) -> None:
    """Sizes and limits are counted as trials but are no new idea."""
    assert rule_digest(_base(**parts)) != rule_digest(_base())
    assert shape_digest(_base(**parts)) == shape_digest(_base())


@pytest.mark.parametrize(
    "parts",
    [
        {"timeframe": "4h"},
        {"universe": {"symbols": ["ETH/USDT"]}},
        {"stops": [{"kind": "atr", "value": 2, "period": 14}]},
        {"rules": [{**SWEPT, "exit": None}]},
        {"rules": [{**SWEPT, "side": "short"}]},
        {"targets": [{"kind": "pct", "value": 0.1}]},
        {"rules": [{**SWEPT, "only_in_regimes": ["calm"]}], "regimes": REGIMES},
    ],
)
def test_everything_that_is_traded_counts(parts: dict[str, Any]) -> None:
    """Timeframe, market, stops, exits, sides, targets and regimes are meaning."""
    assert rule_digest(_base(**parts)) != rule_digest(_base())
    assert shape_digest(_base(**parts)) != shape_digest(_base())


def test_the_names_of_regimes_do_not_count_but_their_order_does() -> None:
    """The first true regime wins, so order is meaning."""
    rules = [{**SWEPT, "only_in_regimes": ["calm"]}]
    one = _base(rules=rules, regimes=REGIMES)
    named = [{**REGIMES[0], "name": "quiet"}, REGIMES[1]]
    same = _base(rules=[{**SWEPT, "only_in_regimes": ["quiet"]}], regimes=named)
    turned = _base(rules=rules, regimes=REGIMES[::-1])
    assert rule_digest(one) == rule_digest(same)
    assert rule_digest(one) != rule_digest(turned)
