"""The checker on whole specs: forms, fields, names, order of findings, what cannot run yet."""

from __future__ import annotations

from typing import Any

import pytest

from engine.language.checker import check
from tests.language_world import RULE, spec

REGIME = {"name": "calm", "when": "natr(14) < 0.02"}


def _rule(**parts: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON parts of a rule
    return [{**RULE, **parts}]


def _codes(**parts: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - JSON parts of a spec
    return [(found.code, found.path) for found in check(spec(**parts)).findings]


def test_a_right_spec_has_digests_and_a_warm_up() -> None:
    """Nothing is found, the three digests differ, the warm-up is that of the RSI."""
    report = check(spec())
    assert report.ok
    assert report.findings == ()
    assert report.warmup_bars == 139
    assert len({report.digest, report.rule_digest, report.shape_digest}) == 3


def test_a_wrong_spec_has_no_rule_digest() -> None:
    """What is not understood has no meaning that could be counted."""
    report = check(spec(rules=_rule(entry="close")))
    assert not report.ok
    assert report.rule_digest is None
    assert report.warmup_bars == 0


# What is wrong: code, path, the parts that cause it, the parts of a twin that passes.
FIELDS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("FORM_MIXED", "/rules", {"rules": [], "stops": []}, {}),
    ("FIELD_RANGE", "/stops/0/value", {"stops": [{"kind": "pct", "value": 5}]},
     {"stops": [{"kind": "pct", "value": 0.05}]}),
    ("FIELD_RANGE", "/stops/0/value", {"stops": [{"kind": "pct", "value": 0}]},
     {"stops": [{"kind": "pct", "value": 0.5}]}),
    ("FIELD_RANGE", "/stops/0/value", {"stops": [{"kind": "time_bars", "value": 2.5}]},
     {"stops": [{"kind": "time_bars", "value": 2}]}),
    ("FIELD_MISSING", "/stops/0/period", {"stops": [{"kind": "atr", "value": 2}]},
     {"stops": [{"kind": "atr", "value": 2, "period": 14}]}),
    ("FIELD_MISSING", "/stops/0/value", {"stops": [{"kind": "pct"}]}, {}),
    ("FIELD_EXTRA", "/stops/0/period", {"stops": [{"kind": "pct", "value": 0.1, "period": 3}]}, {}),
    ("FIELD_MISSING", "/stops/0/price", {"stops": [{"kind": "price_expr"}]},
     {"stops": [{"kind": "price_expr", "price": "low"}]}),
    ("FIELD_RANGE", "/targets/0/value", {"targets": [{"kind": "pct", "value": -0.1}]},
     {"targets": [{"kind": "pct", "value": 0.1}]}),
    ("FIELD_RANGE", "/sizing/value", {"sizing": {"kind": "risk_per_trade", "value": 1.0}},
     {"sizing": {"kind": "risk_per_trade", "value": 0.005}}),
    ("FIELD_RANGE", "/sizing/value", {"sizing": {"kind": "risk_per_trade", "value": 0.051}},
     {"sizing": {"kind": "risk_per_trade", "value": 0.05}}),
    ("FIELD_RANGE", "/sizing/value", {"sizing": {"kind": "fixed_fraction", "value": 1.1}},
     {"sizing": {"kind": "fixed_fraction", "value": 1.0}}),
    ("FIELD_EXTRA", "/sizing/lookback",
     {"sizing": {"kind": "fixed_fraction", "value": 0.1, "lookback": 20}}, {}),
    ("FIELD_EXTRA", "/rules/0/order/price",
     {"rules": _rule(order={"type": "market_next_open", "price": "high"})}, {}),
    ("FIELD_RANGE", "/rules/0/order/valid_bars", {"rules": _rule(order={"valid_bars": 3})},
     {"rules": _rule(order={"valid_bars": 1})}),
    ("FIELD_RANGE", "/rules/1/id", {"rules": [RULE, RULE]}, {"rules": [RULE, {**RULE, "id": "b"}]}),
    ("FIELD_RANGE", "/stops/0/rules/0",
     {"stops": [{"kind": "pct", "value": 0.1, "rules": ["dipp"]},
                {"kind": "pct", "value": 0.2}]},
     {"stops": [{"kind": "pct", "value": 0.1, "rules": ["dip"]}]}),
    ("FIELD_RANGE", "/rules/0/only_in_regimes/0", {"rules": _rule(only_in_regimes=["calm"])},
     {"rules": _rule(only_in_regimes=["calm", "none"]), "regimes": [REGIME]}),
    ("FIELD_RANGE", "/regimes/0/name", {"regimes": [{"name": "none", "when": "close > open"}]},
     {"regimes": [REGIME]}),
    ("FIELD_RANGE", "/params/0/default",
     {"params": [{"name": "n", "type": "int", "default": 50, "low": 5, "high": 20}]},
     {"params": [{"name": "n", "type": "int", "default": 10, "low": 5, "high": 20}]}),
    ("FIELD_RANGE", "/params/0/default", {"params": [{"name": "n", "type": "int", "default": 2.5}]},
     {"params": [{"name": "n", "type": "float", "default": 2.5}]}),
    ("FIELD_RANGE", "/params/0/step",
     {"params": [{"name": "n", "type": "int", "default": 2, "step": 0}]}, {}),
    ("NAME_SHADOWS", "/params/0/name", {"params": [{"name": "close", "type": "int", "default": 2}]},
     {"params": [{"name": "my_close", "type": "int", "default": 2}]}),
    ("NAME_SHADOWS", "/lets/1/name",
     {"lets": [{"name": "m", "expr": "close"}, {"name": "m", "expr": "open"}]},
     {"lets": [{"name": "m", "expr": "close"}, {"name": "m2", "expr": "open"}]}),
    ("LET_ORDER", "/lets/0/expr",
     {"lets": [{"name": "a", "expr": "b + b"}, {"name": "b", "expr": "close"}]},
     {"lets": [{"name": "b", "expr": "close"}, {"name": "a", "expr": "b + b"}]}),
    ("LET_ORDER", "/lets/0/expr", {"lets": [{"name": "a", "expr": "a + a"}]}, {}),
    ("STATE_NOT_ALLOWED_HERE", "/rules/0/entry",
     {"lets": [{"name": "held", "expr": "bars_held > 5"}], "rules": _rule(entry="held")}, {}),
    ("NAME_UNKNOWN", "/rules/0/entry", {"rules": _rule(entry="zscore(spread,60) < -2")}, {}),
    ("TIMEFRAME_PAIR", "/rules/0/entry",
     {"timeframe": "4h", "rules": _rule(entry='htf("6h",close) > close')}, {}),
    ("STOP_MISSING_FOR_RISK", "/sizing/kind",
     {"sizing": {"kind": "risk_per_trade", "value": 0.01},
      "stops": [{"kind": "time_bars", "value": 5}]},
     {"sizing": {"kind": "risk_per_trade", "value": 0.01}}),
    ("STOP_MISSING_FOR_RISK", "/targets/0",
     {"targets": [{"kind": "r_multiple", "value": 2}],
      "stops": [{"kind": "time_bars", "value": 5}]},
     {"targets": [{"kind": "r_multiple", "value": 2}]}),
    ("NO_EXIT", "/rules/0", {"rules": _rule(exit=None), "stops": []}, {"rules": _rule(exit=None)}),
    ("STOP_SIDE", "/stops/0/price",
     {"rules": [RULE, {**RULE, "id": "s", "side": "short"}],
      "stops": [{"kind": "price_expr", "price": "low"}]},
     {"rules": [RULE, {**RULE, "id": "s", "side": "short"}],
      "stops": [{"kind": "price_expr", "price": "low", "rules": ["dip"]},
                {"kind": "price_expr", "price": "high", "rules": ["s"]}]}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "parts", "twin"), FIELDS)
def test_each_wrong_field_is_found_where_it_stands(
    code: str, path: str, parts: dict[str, Any], twin: dict[str, Any]
) -> None:
    """The code stands at the path; the twin has no error."""
    assert (code, path) in _codes(**parts)
    assert check(spec(**twin)).errors == ()


RANKING = {"score": "roc(close,20)", "long_top": 2}
WAITING: list[tuple[str, dict[str, Any]]] = [
    ("/pyramiding", {"pyramiding": {"max_units": 2, "add_when": "close > high[1]"}}),
    ("/cross_section", {"rules": [], "cross_section": RANKING}),
    ("/pair", {"pair": {"y": "A", "x": "B"}}),
    ("/ensemble", {"rules": [], "ensemble": {"members": [{"strategy": "x", "weight": 1.0}]}}),
    ("/rules/0/order/type", {"rules": _rule(order={"type": "stop", "price": "high"})}),
    ("/rules/0/order/type", {"rules": _rule(order={"type": "market_on_close"})}),
    ("/rules/0/exit", {"rules": _rule(exit="bars_held > 5")}),
    ("/rules/0/entry", {"rules": _rule(entry="last_trade_won")}),
    ("/rules/0/entry", {"rules": _rule(entry='htf("1d",close) > close')}),
    ("/rules/0/entry", {"rules": _rule(entry='sym("ETH/USDT",close) > close')}),
    ("/rules/0/entry", {"rules": _rule(entry="cs_rank(close) > 80")}),
    ("/rules/0/entry", {"rules": _rule(entry="funding_rate < 0")}),
    ("/rules/0/entry", {"lets": [{"name": "w", "expr": 'htf("1w",close)'}],
                        "rules": _rule(entry="close > w")}),
    ("/stops/0/kind", {"stops": [{"kind": "breakeven_after_r", "value": 1}]}),
    ("/stops/0/kind", {"stops": [{"kind": "trail_expr", "price": "lowest(low,10)"}]}),
    ("/stops/0/kind", {"stops": [{"kind": "max_loss_equity", "value": 0.01}]}),
    ("/targets/0/kind", {"targets": [{"kind": "moving_expr", "price": "sma(close,20)"}]}),
    ("/targets/0/close_fraction", {"targets": [{"kind": "pct", "value": 0.1,
                                                "close_fraction": 0.5}]}),
    ("/sizing/kind", {"sizing": {"kind": "vol_target", "value": 0.1}}),
    ("/sizing/resize", {"sizing": {"kind": "fixed_fraction", "value": 0.1, "resize": "bar"}}),
    ("/universe/watchlist", {"universe": {"symbols": [], "watchlist": "majors"}}),
    ("/limits/session", {"limits": {"session": "09:30-16:00"}}),
    ("/limits/max_daily_loss_frac", {"limits": {"max_daily_loss_frac": 0.02}}),
    ("/limits/days", {"limits": {"days": ["mon"]}}),
    ("/limits/overnight", {"limits": {"overnight": False}}),
    ("/rules/1", {"rules": [RULE, {**RULE, "id": "b", "exit": "close > open"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "parts"), WAITING)
def test_what_cannot_run_yet_is_named_and_refused(path: str, parts: dict[str, Any]) -> None:
    """Nothing is ignored silently: each such part is an error with its place."""
    report = check(spec(**parts))
    assert not report.ok
    assert [f.path for f in report.errors if f.code == "FEATURE_NOT_AVAILABLE"] == [path]


@pytest.mark.parametrize(
    "parts",
    [
        {"limits": {"max_positions": 2, "max_leverage": 1.0, "cooldown_bars": 3}},
        {"limits": {"max_stop_distance_frac": 0.1}},
        {"rules": _rule(only_in_regimes=["calm"], on_regime_end="exit"), "regimes": [REGIME]},
        {"stops": [{"kind": "chandelier", "value": 3, "period": 22}]},
        {"stops": [{"kind": "trailing_pct", "value": 0.1}]},
        {"targets": [{"kind": "atr", "value": 3, "period": 14}]},
        {"rules": [RULE, {**RULE, "id": "b", "entry": "close > open"}]},
        {"sizing": {"kind": "fixed_notional", "value": 1000}},
    ],
)  # fmt: skip
def test_what_can_run_is_not_refused(parts: dict[str, Any]) -> None:
    """The parts that fit the bar loop pass."""
    assert check(spec(**parts)).errors == ()


def test_findings_stand_in_document_order() -> None:
    """Field by field, then character by character, whatever check found them."""
    report = check(
        spec(
            sizing={"kind": "risk_per_trade", "value": 1.0},
            rules=_rule(entry="rsii(close,14) < 30 and foo", exit="close"),
            params=[{"name": "rsi", "type": "int", "default": 5}],
            universe={"symbols": ["A"], "max_symbols": 3},
            stops=[{"kind": "pct", "value": 5}],
        )
    )
    assert [f.path for f in report.findings] == [
        "/universe/max_symbols", "/params/0/name", "/rules/0/entry", "/rules/0/entry",
        "/rules/0/exit", "/stops/0/value", "/sizing/value",
    ]  # fmt: skip


def test_at_most_twenty_findings_are_shown() -> None:
    """More than twenty are cut, errors before warnings."""
    text = " or ".join(["close > 0"] * 1 + [f"x{n} > 1" for n in range(40)])
    report = check(spec(rules=_rule(entry=text)))
    assert len(report.findings) == 20
    assert all(f.level == "error" for f in report.findings)


def test_lets_that_double_each_other_are_stopped_before_they_are_built() -> None:
    """Twenty lets of two uses each would be a million nodes: refused at once."""
    lets = [{"name": "a0", "expr": "close"}]
    lets += [{"name": f"a{n}", "expr": f"a{n - 1} + a{n - 1}"} for n in range(1, 20)]
    report = check(spec(lets=lets, rules=_rule(entry="a19 > close")))
    assert {f.code for f in report.errors} == {"SYNTAX_TOO_LONG"}


WARN: list[tuple[str, dict[str, Any]]] = [
    ("SIZE_CAPPED", {"sizing": {"kind": "risk_per_trade", "value": 0.05,
                                "max_position_frac": 0.2}}),
    ("PARAM_EDGE", {"params": [{"name": "n", "type": "int", "default": 5, "low": 5, "high": 9}]}),
    ("SWEEP_SIZE", {"params": [{"name": f"n{i}", "type": "int", "default": 50, "low": 1,
                                "high": 100, "step": 1} for i in range(3)]}),
    ("PARAM_COUNT", {"rules": _rule(entry=" and ".join(
        f"rsi(close,{n}) < {n + 20}" for n in range(3, 9)))}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "parts"), WARN)
def test_warnings_do_not_refuse(code: str, parts: dict[str, Any]) -> None:
    """The spec stays usable, the warning is there."""
    report = check(spec(**parts))
    assert report.ok
    assert code in [f.code for f in report.findings]
