"""Sharpe statistics of the 2026 paper: serial correlation, power, false discovery; report only.

Conventions as in `reported.py`: per-period ratios, plain kurtosis. `rho` is the lag-1
autocorrelation of returns. The variance is taken under the hypothesis that is tested, which is what
the 2012 formulas got wrong.

Source: Lopez de Prado, Lipton, Zoonekynd 2026, "How to use the Sharpe ratio".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np

from engine.errors import InputError
from engine.gate.reported import SharpeMoments, expected_maximum
from engine.gate.statistics import normal_tail

_NORMAL: Final = NormalDist()
_NODES: Final = 180


def sharpe_sd_2026(m: SharpeMoments, rho: float = 0.0, at: float | None = None) -> float:
    """Standard deviation of an estimated Sharpe ratio over T periods, if the true one is `at`.

    sqrt((a - b g3 SR + c (g4 - 1) / 4 SR^2) / T), a = 1 + 2 rho / (1 - rho),
    b = 1 + rho / (1 - rho) + rho^2 / (1 - rho^2), c = 1 + 2 rho^2 / (1 - rho^2). `at` None takes
    the estimate itself.

    Raises:
        InputError: SHARPE_UNDEFINED unless |rho| < 1 and the moments belong together.
    """
    if not -1.0 < rho < 1.0 or m.periods < 1:
        raise _undefined("needs |rho| < 1 and a period", rho)
    sharpe = m.sharpe if at is None else at
    once, square = rho / (1.0 - rho), rho**2 / (1.0 - rho**2)
    spread = 1.0 + 2.0 * once - (1.0 + once + square) * m.g3 * sharpe
    spread += (1.0 + 2.0 * square) * (m.g4 - 1.0) / 4.0 * sharpe**2
    if spread <= 0.0:
        raise _undefined("these moments do not belong together", spread)
    return math.sqrt(spread / m.periods)


def _undefined(why: str, value: object) -> InputError:
    return InputError("SHARPE_UNDEFINED", why, value=value, hint="show no figure here")


def psr_2026(m: SharpeMoments, against: float = 0.0, rho: float = 0.0) -> float:
    """Phi((SR - SR*) / sd(SR*)): 1 minus the p-value of "the true ratio is not above SR*"."""
    return 1.0 - normal_tail((m.sharpe - against) / sharpe_sd_2026(m, rho, against))


def min_trl_2026(
    m: SharpeMoments, against: float = 0.0, rho: float = 0.0, level: float = 0.95
) -> float:
    """Periods after which PSR 2026 would reach `level`: T (sd(SR*) z / (SR - SR*))^2."""
    if m.sharpe <= against:
        raise _undefined("no length is enough below the benchmark", m.sharpe)
    spread = m.periods * sharpe_sd_2026(m, rho, against) ** 2
    return spread * (_NORMAL.inv_cdf(level) / (m.sharpe - against)) ** 2


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a significant Sharpe ratio is worth.

    Attributes:
        beta: chance to miss a true ratio SR1 at this level.
        pfdr: share of false ones among all significant ones, before looking at this one.
        p: p-value of this one against 0.
        ofdr: chance that this one is false, given its value.
    """

    beta: float
    pfdr: float
    p: float
    ofdr: float


def discovery_2026(
    m: SharpeMoments, truth: float, prior: float, rho: float = 0.0, level: float = 0.05
) -> Discovery:
    """Power and false discovery rates of the test SR > 0 against SR1.

    Args:
        m: the estimate.
        truth: SR1, per period, under the alternative.
        prior: P1, share of strategies that have it.
        rho: lag-1 autocorrelation.
        level: of the test.
    """
    if not (0.0 < prior < 1.0 and truth > 0.0):
        raise _undefined("needs 0 < prior < 1 and a positive alternative", prior)
    line = sharpe_sd_2026(m, rho, 0.0) * _NORMAL.inv_cdf(1.0 - level)
    spread = sharpe_sd_2026(m, rho, truth)
    power = normal_tail((line - truth) / spread)
    p = normal_tail(m.sharpe / sharpe_sd_2026(m, rho, 0.0))
    seen = normal_tail((m.sharpe - truth) / spread)
    return Discovery(
        beta=1.0 - power,
        pfdr=(1.0 - prior) * level / ((1.0 - prior) * level + prior * power),
        p=p,
        ofdr=(1.0 - prior) * p / ((1.0 - prior) * p + prior * seen),
    )


@lru_cache(maxsize=256)
def _maximum(trials: int) -> tuple[float, float]:
    """Mean and sd of the largest of K independent standard normals, Gauss-Hermite, 180 nodes.

    The density of the maximum is K Phi(x)^(K-1) phi(x).
    """
    nodes, weights = np.polynomial.hermite.hermgauss(_NODES)
    x = nodes * math.sqrt(2.0)
    below = np.array([1.0 - normal_tail(float(one)) for one in x])
    mass = weights / math.sqrt(math.pi) * trials * below ** (trials - 1)
    mean = math.fsum(mass * x)
    return mean, math.sqrt(max(0.0, math.fsum(mass * x**2) - mean**2))


def mean_of_maximum(trials: int, rho: float = 0.0) -> float:
    """Exact mean of the largest of K standard normals with pairwise correlation rho >= 0.

    sqrt(1 - rho) E[max of K independent]: the common part shifts all of them and picks none.
    """
    if trials < 1 or not 0.0 <= rho < 1.0:
        raise _undefined("needs a trial and 0 <= rho < 1", trials)
    return math.sqrt(1.0 - rho) * _maximum(trials)[0]


def sd_of_maximum(trials: int) -> float:
    """Standard deviation of the largest of K independent standard normals; 1 at K = 1."""
    if trials < 1:
        raise _undefined("needs a trial", trials)
    return _maximum(trials)[1]


@dataclass(frozen=True, slots=True)
class Deflated:
    """Deflated Sharpe ratio with the benchmark SR0 and its spread, per period."""

    against: float
    sd: float
    dsr: float


def dsr_2026(m: SharpeMoments, trials: int, variance: float) -> Deflated:
    """Phi((SR - SR0) / sd0), SR0 = sqrt(V) E[max of K] (2014), sd0 = sqrt(V) sd(max of K).

    Args:
        m: of the chosen trial.
        trials: K >= 2.
        variance: V > 0 of the trials' per-period Sharpe ratios.
    """
    if variance <= 0.0:
        raise _undefined("the trials need a spread", variance)
    root = math.sqrt(variance)
    against, sd = root * expected_maximum(trials), root * sd_of_maximum(trials)
    return Deflated(against, sd, 1.0 - normal_tail((m.sharpe - against) / sd))
