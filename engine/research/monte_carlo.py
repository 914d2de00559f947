"""Monte Carlo: paths that a run's own days or trades could have made; never evidence.

Shuffling trades keeps their sum and changes only the way there. It is a t-test in disguise: it
says nothing about whether the sum was luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net
from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.quantities import Ratio
from engine.records import Record
from engine.reports.studies import MonteCarlo
from engine.research.paths import (
    DIGITS,
    PATHS,
    RUIN_LEVEL,
    Chunk,
    Mapper,
    Paths,
    chunks_of,
    summary,
    walk,
    whole_blocks,
)
from engine.research.watching import UNWATCHED, Watch

FEWEST_DAYS: Final = 60
FEWEST_TRADES: Final = 10
DRAWDOWN_LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
NOT_EVIDENCE: Final = "a t-test in disguise, never evidence"
MOST_PATHS: Final = 100_000
LONGEST: Final = 20_000
_TINY: Final = 1e-12

Count = Annotated[int, Field(ge=1)]


class TradeShuffle(Record):
    """The same trades in other orders: the drawdowns on the way; `label` goes wherever it is."""

    paths: Count
    drawdown_middle: Ratio
    drawdown_bad: Ratio
    label: str = NOT_EVIDENCE


class MonteCarloStudy(Record):
    """What resampling gives.

    Attributes:
        returns: paths of daily returns; None below 60 days or where nothing moves.
        trades: paths of closed trades, a `day` is a trade; None below ten trades.
        shuffle: the trades in other orders; None with `trades`.
        drawdowns: quantiles (5, 25, 50, 75, 95, 99 %) of the largest drawdown of `returns`.
        ruin_level: share of the money whose loss is called ruin.
        complete: False when somebody stopped it: fewer paths than asked for.
        notes: DAYS_TOO_FEW, NOTHING_MOVES, TRADES_TOO_FEW.
    """

    returns: MonteCarlo | None
    trades: MonteCarlo | None
    shuffle: TradeShuffle | None
    drawdowns: tuple[Ratio, ...]
    ruin_level: Ratio
    complete: bool
    notes: tuple[str, ...] = ()


def trade_returns(result: BacktestResult) -> FloatArray:
    """Profit of each closed trade over the equity before its entry, in order of exit."""
    before = np.concatenate(([result.start_equity], result.equity))
    closed = result.log.table[result.log.closed]
    equity = before[result.log.column("entry_bar")[result.log.closed].astype(np.int64)]
    pnl = result.log.column("pnl")[result.log.closed]
    found: FloatArray = np.divide(pnl, equity, out=np.zeros(len(closed)), where=equity > 0.0)
    return np.maximum(found, -1.0)


def monte_carlo(  # noqa: PLR0913 - a run, how much, by whom
    result: BacktestResult,
    *,
    paths: int = PATHS,
    horizon: int | None = None,
    ruin_level: float = RUIN_LEVEL,
    mapper: Mapper = map,
    watch: Watch = UNWATCHED,
) -> MonteCarloStudy:
    """Resample the daily returns and the trades of a run.

    Args:
        result: the run; its digest names the draws.
        paths: how many of each sort.
        horizon: days of a path; None: as many as the run has.
        ruin_level: share of the money whose loss is called ruin.
        mapper: `map`, or that of an executor.
        watch: progress in chunks, and who may stop it; finished chunks are kept.

    Raises:
        InputError: MONTE_CARLO_PATHS, MONTE_CARLO_RUIN.
    """
    _check(paths, horizon, ruin_level)
    daily, traded = daily_net(result)[1], trade_returns(result)
    days = Chunk(result.digest, 0, daily, paths, horizon or len(daily), 1, ruin_level)
    orders = replace(days, name=f"{result.digest}/trades", steps=traded, horizon=len(traded))
    notes, tasks = [], {}
    for sort, whole, fewest in (
        ("returns", days, FEWEST_DAYS), ("trades", orders, FEWEST_TRADES),
    ):  # fmt: skip
        if len(whole.steps) < fewest:
            notes.append("DAYS_TOO_FEW" if sort == "returns" else "TRADES_TOO_FEW")
        elif float(np.ptp(whole.steps)) <= _TINY:
            notes.append("NOTHING_MOVES")
        else:
            tasks[sort] = replace(whole, block=whole_blocks(whole.steps))
    if "trades" in tasks:
        tasks["shuffle"] = replace(orders, way="shuffle")
    return _study(tasks, tuple(dict.fromkeys(notes)), ruin_level, Watched(mapper, watch))


@dataclass(frozen=True, slots=True)
class Watched:
    """Who works on the chunks, and who watches."""

    mapper: Mapper = map
    watch: Watch = UNWATCHED


def _study(
    tasks: Mapping[str, Chunk], notes: tuple[str, ...], ruin_level: float, crew: Watched
) -> MonteCarloStudy:
    total = sum(len(chunks_of(whole)) for whole in tasks.values())
    done: dict[str, Paths | None] = {}
    before = 0
    for sort, whole in tasks.items():
        watch = crew.watch.part(before, total)
        done[sort] = walk(whole, crew.mapper, watch)
        before += len(chunks_of(whole))
    found = {sort: summary(paths, tasks[sort]) for sort, paths in done.items() if paths is not None}
    shuffle, returns = found.get("shuffle"), done.get("returns")
    falls = None if returns is None else np.quantile(returns.drawdowns, DRAWDOWN_LEVELS)
    return MonteCarloStudy(
        returns=found.get("returns"),
        trades=found.get("trades"),
        shuffle=None
        if shuffle is None
        else TradeShuffle(
            paths=shuffle.paths,
            drawdown_middle=shuffle.drawdown_middle,
            drawdown_bad=shuffle.drawdown_bad,
        ),
        drawdowns=() if falls is None else tuple(falls.round(DIGITS).tolist()),
        ruin_level=ruin_level,
        complete=sum(each.paths for each in found.values())
        == sum(whole.paths for whole in tasks.values()),
        notes=notes,
    )


def _check(paths: int, horizon: int | None, ruin_level: float) -> None:
    if not 1 <= paths <= MOST_PATHS or not 1 <= (horizon or 1) <= LONGEST:
        raise InputError(
            "MONTE_CARLO_PATHS",
            f"a Monte Carlo run has 1 to {MOST_PATHS} paths of 1 to {LONGEST} days",
            value=f"{paths} x {horizon}", hint=f"{PATHS} paths are the usual number",
        )  # fmt: skip
    if not 0.0 < ruin_level <= 1.0:
        raise InputError(
            "MONTE_CARLO_RUIN", "ruin is a share of the money, above 0 and at most 1",
            value=ruin_level, hint="write 50 % as 0.5",
        )  # fmt: skip
