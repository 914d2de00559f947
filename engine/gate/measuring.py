"""Measuring one run: keys, counts and figures of a zone, the same way on train and holdout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.backtest.benchmark import buy_and_hold
from engine.backtest.costs import CostModel
from engine.backtest.metrics import UNITS, Metrics, measure
from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net, exposure_matched_excess, to_units
from engine.data.bars import Bars, FloatArray
from engine.data.days import close_days
from engine.gate.evidence import Figure, KeyEvidence, RunEvidence
from engine.gate.statistics import Key


@dataclass(frozen=True, slots=True)
class Zone:
    """A finished run on one zone and the bars and costs that it had."""

    result: BacktestResult
    bars: Bars
    costs: CostModel


def raw_units(zone: Zone) -> FloatArray:
    """Daily net returns, integers in units of 1e-8, shape (days,)."""
    _, net = daily_net(zone.result)
    return to_units(net).astype(np.float64)


def excess_units(zone: Zone, exposure: float) -> FloatArray:
    """Daily returns minus buy and hold with this mean exposure, same form as `raw_units`."""
    excess = exposure_matched_excess(zone.result, zone.bars, exposure)
    return to_units(excess).astype(np.float64)


def entry_days(result: BacktestResult) -> int:
    """Closed trades, those that were entered on the same UTC day counted once."""
    days = close_days(result.close_time)
    return len({int(days[trade.entry_bar]) for trade in result.closed})


def is_ruined(result: BacktestResult) -> bool:
    """Whether the account ever was worth nothing."""
    ended = any(trade.exit_reason == "ruin" for trade in result.trades)
    return ended or not bool((result.equity > 0.0).all())


def figures_of(metrics: Metrics) -> tuple[Figure, ...]:
    """All metrics of a run as named figures, in the metrics' own order."""
    values = metrics.model_dump()
    return tuple(
        Figure(name=name, value=None if values[name] is None else float(values[name]), unit=unit)
        for name, unit in UNITS.items()
    )


def _key(key: Key) -> KeyEvidence:
    return KeyEvidence(statistic=key.statistic, p=key.p)


def run_evidence(zone: Zone, exposure: float, raw: Key, excess: Key) -> RunEvidence:
    """Everything that the checks and the report want to know about one run."""
    held = buy_and_hold(zone.bars, zone.costs, start_equity=zone.result.start_equity)
    return RunEvidence(
        trades=entry_days(zone.result),
        days=len(raw_units(zone)),
        raw=_key(raw),
        excess=_key(excess),
        exposure=exposure,
        ruined=is_ruined(zone.result),
        run_digest=zone.result.digest,
        figures=figures_of(measure(zone.result, zone.bars)),
        benchmark=figures_of(measure(held, zone.bars)),
    )
