"""Families of rules: what they hold, and that they look backwards only."""

from __future__ import annotations

import numpy as np
import pytest

from engine.seeds import stream
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.rules import FAMILIES, MIXED, WINDOWS, positions

DAYS = 700


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "coins"])
def test_a_rule_knows_nothing_of_the_day_it_holds(family: str) -> None:
    """Changing all returns from day 400 on changes no position up to day 400."""
    returns = garch_t(stream("tests/rules"), DAYS)
    other = returns.copy()
    other[400:] = garch_t(stream("tests/other"), DAYS - 400)
    one, two = (positions(family, each, stream("tests/draw"), 60) for each in (returns, other))
    assert np.array_equal(one[:401], two[:401])
    assert not np.array_equal(one, two)


@pytest.mark.parametrize("family", [*FAMILIES, MIXED])
def test_positions_are_whole_and_begin_with_nothing(family: str) -> None:
    """A rule is long, short or out, and out on the first day."""
    held = positions(family, garch_t(stream("tests/rules"), DAYS), stream("tests/draw"), 30)
    assert held.shape == (DAYS, 30)
    assert set(np.unique(held)) <= {-1.0, 0.0, 1.0}
    assert not held[0].any()


def test_some_rules_take_one_side_only_unless_all_are_to_take_both() -> None:
    """A mixed draw has long-only and short-only rules; a two-sided one has neither."""
    returns = garch_t(stream("tests/rules"), DAYS)
    mixed = positions("crossings", returns, stream("tests/draw"), 200)
    both = positions("crossings", returns, stream("tests/draw"), 200, two_sided=True)
    assert (mixed.min(axis=0) >= 0.0).mean() > 0.2
    assert (mixed.max(axis=0) <= 0.0).mean() > 0.05
    assert (both.min(axis=0) >= 0.0).mean() < 0.1


def test_crossings_of_a_rising_market_are_long_and_a_breakout_follows_a_new_high() -> None:
    """On a straight line every rule of both families is long once it knows enough."""
    returns = np.full(DAYS, 0.001)
    for family in ("crossings", "breakouts"):
        held = positions(family, returns, stream("tests/draw"), 40, two_sided=True)
        assert (held[int(WINDOWS.max()) + 2 :] == 1.0).all()


def test_a_reversal_goes_against_a_jump() -> None:
    """The day after a jump upwards every reversal that moves at all is short."""
    returns = garch_t(stream("tests/rules"), DAYS) / 100.0
    returns[300] = 0.3
    held = positions("reversals", returns, stream("tests/draw"), 60, two_sided=True)
    assert (held[301] == -1.0).mean() > 0.5
    assert not (held[301] > 0.0).any()
