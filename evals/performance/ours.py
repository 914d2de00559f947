"""Our side of every race: a compiled spec decides, the account runs, the figures are worked out.

The bars of each call are new objects over the same arrays, so that nothing remembered about the
bars of the call before can shorten it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from engine import fast
from engine.backtest.metrics import Metrics, measure
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.backtest.sweep import SweepPoint
from engine.backtest.sweep import sweep as run_sweep
from engine.data.bars import Bars
from engine.language.compiler import CompiledSpec, compile_spec
from evals.performance import workloads

Row = tuple[int, int, float, float]

FIGURES: Final = (
    "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "max_drawdown",
    "max_drawdown_bars", "win_rate", "profit_factor", "expectancy", "trades",
)  # fmt: skip
"""The twelve figures that everybody works out; ours come with more."""

WARM_BARS: Final = 2_000
TOLERANCE: Final = 1e-9


def warm(folder: str | None = None) -> None:
    """Have everything compiled that a warmed-up service has compiled, and use it from now on.

    folder: where compiled code is kept between processes; None keeps nothing.
    """
    fast.warm(folder)
    for kind in workloads.SPECS:
        race(kind, workloads.market(WARM_BARS))()


def fresh(bars: Bars) -> Bars:
    """The same arrays in new bars."""
    return bars.slice(0, len(bars))


def run(strategy: CompiledSpec, bars: Bars) -> tuple[BacktestResult, Metrics]:
    """What is timed: indicators, decisions, account, trades, all key figures."""
    result = simulate(bars, strategy.decide(bars), workloads.COSTS, start_equity=workloads.CASH)
    return result, measure(result, bars)


def race(kind: str, bars: Bars) -> Callable[[], object]:
    """One call of `run` on fresh bars, compiled before the clock starts."""
    strategy = compile_spec(workloads.SPECS[kind]())
    return lambda: run(strategy, fresh(bars))


def closed_rows(result: BacktestResult) -> list[Row]:
    """Closed trades as the peers tell them."""
    return [(t.entry_bar, t.exit_bar, t.entry_price, t.exit_price) for t in result.closed]


def sweep(bars: Bars, pairs: Sequence[tuple[int, int]]) -> list[SweepPoint]:
    """The crossing spec at each pair of windows, in order."""
    points = [{"fast": fast, "slow": slow} for fast, slow in pairs]
    found = run_sweep(
        workloads.cross_spec(), points, fresh(bars), workloads.COSTS, start_equity=workloads.CASH
    )
    return list(found)


def unequal_points(bars: Bars, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs at which the sweep's figures are not those of a run of its own, to 1e-9."""
    wrong = []
    for pair, point in zip(pairs, sweep(bars, pairs), strict=True):
        whole = run(compile_spec(workloads.cross_spec(*pair)), fresh(bars))[1].model_dump()
        if any(not _same(value, whole[name]) for name, value in point.figures.items()):
            wrong.append(pair)
    return wrong


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * max(1.0, abs(other))
