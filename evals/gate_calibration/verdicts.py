"""The gate's own verdict on a search, at the least cost that decides it.

The statistic is `engine.gate.on_returns.judge_returns` and nothing else. Two things are spared. A
candidate whose holdout key is above every tier's limit fails whatever its train key is, so the
bootstrap is not run for it. And a p of 999 draws decides where it lies five of its errors away
from every limit; only near a limit all 4,999 draws are made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from engine.gate.criteria import BOOTSTRAP_SAMPLES, FEWEST_SAMPLES, MAX_HOLDOUT_P, MAX_TRAIN_P
from engine.gate.on_returns import ReturnsVerdict, judge_returns, to_units
from engine.gate.statistics import KEY_LIMIT, Draws, cap_of_look, holdout_key, p_gate
from evals.gate_calibration.search import Search

POOLS: Final = 4
"""Independent sets of resampling draws: no figure hangs on one of them."""
_KEPT: Final = 8


class Verdict(NamedTuple):
    """What came of a candidate.

    Attributes:
        p_holdout: the holdout key, the worse of both series.
        p_raw: that of the plain returns: what a gate without train key and benchmark sees.
        paper, testnet: the tiers that are reached.
    """

    p_holdout: float
    p_raw: float
    paper: bool
    testnet: bool


@dataclass(slots=True)
class Judge:
    """Judges many searches with the same resampling draws; `pool` picks one of the four sets."""

    _draws: dict[tuple[int, int], Draws] = field(default_factory=dict)

    def draws(self, pool: int, samples: int = BOOTSTRAP_SAMPLES) -> Draws:
        """The set of draws; only those of one pool are kept in memory."""
        number = pool % POOLS
        if (number, samples) not in self._draws:
            for other in [key for key in self._draws if key[0] != number]:
                del self._draws[other]
            self._draws[number, samples] = Draws(
                window=f"calibration {number}", samples=samples, keep=_KEPT
            )
        return self._draws[number, samples]

    def whole(
        self, search: Search, own: int, *, k: int = 1, pool: int = 0,
        samples: int = BOOTSTRAP_SAMPLES,
    ) -> ReturnsVerdict:  # fmt: skip
        """The product's verdict with both keys; fewer samples only to see what is far off."""
        return judge_returns(
            search.train, own, search.holdout[:, own],
            train_excess=search.train_excess, holdout_excess=search.holdout_excess[:, own],
            k=k, draws=self.draws(pool, samples),
        )  # fmt: skip

    def quick(
        self, search: Search, own: int, *, k: int = 1, pool: int = 0, paper: bool = True
    ) -> Verdict:
        """The same tiers; `paper` False: only testnet is asked, which spares most bootstraps."""
        raw, excess = holdout_keys(search, own)
        least = max(raw, excess)
        if least > (MAX_HOLDOUT_P if paper else cap_of_look(k)):
            return Verdict(least, raw, paper=False, testnet=False)
        made = self.whole(search, own, k=k, pool=pool, samples=FEWEST_SAMPLES)
        if not is_decided(made):
            made = self.whole(search, own, k=k, pool=pool)
        return Verdict(least, raw, made.paper, made.testnet)


def is_decided(rough: ReturnsVerdict) -> bool:
    """Whether the tiers are the same anywhere within five errors of a p from 999 draws."""
    low, high = bounds(rough.p_train)
    if low <= MAX_TRAIN_P < high:
        return False
    if low > MAX_TRAIN_P:
        return True
    sides = {p_gate(p, rough.p_holdout, rough.cap) <= KEY_LIMIT for p in (low, high)}
    return len(sides) == 1


def bounds(p: float) -> tuple[float, float]:
    """What a p of 999 draws may be with all of them: five binomial errors and two draws."""
    draws = FEWEST_SAMPLES + 1
    error = 5.0 * math.sqrt(p * (1.0 - p) / draws) + 2.0 / draws
    return max(1e-9, p - error), min(1.0, p + error)


def holdout_keys(search: Search, own: int) -> tuple[float, float]:
    """p_O of a trial, raw and excess."""
    raw, excess = (
        holdout_key(to_units(zone[:, own])).p for zone in (search.holdout, search.holdout_excess)
    )
    return raw, excess
