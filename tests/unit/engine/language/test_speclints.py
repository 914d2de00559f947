"""Lints of whole specs: each fires where it must and is silent beside its twin."""

from __future__ import annotations

from typing import Any

import pytest

from engine.language.analysis import analyse
from engine.language.checker import check
from engine.language.codes import WARNINGS, Code
from engine.language.firing import never_fires, suite_for
from engine.language.speclints import history_finding, sweep_size
from engine.language.sweeps import at_point, refused_points, sweep_points, values_of
from tests.language_world import RULE, STOP, spec

ATR_RISK = {"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 0.2}
STOCK = {"symbols": ["SPY"]}
CROSS = {
    "params": [
        {"name": "fast", "type": "int", "default": 50, "low": 5, "high": 100, "step": 5},
        {"name": "slow", "type": "int", "default": 200, "low": 50, "high": 300, "step": 10},
    ],
    "rules": [
        {
            **RULE,
            "entry": "cross_above(sma(close,fast),sma(close,slow))",
            "exit": "cross_below(sma(close,fast),sma(close,slow))",
        }
    ],
}


def _rule(**parts: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON parts of a rule
    return [{**RULE, **parts}]


def _found(**parts: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - JSON parts of a spec
    return [(found.code, found.path) for found in check(spec(**parts)).findings]


LINTS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("NO_EXIT", "/rules/0", {"rules": _rule(exit=None), "stops": []},
     {"rules": _rule(exit=None)}),
    ("STOP_SIDE", "/stops/0/price",
     {"rules": [RULE, {**RULE, "id": "s", "side": "short"}],
      "stops": [{"kind": "trail_expr", "price": "low"}]},
     {"stops": [{"kind": "trail_expr", "price": "low"}]}),
    ("SIZE_CAPPED", "/stops/0/value",
     {"sizing": ATR_RISK, "stops": [{"kind": "pct", "value": 0.01}]},
     {"sizing": ATR_RISK, "stops": [{"kind": "pct", "value": 0.1}]}),
    ("SIZE_CAPPED", "/stops/0/value",
     {"sizing": ATR_RISK, "stops": [{"kind": "atr", "value": 1, "period": 14}]},
     {"timeframe": "1d", "sizing": ATR_RISK,
      "stops": [{"kind": "atr", "value": 2, "period": 14}]}),
    ("PARAM_EDGE", "/params/0/default",
     {"params": [{"name": "n", "type": "int", "default": 5, "low": 5, "high": 9, "step": 1}]},
     {"params": [{"name": "n", "type": "int", "default": 6, "low": 5, "high": 9, "step": 1}]}),
    ("SWEEP_SIZE", "/params",
     {"params": [{"name": f"n{i}", "type": "int", "default": 50, "low": 1, "high": 101,
                  "step": 1} for i in range(2)]},
     {"params": [{"name": f"n{i}", "type": "int", "default": 50, "low": 1, "high": 100,
                  "step": 1} for i in range(2)]}),
    ("PARAM_COUNT", "/rules",
     {"rules": _rule(entry=" and ".join(f"rsi(close,{n}) < {n + 20}" for n in range(3, 9)))},
     {"rules": _rule(entry=" and ".join(f"rsi(close,{n}) < {n + 20}" for n in range(3, 6)))}),
    ("SESSION_ON_24H", "/limits/session", {"limits": {"session": "09:30-16:00"}},
     {"universe": STOCK, "limits": {"session": "09:30-16:00"}}),
    ("SESSION_ON_24H", "/limits/flat_by", {"limits": {"flat_by": "15:45"}},
     {"universe": STOCK, "limits": {"flat_by": "15:45"}}),
    ("SESSION_ON_24H", "/limits/overnight", {"limits": {"overnight": False}},
     {"limits": {"overnight": True}}),
    ("SESSION_ON_24H", "/rules/0/entry", {"rules": _rule(entry="close > opening_range_high(30)")},
     {"universe": STOCK, "rules": _rule(entry="close > opening_range_high(30)")}),
    ("EXIT_UNREACHABLE", "/rules/0/exit",
     {"rules": _rule(exit="bars_held > 10"), "stops": [STOP, {"kind": "time_bars", "value": 10}]},
     {"rules": _rule(exit="bars_held > 9"), "stops": [STOP, {"kind": "time_bars", "value": 10}]}),
    ("EXIT_UNREACHABLE", "/rules/0/exit",
     {"rules": _rule(exit="open_return > 0.2 or close < open"),
      "targets": [{"kind": "pct", "value": 0.1}]},
     {"rules": _rule(exit="open_return > 0.2 or close < open"),
      "targets": [{"kind": "pct", "value": 0.1, "close_fraction": 0.5}]}),
    ("EXIT_UNREACHABLE", "/rules/0/exit",
     {"rules": _rule(exit="open_r >= 3"), "targets": [{"kind": "r_multiple", "value": 2}]},
     {"rules": _rule(exit="open_r >= 1"), "targets": [{"kind": "r_multiple", "value": 2}]}),
    ("EXIT_UNREACHABLE", "/rules/0/exit", {"rules": _rule(exit="open_return < -0.1")},
     {"rules": _rule(exit="open_return < -0.02")}),
    ("EXIT_UNREACHABLE", "/stops/0",
     {"stops": [{"kind": "pct", "value": 0.1}, {"kind": "trailing_pct", "value": 0.05}]},
     {"stops": [{"kind": "pct", "value": 0.05}, {"kind": "trailing_pct", "value": 0.1}]}),
    ("ALWAYS_TRUE", "/rules/0/entry", {"rules": _rule(entry="true")},
     {"rules": _rule(entry="true", order={"type": "stop", "price": "high"})}),
    ("ALWAYS_TRUE", "/rules/0/exit", {"rules": _rule(exit="bars_held >= 1")},
     {"rules": _rule(exit="bars_held >= 2")}),
    ("UNSATISFIABLE", "/rules/0/exit", {"rules": _rule(exit="bars_held < 1")},
     {"rules": _rule(exit="bars_held <= 1")}),
    ("NOT_STATISTICALLY_SUPPORTED", "/rules/0/entry", {"rules": _rule(entry="ecm_window(5)")},
     {"rules": _rule(entry="dom <= 5")}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "parts", "twin"), LINTS)
def test_each_lint_fires_and_its_twin_is_silent(
    code: str, path: str, parts: dict[str, Any], twin: dict[str, Any]
) -> None:
    """The code stands at the path, and nowhere in the twin."""
    assert (code, path) in _found(**parts)
    assert code not in [found for found, _ in _found(**twin)]


def test_warnings_leave_a_spec_usable() -> None:
    """A warning never refuses; an error always does."""
    for code, _, parts, _ in LINTS:
        report = check(spec(**parts))
        errors = {found.code for found in report.errors}
        assert (code in errors) == (Code(code) not in WARNINGS)


def test_a_rule_that_never_enters_is_told() -> None:
    """No bar of sixteen paths fulfils it; it would run and never trade."""
    silent = spec(rules=_rule(entry="roc(close,1) > 5 and rsi(close,14) < 30"))
    lively = spec()
    (found,) = never_fires(silent, suite_for(silent))
    assert (found.code, found.path, found.level) == ("NEVER_FIRES", "/rules/0/entry", "warning")
    assert never_fires(lively, suite_for(lively)) == ()


def test_an_entry_that_is_its_own_exit_never_enters() -> None:
    """Exit and entry true together: nothing is entered."""
    spec_ = spec(rules=_rule(entry="close > open", exit="close > open"))
    assert [found.code for found in never_fires(spec_, suite_for(spec_))] == ["NEVER_FIRES"]


@pytest.mark.parametrize(
    "parts",
    [
        {"rules": _rule(entry="not last_trade_won and close > open")},
        {"rules": _rule(entry='sym("ETH/USDT",close) > close')},
        {"rules": _rule(entry='htf("1d",close > open)')},
        {"rules": [], "cross_section": {"score": "roc(close,20)", "long_top": 1},
         "universe": {"symbols": ["AAA/USDT", "BBB/USDT"]}},
        {"pair": {"y": "BTC/USDT", "x": "ETH/USDT"}, "universe": {"symbols": []},
         "rules": _rule(entry="zscore(spread,60) < -2", exit="zscore(spread,60) > 0")},
        {"rules": _rule(entry="close > close[1]", exit="bars_held > 3")},
    ],
)  # fmt: skip
def test_every_form_is_asked_whether_it_fires(parts: dict[str, Any]) -> None:
    """Other symbols, timeframes, rankings and pairs trade on the suite."""
    lively = spec(**parts)
    assert never_fires(lively, suite_for(lively)) == ()


def test_a_wrong_spec_is_not_asked_whether_it_fires() -> None:
    """Its errors come first."""
    assert never_fires(spec(rules=_rule(entry="close")), ()) == ()


def test_a_short_history_names_both_numbers() -> None:
    """Under three warm-ups it is an error with the bars needed and the bars there."""
    found = history_finding(100, 299)
    assert found is not None
    assert (found.code, found.level) == ("HISTORY_SHORT", "error")
    assert "299" in found.message
    assert "300" in found.message
    assert history_finding(100, 300) is None


def test_fast_above_slow_is_refused_at_every_point_where_it_happens() -> None:
    """The default of the golden cross is right; the corners of its sweep are not."""
    golden = spec(**CROSS)
    assert check(golden).ok
    refused = list(refused_points(golden))
    assert all("FAST_SLOW" in codes for _, codes in refused)
    bad = [dict(point) for point, _ in refused]
    every = [dict(point) for point in sweep_points(golden.params)]
    assert bad == [point for point in every if point["fast"] >= point["slow"]]
    assert not check(at_point(golden, {"fast": 100, "slow": 50})).ok
    assert check(at_point(golden, {"fast": 45, "slow": 50})).ok


def test_a_point_changes_the_defaults_and_nothing_else() -> None:
    """The digest of a point is that of the spec written with its numbers."""
    golden = spec(**CROSS)
    fixed = at_point(golden, {"fast": 10, "slow": 100})
    assert [(p.name, p.default, p.low) for p in fixed.params] == [
        ("fast", 10, None), ("slow", 100, None),
    ]  # fmt: skip
    assert fixed.rules == golden.rules
    assert analyse(fixed).ok


def test_the_points_of_a_sweep_are_counted() -> None:
    """Both ends belong to a range; rounding loses none."""
    (band,) = spec(
        params=[{"name": "b", "type": "float", "default": 0.01, "low": 0, "high": 0.03,
                 "step": 0.005}]
    ).params  # fmt: skip
    assert values_of(band) == (0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03)
    assert sweep_size((band, band)) == 49
