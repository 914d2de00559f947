"""Ranking a universe: who is chosen, with which weight, and what the account then holds."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate_panel
from engine.data.bars import Bars
from engine.data.panel import Panel, panel_of
from engine.language.compiler import compile_spec
from tests.language_world import spec
from tests.rules import FREE, make_bars

N = 40
NAMES = ("A/USDT", "B/USDT", "C/USDT", "D/USDT")


def market(*growth: float, n: int = N) -> Panel:
    """Daily bars of so many symbols, each growing by its rate a day."""
    return panel_of([_coin(name, rate, n) for name, rate in zip(NAMES, growth, strict=False)])


def _coin(name: str, rate: float, n: int) -> Bars:
    path = 100 * (1 + rate) ** np.arange(n + 1)
    rows = [(a, max(a, b), min(a, b), b) for a, b in itertools.pairwise(path)]
    return make_bars(rows, symbol=name, base=name[0], quote="USDT", quantity_step="0.00000001")


def weights(panel: Panel, **form: Any) -> dict[str, float]:  # noqa: ANN401 - passed on as it is
    """Weights at the last close, by the first letter; what is not decided is left out."""
    given = {"score": "roc(close,5)", "rebalance": "bar", **form}
    document = spec(
        timeframe="1d", rules=[], stops=[], family="cross_sectional", cross_section=given,
        universe={"symbols": [str(symbol) for symbol in panel.symbols]},
    )  # fmt: skip
    found = {}
    for symbol, decided in zip(
        panel.symbols, compile_spec(document).decide_all(panel), strict=True
    ):
        assert decided.weight is not None
        found[symbol[0]] = float(decided.weight[-1])
    return {name: weight for name, weight in found.items() if not np.isnan(weight)}


def test_the_best_share_one_equally_and_the_others_are_left() -> None:
    """Two of four: half each, nothing of the rest."""
    found = weights(market(0.01, 0.03, -0.01, 0.02), long_top=2)
    assert found == pytest.approx({"A": 0.0, "B": 0.5, "C": 0.0, "D": 0.5})


def test_a_long_short_ranking_holds_half_on_each_side() -> None:
    """Gross one: the best long, the worst short."""
    found = weights(market(0.01, 0.03, -0.01, 0.02), long_top=1, short_bottom=1)
    assert found == pytest.approx({"A": 0.0, "B": 0.5, "C": -0.5, "D": 0.0})


def test_none_stands_on_both_sides() -> None:
    """With few names left the best come first; nobody is long and short at once."""
    panel = market(0.01, 0.03, -0.01, -0.02)
    found = weights(panel, long_top=2, short_bottom=2, eligible="roc(close,5) > 0")
    assert found == pytest.approx({"A": 0.25, "B": 0.25, "C": 0.0, "D": 0.0})


def test_ties_go_by_symbol() -> None:
    """Equal scores: the first in the alphabet."""
    found = weights(market(0.01, 0.01, 0.01), long_top=1)
    assert found == pytest.approx({"A": 1.0, "B": 0.0, "C": 0.0})


def test_only_the_eligible_are_ranked() -> None:
    """The best one is not eligible: the next one is taken; without the condition the best is."""
    panel = market(0.03, 0.01, -0.01)
    kept = weights(panel, long_top=1, eligible="roc(close,5) < 0.1")
    assert kept == pytest.approx({"A": 0.0, "B": 1.0, "C": 0.0})
    assert weights(panel, long_top=1)["A"] == 1.0


@pytest.mark.parametrize("cash", [False, True])
def test_fewer_names_than_places_leave_the_rest_in_cash(cash: bool) -> None:
    """One eligible of two places: half in it, half in the cash asset or in cash."""
    panel = market(0.03, -0.01, -0.02, 0.0)
    form = {"long_top": 2, "eligible": "roc(close,5) > 0"}
    more = {"cash_asset": "D/USDT"} if cash else {}
    found = weights(panel, **form, **more)
    assert found == pytest.approx({"A": 0.5, "B": 0.0, "C": 0.0, "D": 0.5 if cash else 0.0})


def test_score_weights_are_the_score_minus_its_mean() -> None:
    """Scaled to one side: who stands further above the mean holds more."""
    panel = market(0.04, 0.02, -0.03, -0.03)
    scores = {
        s[0]: b.close[-1] / b.close[-6] - 1 for s, b in zip(panel.symbols, panel.each, strict=True)
    }
    mean = float(np.mean(list(scores.values())))
    found = weights(panel, long_top=2, weighting="score")
    total = scores["A"] + scores["B"] - 2 * mean
    assert found["A"] == pytest.approx((scores["A"] - mean) / total)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found["A"] > found["B"] > 0


def test_an_instrument_without_a_bar_is_not_ranked() -> None:
    """Membership is point in time: the best one has ended, the next one is taken."""
    whole = market(0.01, 0.03, -0.01)
    ended = panel_of([whole.each[0], whole.each[1].slice(0, N - 3), whole.each[2]])
    document = spec(
        timeframe="1d", rules=[], stops=[], family="cross_sectional",
        cross_section={"score": "roc(close,5)", "rebalance": "bar", "long_top": 1},
        universe={"symbols": [str(symbol) for symbol in ended.symbols]},
    )  # fmt: skip
    first, _, third = compile_spec(document).decide_all(ended)
    assert first.weight is not None
    assert third.weight is not None
    assert (first.weight[-1], third.weight[-1]) == (1.0, 0.0)
    assert (first.weight[-4], third.weight[-4]) == (0.0, 0.0)


def run(panel: Panel, **form: Any) -> BacktestResult:  # noqa: ANN401 - passed on as it is
    """The ranking on an account, no costs."""
    document = spec(
        timeframe="1d", rules=[], stops=[], family="cross_sectional",
        cross_section={"score": "roc(close,5)", "long_top": 1, **form},
        universe={"symbols": [str(symbol) for symbol in panel.symbols]},
    )  # fmt: skip
    return simulate_panel(panel, compile_spec(document).decide_all(panel), FREE)


def test_the_account_holds_its_weights_from_the_next_open() -> None:
    """The whole account in the best one, whatever the default size of a position is."""
    result = run(market(0.01, 0.03, -0.01), rebalance="bar")
    held = np.abs(result.position) > 0
    first = int(np.flatnonzero(held.any(axis=0))[0])
    assert held[1, first:].all()
    assert not held[[0, 2]].any()
    assert result.exposure[-1] == pytest.approx(1.0, abs=0.04)


def test_a_monthly_ranking_changes_hands_once_a_month() -> None:
    """Decided at the last close of a month, done at the first open of the next."""
    n = 120
    early, late = 100 * 1.01 ** np.arange(n), 100 * 1.02 ** np.maximum(np.arange(n) - 40, 0)
    coins = [
        make_bars([(p, p, p, p) for p in path], symbol=name, base=name[0], quote="USDT")
        for name, path in zip(NAMES, (early, late), strict=False)
    ]
    result = run(panel_of(coins), rebalance="monthly")
    months = result.time.astype("datetime64[ms]").astype("datetime64[M]")
    for trade in result.trades:
        bar = trade.entry_bar
        assert months[bar] != months[bar - 1]
    assert {trade.symbol for trade in result.trades} == {"A/USDT", "B/USDT"}
