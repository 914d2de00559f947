"""Curves: extremes survive thinning, drawdown and months are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.curves import drawdown_of, moment, month_returns, thinned

DAY_MS = 86_400_000


@given(st.integers(1, 3_000), st.integers(0, 2**32))
def test_thinning_keeps_ends_and_extremes(n: int, seed: int) -> None:
    """At most 600 points; first, last, highest and lowest are among them, in order of time."""
    values = np.round(np.random.default_rng(seed).normal(0, 100, n), 3)
    times = np.arange(n) * DAY_MS
    curve = thinned(times, values)
    assert len(curve.time) <= 600
    assert list(curve.time) == sorted(set(curve.time))
    assert (curve.time[0], curve.time[-1]) == (0, (n - 1) * DAY_MS)
    assert max(curve.value) == pytest.approx(values.max())
    assert min(curve.value) == pytest.approx(values.min())


def test_short_curves_are_kept_as_they_are() -> None:
    """Nothing is thinned below the limit; values keep nine digits."""
    curve = thinned(np.array([1, 2]), np.array([1.23456789012, 2.0]))
    assert curve.value == (1.23456789, 2.0)


def test_drawdown_counts_the_start_as_a_peak() -> None:
    """Zero at a peak, negative below it."""
    falls = drawdown_of(np.array([90.0, 120.0, 60.0]), 100.0)
    assert list(falls) == pytest.approx([-0.1, 0.0, -0.5])


def test_months() -> None:
    """The first month counts from the start, later ones from the month before."""
    days = np.array(
        ["2020-01-15", "2020-01-31", "2020-02-10", "2020-12-31"], dtype="datetime64[ms]"
    )
    months = month_returns(days.astype(np.int64), np.array([100.0, 110.0, 99.0, 99.0]), 100.0)
    assert [(m.year, m.month) for m in months] == [(2020, 1), (2020, 2), (2020, 12)]
    assert [m.value for m in months] == pytest.approx([0.1, -0.1, 0.0])


def test_moments_are_utc() -> None:
    """Milliseconds to an aware time."""
    assert moment(0).isoformat() == "1970-01-01T00:00:00+00:00"
