"""Regime labels: causal, sticky, and what they are called."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.bars import FloatArray
from engine.regimes.labels import (
    MIN_DAYS,
    UNKNOWN,
    DayLabels,
    labels_of,
    trend_scores,
    volatility_ranks,
)
from engine.seeds import stream


def closes_of(seed: int, days: int = 420) -> FloatArray:
    """A path whose drift and volatility change every 70 days."""
    rng = stream("peak/test/regimes", seed)
    blocks = np.arange(days) // 70
    drift = np.array([0.004, 0.0, -0.004, 0.0, 0.004, -0.004])[blocks % 6]
    noise = rng.normal(0, np.where(blocks % 2 == 0, 0.008, 0.02))
    closes: FloatArray = 100 * np.exp(np.cumsum(drift + noise))
    return closes


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(280, 419))
def test_labels_never_look_ahead(seed: int, cut: int) -> None:
    """Cut at any day, every label up to it is the same."""
    closes = closes_of(seed)
    assert labels_of(closes[:cut]) == labels_of(closes)[:cut]


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_a_label_stays_for_some_days(seed: int) -> None:
    """A trend, and a mood, never lasts fewer than five days between two others."""
    known = [label.split("_") for label in labels_of(closes_of(seed)) if label != UNKNOWN]
    for part in (0, 1):
        lengths = [1]
        for one, other in pairwise(known):
            if one[part] == other[part]:
                lengths[-1] += 1
            else:
                lengths.append(1)
        assert all(length >= MIN_DAYS for length in lengths[1:-1])


def test_scores_and_ranks_equal_plain_loops() -> None:
    """Both figures equal their definition, one day at a time."""
    closes = closes_of(1)
    changes = np.diff(np.log(closes))
    scores, ranks = trend_scores(closes), volatility_ranks(closes)
    assert np.isnan(scores[:63]).all()
    assert np.isnan(ranks[:272]).all()
    for day in range(280, 420):
        last = changes[day - 63 : day]
        assert np.isclose(scores[day], last.sum() / (last.std(ddof=1) * np.sqrt(63)))
        history = [changes[t - 21 : t].std(ddof=1) for t in range(day - 251, day + 1)]
        assert np.isclose(ranks[day], np.mean(np.array(history) <= history[-1]))


def test_a_rising_market_is_up_and_a_falling_one_down() -> None:
    """A steady drift with little noise has the label of its direction; short history has none."""
    noise = stream("peak/test/regimes", "drift").normal(0, 0.002, 400)
    for drift, name in ((0.002, "up"), (-0.002, "down")):
        labels = labels_of(100 * np.exp(np.cumsum(drift + noise)))
        assert labels[-1].startswith(name)
        assert labels[0] == UNKNOWN
    assert labels_of(np.full(300, 100.0))[-1] == UNKNOWN
    assert set(labels_of(np.arange(1.0, 20.0))) == {UNKNOWN}


def test_the_label_of_the_day_before_counts() -> None:
    """A day's own label is not known before its close."""
    labels = DayLabels(np.array([10, 11, 14]), ("a", "b", "c"))
    assert [labels.before(day) for day in (9, 10, 11, 14, 15)] == [UNKNOWN, UNKNOWN, "a", "b", "c"]
