"""Which symbols a spec needs: those it trades first, then those it only looks at."""

from __future__ import annotations

from engine.language.analysis import analyse
from engine.language.needs import symbols_of, traded_symbols
from tests.language_world import RULE, spec


def test_symbols_that_expressions_name_are_needed() -> None:
    """Each once, wherever it stands."""
    found = spec(
        lets=[{"name": "vix", "expr": 'sym("VIX",close)'}],
        rules=[{**RULE, "entry": 'vix > 20 and sym("ETH/USDT",close > open) and vix[1] < 20'}],
    )
    assert symbols_of(found, analyse(found).trees) == ("BTC/USDT", "VIX", "ETH/USDT")
    assert traded_symbols(found) == ("BTC/USDT",)


def test_forms_bring_their_own_symbols() -> None:
    """The legs of a pair and the cash asset of a ranking."""
    pair = spec(pair={"y": "AAA/USDT", "x": "BBB/USDT"}, universe={"symbols": []})
    assert traded_symbols(pair) == ("AAA/USDT", "BBB/USDT")
    ranking = spec(
        rules=[], universe={"symbols": ["SPY", "VEU"]},
        cross_section={"score": "roc(close,20)", "long_top": 1, "cash_asset": "BND"},
    )  # fmt: skip
    assert symbols_of(ranking, {}) == ("SPY", "VEU", "BND")
