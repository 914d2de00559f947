"""The second engine: what it is asked, and what its answer comes to."""

from __future__ import annotations

import sys

import pytest

from engine.data.panel import panel_of
from engine.gate.second_engine import obstacle_to_comparison, second_engine
from tests.gate_world import market, panel_for, spec_of, subject_for, subject_of

BOTH = {"symbols": ["BTC/USDT", "ETH/USDT"]}
PAIR = {"y": "ETH/USDT", "x": "BTC/USDT", "hedge": "one", "lookback": 30}
EQUAL = {"kind": "equal_weight", "value": None, "max_position_frac": 0.5}
RANKING = {"score": "roc(close,10)", "long_top": 1, "rebalance": "weekly"}
RULE = ("rsi(close,5) < 40", "rsi(close,5) > 60")


def test_an_independent_engine_makes_the_same_trades() -> None:
    """Every trade was compared and none differs; question and answer are on record."""
    subject = subject_of(*RULE)
    panel = panel_of([market(300)])
    result = subject.run(panel)
    found = second_engine(subject, panel, result)
    assert (found.state, found.message, found.differences) == ("agrees", "", ())
    assert found.compared == len(result.log) > 5
    assert found.request is not None
    assert found.answer is not None


def test_a_run_that_is_not_what_was_decided_disagrees() -> None:
    """Another run's trades are shown beside the other engine's."""
    subject, other = subject_of(*RULE), subject_of("rsi(close,5) < 45", "rsi(close,5) > 60")
    panel = panel_of([market(300)])
    found = second_engine(subject, panel, other.run(panel))
    assert found.state == "disagrees"
    assert "trades differ" in found.message
    assert found.differences[0].ours != found.differences[0].theirs


def test_no_answer_is_an_answer() -> None:
    """A worker that dies did not run; it does not agree by silence."""
    subject = subject_of(*RULE)
    panel = panel_of([market(120)])
    dead = (sys.executable, "-c", "raise SystemExit(3)")
    found = second_engine(subject, panel, subject.run(panel), worker=dead)
    assert found.state == "did_not_run"
    assert "3" in found.message


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (spec_of("", rules=[], universe=BOTH, cross_section=RANKING, sizing=EQUAL), "cross_sec"),
        (spec_of("spread < 0", "spread > 0", universe=BOTH, pair=PAIR), "pair"),
        (spec_of(*RULE, universe=BOTH), "one instrument"),
        (spec_of(*RULE, targets=[{"kind": "pct", "value": 0.1, "close_fraction": 0.5}]), "target"),
        (spec_of(*RULE, pyramiding={"max_units": 2, "add_when": "open_return > 0"}), "units"),
    ],
)
def test_what_it_has_no_words_for_is_not_comparable(spec: object, word: str) -> None:
    """Forms, several instruments, partial targets, several units: said, never left out."""
    subject = subject_for(spec)  # type: ignore[arg-type]  # a spec
    panel = panel_for(subject, 200)
    found = second_engine(subject, panel, subject.run(panel))
    assert found.state == "not_comparable"
    assert word in found.message


def test_an_instrument_that_is_only_looked_at_is_no_obstacle() -> None:
    """One traded instrument beside another on the same days is compared alone."""
    subject = subject_of('close < close[1] and sym("ETH/USDT",close) > 0', "close > close[1]")
    panel = panel_of([market(200), market(200, seed=2, symbol="ETH/USDT")])
    assert obstacle_to_comparison(subject, panel) == ""
    found = second_engine(subject, panel, subject.run(panel))
    assert found.state == "agrees"
    assert found.compared > 5
