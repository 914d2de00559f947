"""Masking: the same idea with other numbers leaves the same tree and the same data."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.language.expressions import parse
from engine.language.identity import rule_digest, shape_digest
from engine.language.masking import masked_tree, without_numbers
from engine.language.rendering import canonical
from engine.language.spec import StrategySpec
from tests.language_world import RULE, STOP, spec


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("rsi(close,14) < 30", "rsi(close,$) < $"),
        ("close > -(2 + 3) * 4", "close > $"),
        ("close[2][3] > close[1]", "close[$] > close[$]"),
        ("atr(14) > tr", "atr($) > tr"),
        ("close > open", "close > open"),
    ],
)
def test_numbers_are_masked_and_nothing_else(text: str, masked: str) -> None:
    """Operators, series and comparisons stay; sums of numbers and lags of lags are one number."""
    assert canonical(masked_tree(parse(text))).replace(" ", "") == masked.replace(" ", "")


def test_plain_data_lose_their_numbers() -> None:
    """Numbers and absent numbers read alike; words and switches stay."""
    data = {"kind": "pct", "value": 0.5, "list": [1, "a", None, True], "exact": Decimal(1)}
    assert without_numbers(data) == {
        "kind": "pct", "value": None, "list": [None, "a", None, True], "exact": None,
    }  # fmt: skip


def _entry(text: str) -> StrategySpec:
    return spec(rules=[{**RULE, "entry": text}])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rsi(close,14) < 30", "rsi(close,3) < 10"),
        ("close > 5", "close > -5"),
        ("close > close[1]", "close > close[9]"),
        ("close > sma(close,20)*1.01", "close > 1.5*sma(close,7)"),
        ("rsi(close,3) < 10 and rsi(close,14) < 30", "rsi(close,14) < 10 and rsi(close,3) < 30"),
    ],
)
def test_one_idea_with_other_numbers_is_one_shape(one: str, other: str) -> None:
    """Thresholds, windows, lags and factors inside expressions buy no new shape."""
    assert rule_digest(_entry(one)) != rule_digest(_entry(other))
    assert shape_digest(_entry(one)) == shape_digest(_entry(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("close > open", "close < open"),
        ("close > sma(close,20)", "close > ema(close,20)"),
        ("rsi(close,14) < 30", "rsi(close,14) > 30"),
        ("close > close[1]", "close < close[1]"),
    ],
)
def test_another_idea_is_another_shape(one: str, other: str) -> None:
    """Series, operators and directions are the idea."""
    assert shape_digest(_entry(one)) != shape_digest(_entry(other))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"kind": "pct", "value": 0.05}, {"kind": "pct", "value": 0.05 + 1e-9}),
        (
            {"kind": "atr", "value": 2.0, "period": 14},
            {"kind": "atr", "value": 3.0, "period": 20},
        ),
    ],
)
def test_a_moved_stop_is_one_shape(before: dict[str, object], after: dict[str, object]) -> None:
    """Value and period of a stop are numbers; its kind is not."""
    one, two = spec(stops=[before]), spec(stops=[after])
    assert rule_digest(one) != rule_digest(two)
    assert shape_digest(one) == shape_digest(two)
    assert shape_digest(one) != shape_digest(spec(stops=[{**before, "kind": "time_bars"}]))


def test_a_moved_target_is_one_shape() -> None:
    """How far a target lies, and how much it closes, are numbers; that there is one is not."""
    one, two = (
        spec(stops=[STOP], targets=[{"kind": "pct", "value": value, "close_fraction": part}])
        for value, part in ((0.1, 1.0), (0.2, 0.5))
    )
    assert shape_digest(one) == shape_digest(two)
    assert shape_digest(one) != shape_digest(spec(stops=[STOP]))
