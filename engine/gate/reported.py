"""Sharpe statistics that reports show and no verdict uses; each carries its year in its name.

Sharpe ratios are per period (never annualised), T counts those periods, `g3` is skewness and `g4`
the plain kurtosis, 3 for a normal series (not the excess). None of them is a criterion: DSR 2014
costs 30 points of power, PSR 2012 as a test of the holdout passes 2.5 % at nominal 1 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.bootstrap import mean_and_deviation

EULER: Final = 0.5772156649015329

_NORMAL: Final = NormalDist()
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class SharpeMoments:
    """What the formulas need of a series: per-period Sharpe ratio, length, skewness, kurtosis."""

    sharpe: float
    periods: int
    g3: float = 0.0
    g4: float = 3.0


def sharpe_moments(x: FloatArray) -> SharpeMoments:
    """Moments of a series of returns, shape (T,), any unit.

    Sharpe = mean / sd (ddof 1); g3 = m3 / m2^1.5 and g4 = m4 / m2^2 with plain central moments.

    Raises:
        InputError: SHARPE_UNDEFINED for less than three values or a series that never moves.
    """
    mean, deviation = mean_and_deviation(x)
    if deviation == 0.0 or len(x) < _FEWEST:
        raise _undefined("a series that never moves has no Sharpe ratio", len(x))
    second, third, fourth = (math.fsum((x - mean) ** power) / len(x) for power in (2, 3, 4))
    return SharpeMoments(mean / deviation, len(x), third / second**1.5, fourth / second**2)


def _undefined(why: str, value: object) -> InputError:
    return InputError("SHARPE_UNDEFINED", why, value=value, hint="show no figure here")


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _spread_2012(m: SharpeMoments) -> float:
    """1 - g3 SR + (g4 - 1) / 4 SR^2: the variance of SR times T, at the estimate (2012)."""
    spread = 1.0 - m.g3 * m.sharpe + (m.g4 - 1.0) / 4.0 * m.sharpe**2
    if spread <= 0.0:
        raise _undefined("these moments do not belong together", spread)
    return spread


def psr_2012(m: SharpeMoments, against: float = 0.0) -> float:
    """Probability that the true Sharpe ratio is above `against` (per period).

    PSR = Phi((SR - SR*) sqrt(T - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)).

    Source: Bailey, Lopez de Prado 2012.
    """
    if m.periods < 2:  # noqa: PLR2004 - the formula divides by T - 1 periods
        raise _undefined("needs two periods", m.periods)
    return _phi((m.sharpe - against) * math.sqrt(m.periods - 1) / math.sqrt(_spread_2012(m)))


def min_trl_2012(m: SharpeMoments, against: float = 0.0, level: float = 0.95) -> float:
    """Periods after which SR would be above `against` with confidence `level`.

    MinTRL = 1 + (1 - g3 SR + (g4 - 1) / 4 SR^2) (z / (SR - SR*))^2. Years: divide by the periods of
    a year.

    Source: Bailey, Lopez de Prado 2012.
    """
    if m.sharpe <= against:
        raise _undefined("no length is enough below the benchmark", m.sharpe)
    return 1.0 + _spread_2012(m) * (_NORMAL.inv_cdf(level) / (m.sharpe - against)) ** 2


def expected_maximum(trials: int) -> float:
    """Approximate mean of the largest of N independent standard normals, N >= 2.

    (1 - c) z(1 - 1/N) + c z(1 - 1/(N e)), c Euler-Mascheroni; undefined at N = 1.

    Source: Bailey, Lopez de Prado 2014.
    """
    if trials < 2:  # noqa: PLR2004 - the formula has no value for one trial
        raise _undefined("the expected maximum needs two trials", trials)
    high = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    higher = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return (1.0 - EULER) * high + EULER * higher


def dsr_2014(m: SharpeMoments, trials: int, variance: float) -> float:
    """Deflated Sharpe ratio: PSR 2012 against the expected maximum of N trials; N = 1: PSR at 0.

    SR0 = sqrt(V) E[max of N].

    Args:
        m: of the chosen trial.
        trials: N, all of them.
        variance: V of the trials' per-period Sharpe ratios.

    Source: Bailey, Lopez de Prado 2014.
    """
    if variance < 0.0:
        raise _undefined("a variance is not negative", variance)
    if trials <= 1:
        return psr_2012(m)
    return psr_2012(m, math.sqrt(variance) * expected_maximum(trials))


@dataclass(frozen=True, slots=True)
class Haircut:
    """A Sharpe ratio after its multiple tests, in the unit it came in, and the share it lost."""

    sharpe: float
    share: float


def haircut(sharpe: float, periods: float, trials: int) -> Haircut:
    """Sharpe ratio that has alone the p-value which this one has among N trials (Sidak).

    p = 2 (1 - Phi(SR sqrt(T))), p_N = 1 - (1 - p)^N, SR' = z(1 - p_N / 2) / sqrt(T); SR and T in
    the same unit (annual and years, or daily and days).

    Source: Harvey, Liu 2014 and 2015.
    """
    if sharpe <= 0.0 or periods <= 0.0 or trials < 1:
        raise _undefined("a haircut needs a positive Sharpe ratio, time and trials", sharpe)
    root = math.sqrt(periods)
    p = math.erfc(sharpe * root / math.sqrt(2.0))
    together = -math.expm1(trials * math.log1p(-p)) if p < 1.0 else 1.0
    left = -_NORMAL.inv_cdf(together / 2.0) / root if together > 0.0 else sharpe
    return Haircut(max(0.0, left), 1.0 - max(0.0, left) / sharpe)


def trial_sharpes(matrix: FloatArray) -> FloatArray:
    """Per-period Sharpe ratio of each column of a (T, N) matrix; 0 for one that never moves."""
    pairs = (mean_and_deviation(column) for column in matrix.T)
    return np.array([mean / sd if sd > 0.0 else 0.0 for mean, sd in pairs])
