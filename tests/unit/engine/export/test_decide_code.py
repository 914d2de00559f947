"""The shared Python: its columns equal our own decisions bit for bit, operator by operator."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.resample import divides
from engine.errors import InputError
from engine.export.backtesting_py import ABLE
from engine.export.blueprint import blueprint_of
from engine.export.decide_code import decisions_source
from engine.export.operators import CALENDAR, CALLS
from engine.export.sources import prelude
from engine.language import library
from engine.language.compiler import compile_spec
from engine.language.expressions import parse
from engine.language.operators import OPERATORS
from engine.language.plan import Plan
from engine.language.resolve import number_of, resolve
from engine.language.spec import StrategySpec
from engine.language.units import Unit
from engine.market import Timeframe
from tests.export_world import changed, columns, loaded
from tests.language_world import RULE, STOP, nasty_bars, spec

BARS = nasty_bars(420)
NOT_COPIED = {
    "htf", "sym", "cs_rank", "cs_zscore", "vwap_session", "opening_range_high",
    "opening_range_low", "ecm_window",
}  # fmt: skip
"""Operators that need more than the columns of one instrument, or its session calendar."""

LONG_SHORT = {
    "params": [{"name": "lo", "type": "int", "default": 40}],
    "lets": [{"name": "strength", "expr": "rsi(close,9)"}],
    "regimes": [
        {"name": "calm", "when": "natr(14) < 0.012", "until": "natr(14) > 0.02", "min_bars": 3},
        {"name": "wild", "when": "natr(14) > 0.02"},
    ],
    "rules": [
        {"id": "dip", "side": "long", "entry": "strength < lo", "exit": "strength > 60",
         "only_in_regimes": ["calm", "none"], "on_regime_end": "exit"},
        {"id": "top", "side": "short", "entry": "strength > 100 - lo", "exit": "strength < 45"},
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
    "limits": {"max_stop_distance_frac": 0.2, "cooldown_bars": 2},
}  # fmt: skip


def source(document: StrategySpec) -> str:
    """The shared part of an exported file, with its helpers."""
    code = decisions_source(blueprint_of(document, "test", ABLE), "test")
    imports, helpers = prelude(code)
    return "\n".join(["from __future__ import annotations", *imports, helpers, code])


def assert_same_decisions(document: StrategySpec, bars: Bars = BARS) -> None:
    """Every column equals that of the compiled spec on the nasty bars, bit for bit."""
    module = loaded(source(document))
    found = module.decide(columns(bars), module.indicators(columns(bars)))
    decisions = compile_spec(document).decide(bars)
    for rule in decisions.rules:
        pairs = {"enter": rule.enter, "exit": rule.exit, "stop": rule.stop, "trail": rule.trail}
        pairs["ref"] = bars.close if rule.price is None else rule.price
        if rule.regime_end is not None:
            pairs["over"] = rule.regime_end
        if rule.enter_won is not None:
            pairs["won"] = rule.enter_won
        for place, aim in enumerate(rule.targets):
            if aim.level is not None:
                pairs[f"aim_{rule.rule}_{place}"] = aim.level
        for name, expected in pairs.items():
            column = name if name.startswith("aim") else f"{name}_{rule.rule}"
            np.testing.assert_array_equal(found[column], expected, column)
    if decisions.weight is not None:
        np.testing.assert_array_equal(found["weight"], decisions.weight)


def condition(name: str) -> str:
    """A condition that uses the operator's own example."""
    operator = OPERATORS[name]
    unit = operator.unit([Unit.P] * len(operator.args))
    call = operator.example
    if unit is Unit.B:
        return call
    return f"{call} > sma({call},3)"


@pytest.mark.parametrize("name", sorted(OPERATORS.keys() - NOT_COPIED))
def test_every_operator_has_our_values(name: str) -> None:
    """Each operator's values in an exported file equal those of our plan, bit for bit."""
    text = condition(name)
    document = spec(rules=[{**RULE, "entry": text}], limits={})
    found = loaded(source(document)).indicators(columns(BARS))
    for expression, values in found.items():
        plan = Plan()
        place = plan.add(parse(expression))
        np.testing.assert_array_equal(values, plan.run(BARS)[place], expression)


def test_every_operator_is_copied_or_known_not_to_be() -> None:
    """A new operator must find its place in the table or in the list above."""
    assert CALLS.keys() == OPERATORS.keys() - NOT_COPIED


@pytest.mark.parametrize("name", sorted(CALENDAR - {"htf"}))
def test_calendar_names_equal_ours_around_the_clock(name: str) -> None:
    """On a 24/7 instrument the names read off UTC equal our own."""
    document = spec(rules=[{**RULE, "entry": f"{name} == 3 and close > open"}])
    assert_same_decisions(document)


@pytest.mark.parametrize("frame", ["2h", "4h", "1d", "1w", "1M"])
@pytest.mark.parametrize("base", ["15m", "1h", "4h"])
def test_higher_timeframes_equal_ours(base: str, frame: str) -> None:
    """`htf` in a file sees the same closed bars, gaps and partial first bars included."""
    if not divides(Timeframe(base), Timeframe(frame)):
        return
    inner = "sma(close,3) + atr(2)" if frame != "1M" else "volume/volume[1]*close"
    rule = {**RULE, "entry": f'close > htf("{frame}",{inner}) and htf("{frame}",volume > 5)'}
    document = spec(timeframe=base, rules=[rule], limits={}, stops=[])
    bars = nasty_bars(
        2_000, timeframe=Timeframe(base), start=1_700_003_600_000 // 900_000 * 900_000
    )
    found = loaded(source(document)).indicators(columns(bars))
    for expression, values in found.items():
        plan = Plan()
        place = plan.add(parse(expression))
        np.testing.assert_array_equal(values, plan.run(bars)[place], expression)


def test_a_higher_timeframe_without_a_closed_bar_is_missing() -> None:
    """Two days of bars hold no whole month: nothing is known, nothing breaks."""
    document = spec(rules=[{**RULE, "entry": 'close > htf("1M",sma(close,2))'}], limits={})
    found = loaded(source(document)).indicators(columns(nasty_bars(400).slice(0, 48)))
    assert np.isnan(found['htf("1M",sma(close,2))']).all()


def _exportable() -> list[str]:
    names = []
    for name in library.names():
        try:
            source(library.load(name))
        except InputError:
            continue
        names.append(name)
    return names


@pytest.mark.parametrize("name", _exportable())
def test_library_specs_decide_alike(name: str) -> None:
    """Every library spec that can be written gives our decisions column by column."""
    document = changed(library.load(name), universe={"symbols": ["BTC/USDT"]})
    assert_same_decisions(document, nasty_bars(1_500, timeframe=document.timeframe))


def test_most_of_the_library_can_be_written() -> None:
    """Only rankings, pairs and exchange hours cannot."""
    assert len(_exportable()) >= len(library.names()) - 6


def test_both_sides_regimes_and_every_moving_exit_decide_alike() -> None:
    """Regimes, lets, parameters, trailing stops and targets of both sides equal ours."""
    assert_same_decisions(spec(**LONG_SHORT))


def test_other_parameters_give_the_expressions_of_those_parameters() -> None:
    """Values under changed parameters equal our plan with the same numbers put in."""
    document = spec(
        params=[{"name": "n", "type": "int", "default": 5}],
        rules=[{**RULE, "entry": "cross_above(close,sma(close,n)) and close[n] < open"}],
    )
    found = loaded(source(document)).indicators(columns(BARS), {"n": 9})
    for expression, values in found.items():
        plan = Plan()
        place = plan.add(resolve(parse(expression), {"n": number_of(9)}, {}))
        np.testing.assert_array_equal(values, plan.run(BARS)[place], expression)


def test_annualised_volatility_counts_the_bars_of_the_symbols_calendar() -> None:
    """A share has 252 days of 6.5 hours, a coin 365 of 24."""
    rule = {**RULE, "entry": "realized_vol(close,20) > 0.5"}
    share = spec(rules=[rule], universe={"symbols": ["SPY"]})
    assert f"BARS_PER_YEAR = {252 * 6.5!r}" in source(share)
    assert f"BARS_PER_YEAR = {365.0 * 24!r}" in source(spec(rules=[rule]))
    assert Timeframe.H1 is share.timeframe


def test_a_plain_series_can_be_a_level() -> None:
    """A stop at `low` and a target at an expression are read from bars and values."""
    document = spec(
        stops=[STOP, {"kind": "price_expr", "price": "low"}],
        targets=[{"kind": "price_expr", "price": "close + 2*atr(14)"}],
    )
    assert_same_decisions(document)
