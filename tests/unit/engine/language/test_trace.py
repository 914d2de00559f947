"""Why long, why flat, and what is nearest to turning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.instruments import instrument_for
from engine.errors import InputError
from engine.language.compiler import compile_spec
from engine.language.trace import explain, nearest_flip
from engine.language.view import View
from engine.signals import RuleValue
from tests.language_world import RULE, bars_from, nasty_bars, spec, value

BARS = nasty_bars(300)
ENTRY = (
    "rsi(close,14) < 30 and close > sma(close,100) or cross_above(close,open) or rising(close,3)"
)
COMPILED = compile_spec(spec(rules=[{**RULE, "entry": ENTRY}]))


def test_each_comparison_is_shown_with_its_values() -> None:
    """Entries first, then exits; both sides are the values at the bar."""
    found = explain(COMPILED, BARS, 250, "en")
    assert [row.text for row in found] == [
        "RSI(14) is below 30", "the close is above the 100-bar average",
        "the close crosses above the open", "the close is above its value 3 bars ago",
        "RSI(14) is above 55",
    ]  # fmt: skip
    assert found[0].left == value("rsi(close,14)", BARS)[250]
    assert found[0].right == 30
    assert found[3].right == BARS.close[247]
    assert found[0].holds is bool(value("rsi(close,14)", BARS)[250] < 30)


def test_the_last_bar_is_minus_one_and_words_come_in_german() -> None:
    """The same figures with German words."""
    one, other = explain(COMPILED, BARS, -1, "en"), explain(COMPILED, BARS, 299, "de")
    assert [(r.left, r.right, r.holds) for r in one] == [(r.left, r.right, r.holds) for r in other]
    assert other[0].text == "RSI(14) ist kleiner als 30"


def test_what_is_missing_is_neither_true_nor_false() -> None:
    """Before there is an RSI the comparison holds None and shows no value."""
    first = explain(COMPILED, BARS, 5, "en")[0]
    assert (first.left, first.right, first.holds) == (None, 30.0, None)


def test_a_bar_that_is_not_there_is_refused() -> None:
    """Indices outside the bars fault."""
    with pytest.raises(InputError) as caught:
        explain(COMPILED, BARS, 300, "en")
    assert caught.value.code == "INDEX_OUT_OF_RANGE"


def test_the_nearest_flip_is_the_smallest_gap_that_turns_the_rule() -> None:
    """Of two comparisons joined by `and`, only the false one turns a false rule."""
    path = [100 + n % 3 for n in range(150)]
    bars = bars_from([*path, 101.0])
    entry = "close > 100.5 and close < 80 and close < 101.5"
    compiled = compile_spec(spec(rules=[{**RULE, "entry": entry.replace("80", "100.9")}]))
    flip = nearest_flip(compiled, bars, -1, "en")
    assert flip is not None
    assert flip.value.text == "the close is below 100.9"
    assert flip.value.holds is False
    assert flip.distance == pytest.approx(0.1 / np.abs(np.diff(bars.close[-101:])).mean())


def test_when_two_things_are_missing_no_single_one_turns_the_rule() -> None:
    """Two false parts of an `and`: no nearest flip."""
    bars = bars_from([100.0 + n % 3 for n in range(150)])
    compiled = compile_spec(spec(rules=[{**RULE, "entry": "close > 500 and volume > 500"}]))
    assert nearest_flip(compiled, bars, -1, "en") is None


def test_a_path_without_condition_is_refused() -> None:
    """The hint names the conditions there are."""
    with pytest.raises(InputError) as caught:
        nearest_flip(COMPILED, BARS, -1, "en", path="/rules/7/entry")
    assert caught.value.code == "PATH_UNKNOWN"
    assert "/rules/0/entry" in caught.value.hint


HELD = {"bars_held": 7.0, "entry_price": 100.0, "open_return": 0.04, "side": 1.0}


def _told(parts: dict[str, Any], position: dict[str, float] | None = None) -> dict[str, RuleValue]:
    compiled = compile_spec(spec(**parts))
    return {row.text: row for row in explain(compiled, BARS, 250, "en", position)}


def test_trade_state_is_told_while_a_position_is_open() -> None:
    """Its figures come with the position; flat, the comparison is neither true nor false."""
    parts = {"rules": [{**RULE, "exit": "bars_held >= 5 and close > entry_price"}]}
    held, price = "the bars held is at least 5", "the close is above the entry price"
    flat, open_ = _told(parts), _told(parts, HELD)
    assert (flat[held].left, flat[held].holds) == (None, None)
    assert (open_[held].left, open_[held].right, open_[held].holds) == (7, 5, True)
    assert open_[price].right == 100
    assert open_[price].left == BARS.close[250]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("abs(open_return) > 0.01", 0.04),
        ("max(open_return,0.05) > 0.01", 0.05),
        ("min(open_return,0.05) > 0.01", 0.04),
        ("-open_return < 0.01", -0.04),
        ("entry_price - close[1] > 0", 100 - BARS.close[249]),
        ("sign(open_return) == 1", 1),
    ],
)
def test_pointwise_state_is_worked_out_at_the_bar(text: str, left: float) -> None:
    """Arithmetic, choices and lags of the market around the position's figures."""
    found = explain(compile_spec(spec(rules=[{**RULE, "exit": text}])), BARS, 250, "en", HELD)
    assert found[1].left == pytest.approx(left, rel=1e-12)
    assert found[1].holds is not None


def test_regimes_orders_and_weights_are_told_too() -> None:
    """Conditions after the rules', then the levels that a decision names."""
    told = _told({
        "regimes": [{"name": "calm", "when": "natr(14) < 0.5"}],
        "rules": [{**RULE, "order": {"type": "stop", "price": "high + atr(14)"},
                   "only_in_regimes": ["calm"]}],
        "sizing": {"kind": "vol_target", "value": 0.2, "expr": "realized_vol(close,30)"},
        "pyramiding": {"max_units": 2, "add_when": "close > last_entry_price"},
    })  # fmt: skip
    order = told["the high + ATR(14)"]
    assert order.left == value("high + atr(14)", BARS)[250]
    assert (order.right, order.holds) == (None, None)
    assert told["ATR(14) over the close is below 50%"].holds is True
    assert told["the close is above the last entry price"].holds is None
    assert "the annualised volatility over 30 bars" in told


def test_a_ranking_is_told_on_its_panel() -> None:
    """Score and eligibility of the member that is looked at."""
    ranked = compile_spec(
        spec(
            rules=[], stops=[], universe={"symbols": ["BTC/USDT", "ETH/USDT"]},
            cross_section={"score": "cs_rank(close)", "eligible": 'sym("ETH/USDT",close) > 1',
                           "long_top": 1},
        )
    )  # fmt: skip
    other = replace(BARS, instrument=instrument_for("ETH/USDT"), close=BARS.close * 1.0001)
    eligible, score = explain(ranked, View.of(BARS, other), 250, "en")
    assert eligible.left == other.close[250]
    assert eligible.holds is True
    assert score.left == 0
