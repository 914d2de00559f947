"""Self-calibration: what this gate would do with noise and with a real edge on this much data.

Printed in every report. The keys are replaced by their laws: under noise z is normal, a real Sharpe
ratio S shifts it by S sqrt(years), and the train key of N trials is the law of their maximum. The
same 200,000 fixed draws serve every report, so two reports differ by their data, not by luck, and
an answer takes less than a second. The full simulation (`evals/gate_calibration`) is the yardstick.

Three constants stand for what the z-level leaves out; they were fitted to that simulation: the
trials of one search move together (the maximum of N is that of N^0.89 independent ones), realised
volatility varies around the planted one, the more the shorter the history, and 2 of 5 rules hold an
average position, so that their excess and raw returns are not the same series.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.criteria import KEY_LIMIT, MAX_SINGLE_P, MAX_TRAIN_P
from engine.gate.statistics import cap_of_look, normal_tail, single_key_limit
from engine.quantities import Ratio
from engine.records import Record
from engine.seeds import stream

DRAWS: Final = 200_000
SHARPES: Final = (1.0, 1.5, 2.0, 3.0)
"""Annual Sharpe ratios of the planted edges."""
DAYS_A_YEAR: Final = 252

_TOGETHER: Final = 0.89
_VOLATILITY_SPREAD: Final = 0.26
_SPREAD_DAYS: Final = 1_260
_SPREAD_FALL: Final = 0.5
_SHARED_VOLATILITY: Final = 0.3
_FLAT_ON_AVERAGE: Final = 0.6
_LIKENESS: Final = 0.8
_GRID_END: Final = 9.0
_GRID_STEP: Final = 0.002
_DECIMALS: Final = 4

Share = Annotated[Ratio, Field(ge=0, le=1)]


class Power(Record):
    """How often a real edge of this annual Sharpe ratio gets through.

    testnet, paper: the gate passes *and* the winner of the search is the edge. alone: one trial,
    testnet.
    """

    sharpe: Ratio
    testnet: Share
    paper: Share
    alone: Share


class SelfCalibration(Record):
    """What the gate does with this much data; shares of one.

    train_days, holdout_days, trials, look: what it was asked for. single_key: whether the train key
    is void. noise_testnet, noise_paper: searches on noise that get this far.
    """

    train_days: Annotated[int, Field(ge=1)]
    holdout_days: Annotated[int, Field(ge=1)]
    trials: Annotated[int, Field(ge=1)]
    look: Annotated[int, Field(ge=1)]
    single_key: bool = False
    noise_testnet: Share
    noise_paper: Share
    powers: tuple[Power, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Fixed:
    """The draws that all reports share, shape (DRAWS,) each."""

    others: FloatArray
    train: FloatArray
    train_excess: FloatArray
    holdout: FloatArray
    holdout_excess: FloatArray
    volatility: FloatArray
    later_volatility: FloatArray
    likeness: FloatArray


@lru_cache(maxsize=1)
def _fixed() -> _Fixed:
    random = stream("gate/self-calibration")
    others = np.log(random.random(DRAWS))
    normal = random.standard_normal((6, DRAWS))
    own = math.sqrt(1.0 - _SHARED_VOLATILITY**2)
    likeness = np.where(random.random(DRAWS) < _FLAT_ON_AVERAGE, 1.0, _LIKENESS)
    later = _SHARED_VOLATILITY * normal[4] + own * normal[5]
    return _Fixed(
        others=others,
        train=normal[0],
        train_excess=normal[1],
        holdout=normal[2],
        holdout_excess=normal[3],
        volatility=normal[4],
        later_volatility=later,
        likeness=likeness,
    )


@lru_cache(maxsize=1)
def _tails() -> tuple[FloatArray, FloatArray]:
    """A grid of z and -ln(1 - Phi(z)), rising."""
    grid = np.arange(-_GRID_END, _GRID_END, _GRID_STEP)
    return grid, np.array([-math.log(normal_tail(float(z))) for z in grid])


def _tail(z: FloatArray) -> FloatArray:
    """1 - Phi(z) from the grid, to seven digits."""
    grid, logs = _tails()
    return np.asarray(np.exp(-np.interp(z, grid, logs)))


def _maximum(trials: float) -> FloatArray:
    """Fixed draws of the largest of this many normals: z with Phi(z)^n = U."""
    grid, logs = _tails()
    return np.asarray(np.interp(-np.log(-np.expm1(_fixed().others / trials)), logs, grid))


def _line(p: float, trials: float) -> float:
    """The z at which the train key of this many trials is p: 1 - Phi(z)^n = p, at least 0."""
    grid, logs = _tails()
    beyond = -math.expm1(math.log1p(-p) / trials)
    return max(0.0, float(np.interp(-math.log(beyond), logs, grid)))


@dataclass(frozen=True, slots=True)
class _Question:
    """One gate: days, independent trials, look, and whether the train key counts."""

    train_days: int
    holdout_days: int
    trials: float
    look: int
    single_key: bool

    def shares(self, sharpe: float) -> tuple[float, float]:
        """(testnet, paper) shares of searches that hold one edge of this annual Sharpe ratio."""
        fixed, edge = _fixed(), sharpe / math.sqrt(DAYS_A_YEAR)
        spread = _VOLATILITY_SPREAD * math.pow(
            _SPREAD_DAYS / (self.train_days + self.holdout_days), _SPREAD_FALL
        )
        shift = edge * math.sqrt(self.train_days) * np.exp(spread * fixed.volatility)
        later = edge * math.sqrt(self.holdout_days) * np.exp(spread * fixed.later_volatility)
        if sharpe > 0.0:
            raw = fixed.train + shift
            others = _maximum(self.trials - 1.0) if self.trials > 1.0 else np.full(DRAWS, -np.inf)
            won = raw > others
        else:
            raw, won = _maximum(self.trials), np.ones(DRAWS, dtype=np.bool_)
        like, rest = fixed.likeness, np.sqrt(1.0 - fixed.likeness**2)
        train = np.minimum(raw, like * (raw - shift) + rest * fixed.train_excess + shift / like)
        excess = like * fixed.holdout + rest * fixed.holdout_excess + later / like
        return self._passed(train, np.minimum(fixed.holdout + later, excess), won)

    def _passed(
        self,
        train: FloatArray,
        holdout: FloatArray,
        won: np.ndarray[tuple[int], np.dtype[np.bool_]],
    ) -> tuple[float, float]:
        """Shares that reach each tier; the lines are compared before any tail is computed."""
        if self.single_key:
            p = _tail(holdout[won & (holdout > 0.0)])
            limit = single_key_limit(self.look)
            return float((p <= limit).sum() / DRAWS), float((p <= MAX_SINGLE_P).sum() / DRAWS)
        paper = won & (train >= _line(MAX_TRAIN_P, self.trials))
        paper &= holdout >= 0.0  # p_O <= 0.5
        cap = cap_of_look(self.look)
        inside = np.flatnonzero(paper)
        p_holdout = _tail(holdout[inside])
        p_train = -np.expm1(self.trials * np.log1p(-_tail(train[inside])))
        product = np.maximum(p_train * p_holdout, 1e-300)
        both = (p_holdout <= cap) & (product * (1.0 + np.log(cap / product)) <= KEY_LIMIT)
        return float(both.sum() / DRAWS), len(inside) / DRAWS


def _rounded(value: float) -> float:
    return round(value, _DECIMALS)


@lru_cache(maxsize=64)
def self_calibration(
    train_days: int, holdout_days: int, trials: int, look: int = 1, *, single_key: bool = False
) -> SelfCalibration:
    """Noise that passes and edges that are found, for a report's own data.

    Args:
        train_days: T of the train key.
        holdout_days: T of the holdout key.
        trials: N.
        look: k.
        single_key: whether the holdout decides alone.

    Raises:
        InputError: CALIBRATION_INVALID unless all of them are at least 1.
    """
    if min(train_days, holdout_days, trials, look) < 1:
        raise InputError(
            "CALIBRATION_INVALID", "days, trials and look are at least 1",
            value=f"{train_days}, {holdout_days}, {trials}, {look}",
        )  # fmt: skip
    search = _Question(train_days, holdout_days, trials**_TOGETHER, look, single_key)
    alone = _Question(train_days, holdout_days, 1.0, look, single_key)
    noise_testnet, noise_paper = search.shares(0.0)
    powers = []
    for sharpe in SHARPES:
        testnet, paper = search.shares(sharpe)
        powers.append(
            Power(
                sharpe=sharpe,
                testnet=_rounded(testnet),
                paper=_rounded(paper),
                alone=_rounded(alone.shares(sharpe)[0]),
            )
        )
    return SelfCalibration(
        train_days=train_days, holdout_days=holdout_days, trials=trials, look=look,
        single_key=single_key, noise_testnet=_rounded(noise_testnet),
        noise_paper=_rounded(noise_paper), powers=tuple(powers),
    )  # fmt: skip


def zone_days(years: float) -> tuple[int, int]:
    """Train and holdout days of a daily history: 70 %, and the rest without ten days of embargo."""
    days = round(years * DAYS_A_YEAR)
    train = days * 7 // 10
    return train, days - train - 10


def sharpe_of_markets(markets: int, correlation: float) -> float:
    """Factor on a Sharpe ratio when the same edge holds on K markets: the better lever.

    sqrt(K / (1 + (K - 1) rho)), rho the mean correlation of the strategy's returns between markets.

    Raises:
        InputError: CALIBRATION_INVALID for less than one market or a correlation that K markets
            cannot have.
    """
    spread = 1.0 + (markets - 1) * correlation
    if markets < 1 or not -1.0 <= correlation <= 1.0 or spread <= 0.0:
        raise InputError(
            "CALIBRATION_INVALID", "no such markets", value=f"{markets}, {correlation}",
            hint="give at least one market and a mean correlation between -1 and 1",
        )  # fmt: skip
    return math.sqrt(markets / spread)
