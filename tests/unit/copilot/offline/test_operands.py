"""Indicator phrases with their parameters."""

from __future__ import annotations

import pytest

from copilot.offline.normalise import normalise
from copilot.offline.operands import Frame, find_operands, lengths
from copilot.offline.rewrite import average_kind, rewrite
from engine.language.checker import check_expression
from engine.market import Timeframe

DAILY = Frame(Timeframe.D1)


def found(text: str, frame: Frame = DAILY) -> list[str]:
    """Expressions of all operands of a text."""
    return [item.operand.rendered for item in find_operands(rewrite(text), frame)]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("ema 8", "ema(close,8)"),
        ("8 ema", "ema(close,8)"),
        ("ema(8)", "ema(close,8)"),
        ("20 period exponential moving average", "ema(close,20)"),
        ("50er ema", "ema(close,50)"),
        ("200 tage linie", "sma(close,200)"),
        ("gd200", "sma(close,200)"),
        ("120 day average", "sma(close,120)"),
        ("gleitender durchschnitt 60", "sma(close,60)"),
        ("3 period rsi", "rsi(close,3)"),
        ("rsi", "rsi(close,14)"),
        ("macd(5,35,5) histogram", "macd_hist(close,5,35,5)"),
        ("macd", "macd(close,12,26,9)"),
        ("upper bollinger band (20, 2)", "bb_upper(close,20,2)"),
        ("bollinger(20,2.5) lower band", "bb_lower(close,20,2.5)"),
        ("williams %r(10)", "willr(10)"),
        ("cci(20)", "cci(20)"),
        ("z score über 30 kerzen", "zscore(close,30)"),
        ("supertrend 10/3", "supertrend(10,3)"),
        ("stochastic(14,3)", "stoch_k(14,3)"),
        ("%d", "stoch_d(14,3,3)"),
        ("aroon(25) up", "aroon_up(25)"),
        ("+di", "plus_di(14)"),
        ("adx(14)", "adx(14)"),
        ("50 day high", "highest(high,50)[1]"),
        ("30 kerzen tief", "lowest(low,30)[1]"),
        ("high of the last 20 days", "highest(high,20)[1]"),
        ("höchsten hoch der letzten 55 tage", "highest(high,55)[1]"),
        ("20 day closing high", "highest(close,20)[1]"),
        ("hull ma 55", "hma(close,55)"),
        ("tema(9)", "tema(close,9)"),
        ("parabolic sar 0.02/0.2", "psar(0.02,0.2)"),
        ("mfi(14)", "mfi(14)"),
        ("return over 90 days", "roc(close,90)"),
        ("average volume", "sma(volume,20)"),
        ("yesterday's high", "high[1]"),
        ("vortagestief", "low[1]"),
        ("keltner(20,10,1.5) upper band", "kc_upper(20,10,1.5)"),
        ("kijun", "kijun(26)"),
        ("natr(14)", "natr(14)"),
    ],
)
def test_a_phrase_becomes_an_expression_of_the_language(text: str, expression: str) -> None:
    """German and English, number before or after, brackets or not; each passes the checker."""
    assert expression in found(normalise(text, "de"))
    assert check_expression(expression, "score") == ()


def test_a_parameter_that_is_not_said_is_taken_from_another_mention() -> None:
    """`3-period RSI below 12, out when RSI passes 65` is one RSI."""
    assert found("3 period rsi below 12, out when rsi passes 65") == [
        "rsi(close,3)",
        "rsi(close,3)",
    ]


def test_a_usual_parameter_is_marked_as_assumed() -> None:
    """So that the draft can list it."""
    said, silent = find_operands("rsi(7)", DAILY)[0], find_operands("rsi", DAILY)[0]
    assert (said.operand.assumed, bool(silent.operand.assumed)) == ("", True)


def test_days_on_a_shorter_chart_are_counted_in_its_bars() -> None:
    """A 20-day high on four-hour bars has 120 bars."""
    assert found("20 day high", Frame(Timeframe.H4)) == ["highest(high,120)[1]"]


def test_vwap_is_the_sessions_inside_the_day() -> None:
    """On daily bars it rolls."""
    assert found("vwap", Frame(Timeframe.M5)) == ["vwap_session()"]
    assert found("vwap") == ["vwap_rolling(20)"]


def test_units_beside_an_indicator_are_reported() -> None:
    """They may imply the chart."""
    assert lengths("50 day high and 12 month return") == [("month", 12.0), ("day", 50.0)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("15/50 exponential crossover", "ema(15) cross ema(50)"),
        ("7/28 sma kreuz", "sma(7) cross sma(28)"),
        ("ema 12/26 crossover", "ema(12) cross ema(26)"),
        ("ema 20 50 kreuz", "ema(20) cross ema(50)"),
        ("crossover 10/30", "sma(10) cross sma(30)"),
        ("emas 50 and 20", "ema(20) cross ema(50)"),
        ("golden cross", "sma(50) crosses above sma(200)"),
        ("todeskreuz", "sma(50) crosses below sma(200)"),
        ("sell at rsi 70", "sell at rsi at 70"),
        ("with rsi 14, long", "with rsi 14, long"),
    ],
)
def test_pairs_and_levels_are_put_in_the_grammars_order(text: str, written: str) -> None:
    """The faster average first; a large bare number after an oscillator is a level."""
    assert rewrite(text).strip() == written


def test_the_kind_of_average_is_named() -> None:
    """For edits that exchange it."""
    assert (average_kind("use emas"), average_kind("lieber hull ma"), average_kind("nothing")) == (
        "ema",
        "hma",
        "",
    )
