"""Statistics: properties that hold for any trials."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.bars import FloatArray
from engine.gate.statistics import holdout_key, p_gate, train_keys
from engine.seeds import stream

probabilities = st.floats(min_value=1e-6, max_value=1.0)


def columns(seed: int, count: int, drift: float) -> FloatArray:
    """Integer returns of 80 days."""
    values = stream("tests/property", seed).standard_normal((80, count)) * 0.01 + drift
    return np.rint(values * 1e8)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    more=st.integers(1, 6),
    drift=st.floats(-0.004, 0.004),
    flat=st.booleans(),
)
def test_adding_trials_never_lowers_p(seed: int, more: int, drift: float, flat: bool) -> None:
    """Whatever else is tried on the market, the candidate's p_IS does not fall."""
    mine = columns(seed, 2, 0.001)
    added = np.zeros((80, more)) if flat else columns(seed + 1, more, drift)
    options = {"own": 0, "family": "f", "window": "w", "block": 10, "samples": 199}
    (before,) = train_keys([mine], **options)  # type: ignore[arg-type]  # options are mixed
    (after,) = train_keys([np.column_stack([mine, added])], **options)  # type: ignore[arg-type]  # as above
    assert after.p >= before.p


@given(probabilities, probabilities, probabilities, st.floats(0.01, 0.5))
def test_a_smaller_key_never_raises_p_gate(
    one: float, other: float, p_o: float, cap: float
) -> None:
    """p_gate rises with each key and stays a probability."""
    low, high = sorted((one, other))
    assert 0 <= p_gate(low, p_o, cap) <= p_gate(high, p_o, cap) + 1e-15 <= 1 + 1e-15
    assert p_gate(p_o, low, cap) <= p_gate(p_o, high, cap) + 1e-15


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=2, max_size=300))
def test_the_holdout_key_is_a_probability_for_any_returns(values: list[int]) -> None:
    """Never NaN, never outside 0..1, and mirrored returns mirror the statistic."""
    series = np.array(values, dtype=np.float64)
    key, mirrored = holdout_key(series), holdout_key(-series)
    assert 0.0 <= key.p <= 1.0
    if key.statistic is None:
        assert key.p == mirrored.p == 1.0
    else:
        assert mirrored.statistic == -key.statistic
