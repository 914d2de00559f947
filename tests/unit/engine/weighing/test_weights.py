"""Weights: they sum to one, share risk as promised, and do not depend on the order of assets."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.weighing import weights as w
from engine.weighing.covariance import correlation
from engine.weighing.hierarchy import Distance, leaf_order

Method = Callable[[FloatArray], FloatArray]
METHODS: dict[str, Method] = {
    "equal": lambda table: w.equal(len(table)),
    "inverse_volatility": w.inverse_volatility,
    "equal_risk_contribution": w.equal_risk_contribution,
    "hierarchical_risk_parity": w.hierarchical_risk_parity,
    "hierarchical_by_columns": lambda table: w.hierarchical_risk_parity(table, distance="columns"),
}
SEEDS = st.integers(0, 10_000)


def covariance_of(seed: int, n: int) -> FloatArray:
    """A random positive definite covariance whose volatilities differ by up to ten times."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, n + 3))
    table = factors @ factors.T / (n + 3) + 0.05 * np.eye(n)
    scale = rng.uniform(0.01, 0.1, n)
    covariance: FloatArray = table * scale[:, None] * scale[None, :]
    return (covariance + covariance.T) / 2


# Hierarchical risk parity once more, in plain loops over lists


def plain_single_linkage(distance: list[list[float]]) -> list[int]:
    """Merge the two nearest clusters until one is left; the smaller number goes left."""
    clusters = {i: [i] for i in range(len(distance))}
    number = len(distance)
    while len(clusters) > 1:
        pairs = [
            (min(distance[i][j] for i in clusters[a] for j in clusters[b]), a, b)
            for a in clusters
            for b in clusters
            if a < b
        ]
        _, a, b = min(pairs)
        clusters[number] = clusters.pop(a) + clusters.pop(b)
        number += 1
    return next(iter(clusters.values()))


def plain_variance(table: FloatArray, group: list[int]) -> float:
    """Variance of a group held by inverse variances."""
    raw = [1 / table[i, i] for i in group]
    share = [value / sum(raw) for value in raw]
    return float(
        sum(
            share[a] * share[b] * table[i, j]
            for a, i in enumerate(group)
            for b, j in enumerate(group)
        )
    )


def plain_hrp(table: FloatArray, kind: Distance) -> list[float]:
    """The whole method on single numbers."""
    n = len(table)
    near = [
        [sqrt((1 - table[i, j] / sqrt(table[i, i] * table[j, j])) / 2) if i != j else 0.0
         for j in range(n)] for i in range(n)
    ]  # fmt: skip
    if kind == "columns":
        near = [
            [sqrt(sum((near[k][i] - near[k][j]) ** 2 for k in range(n))) for j in range(n)]
            for i in range(n)
        ]
    weights = [1.0] * n

    def halve(group: list[int]) -> None:
        if len(group) < 2:
            return
        left, right = group[: len(group) // 2], group[len(group) // 2 :]
        a, b = plain_variance(table, left), plain_variance(table, right)
        for i in left:
            weights[i] *= b / (a + b)
        for i in right:
            weights[i] *= a / (a + b)
        halve(left)
        halve(right)

    halve(plain_single_linkage(near))
    return weights


@given(SEEDS, st.integers(1, 9), st.sampled_from(sorted(METHODS)))
def test_weights_sum_to_one_and_none_is_negative(seed: int, n: int, method: str) -> None:
    """Whatever the covariance, a method spends the account once and sells nothing short."""
    weights = METHODS[method](covariance_of(seed, n))
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert (weights > 0).all()


@given(SEEDS, st.integers(1, 12))
def test_risk_contributions_are_equal(seed: int, n: int) -> None:
    """Every asset has 1/n of the variance to 1e-8."""
    table = covariance_of(seed, n)
    shares = w.risk_contributions(w.equal_risk_contribution(table), table)
    np.testing.assert_allclose(shares, 1 / n, atol=1e-8)


@given(SEEDS, st.integers(2, 6))
def test_risk_contributions_follow_budgets(seed: int, n: int) -> None:
    """With budgets, every asset has its own share of the variance to 1e-8."""
    budgets = np.random.default_rng(seed).uniform(0.5, 2, n)
    budgets /= budgets.sum()
    table = covariance_of(seed, n)
    weights = w.equal_risk_contribution(table, budgets)
    np.testing.assert_allclose(w.risk_contributions(weights, table), budgets, atol=1e-8)


def test_equal_risk_without_correlation_is_inverse_volatility() -> None:
    """On a diagonal covariance both methods agree."""
    table = np.diag([0.01, 0.04, 0.09])
    np.testing.assert_allclose(
        w.equal_risk_contribution(table), w.inverse_volatility(table), rtol=1e-9
    )
    np.testing.assert_allclose(w.inverse_volatility(table), np.array([6, 3, 2]) / 11, rtol=1e-12)


@given(SEEDS, st.integers(2, 9), st.sampled_from(["columns", "correlation"]))
def test_hierarchical_weights_equal_a_plain_reference(seed: int, n: int, kind: Distance) -> None:
    """Spanning tree and halving equal merging the nearest clusters over lists, to 1e-10."""
    table = covariance_of(seed, n)
    found = w.hierarchical_risk_parity(table, distance=kind)
    np.testing.assert_allclose(found, plain_hrp(table, kind), rtol=1e-10)


def test_alike_assets_stand_side_by_side() -> None:
    """Two pairs of alike assets, given crosswise, come out as two neighbours each."""
    near, far = 0.1, 0.9
    table = np.array(
        [[0, far, near, far], [far, 0, far, near], [near, far, 0, far], [far, near, far, 0]]
    )
    assert leaf_order(table) == [0, 2, 1, 3]


@given(
    SEEDS,
    st.permutations(range(7)),
    st.sampled_from(["equal", "equal_risk_contribution", "inverse_volatility"]),
)
def test_the_order_of_assets_does_not_matter(seed: int, order: list[int], method: str) -> None:
    """Permuting the assets permutes equal, equal-risk and inverse-volatility weights."""
    _same_when_permuted(seed, order, METHODS[method])


@given(SEEDS, st.permutations(range(4)))
def test_the_order_of_four_assets_does_not_matter_for_the_hierarchy(
    seed: int, order: list[int]
) -> None:
    """Up to four assets no half cuts through a pair, so hierarchical weights permute too."""
    _same_when_permuted(seed, order, w.hierarchical_risk_parity)


def _same_when_permuted(seed: int, order: list[int], method: Method) -> None:
    table = covariance_of(seed, len(order))
    permuted = method(table[np.ix_(order, order)])
    np.testing.assert_allclose(permuted, method(table)[order], rtol=1e-7)


@given(SEEDS, st.integers(2, 6), st.floats(0.01, 0.5))
def test_a_volatility_target_is_met_or_the_account_is_full(
    seed: int, n: int, target: float
) -> None:
    """The scaled weights have the target's volatility, unless that takes more than the account."""
    table = covariance_of(seed, n)
    scaled = w.target_volatility(w.equal(n), table, target, periods_per_year=12)
    reached = w.portfolio_volatility(scaled, table) * sqrt(12)
    full = scaled.sum() == pytest.approx(1.0)
    assert reached == pytest.approx(target) or (full and reached < target)


def test_the_correlation_cap_keeps_the_larger_of_two_alike_assets() -> None:
    """The smaller weight of a pair above the cap goes to the kept assets in proportion."""
    table = np.array([[1.0, 0.9, -0.95], [0.9, 1.0, 0.1], [-0.95, 0.1, 1.0]])
    capped = w.correlation_cap(np.array([0.5, 0.25, 0.25]), table, 0.8)
    np.testing.assert_allclose(capped, [2 / 3, 0, 1 / 3])


@given(SEEDS, st.integers(1, 8), st.floats(-1, 1))
def test_no_two_kept_assets_are_more_alike_than_the_cap(seed: int, n: int, cap: float) -> None:
    """Under any cap the weights sum to one and every kept pair is within it."""
    table = correlation(covariance_of(seed, n))
    capped = w.correlation_cap(w.equal(n), table, cap)
    kept = np.flatnonzero(capped).tolist()
    assert capped.sum() == pytest.approx(1.0)
    assert all(table[a, b] <= cap for a in kept for b in kept if a != b)


@given(SEEDS, st.sampled_from(sorted(METHODS)))
def test_the_same_covariance_gives_the_same_bytes(seed: int, method: str) -> None:
    """Nothing random, nothing remembered."""
    table = covariance_of(seed, 6)
    assert METHODS[method](table).tobytes() == METHODS[method](table.copy()).tobytes()


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("PORTFOLIO_EMPTY", lambda: w.equal(0)),
        ("PORTFOLIO_COVARIANCE", lambda: w.equal_risk_contribution(np.zeros((2, 2)))),
        ("PORTFOLIO_COVARIANCE", lambda: w.inverse_volatility(np.ones((2, 3)))),
        ("PORTFOLIO_BUDGETS", lambda: w.equal_risk_contribution(np.eye(2), np.array([1.0, 1.0]))),
        ("PORTFOLIO_BUDGETS", lambda: w.equal_risk_contribution(np.eye(2), np.array([1.0]))),
        ("PORTFOLIO_TARGET", lambda: w.target_volatility(w.equal(2), np.eye(2), 0.0)),
        ("PORTFOLIO_CAP", lambda: w.correlation_cap(w.equal(2), np.eye(2), 80.0)),
    ],
)
def test_bad_input_is_refused_with_its_code(code: str, make: Callable[[], FloatArray]) -> None:
    """What cannot be weighed is named, never weighed anyway."""
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.code == code


def test_a_perfect_hedge_is_refused_instead_of_looped_over() -> None:
    """Two assets that cancel out have no finite solution with one's risk equal to the other's."""
    table = np.array([[1.0, -1.0], [-1.0, 1.0]])
    with pytest.raises(InputError) as caught:
        w.equal_risk_contribution(table)
    assert caught.value.code == "PORTFOLIO_NOT_CONVERGED"
