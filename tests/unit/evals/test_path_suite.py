"""Equal series: right rewrites pass, wrong rules do not, and a silent gold proves nothing."""

from __future__ import annotations

import pytest

from engine.errors import SpecError
from engine.market import Timeframe
from evals.path_suite import (
    Frame,
    Series,
    gold,
    joined,
    never,
    same_condition,
    same_numbers,
    same_order,
)

FRAME = Frame(Timeframe.H4, "BTC/USDT")


def entry(text: str) -> Series:
    """An entry on the frame's bars."""
    return gold(text, "entry", FRAME.timeframe)


def compare(one: str, other: str) -> bool:
    """Whether two entries are the same on the suite."""
    return same_condition(entry(one), entry(other), FRAME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rsi(close,14) < 30", "30 > rsi(close,14)"),
        ("close > highest(high,20)[1]", "close > donchian_upper(20)[1]"),
        ("cross_above(ema(close,10),ema(close,30))",
         "ema(close,10) > ema(close,30) and ema(close,10)[1] <= ema(close,30)[1]"),
        ("close > sma(close,50)", "close - sma(close,50) > 0"),
        ("not (rsi(close,14) >= 30)", "rsi(close,14) < 30"),
        ("close > bb_mid(close,20,2)", "close > mean(close,20)"),
    ],
)  # fmt: skip
def test_right_rewrites_are_the_same(one: str, other: str) -> None:
    """Other words for one rule match on every bar."""
    assert compare(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rsi(close,14) < 30", "rsi(close,14) < 31"),
        ("rsi(close,14) < 30", "rsi(close,13) < 30"),
        ("close > highest(high,20)[1]", "close > highest(high,20)[2]"),
        ("close > highest(high,20)[1]", "close >= highest(high,20)[1]"),
        ("close > sma(close,50)", "close > ema(close,50)"),
        ("rsi(close,14) < 30 and close > sma(close,50)", "rsi(close,14) < 30"),
        ("cross_above(ema(close,10),ema(close,30))", "ema(close,10) > ema(close,30)"),
    ],
)  # fmt: skip
def test_a_small_mutation_is_seen(one: str, other: str) -> None:
    """Constant, window, lag, comparison, function or clause: each differs on some bar."""
    assert not compare(one, other)


def test_a_gold_condition_that_never_turns_is_refused() -> None:
    """It would accept every other rule that never fires."""
    with pytest.raises(SpecError) as silent:
        compare("close > 1000000000", "close > 2000000000")
    assert silent.value.code == "GOLD_PROVES_NOTHING"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("close > entry_price", "FEATURE_NOT_AVAILABLE"),
        ("rsi(close,14) <", "SYNTAX_INVALID"),
        ("rsi(close,14) < close", "UNIT_COMPARE"),
    ],
)
def test_a_gold_expression_that_cannot_be_run_says_why(text: str, code: str) -> None:
    """The code is the checker's own; what only a position knows no bar can tell."""
    with pytest.raises(SpecError) as refused:
        gold(text, "exit", Timeframe.H4)
    assert refused.value.code == code


def test_conditions_join_with_and_and_or() -> None:
    """Missing counts as not true, nothing to join is an error."""
    parts = [entry("close > open"), entry("rsi(close,5) < 50")]
    both, either = "close > open and rsi(close,5) < 50", "close > open or rsi(close,5) < 50"
    assert same_condition(joined("and", parts), entry(both), FRAME)
    assert same_condition(joined("or", parts), entry(either), FRAME)
    assert not same_condition(parts[0], never(), FRAME)
    with pytest.raises(ValueError, match="nothing"):
        joined("and", [])


def test_levels_compare_by_value() -> None:
    """A level is the same when its numbers are."""
    one = gold("close - 2*atr(14)", "price", FRAME.timeframe)
    assert same_numbers(one, gold("close - atr(14)*2", "price", FRAME.timeframe), FRAME)
    assert not same_numbers(one, gold("close - 2.1*atr(14)", "price", FRAME.timeframe), FRAME)


def test_scores_compare_by_order() -> None:
    """Another unit of the same score ranks alike; another look-back does not."""
    score = gold("roc(close,60)", "score", FRAME.timeframe)
    assert same_order(score, gold("close / close[60]", "score", FRAME.timeframe), FRAME.timeframe)
    assert not same_order(score, gold("roc(close,61)", "score", FRAME.timeframe), FRAME.timeframe)
