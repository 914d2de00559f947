"""The operator table: every row is usable, documented and named in both languages."""

from __future__ import annotations

import itertools

import pytest

from engine.data.resample import divides
from engine.language.checker import check_expression
from engine.language.operators import NAMES, OPERATORS, SERIES_BY_NAME, STATE_BY_NAME
from engine.language.phrasing import LANGUAGES, Language, phrases
from engine.language.suggestions import ALIASES
from engine.market import Timeframe

# The operators of the language, as the design lists them.
EXPECTED = """
sma mean wma vwma median sum ema dema tema rma hma kama rsi stoch_k stoch_d stochrsi macd
macd_signal macd_hist roc log_return delta cci willr mfi ultosc aroon_up aroon_down chop adx
plus_di minus_di psar supertrend supertrend_dir tenkan kijun donchian_mid span_a span_b slope r2
tr atr natr bb_upper bb_mid bb_lower bb_width bb_pctb kc_upper kc_lower kc_mid donchian_upper
donchian_lower stdev zscore skew kurt realized_vol ewm_vol obv force_index cmf rel_volume
vwap_session vwap_rolling highest lowest quantile pct_rank corr beta cross_above cross_below
rising falling any_of all_of count streak bars_since where min max abs sign log candle pivot_high
pivot_low opening_range_high opening_range_low htf sym cs_rank cs_zscore ecm_window
"""
ELSEWHERE = {"htf", "sym", "cs_rank", "cs_zscore"}
ARITY = {
    **dict.fromkeys(str.split(
        "sma mean wma vwma median sum ema dema tema rma hma kama rsi roc log_return delta slope r2"
        " stdev zscore skew kurt realized_vol ewm_vol highest lowest pct_rank rising falling any_of"
        " all_of count stoch_k psar supertrend supertrend_dir span_b pivot_high pivot_low"
        " cross_above cross_below min max htf sym"), 2,
    ),
    **dict.fromkeys(str.split(
        "cci willr mfi aroon_up aroon_down chop adx plus_di minus_di tenkan kijun donchian_mid atr"
        " natr kc_mid donchian_upper donchian_lower force_index cmf rel_volume vwap_rolling streak"
        " bars_since abs sign log candle opening_range_high opening_range_low cs_rank cs_zscore"
        " ecm_window"), 1,
    ),
    **dict.fromkeys(str.split(
        "stoch_d stochrsi ultosc span_a bb_upper bb_mid bb_lower bb_width bb_pctb kc_upper kc_lower"
        " quantile corr beta where"), 3,
    ),
    **dict.fromkeys(["macd", "macd_signal", "macd_hist"], 4),
    **dict.fromkeys(["tr", "obv", "vwap_session"], 0),
}  # fmt: skip


def test_the_table_is_complete() -> None:
    """Exactly the operators of the language; four of them look beyond the own bars."""
    assert set(OPERATORS) == set(EXPECTED.split())
    assert {name for name, op in OPERATORS.items() if op.elsewhere} == ELSEWHERE


def test_every_operator_takes_the_arguments_of_the_design() -> None:
    """The number of arguments; the signal window of the MACD family is always written."""
    assert {name: len(operator.args) for name, operator in OPERATORS.items()} == ARITY


def test_a_macd_without_its_signal_window_is_repaired() -> None:
    """Three arguments are one too few; the fix writes the usual fourth."""
    (found,) = check_expression("macd(close,12,26) > 0", "entry")
    assert found.code == "ARITY_WRONG"
    assert found.fix == "macd(close,12,26,9) > 0"


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_every_example_type_checks(name: str) -> None:
    """An operator's own example is right, so it can stand in messages and repairs."""
    errors = [f for f in check_expression(OPERATORS[name].example, "let") if f.level == "error"]
    assert errors == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_has_words(language: Language) -> None:
    """No operator, series or state is without words in German or English."""
    table = phrases(language)
    assert set(table["operators"]) == set(OPERATORS)
    assert set(table["names"]) == set(SERIES_BY_NAME) | set(STATE_BY_NAME)


def test_both_languages_have_the_same_templates() -> None:
    """A template that one language has, the other has too."""
    one, other = phrases("en"), phrases("de")
    assert set(one) == set(other)
    for key, value in one.items():
        if isinstance(value, dict):
            assert set(value) == set(other[key])


def test_aliases_lead_to_known_names_and_shadow_none() -> None:
    """What others call it points at a name of ours and is not one itself."""
    assert set(ALIASES.values()) <= NAMES
    assert not set(ALIASES) & NAMES


def test_base_bars_that_add_up_to_higher_ones() -> None:
    """62 pairs inside a day or less and 24 into weeks and months."""
    pairs = [p for p in itertools.product(Timeframe, Timeframe) if divides(*p)]
    long = {Timeframe.W1, Timeframe.MO1}
    assert sum(higher in long for _, higher in pairs) == 24
    assert sum(higher not in long for _, higher in pairs) == 62
    assert not divides(Timeframe.M3, Timeframe.M5)
    assert not divides(Timeframe.W1, Timeframe.MO1)
    assert not divides(Timeframe.D1, Timeframe.H1)
