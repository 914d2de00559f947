"""Stage 0 without statistics: stops, adds, dates, the data, the same bytes twice."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.data.panel import panel_of
from engine.gate.contract import (
    adds_to_loser,
    data_problems,
    dated_features,
    is_reproducible,
    mismatch,
    unprotected,
)
from engine.language.library import load
from engine.market import Timeframe
from tests.gate_world import CHEAP, coin, market, panel_for, spec_of, subject_for, subject_of

RULES = [
    {"id": "one", "side": "long", "entry": "close > close[1]"},
    {"id": "two", "side": "long", "entry": "close > close[2]"},
]
RANKING = {"score": "roc(close,10)", "long_top": 1, "rebalance": "weekly"}
PAIR = {"y": "ETH/USDT", "x": "BTC/USDT", "hedge": "one", "lookback": 30}
LEGS = {"symbols": ["BTC/USDT", "ETH/USDT"]}


@pytest.mark.parametrize(
    ("stops", "bare"),
    [
        ([], ("one", "two")),
        ([{"kind": "pct", "value": 0.1}], ()),
        ([{"kind": "atr", "value": 3.0, "period": 14}], ()),
        ([{"kind": "max_loss_equity", "value": 0.02}], ()),
        ([{"kind": "pct", "value": 0.1, "rules": ["two"]}], ("one",)),
        ([{"kind": "time_bars", "value": 5}], ("one", "two")),
        ([{"kind": "breakeven_after_r", "value": 1.0}], ("one", "two")),
    ],
)
def test_a_stop_needs_a_price_at_entry(
    stops: list[dict[str, object]], bare: tuple[str, ...]
) -> None:
    """Time and breakeven exits do not bound the loss of an entry."""
    assert unprotected(spec_of("", rules=RULES, stops=stops)) == bare


def test_ranked_holdings_and_pairs_need_a_stop_too() -> None:
    """A ranking or a pair without a bounded loss is named; with one it passes."""
    equal = {"kind": "equal_weight", "value": None, "max_position_frac": 0.5}
    ranked = spec_of("", rules=[], stops=[], cross_section=RANKING, sizing=equal)
    assert unprotected(ranked) == ("ranked_long",)
    pct = [{"kind": "pct", "value": 0.2}]
    assert unprotected(spec_of("", rules=[], stops=pct, cross_section=RANKING, sizing=equal)) == ()
    timed = [{"kind": "time_bars", "value": 60}]
    assert unprotected(spec_of("spread < 0", universe=LEGS, pair=PAIR, stops=timed)) == ("one",)
    assert unprotected(spec_of("spread < 0", universe=LEGS, pair=PAIR, stops=pct)) == ()


def test_ensembles_are_protected_by_what_holds() -> None:
    """Weighted members bring their stops; positions of a vote have none of their own."""
    members = [{"strategy": "a", "weight": 0.5}, {"strategy": "b", "weight": 0.5}]
    safe, bare = spec_of("close > close[1]"), spec_of("close > close[1]", stops=[])
    weighted = spec_of("", rules=[], stops=[], ensemble={"members": members})
    assert unprotected(weighted, (safe, safe)) == ()
    assert unprotected(weighted, (safe, bare)) == ("b/one",)
    voting = spec_of("", rules=[], stops=[], ensemble={"members": members, "combine": "vote"})
    assert unprotected(voting, (safe, safe)) == ("vote",)


def _adding(when: str, side: str = "long") -> tuple[str, ...]:
    rules = [{"id": "one", "side": side, "entry": "close > close[1]"}]
    return adds_to_loser(spec_of("", rules=rules, pyramiding={"max_units": 3, "add_when": when}))


@pytest.mark.parametrize(
    ("when", "side"),
    [
        ("open_return > 0", "long"),
        ("open_return > 0.01 and close > high[1]", "short"),
        ("open_r >= 0.5", "long"),
        ("close > entry_price", "long"),
        ("close >= entry_price*1.01", "long"),
        ("close > entry_price + 0.5*atr(20)", "long"),
        ("close - entry_price > 0.5*atr(20)", "long"),
        ("entry_price - close > 0.5*atr(20)", "short"),
        ("close < entry_price*0.99", "short"),
        ("close < min(entry_price, last_entry_price)", "short"),
        ("open_return > 0.01 or close > entry_price", "long"),
        ("not (open_return <= 0)", "long"),
    ],
)
def test_adds_that_need_a_gain_pass(when: str, side: str) -> None:
    """What can be true only while the position gains is accepted."""
    assert _adding(when, side) == ()


@pytest.mark.parametrize(
    ("when", "side"),
    [
        ("close < entry_price*0.97", "long"),
        ("open_return < 0", "long"),
        ("open_return > -0.01", "long"),
        ("open_return >= 0", "long"),
        ("close > entry_price*0.99", "long"),
        ("close > entry_price", "short"),
        ("close > high[1]", "long"),
        ("open_return > 0 or close < lowest(low,5)[1]", "long"),
        ("close > last_entry_price", "long"),
        ("close > max(entry_price*0.9, low)", "long"),
    ],
)
def test_adds_that_may_meet_a_loser_are_refused(when: str, side: str) -> None:
    """Averaging down, in all its spellings, is answered with what to write."""
    assert "and open_return > 0" in _adding(when, side)[0]


def test_a_single_unit_adds_nothing() -> None:
    """Without pyramiding, or with one unit, there is nothing to refuse; members count."""
    never = {"max_units": 1, "add_when": "open_return < 0"}
    assert adds_to_loser(spec_of("close > close[1]")) == ()
    assert adds_to_loser(spec_of("close > close[1]", pyramiding=never)) == ()
    bad = spec_of("close > close[1]", pyramiding={**never, "max_units": 2})
    assert len(adds_to_loser(spec_of("close > close[1]"), (bad,))) == 1


def test_operators_with_dates_of_their_own_are_named() -> None:
    """Where they stand too; calendar names that repeat are no dates."""
    dated = dated_features(load("ecm_overlay_spx"))
    assert dated[0] == "ecm_window(30) in /rules/0/entry"
    assert dated_features(spec_of("month == 3 and dom == 12 and trading_day_of_month > 2")) == ()
    assert len(dated_features(spec_of("close > 0"), (load("ecm_overlay_spx"),))) == 2


def _dataset(symbol: str, timeframe: Timeframe = Timeframe.D1) -> Any:  # noqa: ANN401 - as a dataset
    return SimpleNamespace(instrument=coin(symbol), timeframe=timeframe)


def test_a_spec_must_be_for_the_data() -> None:
    """Timeframe and every needed symbol are compared with the datasets."""
    spec = spec_of("close > close[1]")
    assert mismatch(spec, [_dataset("BTC/USDT")]) == ""
    assert "1h" in mismatch(spec, [_dataset("BTC/USDT", Timeframe.H1)])
    assert "ETH/USDT" in mismatch(spec, [_dataset("ETH/USDT")])
    wide = spec_of('close > sym("SOL/USDT",close)', universe=LEGS)
    both = [_dataset("BTC/USDT"), _dataset("ETH/USDT")]
    assert "SOL/USDT" in mismatch(wide, both)
    assert mismatch(wide, [*both, _dataset("SOL/USDT")]) == ""


def test_running_again_from_scratch_gives_the_same_bytes() -> None:
    """Another run, or another cost, is not the same; ensembles bring their members."""
    subject = subject_of("rsi(close,5) < 40", "rsi(close,5) > 60")
    panel = panel_of([market(300)])
    result = subject.run(panel)
    assert is_reproducible(subject, panel, result)
    assert not is_reproducible(subject, panel, subject.run(panel, costs=CHEAP.scaled(2)))
    members = [{"strategy": "a", "weight": 0.5}, {"strategy": "b", "weight": 0.4}]
    ensemble = subject_for(
        spec_of("", rules=[], stops=[], ensemble={"members": members}),
        spec_of("close > close[1]"), spec_of("close < close[1]"),
    )  # fmt: skip
    panel = panel_for(ensemble, 200)
    assert is_reproducible(ensemble, panel, ensemble.run(panel))


def test_clean_bars_have_no_problem() -> None:
    """A plain market passes."""
    assert data_problems(panel_of([market(500)])) == ()


def test_holes_are_an_error_of_the_data() -> None:
    """A tenth of the planned bars absent is too much to judge on."""
    rows = np.flatnonzero(np.arange(500) % 10 != 3).astype(np.int64)
    (problem,) = data_problems(panel_of([market(500).take(rows)]))
    assert "absent" in problem


def test_bars_outside_the_declared_calendar_are_an_error() -> None:
    """Weekend bars of a share are on the wrong calendar."""
    bars = market(500)
    shares = replace(bars, instrument=coin("SPY", calendar="XNYS"))
    problems = data_problems(panel_of([shares]))
    assert any("calendar XNYS" in problem for problem in problems)


def test_a_split_that_was_not_adjusted_is_found() -> None:
    """A share that opens at half its price was split; the same step of a coin is a crash."""
    bars = market(300)
    half: dict[str, Any] = {
        name: np.where(np.arange(300) < 150, column, column / 2)
        for name, column in bars.columns.items() if name != "volume"
    }  # fmt: skip
    share = replace(bars, instrument=coin("SPY", calendar="XNYS"), **half)
    assert any("adjust for splits" in text for text in data_problems(panel_of([share])))
    assert data_problems(panel_of([replace(bars, **half)])) == ()
