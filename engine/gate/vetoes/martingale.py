"""The martingale null: the same rule on paths whose bars have fair signs.

What is left of a market when every bar could as well have gone the other way: its volatility, its
calm and wild stretches, its gaps and volumes, but no trend, no reversal and no drift. A rule that
earns on such paths what it earned on train earns from its own shape: grids that average down, for
one, win on most paths and lose all on a few.

Signs are drawn per bar. Flipping whole blocks would keep the autocorrelation inside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine import fast
from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net, to_units
from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.panel import Panel
from engine.gate.statistics import holdout_key
from engine.gate.subject import Subject
from engine.language.spec import StrategySpec
from engine.quantities import Ratio
from engine.records import Digest, Record
from engine.seeds import stream

PATHS: Final = 200
MEAN_BLOCK: Final = 20
_NEVER: Final = -np.inf
_P_DECIMALS: Final = 12
_TINY: Final = 1e-9
"""Smallest price of a path as a share of its first one."""


class NullEvidence(Record):
    """The null.

    Attributes:
        z: of the candidate's daily net returns on train, None when it never moved.
        paths: how many were made.
        p: (1 + paths that did at least as well) / (1 + paths).
    """

    z: Ratio | None
    paths: Annotated[int, Field(ge=1)]
    p: Ratio


def null_evidence(
    subject: Subject, panel: Panel, result: BacktestResult, seed: Digest, *, paths: int = PATHS
) -> NullEvidence:
    """Run all paths here, one after the other.

    Args:
        subject: the strategy.
        panel: train bars.
        result: its run on them.
        seed: digest of the candidate; names the paths.
        paths: how many.
    """
    prepare(panel, paths)
    return null_of(z_of(result), (null_statistic(subject, panel, n, seed) for n in range(paths)))


def prepare(panel: Panel, paths: int) -> None:
    """Compile the bar loop if so many paths are worth it; the numbers are the same either way."""
    if fast.worth_compiling(len(panel) * len(panel.each) * paths):
        fast.warm()


def null_of(z: float, null: Iterable[float]) -> NullEvidence:
    """The evidence from the candidate's z and those of the paths, in any order."""
    drawn = list(null)
    reached = sum(one >= z for one in drawn) if np.isfinite(z) else len(drawn)
    p = round((1 + reached) / (1 + len(drawn)), _P_DECIMALS)
    return NullEvidence(z=z if np.isfinite(z) else None, paths=len(drawn), p=p)


def null_statistic(subject: Subject, panel: Panel, path: int, seed: Digest) -> float:
    """The strategy's z on null path number `path`, minus infinity when it never moves.

    Pure: the same number on any machine, in any order, in any process.
    """
    return z_of(subject.run(null_panel(panel, path, seed)))


def null_block(  # noqa: PLR0913, PLR0917 - everything that a worker process needs
    spec: StrategySpec,
    costs: CostModel,
    members: Sequence[StrategySpec],
    panel: Panel,
    paths: Sequence[int],
    seed: Digest,
) -> tuple[float, ...]:
    """The statistics of some paths, for a worker process: its arguments can be sent there."""
    prepare(panel, len(paths))
    subject = Subject.of(spec, costs, members)
    return tuple(null_statistic(subject, panel, path, seed) for path in paths)


def z_of(result: BacktestResult) -> float:
    """The z of a run's daily net returns (`holdout_key`), minus infinity without moves."""
    _, net = daily_net(result)
    found = holdout_key(to_units(net).astype(np.float64)).statistic
    return _NEVER if found is None else found


def null_panel(panel: Panel, path: int, seed: Digest) -> Panel:
    """Null path number `path`: bars of the same times and instruments, origin synthetic."""
    random = stream("engine/gate/martingale", seed, path)
    rows = block_rows(len(panel), random)
    signs = np.where(random.random(len(panel)) < 0.5, -1.0, 1.0)  # noqa: PLR2004 - a fair coin
    return path_of(panel, rows, signs)


def block_rows(n: int, random: np.random.Generator, mean: int = MEAN_BLOCK) -> IntArray:
    """Rows of a stationary bootstrap: blocks of geometric length that wrap around, shape (n,).

    Source: Politis, Romano 1994.
    """
    fresh = random.random(n) < 1.0 / mean
    fresh[0] = True
    begin = np.flatnonzero(fresh)
    starts = random.integers(0, n, len(begin))
    block = np.cumsum(fresh) - 1
    drawn: IntArray = (starts[block] + np.arange(n) - begin[block]) % n
    return drawn


def path_of(panel: Panel, rows: IntArray, signs: FloatArray) -> Panel:
    """The panel with the increments of other rows and these signs, the same for all symbols.

    An instrument keeps its own times. Where it has no bar in a drawn row, its last bar before
    counts; before its first one its rows wrap around.
    """
    each = []
    for bars, own in zip(panel.each, panel.rows, strict=True):
        present = own >= 0
        last = np.maximum.accumulate(own)[rows[present]]
        source = np.where(last >= 0, last, rows[present] % len(bars))
        each.append(_path(bars, source, signs[present]))
    return Panel(tuple(each), panel.time, panel.rows)


def _path(bars: Bars, source: IntArray, signs: FloatArray) -> Bars:
    """Bars whose log increments are those of the source rows times the signs."""
    moves = _increments(bars)[:, source] * signs
    opens, closes = moves[0], moves[3]
    # A bar that is turned over has its low where the high was.
    highs, lows = np.maximum(moves[1], moves[2]), np.minimum(moves[1], moves[2])
    before = np.concatenate(([0.0], np.cumsum(closes)[:-1]))
    floor = np.log(_TINY)
    start = float(bars.open[0])
    path = np.maximum(before + np.stack([opens, highs, lows, closes]), floor)
    prices = start * np.exp(np.minimum(path, -floor))
    columns = {
        "open": prices[0],
        "high": np.maximum(prices[1], np.maximum(prices[0], prices[3])),
        "low": np.minimum(prices[2], np.minimum(prices[0], prices[3])),
        "close": prices[3],
        "volume": bars.volume[source],
        **_extras(bars, source, signs, prices[3]),
    }
    for column in columns.values():
        column.setflags(write=False)
    return replace(bars, origin="synthetic", **columns)


def _increments(bars: Bars) -> FloatArray:
    """Log of open, high, low and close over the close before, shape (4, n)."""
    before = np.log(np.concatenate((bars.open[:1], bars.close[:-1])))
    found: FloatArray = np.log(np.stack([bars.open, bars.high, bars.low, bars.close])) - before
    return found


def _extras(
    bars: Bars, source: IntArray, signs: FloatArray, close: FloatArray
) -> dict[str, FloatArray]:
    """Funding turned over with its bar; quotes as far around the close as they were."""
    found: dict[str, FloatArray] = {}
    if bars.funding is not None:
        found["funding"] = bars.funding[source] * signs
    if bars.bid is not None and bars.ask is not None:
        found["bid"] = close * (bars.bid / bars.close)[source]
        found["ask"] = close * (bars.ask / bars.close)[source]
    return found
