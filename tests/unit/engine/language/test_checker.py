"""The checker on whole specs: forms, fields, names, order of findings, what cannot run yet."""

from __future__ import annotations

from typing import Any

import pytest

from engine.language.checker import check, check_expression
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


RANKING = {"score": "roc(close,20)", "long_top": 1}
WAITING: list[tuple[str, dict[str, Any]]] = [
    ("/universe/watchlist", {"universe": {"symbols": [], "watchlist": "majors"}}),
    ("/universe/max_symbols", {"universe": {"symbols": ["A"], "max_symbols": 3}}),
]


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
        {"rules": [RULE, {**RULE, "id": "b", "exit": "close > open"}]},
        {"sizing": {"kind": "fixed_notional", "value": 1000}},
        {"pyramiding": {"max_units": 2, "add_when": "close > last_entry_price + 0.5*atr(20)"}},
        {"rules": [], "cross_section": RANKING},
        {"pair": {"y": "BTC/USDT", "x": "ETH/USDT"},
         "universe": {"symbols": ["BTC/USDT", "ETH/USDT"]},
         "rules": _rule(entry="zscore(spread,60) < -2")},
        {"rules": [], "ensemble": {"members": [{"strategy": "x", "weight": 1.0}]}},
        {"rules": _rule(order={"type": "stop", "price": "high"})},
        {"rules": _rule(order={"type": "market_on_close"})},
        {"rules": _rule(exit="bars_held > 5")},
        {"rules": _rule(entry="not last_trade_won and close > open")},
        {"rules": _rule(entry='htf("1d",close) > close')},
        {"rules": _rule(entry='sym("ETH/USDT",close) > close')},
        {"rules": _rule(entry="cs_rank(close) > 80")},
        {"rules": _rule(entry="funding_rate < 0")},
        {"stops": [{"kind": "breakeven_after_r", "value": 1}, {"kind": "pct", "value": 0.05}]},
        {"stops": [{"kind": "trail_expr", "price": "max(lowest(low,10), entry_price)"}]},
        {"stops": [{"kind": "max_loss_equity", "value": 0.01}]},
        {"targets": [{"kind": "moving_expr", "price": "sma(close,20)"}]},
        {"targets": [{"kind": "pct", "value": 0.1, "close_fraction": 0.5}]},
        {"sizing": {"kind": "vol_target", "value": 0.1, "lookback": 30, "resize": "daily"}},
        {"limits": {"session": "09:30-16:00", "days": ["mon"], "overnight": False}},
    ],
)  # fmt: skip
def test_what_can_run_is_not_refused(parts: dict[str, Any]) -> None:
    """Every part of the language passes where it is written rightly."""
    assert check(spec(**parts)).errors == ()


STATE: list[tuple[str, str, str | None]] = [
    ("exit", "bars_held > 5 and close > entry_price*1.05", None),
    ("exit", "cross_below(close, entry_price)", None),
    ("exit", "rising(open_return,3) or delta(open_r,2) < 0", None),
    ("exit", "open_return[1] > 0.05", None),
    ("exit", "where(side > 0, close < entry_price, 1) > 0", "UNIT_NOT_NUMBER"),
    ("exit", "sma(open_return,5) > 0.1", "STATE_NOT_ALLOWED_HERE"),
    ("exit", "close > highest(entry_price,10)", "STATE_NOT_ALLOWED_HERE"),
    ("exit", "any_of(open_return > 0.1,5)", "STATE_NOT_ALLOWED_HERE"),
    ("exit", "bars_since(open_return > 0.1) > 3", "STATE_NOT_ALLOWED_HERE"),
    ("exit", 'htf("1d",bars_held) > 3', "STATE_NOT_ALLOWED_HERE"),
    ("exit", 'sym("ETH/USDT",entry_price) > close', "STATE_NOT_ALLOWED_HERE"),
    ("exit", "last_trade_won[1]", "STATE_NOT_ALLOWED_HERE"),
    ("exit", "abs(sma(open_return,3)) > 0.1", "STATE_NOT_ALLOWED_HERE"),
    ("entry", "last_trade_won and close > open", None),
    ("entry", "last_trade_won[1]", "STATE_NOT_ALLOWED_HERE"),
    ("entry", "count(last_trade_won,5) > 2", "STATE_NOT_ALLOWED_HERE"),
    ("entry", "close > entry_price", "STATE_NOT_ALLOWED_HERE"),
    ("when", "last_trade_won", "STATE_NOT_ALLOWED_HERE"),
    ("score", "open_return", "STATE_NOT_ALLOWED_HERE"),
    ("sizing", "open_return", "STATE_NOT_ALLOWED_HERE"),
    ("price", "entry_price", "STATE_NOT_ALLOWED_HERE"),
    ("eligible", "units > 1", "STATE_NOT_ALLOWED_HERE"),
    ("trail_expr", "max(entry_price, close - 2*atr(14))", None),
    ("moving_expr", "entry_price + 2*atr(14)", None),
    ("add_when", "close > last_entry_price + 0.5*atr(20)", None),
]


@pytest.mark.parametrize(("role", "text", "code"), STATE)
def test_trade_state_stands_bar_by_bar_where_a_position_is(
    role: str, text: str, code: str | None
) -> None:
    """Pointwise in exits, trails, moving targets and adds; a refusal says what to do instead."""
    errors = [found for found in check_expression(text, role) if found.level == "error"]
    assert [found.code for found in errors] == ([] if code is None else [code])
    assert all(found.hint for found in errors if found.code == "STATE_NOT_ALLOWED_HERE")


@pytest.mark.parametrize(
    ("expr", "entry", "leave", "errors"),
    [
        ("not last_trade_won", "fresh and close > open", "close < open", []),
        ("not last_trade_won", "fresh[1] and close > open", "close < open", ["/rules/0/entry"]),
        ("bars_held > 5", "close > open", "fresh", []),
        ("bars_held > 5", "fresh", "close < open", ["/rules/0/entry"]),
        ("open_return", "close > open", "highest(fresh,5) > 0.1", ["/rules/0/exit"]),
        ("sma(open_return,5)", "close > open", "close < open", ["/lets/0/expr"]),
    ],
)
def test_a_let_brings_its_state_with_it(
    expr: str, entry: str, leave: str, errors: list[str]
) -> None:
    """What a let may not hold, and where a let may not stand."""
    report = check(
        spec(lets=[{"name": "fresh", "expr": expr}], rules=_rule(entry=entry, exit=leave))
    )
    assert [(f.path, f.code) for f in report.errors] == [
        (path, "STATE_NOT_ALLOWED_HERE") for path in errors
    ]


FORM: list[tuple[str, str, dict[str, Any]]] = [
    ("FIELD_RANGE", "/pair/x", {"pair": {"y": "A", "x": "A"}, "universe": {"symbols": []}}),
    ("SYMBOL_UNKNOWN", "/pair/x", {"pair": {"y": "BTC/USDT", "x": "ETH/USDT"}}),
    ("FIELD_RANGE", "/cross_section/long_top",
     {"rules": [], "cross_section": {"score": "close"}}),
    ("FIELD_RANGE", "/cross_section/long_top",
     {"rules": [], "cross_section": {"score": "close", "long_top": 1, "short_bottom": 1}}),
    ("FIELD_MISSING", "/ensemble/members", {"rules": [], "ensemble": {"members": []}}),
    ("FIELD_RANGE", "/ensemble/members", {"rules": [], "ensemble": {"members": [
        {"strategy": "a", "weight": 0.7}, {"strategy": "b", "weight": 0.7}]}}),
    ("FIELD_RANGE", "/ensemble/members", {"rules": [], "ensemble": {"members": [
        {"strategy": "a", "weight": 0.5}, {"strategy": "a", "weight": 0.5}]}}),
    ("FIELD_RANGE", "/ensemble/members/0/only_in_regimes/0",
     {"rules": [], "ensemble": {"members": [
         {"strategy": "a", "weight": 1.0, "only_in_regimes": ["calm"]}]}}),
    ("FIELD_MISSING", "/ensemble/members/0/only_in_regimes",
     {"rules": [], "ensemble": {"members": [{"strategy": "a", "weight": 1.0}],
                                "combine": "regime_select"}}),
    ("FORM_MIXED", "/rules", {"cross_section": RANKING}),
    ("FORM_MIXED", "/rules", {"rules": []}),
    ("FIELD_RANGE", "/targets", {"targets": [
        {"kind": "pct", "value": 0.1, "close_fraction": 0.6},
        {"kind": "pct", "value": 0.2, "close_fraction": 0.6}]}),
    ("FIELD_RANGE", "/targets", {"targets": [
        {"kind": "pct", "value": 0.1}, {"kind": "pct", "value": 0.2, "close_fraction": 0.5}]}),
    ("STOP_MISSING_FOR_RISK", "/stops/0/kind",
     {"stops": [{"kind": "breakeven_after_r", "value": 1}]}),
    ("STOP_MISSING_FOR_RISK", "/rules/0/exit",
     {"rules": _rule(exit="open_r > 2"), "stops": [{"kind": "time_bars", "value": 9}]}),
    ("FIELD_MISSING", "/rules/0/order/price", {"rules": _rule(order={"type": "limit"})}),
    ("UNIT_COMPARE", "/rules/0/order/price",
     {"rules": _rule(order={"type": "stop", "price": "atr(14)"})}),
    ("UNIT_COMPARE", "/stops/0/price", {"stops": [{"kind": "price_expr", "price": "2*atr(14)"}]}),
    ("UNIT_COMPARE", "/targets/0/price",
     {"targets": [{"kind": "moving_expr", "price": "rsi(close,14)"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "parts"), FORM)
def test_each_form_has_what_it_needs(code: str, path: str, parts: dict[str, Any]) -> None:
    """The code stands at the path; right twins stand above."""
    assert (code, path) in _codes(**parts)


def test_a_timeframe_inside_another_is_checked_against_it() -> None:
    """Daily bars add up to weeks, weeks to nothing; the base alone would allow both."""
    good = _codes(rules=_rule(entry='htf("1d",htf("1w",close)) > close'))
    bad = _codes(rules=_rule(entry='htf("1w",htf("1d",close)) > close'))
    assert good == []
    assert bad == [("TIMEFRAME_PAIR", "/rules/0/entry")]


def test_a_let_inside_a_higher_timeframe_is_checked_there() -> None:
    """Daily bars of a let are fine on hours and impossible on weeks."""
    lets = [{"name": "day", "expr": 'htf("1d",close)'}, {"name": "hour_close", "expr": "close"}]
    assert _codes(lets=lets, rules=_rule(entry='htf("1w",hour_close) > day')) == []
    bad = _codes(lets=lets, rules=_rule(entry='htf("1w",day) > close'))
    assert bad == [("TIMEFRAME_PAIR", "/rules/0/entry")]


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
