"""Lints: what parses and fits and still cannot be meant; each with a twin that passes."""

from __future__ import annotations

import pytest

from engine.language.checker import check_expression

# text, code, a twin without findings
ERRORS = [
    ("rsi(close,14) < 30 and rsi(close,14) > 70", "UNSATISFIABLE",
     "rsi(close,14) < 30 or rsi(close,14) > 70"),
    ("rsi(close,14) > 70 and (close > open and rsi(close,14) <= 70)", "UNSATISFIABLE",
     "rsi(close,14) >= 70 and (close > open and rsi(close,14) <= 70)"),
    ("close > open and open > close", "UNSATISFIABLE", "close >= open and open >= close"),
    ("close > open and open > hl2 and hl2 > close", "UNSATISFIABLE",
     "close > open and open > hl2 and close > hl2"),
    ("cross_above(close,open) and close < open", "UNSATISFIABLE",
     "cross_above(close,open) and close[1] < open[1]"),
    ("close < low", "UNSATISFIABLE", "close < low[1]"),
    ("high < close", "UNSATISFIABLE", "high[1] < close"),
    ("close < 0", "UNSATISFIABLE", "close < 5"),
    ("not (close >= low)", "UNSATISFIABLE", "not (close >= low[1])"),
    ("false", "UNSATISFIABLE", "close > open"),
    ("close > highest(high,20)", "CHANNEL_SELF", "close > highest(high,20)[1]"),
    ("close < donchian_lower(20)", "CHANNEL_SELF", "close < donchian_lower(20)[1]"),
    ("cross_above(close,highest(close,20))", "CHANNEL_SELF", "close >= highest(close,20)"),
    ("rsi(close,14) < 0.3", "RANGE", "rsi(close,14) < 30"),
    ("0.3 > rsi(close,14)", "RANGE", "30 > rsi(close,14)"),
    ("rsi(close,14) > 130", "RANGE", "rsi(close,14) > 70"),
    ("willr(14) > 20", "RANGE", "willr(14) > -20"),
    ("corr(close,open,20) > 5", "RANGE", "corr(close,open,20) > 0.5"),
    ("sma(rsi(close,14),3) > 101", "RANGE", "sma(rsi(close,14),3) > 99"),
    ("hour > 24", "RANGE", "hour > 20"),
    ("macd(close,26,12,9) > 0", "FAST_SLOW", "macd(close,12,26,9) > 0"),
    ("macd_hist(close,12,12,9) > 0", "FAST_SLOW", "macd_hist(close,12,26,9) > 0"),
    ("cross_above(sma(close,50),sma(close,20))", "FAST_SLOW",
     "cross_below(sma(close,20),sma(close,50))"),
    ("cross_below(ema(close,20),ema(close,20))", "FAST_SLOW",
     "cross_below(ema(close,20),sma(close,20))"),
    ("obv() > 1000", "OBV_LEVEL", "obv() > sma(obv(),20)"),
    ("cross_above(ema(obv(),9)[1],0)", "OBV_LEVEL", "delta(obv(),9) > 0"),
]  # fmt: skip
WARNINGS = [
    ("close > 0", "ALWAYS_TRUE", "close > 5"),
    ("close > open or close >= low", "ALWAYS_TRUE", "close > open or close >= low[1]"),
    ("close > open and true", "ALWAYS_TRUE", "close > open"),
    ("rsi(close,14) <= 100", "ALWAYS_TRUE", "rsi(close,14) <= 99"),
    ("ecm_window(5) and close > open", "NOT_STATISTICALLY_SUPPORTED", "close > open"),
]


@pytest.mark.parametrize(("text", "code", "twin"), ERRORS)
def test_what_cannot_be_meant_is_refused(text: str, code: str, twin: str) -> None:
    """The code is found, the twin has no finding at all."""
    found = check_expression(text, "entry")
    assert code in [f.code for f in found if f.level == "error"]
    assert check_expression(twin, "entry") == ()


@pytest.mark.parametrize(("text", "code", "twin"), ERRORS)
def test_fixes_of_lints_pass_the_checker(text: str, code: str, twin: str) -> None:
    """A fix that is offered is itself without errors."""
    del code, twin
    for finding in check_expression(text, "entry"):
        if finding.fix is not None:
            again = check_expression(finding.fix, "entry")
            assert [f.code for f in again if f.level == "error"] == []


@pytest.mark.parametrize(("text", "code", "twin"), WARNINGS)
def test_what_is_only_odd_is_a_warning(text: str, code: str, twin: str) -> None:
    """Warnings travel but do not refuse."""
    found = check_expression(text, "entry")
    assert [(f.code, f.level) for f in found] == [(code, "warning")]
    assert check_expression(twin, "entry") == ()


def test_a_channel_is_repaired_by_one_lag() -> None:
    """The fix keeps the text and adds `[1]` to the channel."""
    found = check_expression("close > highest(high, 20)", "entry")[0]
    assert found.fix == "close > highest(high, 20)[1]"


def test_a_fraction_is_read_as_percent() -> None:
    """`rsi < 0.3` asks whether 30 was meant and points at the number."""
    found = check_expression("rsi(close,14) < 0.3", "entry")[0]
    assert found.value == "0.3"
    assert found.fix == "rsi(close,14) < 30"
    assert "did you mean 30?" in found.message
