"""The hidden tail: do the trades prove that full losses are paid for?

A strategy that earns a little every day and loses everything once in four years looks splendid
until that day. Stops make the loss of a trade known beforehand, so the evidence must contain full
losses, or so many trades without one that their rate is known to be small.
"""

from __future__ import annotations

import math
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.backtest.result import BacktestResult, TradeLog
from engine.data.bars import FloatArray, IntArray
from engine.gate.statistics import clopper_pearson_upper
from engine.language.spec import StrategySpec
from engine.quantities import Ratio
from engine.records import Record

FULL_LOSS: Final = -0.9
"""A result of at most so many R is a full loss."""
FEW: Final = 5
WIDENED: Final = 1.25
"""Below so many full losses their size is taken so much larger."""
_DECIMALS: Final = 9


class TailEvidence(Record):
    """The tail bound over closed trades in R; `proven` when `margin` is above zero.

    Attributes:
        n, k: closed trades; those that lost their planned loss.
        u: 99 % upper bound of their share.
        mean_other, mean_loss: mean R of the others; assumed size of a full loss in R.
        margin: (1 - u) mean_other - u mean_loss, R a trade.
        proven: every trade had a planned loss, and the margin is positive.
    """

    n: Annotated[int, Field(ge=0)]
    k: Annotated[int, Field(ge=0)]
    u: Ratio
    mean_other: Ratio
    mean_loss: Ratio
    margin: Ratio
    proven: bool


def tail_evidence(result: BacktestResult, spec: StrategySpec | None = None) -> TailEvidence:
    """The tail bound of a run.

    Args:
        result: the run.
        spec: needed for a pair, whose planned loss stands in its stops.
    """
    return tail_of(r_multiples(result, spec))


def tail_of(multiples: FloatArray) -> TailEvidence:
    """The tail bound of trades given in R, shape (n,); NaN for a trade without a planned loss.

    Source: Clopper, Pearson 1934 for the bound of the rate.
    """
    n = len(multiples)
    planned = bool(np.isfinite(multiples).all())
    full = multiples <= FULL_LOSS
    k = int(full.sum())
    u = clopper_pearson_upper(k, n) if n else 1.0
    size = max(1.0, _mean(-multiples[full])) * (WIDENED if k < FEW else 1.0)
    other = _mean(multiples[~full & np.isfinite(multiples)])
    margin = round((1.0 - u) * other - u * size, _DECIMALS)
    return TailEvidence(
        n=n,
        k=k,
        u=round(u, _DECIMALS),
        mean_other=round(other, _DECIMALS),
        mean_loss=round(size, _DECIMALS),
        margin=margin,
        proven=planned and margin > 0.0,
    )


def _mean(values: FloatArray) -> float:
    return math.fsum(values) / len(values) if len(values) else 0.0


def r_multiples(result: BacktestResult, spec: StrategySpec | None = None) -> FloatArray:
    """Result over planned loss of each closed position, in order of entry; shape (n,).

    Parts of one position (targets, re-sizing, the two legs of a pair) are one trade: taking it
    apart would make more evidence out of the same event. NaN where no loss was planned.
    """
    log = result.log
    closed = np.flatnonzero(log.closed)
    if len(closed) == 0:
        return np.zeros(0)
    group = _positions(log, closed, together=spec is not None and spec.pair is not None)
    pnl = _sums(group, log.column("pnl")[closed])
    quantity = log.column("quantity")[closed]
    if spec is not None and spec.pair is not None:
        worth = _sums(group, quantity * log.column("entry_price")[closed])
        return _over(pnl, _pair_loss(spec, result, log, closed, group, worth))
    return _over(pnl, _sums(group, quantity * log.column("risk")[closed]))


def _positions(log: TradeLog, closed: IntArray, *, together: bool) -> IntArray:
    """Number of the position of each closed row: same rule and entry, and symbol unless a pair."""
    keys = ["entry_bar", "rule"] if together else ["entry_bar", "rule", "symbol"]
    table = np.column_stack([log.column(name)[closed] for name in keys])
    _, group = np.unique(table, axis=0, return_inverse=True)
    found: IntArray = group.reshape(-1)
    return found


def _pair_loss(  # noqa: PLR0913, PLR0917 - the parts of a planned loss
    spec: StrategySpec, result: BacktestResult, log: TradeLog, closed: IntArray,
    group: IntArray, worth: FloatArray,
) -> FloatArray:  # fmt: skip
    """Planned loss of each pair position: of both legs' value, or of equity before the entry."""
    shares = [stop.value or 0.0 for stop in spec.stops if stop.kind == "pct"]
    stakes = [stop.value or 0.0 for stop in spec.stops if stop.kind == "max_loss_equity"]
    planned = np.full(len(worth), np.nan)
    if shares:
        planned = min(shares) * worth
    if stakes:
        entry = np.zeros(len(worth), dtype=np.int64)
        entry[group] = log.column("entry_bar")[closed].astype(np.int64)
        before = np.concatenate(([result.start_equity], result.equity))[entry]
        planned = np.fmin(planned, min(stakes) * before)
    return planned


def _sums(group: IntArray, values: FloatArray) -> FloatArray:
    """Sum of the values of each position, shape (positions,)."""
    total: FloatArray = np.bincount(group, weights=values).astype(np.float64)
    return total


def _over(pnl: FloatArray, planned: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(pnl, planned, out=np.full(len(pnl), np.nan), where=planned > 0.0)
    return ratio
