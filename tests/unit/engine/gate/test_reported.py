"""Report-only Sharpe statistics: every published vector, and the known errors beside them."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest

from engine.errors import InputError
from engine.gate.reported import (
    SharpeMoments,
    dsr_2014,
    expected_maximum,
    haircut,
    min_trl_2012,
    psr_2012,
    sharpe_moments,
    trial_sharpes,
)
from engine.seeds import stream

FUND = SharpeMoments(1.585 / math.sqrt(12), 24, -2.448, 10.164)
SKEWED = SharpeMoments(2.5 / math.sqrt(250), 1_250, -3.0, 10.0)
SPREAD = 0.5 / 250


def test_the_expected_maximum_of_a_hundred() -> None:
    """The published approximation."""
    assert expected_maximum(100) == pytest.approx(2.5306028932016846, abs=1e-14)


def test_the_probabilistic_sharpe_ratio_of_2012() -> None:
    """The hedge fund of the paper: plain kurtosis, monthly ratio, 24 months."""
    assert psr_2012(FUND) == pytest.approx(0.9132343068848602, abs=1e-14)


def test_the_deflated_sharpe_ratio_of_2014() -> None:
    """The paper's example, its break-even count of trials, and the normal twin."""
    assert math.sqrt(SPREAD) * expected_maximum(100) == pytest.approx(0.1132, abs=5e-5)
    assert dsr_2014(SKEWED, 100, SPREAD) == pytest.approx(0.9003968344493903, abs=1e-12)
    assert dsr_2014(SKEWED, 46, SPREAD) == pytest.approx(0.9505017, abs=5e-8)
    normal = SharpeMoments(SKEWED.sharpe, 1_250)
    assert dsr_2014(normal, 88, SPREAD) == pytest.approx(0.9504908, abs=5e-8)


@pytest.mark.parametrize(
    ("annual", "against", "periods", "g3", "g4", "years"),
    [
        (2.0, 1.0, 250, 0.0, 3.0, 2.7311878),
        (2.0, 1.0, 52, 0.0, 3.0, 2.8288336),
        (3.0, 2.5, 12, -0.72, 5.78, 27.3529202),
    ],
)
def test_the_minimum_track_record(  # noqa: PLR0913, PLR0917 - one vector
    annual: float, against: float, periods: int, g3: float, g4: float, years: float
) -> None:
    """Years of daily, weekly and monthly records."""
    root = math.sqrt(periods)
    moments = SharpeMoments(annual / root, 1, g3, g4)
    assert min_trl_2012(moments, against / root) / periods == pytest.approx(years, abs=6e-8)


def test_the_haircut_of_two_hundred_tests() -> None:
    """0.75 over twenty years keeps 0.32: it loses about 60 %."""
    cut = haircut(0.75, 20.0, 200)
    assert round(cut.sharpe, 2) == 0.32
    assert round(cut.share, 1) == 0.6
    assert haircut(0.75, 20.0, 1).share == pytest.approx(0.0, abs=1e-9)
    assert haircut(0.1, 1.0, 10_000).sharpe == pytest.approx(0.0, abs=1e-9)


def test_one_trial_is_not_deflated() -> None:
    """At N = 1 the expected maximum is undefined; the DSR is the PSR."""
    assert dsr_2014(FUND, 1, 0.1) == psr_2012(FUND)
    with pytest.raises(InputError) as caught:
        expected_maximum(1)
    assert caught.value.code == "SHARPE_UNDEFINED"


def test_moments_are_plain() -> None:
    """Skewness and kurtosis of central moments, the deviation with ddof 1."""
    x = np.array([1.0, 2.0, 3.0, 4.0, 10.0])
    found = sharpe_moments(x)
    centred = x - 4.0
    second = (centred**2).mean()
    assert found.sharpe == pytest.approx(4.0 / x.std(ddof=1))
    assert found.g3 == pytest.approx((centred**3).mean() / second**1.5)
    assert found.g4 == pytest.approx((centred**4).mean() / second**2)
    normal = sharpe_moments(stream("tests/moments", 1).standard_normal(20_000))
    assert normal.g4 == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize(
    "asked",
    [
        lambda: sharpe_moments(np.full(50, 7.0)),
        lambda: sharpe_moments(np.array([1.0, 2.0])),
        lambda: psr_2012(SharpeMoments(0.1, 1)),
        lambda: psr_2012(SharpeMoments(2.0, 50, 3.0, 1.0)),
        lambda: min_trl_2012(FUND, 1.0),
        lambda: dsr_2014(FUND, 10, -1.0),
        lambda: haircut(-0.5, 10.0, 5),
    ],
)
def test_undefined_figures_are_refused(asked: Callable[[], object]) -> None:
    """No number is made up where a formula has none."""
    with pytest.raises(InputError) as caught:
        asked()
    assert caught.value.code == "SHARPE_UNDEFINED"


def test_trials_that_never_moved_have_ratio_zero() -> None:
    """They stay in the spread of the trials."""
    matrix = np.column_stack([np.zeros(50), np.arange(50.0)])
    ratios = trial_sharpes(matrix)
    assert ratios[0] == 0.0
    assert ratios[1] == pytest.approx(24.5 / np.arange(50.0).std(ddof=1))


def _wrong_psr(moments: SharpeMoments, *, excess: bool = False, annual: float = 1.0) -> float:
    """Known errors: excess kurtosis for the plain one; an annual ratio with T periods."""
    kurtosis = moments.g4 - (3.0 if excess else 0.0)
    sharpe = moments.sharpe * annual
    spread = 1.0 - moments.g3 * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
    return NormalDist().cdf(sharpe * math.sqrt(moments.periods - 1) / math.sqrt(spread))


def test_the_known_errors_of_the_psr_turn_the_vector_red() -> None:
    """Excess kurtosis gives .919841, an annualised ratio with monthly periods .990119."""
    right = psr_2012(FUND)
    assert _wrong_psr(FUND) == pytest.approx(right, abs=1e-12)
    assert _wrong_psr(FUND, excess=True) == pytest.approx(0.919841, abs=6e-7)
    assert _wrong_psr(FUND, annual=math.sqrt(12)) == pytest.approx(0.990119, abs=6e-7)


def test_a_year_has_the_periods_of_its_calendar() -> None:
    """Known error: 365 periods on a 252-day series give .533 for .443."""
    daily = 0.443 / math.sqrt(252)
    assert daily * math.sqrt(252) == pytest.approx(0.443)
    assert daily * math.sqrt(365) == pytest.approx(0.533, abs=5e-4)


def test_without_the_guard_a_constant_series_looks_divine() -> None:
    """Known error: mean by deviation of a constant return gives a Sharpe ratio above 1e12."""
    constant = np.full(1_000, 0.1)
    noisy = constant.mean() / max(constant.std(ddof=1), 1e-300)
    assert noisy > 1e12
    with pytest.raises(InputError):
        sharpe_moments(constant)


@pytest.mark.parametrize(("trials", "rate"), [(10, 0.0064), (100, 0.0015)])
def test_dsr_above_95_percent_is_no_5_percent_test(trials: int, rate: float) -> None:
    """Known reading error: the best of K noise trials exceeds it far less often than 5 %."""
    days, runs = 250, 1_500
    random = stream("tests/dsr", trials)
    passed = 0
    for _ in range(runs):
        ratios = random.standard_normal(trials) / math.sqrt(days)  # the law of K Sharpe ratios
        best = SharpeMoments(float(ratios.max()), days)
        passed += dsr_2014(best, trials, float(ratios.var(ddof=1))) > 0.95
    assert passed / runs < rate + 0.012
    assert passed / runs < 0.02


def test_psr_2012_is_no_test_of_a_holdout() -> None:
    """Known misuse: at nominal 1 % it passes 2.5 % of noise that trades on a tenth of the days.

    Skewness and mean of one sample are correlated; the plain z keeps its level.
    """
    random = stream("tests/psr", 1)
    x = (random.random((8_000, 378)) < 0.1) * random.standard_t(4, (8_000, 378))
    mean, deviation = x.mean(axis=1), x.std(axis=1, ddof=1)
    centred = x - mean[:, None]
    second = (centred**2).mean(axis=1)
    g3, g4 = (centred**3).mean(axis=1) / second**1.5, (centred**4).mean(axis=1) / second**2
    sharpe = mean / deviation
    spread = 1.0 - g3 * sharpe + (g4 - 1.0) / 4.0 * sharpe**2
    line = NormalDist().inv_cdf(0.99)
    assert (sharpe * math.sqrt(378) >= line).mean() < 0.012
    assert (sharpe * math.sqrt(377) / np.sqrt(spread) >= line).mean() > 0.022
