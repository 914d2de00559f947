"""From spec to decisions: conditions, levels, warm-up, regimes, and what forbids an entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.backtest.simulator import simulate
from engine.data.bars import Bars, FloatArray
from engine.errors import InputError, SpecError
from engine.language.compiler import compile_spec
from engine.language.decisions import Decisions, RuleDecisions
from engine.market import Timeframe
from tests.language_world import RULE, bars_from, nasty_bars, spec, value
from tests.rules import FREE

BARS = nasty_bars(400)
SHORT = {**RULE, "id": "s", "side": "short", "entry": "rsi(close,14) > 70"}


def _decide(bars: Bars = BARS, **parts: Any) -> Decisions:  # noqa: ANN401 - JSON parts of a spec
    return compile_spec(spec(**parts)).decide(bars)


def _long(bars: Bars = BARS, **parts: Any) -> RuleDecisions:  # noqa: ANN401 - JSON parts
    return _decide(bars, **parts).rules[0]


def _aim(rule: RuleDecisions, number: int = 0) -> FloatArray:
    level = rule.targets[number].level
    assert level is not None
    return level


def _rule(entry: str, **parts: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON parts of a rule
    return [{**RULE, "entry": entry, **parts}]


def test_conditions_act_after_the_warm_up_only() -> None:
    """Definite true values from the warm-up on; before it nothing is decided."""
    decisions = _decide()
    (side,) = decisions.rules
    assert (side.rule, side.direction) == ("dip", 1)
    assert decisions.warmup == 139
    wanted = value("rsi(close,14) < 30", BARS) == 1
    assert wanted[:139].any()
    wanted[:139] = False
    np.testing.assert_array_equal(side.enter, wanted)
    assert side.enter.any()
    assert not side.exit[:139].any()


def test_missing_is_not_true_and_its_negation_neither() -> None:
    """On a frozen market neither `rsi < 30` nor `not (rsi < 30)` acts."""
    frozen = bars_from([100.0] * 300)
    for text in ("rsi(close,14) < 30", "not (rsi(close,14) < 30)"):
        assert not _long(frozen, rules=_rule(text)).enter.any()
    known = "close > open and rsi(close,14) < 30 or volume > 5"
    assert _long(frozen, rules=_rule(known)).enter[200:].all()


def test_parameters_are_put_in_and_lets_written_out() -> None:
    """A spec with names decides like one with numbers."""
    plain = _long(rules=_rule("close > sma(close,20)[1]*1.01"))
    named = _long(
        rules=_rule("close > line[lag]*k"),
        lets=[{"name": "line", "expr": "sma(close,n)"}],
        params=[
            {"name": "n", "type": "int", "default": 20},
            {"name": "lag", "type": "int", "default": 1},
            {"name": "k", "type": "float", "default": 1.01},
        ],
    )
    np.testing.assert_array_equal(plain.enter, named.enter)
    assert plain.enter.any()


def test_equal_parts_are_computed_once() -> None:
    """The plan holds each canonical expression a single time."""
    compiled = compile_spec(
        spec(rules=_rule("rsi(close,14) < 30 and rsi(close, 14) > rsi(close,14)[1]"))
    )
    texts = [step.text for step in compiled.plan.steps]
    assert texts.count("rsi(close,14)") == 1
    assert len(texts) == len(set(texts))


LEVELS = [
    ({"kind": "pct", "value": 0.05}, "close*0.95", "close*1.05"),
    ({"kind": "atr", "value": 2, "period": 14}, "close - 2*atr(14)", "close + 2*atr(14)"),
]


@pytest.mark.parametrize(("stop", "below", "above"), LEVELS)
def test_fixed_stops_lie_on_the_losing_side(stop: dict[str, Any], below: str, above: str) -> None:
    """Measured from the close of the decision; shorts mirror."""
    decisions = _decide(rules=[RULE, SHORT], stops=[stop])
    for side, text in zip(decisions.rules, (below, above), strict=True):
        assert side.enter.any()
        np.testing.assert_array_equal(side.stop[side.enter], value(text, BARS)[side.enter])


@pytest.mark.parametrize(("target", "below", "above"), LEVELS)
def test_targets_lie_on_the_winning_side(target: dict[str, Any], below: str, above: str) -> None:
    """A target of the same distance is the stop's mirror image."""
    decisions = _decide(rules=[RULE, SHORT], targets=[target])
    for side, text in zip(decisions.rules, (above, below), strict=True):
        np.testing.assert_array_equal(_aim(side)[side.enter], value(text, BARS)[side.enter])


def test_the_tightest_stop_counts_and_every_target_is_kept() -> None:
    """Of several stops the one nearest to ref is fixed; targets close their shares one by one."""
    side = _long(
        stops=[{"kind": "pct", "value": 0.05}, {"kind": "pct", "value": 0.02}],
        targets=[
            {"kind": "pct", "value": 0.1, "close_fraction": 0.4},
            {"kind": "r_multiple", "value": 2, "close_fraction": 0.6},
        ],
    )
    close = BARS.close[side.enter]
    np.testing.assert_allclose(side.stop[side.enter], close * 0.98, rtol=1e-12)
    np.testing.assert_allclose(_aim(side)[side.enter], close * 1.1, rtol=1e-12)
    assert [aim.multiple for aim in side.targets] == [0.0, 2.0]
    assert [aim.fraction for aim in side.targets] == [0.4, 0.6]


def test_a_price_expression_is_fixed_at_the_decision() -> None:
    """The level is the expression's value at the close of the decision."""
    side = _long(stops=[{"kind": "price_expr", "price": "lowest(low,10)"}])
    np.testing.assert_array_equal(side.stop[side.enter], value("lowest(low,10)", BARS)[side.enter])


def test_a_level_that_is_missing_forbids_the_entry() -> None:
    """No position without its planned protection."""
    frozen = bars_from([100.0] * 300)
    flat = {"stops": [{"kind": "price_expr", "price": "close*(1 - bb_pctb(close,20,2)/10)"}]}
    assert not _long(frozen, rules=_rule("volume > 5"), **flat).enter.any()
    assert _long(frozen, rules=_rule("volume > 5")).enter.any()


def test_trailing_levels_travel_apart() -> None:
    """Levels without trade state are arrays, the others are numbers; nothing is a fixed stop."""
    side = _long(
        stops=[
            {"kind": "trailing_atr", "value": 3, "period": 14},
            {"kind": "chandelier", "value": 4, "period": 22},
            {"kind": "trailing_pct", "value": 0.1},
            {"kind": "trailing_pct", "value": 0.08},
            {"kind": "time_bars", "value": 30},
        ]
    )
    loose = value("close - 3*atr(14)", BARS), value("highest(high,22) - 4*atr(22)", BARS)
    np.testing.assert_array_equal(side.trail, np.fmax(*loose))
    assert side.trailing_fraction == 0.08
    assert side.time_bars == 30
    assert np.isnan(side.stop).all()


def test_multiples_measure_from_the_first_stop_whatever_its_kind() -> None:
    """A trailing stop's first level is a first stop."""
    parts = {
        "stops": [{"kind": "trailing_pct", "value": 0.01}],
        "targets": [{"kind": "r_multiple", "value": 3}],
    }
    result = simulate(BARS, _decide(**parts), FREE, grid=False)
    assert result.trades
    for trade in result.trades:
        if trade.exit_reason == "target" and BARS.open[trade.exit_bar] < trade.exit_price:
            ref = BARS.close[trade.entry_bar - 1]
            assert trade.exit_price == pytest.approx(ref * 1.03, rel=1e-12)
    assert "target" in {trade.exit_reason for trade in result.trades}


def test_a_stop_that_is_too_far_skips_the_entry() -> None:
    """max_stop_distance_frac tightens what may be entered."""
    stops = [{"kind": "atr", "value": 3, "period": 14}]
    free = _long(stops=stops)
    tight = _long(stops=stops, limits={"max_stop_distance_frac": 0.04})
    distance = (BARS.close - free.stop) / BARS.close
    np.testing.assert_array_equal(tight.enter, free.enter & (distance <= 0.04))
    assert tight.enter.sum() not in {0, free.enter.sum()}


def test_two_rules_of_a_side_keep_their_own_levels() -> None:
    """Each rule decides for itself; where both fire the first one's levels are taken."""
    both = [RULE, {**RULE, "id": "b", "entry": "close > highest(high,20)[1]"}]
    stops = [
        {"kind": "pct", "value": 0.02, "rules": ["dip"]},
        {"kind": "pct", "value": 0.07, "rules": ["b"]},
    ]
    decisions = _decide(rules=both, stops=stops)
    dip, other = decisions.rules
    np.testing.assert_array_equal(dip.enter[139:], (value("rsi(close,14) < 30", BARS) == 1)[139:])
    assert np.allclose(dip.stop[dip.enter] / BARS.close[dip.enter], 0.98)
    assert np.allclose(other.stop[other.enter] / BARS.close[other.enter], 0.93)
    for trade in simulate(BARS, decisions, FREE, grid=False).trades:
        share = trade.stop_price / BARS.close[trade.entry_bar - 1]
        assert share == pytest.approx(0.98 if trade.rule == "dip" else 0.93)


def test_regimes_gate_entries_and_may_end_positions() -> None:
    """Entries only inside the regime; `exit` leaves when it ends, `hold` does not."""
    regimes = [{"name": "up", "when": "close > sma(close,50)"}]
    rules = _rule("close > open", only_in_regimes=["up"])
    side = _long(rules=rules, regimes=regimes)
    inside = value("close > sma(close,50)", BARS) == 1
    open_only = value("close > open", BARS) == 1
    np.testing.assert_array_equal(side.enter[139:], (inside & open_only)[139:])
    ends = _long(rules=[{**rules[0], "on_regime_end": "exit"}], regimes=regimes)
    np.testing.assert_array_equal(ends.exit, side.exit)
    assert side.regime_end is None
    assert ends.regime_end is not None
    np.testing.assert_array_equal(ends.regime_end[139:], ~inside[139:])
    assert not ends.regime_end[:139].any()


def test_limits_that_fit_travel_with_the_decisions() -> None:
    """Cooldown goes along, leverage tightens the cap."""
    decisions = _decide(
        limits={"cooldown_bars": 5, "max_leverage": 0.3},
        sizing={"kind": "fixed_fraction", "value": 0.9},
    )
    assert decisions.limits.cooldown_bars == 5
    assert decisions.sizing.max_position_frac == 0.3
    assert decisions.sizing.value == 0.9


def test_bars_of_another_timeframe_are_refused() -> None:
    """A rule for hours means nothing on days."""
    with pytest.raises(InputError) as caught:
        compile_spec(spec(timeframe="4h")).decide(BARS)
    assert caught.value.code == "TIMEFRAME_MISMATCH"


def test_a_wrong_spec_is_not_compiled() -> None:
    """The fault carries code, path and hint of the first error."""
    with pytest.raises(SpecError) as caught:
        compile_spec(spec(rules=_rule("rsi(14) < 30")))
    assert caught.value.code == "ARITY_WRONG"
    assert "/rules/0/entry" in caught.value.message
    assert caught.value.hint == "write rsi(close,14) < 30"


def test_fewer_bars_than_the_warm_up_decide_nothing() -> None:
    """Short history: all arrays are there, nothing is true."""
    side = _long(BARS.slice(0, 100))
    assert len(side.enter) == 100
    assert not side.enter.any()
    assert BARS.timeframe is Timeframe.H1
