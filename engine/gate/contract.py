"""Stage 0 by running: causality of decisions and equity, stops, and the same bytes twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.data.dataset import Dataset
from engine.language.causality import prefix_violations
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.spec import StrategySpec

PRICE_STOPS: Final = frozenset(
    {"pct", "atr", "price_expr", "trail_expr", "trailing_pct", "trailing_atr", "chandelier"}
    | {"max_loss_equity"}
)
"""Stops whose price is known when the entry is decided."""

EQUITY_CUTS: Final = 8
"""Cuts at which the whole run is repeated on shorter bars."""


def rules_without_stop(spec: StrategySpec) -> tuple[str, ...]:
    """Ids of rules that no stop with a price protects."""
    priced = [stop for stop in spec.stops if stop.kind in PRICE_STOPS]
    return tuple(
        rule.id
        for rule in spec.rules
        if not any(not stop.rules or rule.id in stop.rules for stop in priced)
    )


def mismatch(spec: StrategySpec, dataset: Dataset) -> str:
    """Why a spec is not for these data, empty when it is."""
    if spec.timeframe is not dataset.timeframe:
        return f"The spec is for bars of {spec.timeframe}, the dataset has {dataset.timeframe}."
    if dataset.instrument.symbol not in spec.universe.symbols:
        return f"The spec is not for {dataset.instrument.symbol}: name it in universe.symbols."
    return ""


def _run_cuts(result: BacktestResult) -> list[int]:
    """Cuts for the equity test: evenly spread, and right after entries and exits."""
    bars = len(result.equity)
    events = sorted({bar for t in result.trades for bar in (t.entry_bar + 1, t.exit_bar + 1)})
    spread = np.linspace(1, bars - 1, EQUITY_CUTS // 2).astype(int).tolist()
    picked = np.linspace(0, len(events) - 1, EQUITY_CUTS // 2).astype(int).tolist()
    near = [events[index] for index in picked] if events else []
    return sorted({cut for cut in (*spread, *near) if 0 < cut < bars})


def _equity_violations(
    compiled: CompiledSpec, bars: Bars, costs: CostModel, result: BacktestResult
) -> tuple[str, ...]:
    """Bars at which the account differs when later bars are removed."""
    found = []
    for cut in _run_cuts(result):
        part = bars.slice(0, cut)
        again = simulate(part, compiled.decide(part), costs, start_equity=result.start_equity)
        if again.equity.tobytes() != result.equity[:cut].tobytes():
            found.append(f"equity differs when bars end at {cut}")
    return tuple(found)


def violations(
    compiled: CompiledSpec,
    bars: Bars,
    costs: CostModel,
    result: BacktestResult,
    cuts: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """All places where the past depends on the future; empty for a causal strategy.

    Args:
        compiled: the strategy.
        bars: train bars.
        costs: of the candidate.
        result: its run on all of these bars.
        cuts: cuts of the decision test, None: its own choice.
    """
    decisions = prefix_violations(compiled, bars, cuts)
    return (*decisions, *_equity_violations(compiled, bars, costs, result))


def is_reproducible(
    spec: StrategySpec, bars: Bars, costs: CostModel, result: BacktestResult
) -> bool:
    """Whether compiling and running from scratch gives the same bytes."""
    again = simulate(bars, compile_spec(spec).decide(bars), costs, start_equity=result.start_equity)
    return again.digest == result.digest
