"""Prefix causality of decisions, account and whole runs, for every form of spec."""

from __future__ import annotations

import numpy as np
import pytest

from engine.backtest.curtain import LookAheadError
from engine.data.panel import panel_of
from engine.gate import prefix
from engine.gate.prefix import CUTS, cuts_of, head_of, violations
from engine.gate.subject import Subject
from engine.language.library import load
from tests.gate_world import (
    CHEAP,
    LEAKS,
    Bend,
    bent,
    market,
    panel_for,
    run_of,
    spec_of,
    subject_for,
    subject_of,
)

HONEST = ("rsi(close,5) < 40", "rsi(close,5) > 60")
MAJORS = {"symbols": ["BTC/USDT", "ETH/USDT", "SOL/USDT"]}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_a_strategy_that_knows_the_future_is_caught(leak: Bend) -> None:
    """Each way to look ahead changes a decision when later bars are removed."""
    panel = panel_of([market(260)])
    subject = bent(subject_of(*HONEST), leak)
    result = subject.run(panel)
    assert len(result.log) > 0
    found = violations(subject, panel, result)
    assert found
    assert "differs when only" in found[0]


def test_the_honest_twin_is_causal() -> None:
    """The same rule without the leak has no violation at any cut."""
    panel = panel_of([market(260)])
    subject = bent(subject_of(*HONEST), lambda _bars, decided: decided)
    result = subject.run(panel)
    assert len(result.log) > 5
    assert violations(subject, panel, result) == ()


MEMBER = spec_of("close > sma(close,20)", "close < sma(close,20)")
FORMS = {
    "several symbols": spec_of("cross_above(close,sma(close,10))", universe=MAJORS),
    "state": spec_of("close < close[1]", "open_return > 0.02 or bars_held > 5"),
    "ranking": spec_of(
        "close > 0", rules=[], universe=MAJORS,
        cross_section={"score": "roc(close,10)", "long_top": 1, "rebalance": "weekly"},
        sizing={"kind": "equal_weight", "value": None, "max_position_frac": 0.5},
    ),
    "pair": spec_of(
        "zscore(spread,20) < -1", "zscore(spread,20) > 0",
        universe={"symbols": ["BTC/USDT", "ETH/USDT"]},
        pair={"y": "ETH/USDT", "x": "BTC/USDT", "hedge": "log_ols", "lookback": 30},
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_asked(form: str) -> None:
    """Rules, rankings and pairs are causal, and their runs do trade."""
    subject = subject_for(FORMS[form])
    panel = panel_for(subject, 160)
    result = subject.run(panel)
    assert len(result.log) > 0
    assert violations(subject, panel, result) == ()


@pytest.mark.parametrize("combine", ["weighted", "vote"])
def test_members_of_an_ensemble_are_asked_each(combine: str) -> None:
    """An ensemble is as causal as its members; one that leaks is named."""
    form = {
        "members": [{"strategy": "slow", "weight": 0.5}, {"strategy": "fast", "weight": 0.5}],
        "combine": combine,
    }
    spec = spec_of("close > 0", rules=[], stops=[], ensemble=form)
    subject = subject_for(spec, MEMBER, spec_of(*HONEST))
    panel = panel_for(subject, 160)
    assert violations(subject, panel, subject.run(panel)) == ()
    leaking = bent(subject_for(MEMBER), LEAKS["mean of all bars"]).compiled
    members = {**subject.members, "fast": leaking}
    false = Subject(subject.spec, CHEAP, subject.compiled, members)
    found = violations(false, panel, false.run(panel))
    assert any(sentence.startswith("fast ") for sentence in found)


def test_instruments_that_begin_later_are_cut_from_their_first_bar_on() -> None:
    """Before its first bar an instrument cannot stand in a panel."""
    old, new = market(150), market(150, seed=2, symbol="ETH/USDT")
    panel = panel_of([old, new.slice(60, 150)])
    subject = subject_for(FORMS["several symbols"])
    result = subject.run(panel)
    assert cuts_of(result, panel) == tuple(range(61, 150))
    assert [len(bars) for bars in head_of(panel, 61).each] == [61, 1]
    assert violations(subject, panel, result) == ()


def test_long_histories_are_cut_400_times_half_at_events() -> None:
    """Above 2,000 bars: 400 cuts, of them 200 right after entries and exits."""
    trades = [(bar, bar + 3, 1.0, 1.0, 1.0) for bar in range(10, 4_900, 7)]
    result = run_of(np.full(5_000, 1e4), trades=trades)
    panel = panel_of([market(5_000)])
    cuts = cuts_of(result, panel)
    events = {bar + 1 for trade in trades for bar in trade[:2]}
    assert 380 <= len(cuts) <= CUTS
    assert sum(cut in events for cut in cuts) >= CUTS // 2
    assert min(cuts) == 1
    assert max(cuts) == 4_999


def test_a_leak_of_the_account_alone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Honest decisions and a run that reads ahead: the curtain says so."""
    panel = panel_of([market(120)])
    subject = subject_of(*HONEST)

    def peeks(*_args: object, **_options: object) -> object:
        raise LookAheadError("LOOK_AHEAD", "`close` of a later bar was read", value="7")

    monkeypatch.setattr(prefix, "behind_curtain", peeks)
    found = violations(subject, panel, subject.run(panel))
    assert found == ("`close` of a later bar was read",)


def test_a_run_that_is_not_the_head_of_the_whole_is_caught() -> None:
    """Equity, positions and ended trades of shorter runs are compared, not decisions alone."""
    panel = panel_of([market(120)])
    subject = subject_of(*HONEST)
    other = subject.run(panel, costs=CHEAP.scaled(3))
    found = violations(subject, panel, other)
    assert any("equity, positions or orders differ" in sentence for sentence in found)


def test_a_library_rule_on_short_bars_is_causal() -> None:
    """Four-hour bars of a published rule, cut everywhere."""
    subject = subject_for(load("donchian_breakout_btc_moderate"))
    panel = panel_for(subject, 300)
    assert violations(subject, panel, subject.run(panel)) == ()
