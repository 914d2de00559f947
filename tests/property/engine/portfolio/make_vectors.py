"""Makes `vectors.json`: covariances, returns, and what the reference libraries make of them.

    .venv/bin/python tests/property/engine/portfolio/make_vectors.py

Needs skfolio and PyPortfolioOpt (`make test-all` installs them). Inputs are rounded first, so that
the file holds exactly what the references were given.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT))

from engine.data.bars import FloatArray  # noqa: E402 - the checkout is put on the path first
from tests.portfolio_world import CASES, returns_with  # noqa: E402 - as above

FILE = Path(__file__).with_name("vectors.json")
KEPT = (
    "random of 2", "random of 3", "random of 5", "random of 8", "random of 12", "random of 15",
    "near-singular of 2", "near-singular of 6", "near-singular of 10",
    "equal correlation 0.5 of 4", "equal correlation 0.9 of 7", "negative correlation of 3",
)  # fmt: skip
DIGITS = 10


def rounded(table: FloatArray) -> FloatArray:
    """Ten significant digits: what stands in the file."""
    return np.array([[float(f"{value:.{DIGITS}g}") for value in row] for row in table.tolist()])


def covariance_vector(table: FloatArray) -> dict[str, Any]:
    """Weights of the references for a covariance."""
    pandas, pypfopt = pytest.importorskip("pandas"), pytest.importorskip("pypfopt")
    optimization = pytest.importorskip("skfolio.optimization")
    hrp = pypfopt.HRPOpt(cov_matrix=pandas.DataFrame(table)).optimize(linkage_method="single")
    erc = optimization.RiskBudgeting().fit(returns_with(table, 60, 1)).weights_
    return {
        "covariance": table.tolist(),
        "risk_parity": erc.tolist(),
        "hrp": [float(hrp[asset]) for asset in range(len(table))],
    }


def returns_vector(returns: FloatArray) -> dict[str, Any]:
    """Shrinkage and inverse volatility of the references for returns."""
    moments = pytest.importorskip("skfolio.moments")
    optimization = pytest.importorskip("skfolio.optimization")
    shrunk = moments.LedoitWolf(nearest=False).fit(returns)
    return {
        "returns": returns.tolist(),
        "ledoit_wolf": shrunk.covariance_.tolist(),
        "intensity": float(shrunk.shrinkage_),
        "inverse_vol": optimization.InverseVolatility().fit(returns).weights_.tolist(),
    }


def main() -> None:
    """Write the file."""
    made = {
        "made_with": {name: version(name) for name in ("skfolio", "PyPortfolioOpt", "numpy")},
        "covariances": {name: covariance_vector(rounded(CASES[name])) for name in KEPT},
        "returns": {
            name: returns_vector(rounded(returns_with(CASES[name], periods, 4)))
            for name, periods in (("random of 3", 30), ("random of 8", 20), ("random of 2", 12))
        },
    }
    FILE.write_text(json.dumps(made, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
