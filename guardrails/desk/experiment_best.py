"""The best experiments of a market, ranked by what is left after all trials were counted.

A Sharpe ratio never stands alone: beside it are the rank, N, p_IS and the tier that the gate gave.
p_IS is the gate's own key with the gate's own draws, so it is the number a report would show.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.dataset import Dataset
from engine.errors import InputError
from engine.gate.statistics import Key, mean_block, train_keys
from engine.gate.trials import trial_matrix
from engine.ledger import TrialRow
from engine.packing import unpack_days, unpack_returns
from engine.text import did_you_mean
from guardrails.desk.experiment_rows import Experiment, Json
from guardrails.desk.experiments import Experiments

SHOWN: Final = 10
MOST_RANKED: Final = 50
_FEWEST_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of the best: its place, N and its keys; `p_is` is the worse of raw and excess."""

    rank: int
    one: Experiment
    trials: int
    p_is: float
    p_raw: float
    p_excess: float

    def as_dict(self) -> Json:
        """JSON form."""
        return {
            "rank": self.rank,
            "trials": self.trials,
            "p_is": self.p_is,
            "p_raw": self.p_raw,
            "p_excess": self.p_excess,
            **self.one.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Best:
    """The ranking of one market."""

    market: str
    trials: int
    rows: tuple[Ranked, ...]

    @property
    def p_is(self) -> float | None:
        """p_IS of the first, None when nothing can be ranked."""
        return self.rows[0].p_is if self.rows else None

    def as_dict(self) -> Json:
        """JSON form."""
        return {
            "market": self.market,
            "trials": self.trials,
            "p_is": self.p_is,
            "best": [row.as_dict() for row in self.rows],
        }


def best_of(
    found: Experiments,
    datasets: Sequence[Dataset],
    market: str,
    *,
    limit: int = SHOWN,
    samples: int,
) -> Best:
    """The best trials of a market.

    Args:
        found: the registry.
        datasets: what is registered; their windows name the draws.
        market: a family, or a symbol that something ran on.
        limit: rows, 1 to 50.
        samples: draws of the train key.

    Raises:
        InputError: MARKET_UNKNOWN, LIMIT_OUT_OF_RANGE.
    """
    if not 1 <= limit <= MOST_RANKED:
        raise InputError(
            "LIMIT_OUT_OF_RANGE", f"the best are 1 to {MOST_RANKED}", value=limit, hint="take 10"
        )
    ran = [one for one in found.trials() if one.matches(market)]
    if not ran:
        raise _unknown(found, market)
    strongest = sorted(ran, key=_order)[:limit]
    keyed = [
        (one, keys)
        for one in strongest
        if one.row is not None and (keys := _keys(found, one.row, datasets, samples)) is not None
    ]
    keyed.sort(key=lambda pair: (pair[1].p_is, *_order(pair[0])))
    rows = tuple(
        Ranked(place, one, keys.trials, keys.p_is, keys.raw.p, keys.excess.p)
        for place, (one, keys) in enumerate(keyed, start=1)
    )
    return Best(market, len(ran), rows)


def _unknown(found: Experiments, market: str) -> InputError:
    known = list(found.markets())
    near = did_you_mean(market, known)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known[:8]) or 'none yet'}"
    return InputError("MARKET_UNKNOWN", "nothing ran on this market", value=market, hint=hint)


def _order(one: Experiment) -> tuple[float, int]:
    """Strongest first, the older of equals first; what did not run to its end stands last."""
    row = one.row
    if row is None or not row.outcome.days:
        return math.inf, 0 if row is None else row.n
    columns = (row.outcome.daily_returns, row.outcome.excess_returns)
    return -min(_strength(text) for text in columns), row.n


def _strength(packed: str) -> float:
    values = unpack_returns(packed).astype(np.float64)
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return math.sqrt(len(values)) * float(values.mean()) / spread if spread > 0 else -math.inf


@dataclass(frozen=True, slots=True)
class _Keys:
    raw: Key
    excess: Key
    trials: int

    @property
    def p_is(self) -> float:
        """The worse of both."""
        return max(self.raw.p, self.excess.p)


def _keys(
    found: Experiments, row: TrialRow, datasets: Sequence[Dataset], samples: int
) -> _Keys | None:
    """Both train keys of a trial among all that share a day with it; None for too short a run."""
    days = unpack_days(row.outcome.days)
    if len(days) < _FEWEST_DAYS:
        return None
    families = set(row.start.families)
    rows = [one.row for one in found.trials() if one.row and families & set(one.families)]
    matrix = trial_matrix(rows, row.n, days)
    raw, excess = train_keys(
        [matrix.raw, matrix.excess],
        matrix.own,
        family=" ".join(sorted(families)),
        window=_window(row, datasets),
        block=mean_block(matrix.raw[:, matrix.own]),
        samples=samples,
    )
    return _Keys(raw, excess, matrix.count)


def _window(row: TrialRow, datasets: Sequence[Dataset]) -> str:
    """What names the draws beside the families: the windows of the trial's datasets."""
    zones = {
        (one.zones.train_last, one.zones.window_last)
        for one in datasets
        if one.id in row.start.datasets
    }
    return " ".join(f"{train} {window}" for train, window in sorted(zones))
