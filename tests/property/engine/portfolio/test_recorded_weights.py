"""Weights equal what the reference libraries gave; needs none of them (`make_vectors.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from engine.errors import InputError
from engine.weighing import weights as w
from engine.weighing.covariance import ledoit_wolf, sample_covariance
from tests.portfolio_world import CASES, covariance_of

VECTORS: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors.json").read_text())


@pytest.mark.parametrize("name", sorted(VECTORS["covariances"]))
def test_risk_parity_and_hierarchy_equal_the_record(name: str) -> None:
    """Equal risk contribution within 1e-4 of skfolio, HRP within 1e-8 of PyPortfolioOpt."""
    vector = VECTORS["covariances"][name]
    table = np.array(vector["covariance"])
    np.testing.assert_allclose(w.equal_risk_contribution(table), vector["risk_parity"], atol=1e-4)
    np.testing.assert_allclose(w.hierarchical_risk_parity(table), vector["hrp"], atol=1e-8)


@pytest.mark.parametrize("name", sorted(VECTORS["returns"]))
def test_shrinkage_and_inverse_volatility_equal_the_record(name: str) -> None:
    """Both within 1e-12 of skfolio."""
    vector = VECTORS["returns"][name]
    returns = np.array(vector["returns"])
    found = ledoit_wolf(returns)
    assert found.intensity == pytest.approx(vector["intensity"], abs=1e-12)
    np.testing.assert_allclose(found.covariance, vector["ledoit_wolf"], rtol=1e-12, atol=1e-17)
    weights = w.inverse_volatility(sample_covariance(returns))
    np.testing.assert_allclose(weights, vector["inverse_vol"], atol=1e-12)


def test_the_record_covers_sizes_and_hard_cases() -> None:
    """Two to fifteen assets, near-singular tables, equal and negative correlations."""
    sizes = {len(vector["covariance"]) for vector in VECTORS["covariances"].values()}
    assert {2, 15} <= sizes
    assert len(sizes) >= 6
    words = " ".join(VECTORS["covariances"])
    assert all(word in words for word in ("near-singular", "equal corr", "negative corr"))


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_case_is_weighed(name: str) -> None:
    """Sums are one, nothing is negative, equal risk is equal, whatever the table."""
    table = CASES[name]
    for weights in (
        w.inverse_volatility(table),
        w.equal_risk_contribution(table),
        w.hierarchical_risk_parity(table),
    ):
        assert weights.sum() == pytest.approx(1.0, abs=1e-12)
        assert (weights >= 0).all()
    shares = w.risk_contributions(w.equal_risk_contribution(table), table)
    np.testing.assert_allclose(shares, 1 / len(table), atol=1e-8)


@pytest.mark.parametrize("place", range(4))
def test_an_asset_without_variance_is_refused(place: int) -> None:
    """Every method that looks at risk says PORTFOLIO_COVARIANCE; the table without it passes."""
    table = covariance_of(1, 4)
    table[place] = table[:, place] = 0.0
    for method in (
        w.inverse_volatility, w.equal_risk_contribution, w.hierarchical_risk_parity,
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            method(table)
        assert caught.value.code == "PORTFOLIO_COVARIANCE"
        rest = [k for k in range(4) if k != place]
        assert method(table[np.ix_(rest, rest)]).sum() == pytest.approx(1.0)
