"""The neighbourhood: which specs stand one step aside, and what they say together."""

from __future__ import annotations

from typing import Any

import pytest

from engine.data.panel import panel_of
from engine.gate.vetoes.neighbours import neighbour_evidence, neighbours_of
from engine.language.identity import rule_digest
from engine.language.spec import StrategySpec
from engine.language.sweeps import at_point
from tests.gate_world import market, spec_of, subject_for, subject_of


def _with(*params: dict[str, Any], entry: str = "close > sma(close,n)") -> StrategySpec:
    return spec_of(entry, params=list(params))


def _defaults(spec: StrategySpec) -> list[dict[str, float]]:
    return [{p.name: p.default for p in one.params} for one in neighbours_of(spec)]


def test_each_parameter_steps_to_both_sides() -> None:
    """Its own step where it has one, else a tenth of it, whole for whole parameters."""
    swept = {"name": "n", "type": "int", "default": 20, "low": 10, "high": 50, "step": 5}
    assert _defaults(_with(swept)) == [{"n": 15}, {"n": 25}]
    plain = {"name": "n", "type": "int", "default": 4}
    assert _defaults(_with(plain)) == [{"n": 3}, {"n": 5}]
    long = {"name": "n", "type": "int", "default": 50}
    assert _defaults(_with(long)) == [{"n": 45}, {"n": 55}]
    share = {"name": "x", "type": "float", "default": 0.02}
    assert _defaults(_with(share, entry="roc(close,5) > x")) == [{"x": 0.018}, {"x": 0.022}]


def test_a_spec_without_parameters_has_no_neighbour() -> None:
    """Nothing to step; a parameter of zero without a step stands still too."""
    assert neighbours_of(spec_of("close > close[1]")) == ()
    zero = {"name": "x", "type": "float", "default": 0.0}
    assert neighbours_of(_with(zero, entry="roc(close,5) > x")) == ()
    found = neighbour_evidence(run := subject_of("close > close[1]").run(PANEL), [], PANEL)
    assert run.start_equity > 0
    assert (found.count, found.median, found.ratio) == (0, None, None)


def test_a_point_without_meaning_is_no_neighbour() -> None:
    """A fast average that would be as slow as the slow one is left out, as is a window of none."""
    fast = {"name": "fast", "type": "int", "default": 19, "low": 5, "high": 30, "step": 1}
    slow = {"name": "slow", "type": "int", "default": 20, "low": 10, "high": 50, "step": 1}
    found = _defaults(_with(fast, slow, entry="sma(close,fast) > sma(close,slow)"))
    assert {"fast": 18, "slow": 20} in found
    assert all(point["fast"] < point["slow"] for point in found)
    assert _defaults(_with({"name": "n", "type": "int", "default": 1})) == [{"n": 2}]


def test_there_are_at_most_twenty() -> None:
    """Ten parameters, two steps each."""
    params = [{"name": f"p{n}", "type": "float", "default": 1.0 + n / 10} for n in range(10)]
    terms = " and ".join(f"close*p{n} > close[{n + 1}]" for n in range(10))
    assert len(neighbours_of(_with(*params, entry=terms))) == 20


def test_neighbours_are_the_same_trials_as_points_of_a_sweep() -> None:
    """Equal meaning, equal rule digest: no trial is counted twice."""
    swept = {"name": "n", "type": "int", "default": 20, "low": 10, "high": 50, "step": 5}
    spec = _with(swept)
    assert rule_digest(neighbours_of(spec)[0]) == rule_digest(at_point(spec, {"n": 15}))


PANEL = panel_of([market(500, memory=-0.4)])


@pytest.mark.parametrize(("rule", "sign"), [("close < close[1]*k", 1), ("close > close[1]*k", -1)])
def test_the_median_neighbour_speaks_for_the_region(rule: str, sign: int) -> None:
    """Around an edge the neighbours earn too; around its mirror image they lose."""
    spec = spec_of(
        rule, "close > close[1]" if sign > 0 else "close < close[1]",
        params=[{"name": "k", "type": "float", "default": 1.0, "step": 0.002, "low": 0.98,
                 "high": 1.02}],
    )  # fmt: skip
    own = subject_for(spec).run(PANEL)
    near = [subject_for(one).run(PANEL) for one in neighbours_of(spec)]
    found = neighbour_evidence(own, near, PANEL)
    assert found.count == 2
    assert found.median is not None
    assert found.median * sign > 0
    assert (found.ratio is not None) is (sign > 0)
