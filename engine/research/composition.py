"""What is said about any account of sleeves: other compositions, worse days, joint paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

import numpy as np
from pydantic import Field

from engine.data.bars import FloatArray
from engine.quantities import Ratio
from engine.records import Record
from engine.reports.studies import MonteCarlo
from engine.research.joint import (
    CommonDrawdown,
    Figures,
    MovingAsOne,
    Name,
    common_drawdown,
    figures_of,
    mixed,
    moving_as_one,
)
from engine.research.paths import Chunk, summary, walk, whole_blocks
from engine.research.watching import Watch

FEWEST_DAYS: Final = 60
TILTS: Final = (0.8, 1.2)


class Composition(Record):
    """The account without a sleeve (factor 0), or with its weight times `factor`.

    `figures` is None where that account cannot be run.
    """

    sleeve: Name
    factor: Ratio
    figures: Figures | None


class PortfolioStudy(Record):
    """How an account of several sleeves bears other compositions and worse days.

    Attributes:
        base: the account as it is.
        without: each sleeve left out; its money is weighed anew (recipe) or stays cash (ensemble).
        tilted: each weight times 0.8 and 1.2, the others give way so that the sum is kept.
        as_one: correlation to one, at the mean weights.
        common: falls in common.
        monte_carlo: joint blocks at the mean weights; None below 60 days or where nothing moves.
        trials: runs asked of `run_many`.
        complete: False when somebody stopped it.
    """

    base: Figures
    without: tuple[Composition, ...]
    tilted: tuple[Composition, ...]
    as_one: MovingAsOne | None
    common: CommonDrawdown | None
    monte_carlo: MonteCarlo | None
    trials: Annotated[int, Field(ge=0)]
    complete: bool


class Streams(NamedTuple):
    """Sleeves alone (t, n), the account (t,), weights that stand for it (n,)."""

    names: tuple[str, ...]
    returns: FloatArray
    account: FloatArray
    weights: FloatArray
    days_per_year: float


def tilted_weights(weights: FloatArray, place: int, factor: float) -> FloatArray:
    """Weights (t, n) with one times the factor; the others give way, each row keeps its sum."""
    tilted = weights.copy()
    tilted[:, place] = np.minimum(weights[:, place] * factor, weights.sum(axis=1))
    rest = weights.sum(axis=1) - weights[:, place]
    left = weights.sum(axis=1) - tilted[:, place]
    scale = np.divide(left, rest, out=np.ones(len(weights)), where=rest > 0.0)
    others = np.arange(weights.shape[1]) != place
    tilted[:, others] = weights[:, others] * scale[:, None]
    # A sleeve that is alone in the account has nobody to give way.
    tilted[:, place] = np.where(rest > 0.0, tilted[:, place], weights[:, place])
    return tilted


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to say: name of the draws, paths, trials, compositions that should be there."""

    name: str
    paths: int
    trials: int
    expected: range
    watch: Watch
    stopped: bool = False


def study_of(
    streams: Streams, without: list[Composition], tilted: list[Composition], rest: Rest
) -> PortfolioStudy:
    """The study of an account whose compositions were run: what its streams say comes here."""
    several = len(streams.names) > 1
    quiet = Watch(cancelled=rest.watch.cancelled)
    account = mixed(streams.returns, streams.weights)
    carlo, paths = None, None
    moves = len(account) >= FEWEST_DAYS and float(np.ptp(account)) > 1e-12  # noqa: PLR2004 - rounding is no movement
    if moves:
        whole = Chunk(
            f"portfolio/{rest.name}", 0, streams.returns, rest.paths, len(account),
            whole_blocks(account), weights=streams.weights,
        )  # fmt: skip
        paths = walk(whole, watch=quiet)
        carlo = None if paths is None else summary(paths, whole)
    drawn = not moves or (carlo is not None and carlo.paths == rest.paths)
    return PortfolioStudy(
        base=figures_of(streams.account, streams.days_per_year),
        without=tuple(without),
        tilted=tuple(tilted),
        as_one=moving_as_one(streams.returns, streams.weights, streams.days_per_year)
        if several
        else None,
        common=common_drawdown(streams.names, streams.returns, streams.account)
        if several
        else None,
        monte_carlo=carlo,
        trials=rest.trials,
        complete=drawn and not rest.stopped and len(without) == len(rest.expected),
    )
