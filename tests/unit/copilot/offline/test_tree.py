"""Conditions: rendering, mirror image, end, and reading them back."""

from __future__ import annotations

import pytest

from copilot.offline.exits import default_exit
from copilot.offline.families import family_of
from copilot.offline.plan import tree_of
from copilot.offline.tree import CLOSE, Condition, Fixed, Operand, join, number, number_text
from engine.language.checker import check_expression

PAIRS = [
    ("cross_above(ema(close,20),ema(close,50))", "cross_below(ema(close,20),ema(close,50))"),
    ("close > highest(high,20)[1]", "close < lowest(low,20)[1]"),
    ("rsi(close,14) < 30", "rsi(close,14) > 70"),
    ("willr(10) < -90", "willr(10) > -10"),
    ("cci(20) < -150", "cci(20) > 150"),
    ("close < bb_lower(close,20,2)", "close > bb_upper(close,20,2)"),
    ("plus_di(14) > minus_di(14)", "minus_di(14) > plus_di(14)"),
    ("cross_above(aroon_up(14),aroon_down(14))", "cross_above(aroon_down(14),aroon_up(14))"),
    ("adx(14) > 25", "adx(14) > 25"),
    ("close < 0.95*sma(close,50)", "close > 1.05*sma(close,50)"),
    ("rsi(close,2) < 5 and close > sma(close,200)", "rsi(close,2) > 95 and close < sma(close,200)"),
    ("rising(hma(close,21),1)", "falling(hma(close,21),1)"),
]


@pytest.mark.parametrize(("text", "mirrored"), PAIRS)
def test_a_condition_has_a_mirror_image(text: str, mirrored: str) -> None:
    """Highs and lows, directions and levels exchanged; what has no direction stays."""
    assert tree_of(text).mirror().render() == mirrored
    assert tree_of(mirrored).mirror().render() == text
    assert check_expression(mirrored, "entry") == ()


@pytest.mark.parametrize(
    "text", [text for pair in PAIRS for text in pair] + ["a(1) < 2", "not (close > open)"]
)
def test_reading_back_what_was_written_changes_nothing(text: str) -> None:
    """Known forms and unknown ones alike."""
    assert tree_of(text).render() == text


def test_an_or_inside_an_and_keeps_its_brackets() -> None:
    """The meaning survives the round trip."""
    text = "close > open and (rsi(close,14) < 30 or mfi(14) < 20)"
    assert tree_of(text).render() == text


def test_a_channel_without_its_lag_is_left_alone() -> None:
    """Somebody else's spec is not rewritten."""
    assert isinstance(tree_of("close >= highest(high,20)"), Fixed)


@pytest.mark.parametrize(
    ("entry", "out"),
    [
        ("cross_above(ema(close,20),ema(close,50))", "cross_below(ema(close,20),ema(close,50))"),
        ("close > highest(high,20)[1]", "close < lowest(low,10)[1]"),
        ("rsi(close,14) < 30", "rsi(close,14) > 50"),
        ("roc(close,90) > 0", "roc(close,90) < 0"),
        ("close < bb_lower(close,20,2)", "close > bb_mid(close,20,2)"),
        ("close > sma(close,200) and rsi(close,2) < 5", "rsi(close,2) > 50"),
        ("volume > 2*sma(volume,20) and close > highest(high,50)[1]", "close < lowest(low,25)[1]"),
        ("close > sma(close,120)", "close < sma(close,120)"),
    ],
)
def test_an_entry_has_a_natural_end(entry: str, out: str) -> None:
    """The trigger decides, not the filters beside it."""
    found = default_exit(tree_of(entry))
    assert found is not None
    assert found.render() == out
    assert check_expression(out, "exit") == ()


def test_an_entry_without_a_natural_end_has_none() -> None:
    """A weekday ends by itself."""
    assert default_exit(tree_of("dow == 0")) is None


@pytest.mark.parametrize(
    ("entry", "family"),
    [
        ("cross_above(sma(close,50),sma(close,200))", "trend_following"),
        ("rsi(close,2) < 5 and close > sma(close,200)", "mean_reversion"),
        ("close > highest(high,20)[1]", "breakout"),
        ("roc(close,90) > 0", "momentum"),
        ("close < 0.95*sma(close,50)", "mean_reversion"),
        ("zscore(close,30) < -2", "mean_reversion"),
        ("close > kc_upper(20,10,2)", "breakout"),
        ("dow == 0", "seasonal"),
    ],
)
def test_the_family_follows_from_the_condition(entry: str, family: str) -> None:
    """Its special part decides."""
    assert family_of(tree_of(entry)) == family


def test_joining_is_flat_and_without_repeats() -> None:
    """Saying a thing twice adds nothing."""
    one, two = Condition(CLOSE, ">", number(1)), Condition(CLOSE, "<", number(2))
    both = join("and", [one, two])
    assert both is not None
    again = join("and", [both, one])
    assert again is not None
    assert again.render() == "close > 1 and close < 2"
    assert join("and", []) is None


def test_the_macd_line_is_written_with_its_signal_window() -> None:
    """All three of the family name the signal window, as the language wants it."""
    assert Operand("macd(close,12,26,9)", "centred", "macd").rendered == "macd(close,12,26,9)"


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (0.5, "0.5"), (-0.0, "0"), (0.1 + 0.2, "0.3")]
)
def test_numbers_are_written_as_the_language_does(value: float, text: str) -> None:
    """Whole ones without a point."""
    assert number_text(value) == text
