"""Likeness: one other that moves alike, or all others together that explain a candidate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.gate.likeness import TrainReturns
from tests.looks_world import noise, packed, returns


def test_returns_need_their_days() -> None:
    """One return for each day, packed as the ledger packs them, or the record is refused."""
    good = TrainReturns.of(np.array([3, 4]), np.array([10, -10]))
    assert good.path[1].tolist() == [10.0, 0.0]
    for days, raw in ((good.days, ""), ("not days", good.raw), (good.days, "?")):
        with pytest.raises(ValidationError):
            TrainReturns(days=days, raw=raw)


def test_noise_explains_nothing() -> None:
    """Ten unrelated candidates leave an eleventh alone; a mixture of them is all theirs."""
    others = [returns(seed) for seed in range(1, 11)]
    assert returns(99).explained_by(others) < 0.1
    mixture = packed(np.asarray(sum(noise(seed) for seed in range(1, 11)) / 10))
    assert mixture.explained_by(others) > 0.999
    assert max(mixture.likeness(each) for each in others) < 0.7


def test_signs_and_sizes_do_not_hide_a_mixture() -> None:
    """The opposite of one and ten times another is still a mixture."""
    mixture = packed(noise(2) * 10 - noise(3) * 7)
    assert mixture.explained_by([returns(2), returns(3)]) > 0.999
    assert mixture.explained_by([returns(2), returns(4)]) < 0.8


def test_nothing_to_compare_with_explains_nothing() -> None:
    """No looks, no days, no movement, or fewer than 61 days in common: 0."""
    still = packed(np.zeros(400))
    assert returns(2).explained_by([]) == 0.0
    assert returns(2).explained_by([still]) == 0.0
    assert still.explained_by([returns(2)]) == 0.0
    assert packed(noise(2, 0)).explained_by([returns(2)]) == 0.0
    assert packed(noise(2, 61)).explained_by([packed(noise(2, 61))]) == 1.0
    assert packed(noise(2, 60)).explained_by([packed(noise(2, 60))]) == 0.0


def test_the_same_candidate_many_times_is_one() -> None:
    """Columns that repeat each other neither break the regression nor add to it."""
    once = returns(5, mixed=0.4).explained_by([returns(1)])
    assert returns(5, mixed=0.4).explained_by([returns(1)] * 30) == pytest.approx(once)
    assert 0.3 < once < 0.5


def test_more_looks_than_days_explain_everything() -> None:
    """Where nothing can be told apart any more, the answer is the careful one."""
    others = [returns(seed, days=80) for seed in range(1, 90)]
    assert returns(99, days=80).explained_by(others) == 1.0


def test_a_longer_history_does_not_dilute_a_copy() -> None:
    """A mixture with years before it that nobody else has is still found."""
    old, new = noise(7, 800), noise(2) + noise(3)
    longer = packed(np.concatenate((old, new)), first=0)
    others = [packed(noise(seed), first=800) for seed in (2, 3)]
    assert longer.explained_by(others) > 0.99


def test_weekly_bars_are_held_against_daily_ones() -> None:
    """Changes between the candidate's own days are taken, whatever the others' timeframe."""
    daily = noise(2, 700)
    days = np.arange(6, 700, 7, dtype=np.int64)
    summed = np.diff(np.concatenate(([0.0], np.cumsum(daily)[days])))
    weekly = TrainReturns.of(days, (summed * 1e6).astype(np.int64))
    assert weekly.explained_by([packed(daily)]) > 0.999
    assert weekly.explained_by([packed(noise(3, 700))]) < 0.2


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(1, 8)), st.floats(0.0, 0.9))
def test_the_order_of_looks_does_not_matter(order: list[int], mixed: float) -> None:
    """The same R^2, to the last bit, for any order of the looks."""
    asked = returns(50, days=200, mixed=mixed)
    others = {seed: returns(seed, days=200) for seed in range(1, 8)}
    sorted_ = asked.explained_by([others[seed] for seed in range(1, 8)])
    assert asked.explained_by([others[seed] for seed in order]) == sorted_


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12, unique=True), st.floats(0.0, 0.9))
def test_another_look_never_explains_less(seeds: list[int], mixed: float) -> None:
    """What was shared stays shared when looks are added."""
    asked = returns(50, days=150, mixed=mixed)
    others = [returns(seed, days=150) for seed in seeds]
    steps = [asked.explained_by(others[:count]) for count in range(1, len(others) + 1)]
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(steps))
