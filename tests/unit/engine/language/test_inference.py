"""Types of expressions: each code with what triggers it, its span, and a twin that passes."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.language.checker import check_expression
from engine.language.findings import SpecFinding
from engine.language.spec import Parameter

PARAMS = (
    Parameter(name="n", type="int", default=10, low=5, high=20, step=5),
    Parameter(name="wide", type="int", default=10, low=0, high=20, step=5),
    Parameter(name="k", type="float", default=1.5),
)

# role, text, code, the words that the span covers, a text that passes
CASES = [
    ("entry", "rsii(close,14) < 30", "NAME_UNKNOWN", "rsii", "rsi(close,14) < 30"),
    ("entry", "colse > open", "NAME_UNKNOWN", "colse", "close > open"),
    ("entry", "rsi < 30", "NAME_IS_FUNCTION", "rsi", "rsi(close,14) < 30"),
    ("entry", "close(1) > open", "NAME_IS_SERIES", "close(1)", "close[1] > open"),
    ("entry", "n(1) > 5", "NAME_IS_SERIES", "n(1)", "n > 5"),
    ("entry", "ema(close) > close", "ARITY_WRONG", "ema(close)", "ema(close,20) > close"),
    ("entry", "rsi(14) < 30", "ARITY_WRONG", "rsi(14)", "rsi(close,14) < 30"),
    ("entry", 'sma("close",20) > close', "ARGUMENT_KIND", '"close"', "sma(close,20) > close"),
    ("entry", "candle(doji) > 0", "ARGUMENT_KIND", "doji", 'candle("doji") > 0'),
    ("entry", 'candle("dojy") > 0', "ARGUMENT_KIND", '"dojy"', 'candle("doji") > 0'),
    ("entry", "rsi(close,14) > close", "UNIT_COMPARE", "rsi(close,14) > close", "hl2 > close"),
    ("entry", "cross_above(close,volume)", "UNIT_COMPARE", "cross_above(close,volume)",
     "cross_above(close,open)"),
    ("entry", "max(close,volume) > 5", "UNIT_COMPARE", "max(close,volume)", "max(close,5) > 5"),
    ("entry", "close + rsi(close,14) > 5", "UNIT_ADD", "close + rsi(close,14)",
     "close + atr(14) > 5"),
    ("entry", "close + 5 > open", "UNIT_ADD_NUMBER", "close + 5", "close*1.05 > open"),
    ("entry", "volume", "UNIT_NOT_CONDITION", "volume", "volume > 5"),
    ("entry", "count(close,5) > 2", "UNIT_NOT_CONDITION", "close", "count(close > open,5) > 2"),
    ("entry", "sma(close > open,5) > 0", "UNIT_NOT_NUMBER", "close > open", "sma(close,5) > 0"),
    ("entry", "-(close > open) > 0", "UNIT_ARITHMETIC", "close > open", "-close < 0.5*open"),
    ("entry", "close == open", "UNIT_EQUALITY", "close == open", "dow == 1"),
    ("entry", "close[-1] > close", "LAG_NEGATIVE", "-1", "close[0] > open"),
    ("entry", "close[open] > close", "LAG_NOT_CONSTANT", "open", "close[n] > close"),
    ("entry", "close[1.5] > close", "LAG_NOT_INTEGER", "1.5", "close[1] > close"),
    ("entry", "close[k] > close", "LAG_NOT_INTEGER", "k", "close[n] > close"),
    ("entry", "close[2001] > close", "WINDOW_RANGE", "2001", "close[2000] > close"),
    ("entry", "sma(close,0) > close", "WINDOW_RANGE", "0", "sma(close,1) > open"),
    ("entry", "sma(close,wide) > close", "WINDOW_RANGE", "wide", "sma(close,n) > close"),
    ("entry", "stdev(close,1) > 0.5", "WINDOW_RANGE", "1", "stdev(close,2) > 0.5"),
    ("entry", "sma(close,open) > close", "WINDOW_NOT_CONSTANT", "open", "sma(close,n) > close"),
    ("entry", "sma(close,nn) > close", "NAME_UNKNOWN", "nn", "sma(close,n) > close"),
    ("entry", "close[nn] > close", "NAME_UNKNOWN", "nn", "close[n] > close"),
    ("entry", "sma(close,2.5) > close", "WINDOW_NOT_INTEGER", "2.5", "sma(close,3) > close"),
    ("entry", "sma(close,k) > close", "WINDOW_NOT_INTEGER", "k", "sma(close,n) > close"),
    ("entry", "bb_upper(close,20,atr(14)) > close", "NUMBER_NOT_CONSTANT", "atr(14)",
     "bb_upper(close,20,k) > close"),
    ("entry", "quantile(close,20,80) > close", "RANGE", "80", "quantile(close,20,0.8) > close"),
    ("entry", "entry_price < close", "STATE_NOT_ALLOWED_HERE", "entry_price", "last_trade_won"),
    ("price", "last_entry_price", "STATE_NOT_ALLOWED_HERE", "last_entry_price", "low"),
    ("sizing", "open_return", "STATE_NOT_ALLOWED_HERE", "open_return", "roc(close,20)"),
    ("entry", 'htf("2w",close) > close', "TIMEFRAME_UNKNOWN", '"2w"', 'htf("1w",close) > close'),
    ("entry", 'sym("btc x",close) > 5', "SYMBOL_UNKNOWN", '"btc x"', 'sym("BTC/USD",close) > 5'),
    ("price", "atr(14)", "UNIT_COMPARE", "atr(14)", "close - atr(14)"),
    ("price", "close > open", "UNIT_NOT_NUMBER", "close > open", "min(close,open)"),
    ("score", "close > open", "UNIT_NOT_NUMBER", "close > open", "-realized_vol(close,120)"),
    ("sizing", "close", "UNIT_COMPARE", "close", "0.5"),
]  # fmt: skip


def _errors(text: str, role: str) -> list[SpecFinding]:
    return [f for f in check_expression(text, role, PARAMS) if f.level == "error"]


@pytest.mark.parametrize(("role", "text", "code", "words", "twin"), CASES)
def test_each_misuse_has_its_code(role: str, text: str, code: str, words: str, twin: str) -> None:
    """The first error has the code, its span covers the offending words, the twin passes."""
    first = _errors(text, role)[0]
    assert first.code == code
    assert first.span is not None
    assert text[slice(*first.span)] == words == first.value
    assert _errors(twin, role) == []


@pytest.mark.parametrize(("role", "text", "code", "words", "twin"), CASES)
def test_each_fix_type_checks(role: str, text: str, code: str, words: str, twin: str) -> None:
    """A fix that is offered has no error in the same role."""
    del code, words, twin
    for finding in _errors(text, role):
        if finding.fix is not None:
            assert _errors(finding.fix, role) == []


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("rsi(14) < 30", "rsi(close,14) < 30"),
        ("atr(high,low,close,14) > 0.5", "atr(14) > 0.5"),
        ("crossover(close, sma(close))", "cross_above(close, sma(close,20))"),
        ("bollinger_upper(close,20) < close", "bb_upper(close,20,2) < close"),
        ("vwap < close", "vwap_session() < close"),
        ("true_range > atr(14)", "tr() > atr(14)"),
        ("macd > 0", "macd(close,12,26,9) > 0"),
        ("sma(close,-5) > close", "sma(close,5) > close"),
        ("1 if close > open else 0", "where(close > open,1,0) > 0"),
    ],
)  # fmt: skip
def test_fixes_say_what_was_meant(text: str, fix: str) -> None:
    """What was given is kept where it fits, the rest comes from the operator's example."""
    assert _errors(text, "entry")[0].fix == fix


def test_all_problems_are_reported_in_the_order_of_the_text() -> None:
    """Two mistakes are two findings, from the left, and one fix repairs both."""
    found = _errors("close and volume", "entry")
    assert [f.span for f in found] == [(0, 5), (10, 16)]
    assert {f.fix for f in found} == {"close > sma(close,20) and volume > sma(volume,20)"}


def test_a_wrong_part_causes_no_echo_above_it() -> None:
    """What is wrong inside is reported once, not again for everything around it."""
    found = _errors("sma(foo(close),20) + 5 > rsi(close,14)", "entry")
    assert [f.code for f in found] == ["NAME_UNKNOWN"]


def test_no_name_is_invented_for_a_far_word() -> None:
    """Without a near name there is no suggestion and no fix."""
    found = _errors("foo(close,3) > 1", "entry")[0]
    assert "Did you mean" not in found.message
    assert found.fix is None


def test_an_unknown_role_is_a_fault_of_the_caller() -> None:
    """A role is no text of a person: it faults, with the nearest role."""
    with pytest.raises(InputError) as caught:
        check_expression("close > open", "entrys")
    assert caught.value.code == "ROLE_UNKNOWN"
    assert "entry" in caught.value.hint
