"""Warm-up figures: computed over the tree, never configured."""

from __future__ import annotations

from typing import Literal

import pytest

from engine.language.checker import check
from engine.language.expressions import parse
from engine.language.spec import Pair
from engine.language.speclints import history_finding
from engine.language.warmup import calendar_of_spec, warmup_of
from engine.market import Calendar, Timeframe
from tests.language_world import RULE, spec

FIGURES = [
    ("close", 0), ("close[3]", 3), ("sma(close,20)", 19), ("delta(close,5)", 5),
    ("ema(close,20)", 112), ("ema(close,200)", 1121), ("rma(close,14)", 138),
    ("rsi(close,14)", 139),
    ("atr(14)", 139), ("adx(14)", 277), ("dema(close,20)", 224), ("tema(close,20)", 336),
    ("macd_signal(close,12,26,9)", 195), ("supertrend(14,3)", 199), ("psar(0.02,0.2)", 150),
    ("kama(close,10)", 260), ("sma(rsi(close,14),9)", 147), ("sma(close,20)[5]", 24),
    ("close > sma(close,50) and rsi(close,14) < 30", 139), ("highest(high,20)[1]", 20),
    ("vwap_session()", 24), ("streak(close > open)", 1000), ("pivot_high(5,5)", 510),
]  # fmt: skip


@pytest.mark.parametrize(("text", "bars"), FIGURES)
def test_own_and_inner_warm_ups_add_up(text: str, bars: int) -> None:
    """warm(f(x)) = warm(x) + own(f); of several inputs the longest counts."""
    assert warmup_of(parse(text), Timeframe.H1) == bars


def test_sessions_are_shorter_on_longer_bars() -> None:
    """A session has at most a day of bars."""
    assert warmup_of(parse("vwap_session()"), Timeframe.D1) == 1
    assert warmup_of(parse("vwap_session()"), Timeframe.M15) == 96


HIGHER = [
    ('htf("1d",close)', Timeframe.H4, "24/7", 2 * 6),
    ('htf("1d",sma(close,50))', Timeframe.H4, "24/7", 51 * 6),
    ('htf("1d",sma(close,50))', Timeframe.M15, "XNYS", 51 * 26),
    ('htf("1w",ema(close,20))', Timeframe.D1, "XNYS", 114 * 5),
    ('htf("1M",close)[2]', Timeframe.D1, "24/7", 2 * 31 + 2),
    ('sym("ETH/USDT",sma(close,20))', Timeframe.H1, "24/7", 19),
    ('sym("SPY",sma(close,20))', Timeframe.D1, "24/7", 28),
    ("cs_rank(roc(close,20))", Timeframe.D1, "24/7", 20),
]


@pytest.mark.parametrize(("text", "timeframe", "calendar", "bars"), HIGHER)
def test_bars_elsewhere_are_counted_in_own_bars(
    text: str, timeframe: Timeframe, calendar: Calendar, bars: int
) -> None:
    """Higher bars by the calendar, the first of them partial; fewer bars elsewhere take longer."""
    assert warmup_of(parse(text), timeframe, calendar) == bars


@pytest.mark.parametrize(("hedge", "bars"), [("one", 0), ("ols", 59), ("ratio", 59)])
def test_a_pair_needs_the_bars_it_is_fitted_on(
    hedge: Literal["one", "ols", "ratio"], bars: int
) -> None:
    """The look-back of the hedge ratio; equal notional needs none."""
    pair = Pair(y="A", x="B", hedge=hedge, lookback=60)
    assert warmup_of(parse("spread"), Timeframe.D1, "24/7", pair) == bars
    assert warmup_of(parse("sma(spread,10)"), Timeframe.D1, "24/7", pair) == bars + 9


def test_a_spec_counts_on_its_busiest_calendar() -> None:
    """Of several symbols the one with most bars a year; an unknown one trades round the clock."""
    assert calendar_of_spec(spec(universe={"symbols": ["SPY"]})) == "XNYS"
    assert calendar_of_spec(spec(universe={"symbols": ["SPY", "BTC/USDT"]})) == "24/7"
    assert calendar_of_spec(spec(universe={"symbols": [], "watchlist": "x"})) == "24/7"


def test_stops_targets_and_regimes_count_too() -> None:
    """The longest of all parts; a regime with memory adds 500."""
    assert check(spec(stops=[{"kind": "atr", "value": 2, "period": 50}])).warmup_bars == 506
    regimes = [{"name": "calm", "when": "natr(14) < 0.02", "min_bars": 3}]
    rules = [{**RULE, "only_in_regimes": ["calm"]}]
    assert check(spec(rules=rules, regimes=regimes)).warmup_bars == 639


def test_a_history_under_three_warm_ups_is_too_short() -> None:
    """The finding names both numbers; three times is enough."""
    found = history_finding(139, 400)
    assert found is not None
    assert found.code == "HISTORY_SHORT"
    assert "139" in found.message
    assert "417" in found.message
    assert history_finding(139, 417) is None
