"""Weights equal those of independent libraries, where these are installed.

| ours | reference | within |
|---|---|---|
| equal risk contribution | skfolio RiskBudgeting (variance, equal budgets) | 1e-4 |
| hierarchical risk parity | PyPortfolioOpt HRPOpt, single linkage | 1e-8 |
| inverse volatility | skfolio InverseVolatility | 1e-12 |
| Ledoit-Wolf covariance and intensity | skfolio LedoitWolf (scikit-learn's formula) | 1e-12 |
| single linkage leaf order | scipy | exact |

skfolio orders the leaves of its tree optimally before it halves them, PyPortfolioOpt takes them as
the merges put them: their weights differ by some percent from four assets on. The second one is
matched, because its order is the paper's.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from engine.data.bars import FloatArray
from engine.weighing import weights as w
from engine.weighing.covariance import correlation, ledoit_wolf, sample_covariance
from engine.weighing.hierarchy import correlation_distance, leaf_order
from tests.needs import OPTIONS
from tests.portfolio_world import CASES, covariance_of, near_singular, returns_with

REASON = "make test-all installs the oracles"
RANDOM = 400 if OPTIONS.full_volume else 40
PERIODS = 60


def oracle(name: str) -> Any:  # noqa: ANN401 - a module without types
    """A reference library; its own warnings at import are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=REASON)


def every_case() -> dict[str, FloatArray]:
    """The named covariances and random ones of 2 to 15 assets."""
    more = {f"seed {seed}": covariance_of(seed, 2 + seed % 14) for seed in range(RANDOM)}
    tight = {f"tight seed {s}": near_singular(s, 2 + s % 14) for s in range(RANDOM // 4)}
    return CASES | more | tight


def fitted(model: Any, returns: FloatArray) -> Any:  # noqa: ANN401 - as above
    """A reference model on returns, its warnings left aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(returns)


def test_equal_risk_contribution_equals_skfolio() -> None:
    """Weights within 1e-4 and, at ours, risk shares equal to 1e-8."""
    optimization = oracle("skfolio.optimization")
    for name, table in every_case().items():
        found = w.equal_risk_contribution(table)
        model = fitted(optimization.RiskBudgeting(), returns_with(table, PERIODS, 1))
        np.testing.assert_allclose(found, model.weights_, atol=1e-4, err_msg=name)
        shares = w.risk_contributions(found, table)
        np.testing.assert_allclose(shares, 1 / len(table), atol=1e-8, err_msg=name)


def test_hierarchical_risk_parity_equals_pyportfolioopt() -> None:
    """Weights within 1e-8 under single linkage, leaf order included."""
    library, pandas = oracle("pypfopt"), oracle("pandas")
    for name, table in every_case().items():
        model = library.HRPOpt(cov_matrix=pandas.DataFrame(table))
        held = model.optimize(linkage_method="single")
        expected = [held[asset] for asset in range(len(table))]
        found = w.hierarchical_risk_parity(table)
        np.testing.assert_allclose(found, expected, atol=1e-8, err_msg=name)


def test_the_two_references_differ_by_leaf_order_only() -> None:
    """Up to three assets both libraries agree with us, so the halving itself is not in doubt."""
    optimization, cluster = oracle("skfolio.optimization"), oracle("skfolio.cluster")
    for seed in range(10):
        table = covariance_of(seed, 2 + seed % 2)
        tree = cluster.HierarchicalClustering(linkage_method=cluster.LinkageMethod.SINGLE)
        model = optimization.HierarchicalRiskParity(hierarchical_clustering_estimator=tree)
        held = fitted(model, returns_with(table, PERIODS, 2)).weights_
        np.testing.assert_allclose(w.hierarchical_risk_parity(table), held, atol=1e-8)


def test_leaf_order_equals_scipy() -> None:
    """The spanning tree's merges are single linkage, in scipy's numbering."""
    hierarchy, distances = oracle("scipy.cluster.hierarchy"), oracle("scipy.spatial.distance")
    for seed in range(RANDOM):
        table = correlation_distance(correlation(covariance_of(seed, 2 + seed % 14)))
        condensed = distances.squareform(table, checks=False)
        expected = hierarchy.leaves_list(hierarchy.linkage(condensed, "single"))
        assert leaf_order(table) == expected.tolist()


def test_inverse_volatility_equals_skfolio() -> None:
    """Weights within 1e-12."""
    optimization = oracle("skfolio.optimization")
    for name, table in every_case().items():
        returns = returns_with(table, PERIODS, 3)
        held = fitted(optimization.InverseVolatility(), returns).weights_
        found = w.inverse_volatility(sample_covariance(returns))
        np.testing.assert_allclose(found, held, atol=1e-12, err_msg=name)


def test_shrinkage_equals_skfolio() -> None:
    """Covariance and intensity within 1e-12, with fewer periods than assets too."""
    moments = oracle("skfolio.moments")
    for seed in range(RANDOM):
        for periods in (5, 30, 200):
            n = 2 + seed % 14
            drawn = np.random.default_rng(seed).normal(0, 0.02, (periods, n))
            model = fitted(moments.LedoitWolf(assume_centered=False, nearest=False), drawn)
            found = ledoit_wolf(drawn)
            assert found.intensity == pytest.approx(model.shrinkage_, abs=1e-12)
            np.testing.assert_allclose(found.covariance, model.covariance_, atol=1e-12 * 0.02**2)
