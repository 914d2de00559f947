"""The 2026 Sharpe paper: its worked example, the maximum of K, and a known error."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine.errors import InputError
from engine.gate.reported import SharpeMoments
from engine.gate.reported_2026 import (
    discovery_2026,
    dsr_2026,
    mean_of_maximum,
    min_trl_2026,
    psr_2026,
    sd_of_maximum,
    sharpe_sd_2026,
)
from engine.seeds import stream

FUND = SharpeMoments(0.036 / 0.079, 24, -2.448, 10.164)


@pytest.mark.parametrize(
    ("rho", "sd", "psr", "psr_at", "length"),
    [
        (0.2, 0.379490, 0.965832, 0.900476, 19.543167),
        (0.0, 0.328589, 0.987207, 0.939148, 13.028778),
    ],
)
def test_the_worked_example(
    rho: float, sd: float, psr: float, psr_at: float, length: float
) -> None:
    """Deviation, PSR against 0 and 0.1, minimum track record, with and without correlation."""
    assert sharpe_sd_2026(FUND, rho) == pytest.approx(sd, abs=6e-7)
    assert psr_2026(FUND, 0.0, rho) == pytest.approx(psr, abs=6e-7)
    assert psr_2026(FUND, 0.1, rho) == pytest.approx(psr_at, abs=6e-7)
    assert min_trl_2026(FUND, 0.0, rho) == pytest.approx(length, abs=6e-7)


def test_the_track_record_against_a_benchmark() -> None:
    """39.368998 months against 0.1."""
    assert min_trl_2026(FUND, 0.1, 0.2) == pytest.approx(39.368998, abs=6e-7)


def test_what_a_significant_ratio_is_worth() -> None:
    """beta, pFDR, p and oFDR for SR1 0.5 and one real strategy in ten."""
    found = discovery_2026(FUND, 0.5, 0.1, 0.2)
    assert found.beta == pytest.approx(0.410569, abs=6e-7)
    assert found.pfdr == pytest.approx(0.432929, abs=6e-7)
    assert found.p == pytest.approx(0.034168, abs=6e-7)
    assert found.ofdr == pytest.approx(0.360751, abs=6e-7)


def test_the_deflated_ratio_of_2026() -> None:
    """SR0, its deviation and the ratio's place for ten trials with variance 0.1."""
    found = dsr_2026(FUND, 10, 0.1)
    assert found.against == pytest.approx(0.497932, abs=6e-7)
    assert found.sd == pytest.approx(0.185565, abs=6e-7)
    assert found.dsr == pytest.approx(0.409977, abs=6e-7)


@pytest.mark.parametrize(
    ("trials", "sd"),
    [
        (1, 1.0),
        (2, 0.82565),
        (5, 0.66898),
        (10, 0.58681),
        (15, 0.54867),
        (50, 0.46445),
        (99, 0.42988),
    ],
)
def test_the_deviation_of_the_maximum(trials: int, sd: float) -> None:
    """Gauss-Hermite with 180 nodes; one trial has deviation 1."""
    assert sd_of_maximum(trials) == pytest.approx(sd, abs=6e-6)


def test_the_maximum_of_correlated_trials_shrinks_by_the_root() -> None:
    """Known error: (1 - rho) in place of sqrt(1 - rho) gives .769 for 1.088."""
    right = mean_of_maximum(10, 0.5)
    assert right == pytest.approx(1.088, abs=5e-4)
    mutant = (1.0 - 0.5) * mean_of_maximum(10)
    assert mutant == pytest.approx(0.769, abs=5e-4)
    random = stream("tests/correlated", 1)
    common, own = random.standard_normal((20_000, 1)), random.standard_normal((20_000, 10))
    drawn = float((math.sqrt(0.5) * (common + own)).max(axis=1).mean())
    assert drawn == pytest.approx(right, abs=0.03)
    assert abs(drawn - mutant) > 0.2


@pytest.mark.parametrize(
    "asked",
    [
        lambda: sharpe_sd_2026(FUND, 1.0),
        lambda: sharpe_sd_2026(SharpeMoments(2.0, 50, 3.0, 1.0)),
        lambda: min_trl_2026(FUND, 1.0),
        lambda: discovery_2026(FUND, 0.5, 1.0),
        lambda: dsr_2026(FUND, 10, 0.0),
        lambda: mean_of_maximum(10, -0.5),
        lambda: sd_of_maximum(0),
    ],
)
def test_undefined_figures_are_refused(asked: Callable[[], object]) -> None:
    """SHARPE_UNDEFINED, never a NaN."""
    with pytest.raises(InputError) as caught:
        asked()
    assert caught.value.code == "SHARPE_UNDEFINED"


def test_correlation_widens_the_deviation() -> None:
    """More of it, more width; anti-correlation narrows."""
    widths = [sharpe_sd_2026(FUND, rho) for rho in (-0.3, 0.0, 0.3, 0.6)]
    assert widths == sorted(widths)
    assert np.isfinite(widths).all()
