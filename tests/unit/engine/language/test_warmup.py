"""Warm-up figures: computed over the tree, never configured."""

from __future__ import annotations

import pytest

from engine.language.checker import check
from engine.language.expressions import parse
from engine.language.speclints import history_finding
from engine.language.warmup import warmup_of
from engine.market import Timeframe
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
