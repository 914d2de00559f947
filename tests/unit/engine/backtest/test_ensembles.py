"""Ensembles: members side by side, a vote, or the one that its regime allows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.result import BacktestResult
from engine.data.panel import Panel, panel_of
from engine.data.samples import goog_daily
from engine.errors import InputError
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.spec import read_spec

COSTS = CostModel()
HEAD = {
    "spec_version": "1", "family": "ensemble", "timeframe": "1d",
    "universe": {"symbols": ["GOOG"]},
}  # fmt: skip


def member(name: str, entry: str, leave: str) -> CompiledSpec:
    """A long rule of its own on half of its account."""
    rule = {"id": "go", "side": "long", "entry": entry, "exit": leave}
    document = HEAD | {
        "name": name, "rules": [rule], "sizing": {"kind": "fixed_fraction", "value": 0.5},
    }  # fmt: skip
    return compile_spec(read_spec(json.dumps(document)))


MEMBERS = {
    "trend": member("trend", "close > sma(close,50)", "close < sma(close,50)"),
    "dip": member("dip", "rsi(close,2) < 20", "rsi(close,2) > 60"),
    "never": member("never", "close > 100000", "close > 100000"),
}


def ensemble(combine: str, *parts: dict[str, Any], **more: Any) -> CompiledSpec:  # noqa: ANN401 - JSON
    """An ensemble of these members."""
    form = {"members": list(parts), "combine": combine}
    sizing = {"kind": "fixed_fraction", "value": 0.4}
    document = HEAD | {"name": "together", "ensemble": form, "sizing": sizing} | more
    return compile_spec(read_spec(json.dumps(document)))


@pytest.fixture(scope="module")
def market() -> Panel:
    """Nine years of daily bars."""
    return panel_of([goog_daily()])


def run(compiled: CompiledSpec, market: Panel, equity: float = 10_000.0) -> BacktestResult:
    """One run with all members known."""
    return run_spec(compiled, market, COSTS, start_equity=equity, members=MEMBERS)


def test_weighted_members_stand_side_by_side(market: Panel) -> None:
    """The account is the members' own accounts on their shares, and what nobody has is cash."""
    parts = ({"strategy": "trend", "weight": 0.5}, {"strategy": "dip", "weight": 0.3})
    whole = run(ensemble("weighted", *parts), market)
    alone = [run(MEMBERS[p["strategy"]], market, 10_000.0 * p["weight"]) for p in parts]
    assert whole.equity == pytest.approx(2_000.0 + alone[0].equity + alone[1].equity)
    assert whole.position == pytest.approx(alone[0].position + alone[1].position)
    assert len(whole.trades) == len(alone[0].trades) + len(alone[1].trades)
    assert {trade.rule for trade in whole.trades} == {"trend/go", "dip/go"}
    gained = sum(trade.pnl for trade in whole.trades)
    assert whole.equity[-1] - 10_000.0 == pytest.approx(gained)


def test_a_vote_needs_more_than_half(market: Panel) -> None:
    """Two of three with 0.6 of the weight decide alone; with exactly half nothing is held."""
    for weight, held in ((0.6, True), (0.5, False)):
        parts = (
            {"strategy": "trend", "weight": weight},
            {"strategy": "never", "weight": 1 - weight},
        )
        result = run(ensemble("vote", *parts), market)
        assert bool(result.in_market.any()) is held
        assert bool(result.trades) is held


def test_a_vote_follows_one_close_later(market: Panel) -> None:
    """What members hold at a close is what the ensemble enters at the next open."""
    alone = run(MEMBERS["trend"], market)
    voted = run(ensemble("vote", {"strategy": "trend", "weight": 1.0}), market)
    assert voted.trades[0].entry_bar == alone.trades[0].entry_bar + 1
    assert float(np.max(voted.exposure)) < 0.6  # 0.4 of the account and what it has gained


def test_a_regime_chooses_its_members(market: Panel) -> None:
    """Outside the regime that names a member nothing is held; two closes let the exit through."""
    regimes = [{"name": "calm", "when": "natr(20) < 0.02"}]
    only = {"strategy": "trend", "weight": 1.0, "only_in_regimes": ["calm"]}
    compiled = ensemble("regime_select", only, regimes=regimes)
    label = compiled.regime_labels(market)
    result = run(compiled, market)
    assert result.trades
    outside = (label != 0) & (np.roll(label, 1) != 0)
    outside[:2] = False
    assert not result.in_market[outside].any()


def test_members_that_are_not_known_or_too_heavy_are_refused(market: Panel) -> None:
    """ENSEMBLE_MEMBER and ENSEMBLE_WEIGHTS; known ones within one go through."""
    known = ensemble("weighted", {"strategy": "trend", "weight": 0.5})
    with pytest.raises(InputError) as caught:
        run_spec(known, market, COSTS, members={})
    assert caught.value.code == "ENSEMBLE_MEMBER"
    assert run(known, market).trades


def test_a_short_history_gives_the_same_past(market: Panel) -> None:
    """The equity up to a bar does not know what comes after it, in every form."""
    part = market.before(int(market.time[1_000]))
    for combine in ("weighted", "vote"):
        parts = ({"strategy": "trend", "weight": 0.6}, {"strategy": "dip", "weight": 0.4})
        compiled = ensemble(combine, *parts)
        whole, early = run(compiled, market), run(compiled, part)
        assert early.equity.tobytes() == whole.equity[:1_000].tobytes()
