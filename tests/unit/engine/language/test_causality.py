"""The prefix test: silent on causal rules, loud on a rule that looks ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.data.bars import FloatArray
from engine.language import library
from engine.language.causality import default_cuts, prefix_violations
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.plan import Plan, Step
from engine.language.view import View
from tests.language_world import nasty_bars, spec

BARS = nasty_bars(300)


@pytest.mark.parametrize("name", library.names())
def test_library_rules_do_not_look_ahead(name: str) -> None:
    """Cut at every bar of 300, nothing changes."""
    compiled = compile_spec(library.load(name))
    bars = replace(BARS, timeframe=compiled.spec.timeframe)
    assert prefix_violations(compiled, bars, range(1, 300, 7)) == ()


def _tomorrow(view: View, _inputs: object) -> FloatArray:
    return np.append(view.bars.close[1:], np.nan)


def _whole_sample(view: View, _inputs: object) -> FloatArray:
    return (view.bars.close - view.bars.close.mean()) / view.bars.close.std()


def _backfilled(view: View, _inputs: object) -> FloatArray:
    # A weekly close put back onto the days before it.
    out = view.bars.close.copy()
    for start in range(0, len(out), 24):
        out[start : start + 24] = out[min(start + 23, len(out) - 1)]
    return out


def _with_leak(compute: object) -> CompiledSpec:
    compiled = compile_spec(spec())
    plan = Plan()
    plan.steps = [*compiled.plan.steps, Step("leak", (), compute)]  # type: ignore[arg-type]  # one of the mutants above
    return replace(compiled, plan=plan)


@pytest.mark.parametrize("leak", [_tomorrow, _whole_sample, _backfilled])
def test_a_leak_is_found_and_named(leak: object) -> None:
    """The control: a value that knows later bars is reported with bar and cut."""
    found = prefix_violations(_with_leak(leak), BARS)
    assert len(found) == 1
    assert found[0].startswith("leak: bar ")


def test_short_histories_are_cut_everywhere_long_ones_around_decisions() -> None:
    """Up to 400 bars every length; beyond, even cuts and the bar after each decision."""
    compiled = compile_spec(spec())
    assert default_cuts(compiled.decide(BARS), len(BARS)) == tuple(range(1, 300))
    long = nasty_bars(3000)
    decisions = compiled.decide(long)
    cuts = default_cuts(decisions, len(long))
    (rule,) = decisions.rules
    events = np.flatnonzero(rule.enter | rule.exit) + 1
    assert len(cuts) <= 220
    assert len(set(cuts) & set(events.tolist())) >= 50
