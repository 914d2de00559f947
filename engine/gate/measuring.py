"""Measuring one run: keys, counts and figures of a zone, the same way on train and holdout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.backtest.benchmark import hold_all
from engine.backtest.costs import CostModel
from engine.backtest.metrics import UNITS, Metrics, measure
from engine.backtest.result import BacktestResult
from engine.backtest.returns import (
    UNITS_PER_ONE,
    daily_net,
    exposure_matched_excess,
    mean_exposures,
    to_units,
)
from engine.data.bars import FloatArray
from engine.data.days import close_days
from engine.data.panel import Panel
from engine.gate.evidence import Figure, KeyEvidence, RunEvidence
from engine.gate.statistics import Key, mean_and_deviation


@dataclass(frozen=True, slots=True)
class Zone:
    """A finished run on one zone and the bars and costs that it had."""

    result: BacktestResult
    panel: Panel
    costs: CostModel


def raw_units(zone: Zone) -> FloatArray:
    """Daily net returns, integers in units of 1e-8, shape (days,)."""
    _, net = daily_net(zone.result)
    return to_units(net).astype(np.float64)


def exposures_of(zone: Zone) -> tuple[float, ...]:
    """Mean signed exposure to each instrument, in the panel's order."""
    return tuple(share for _, share in mean_exposures(zone.result, zone.panel))


def excess_units(zone: Zone, exposures: Sequence[float]) -> FloatArray:
    """Daily returns minus buy and hold with these mean exposures, same form as `raw_units`."""
    excess = exposure_matched_excess(zone.result, zone.panel, exposures)
    return to_units(excess).astype(np.float64)


def entry_days(result: BacktestResult) -> int:
    """Closed trades, those that were entered on the same UTC day counted once."""
    days = close_days(result.close_time)
    return len({int(days[trade.entry_bar]) for trade in result.closed})


def is_ruined(result: BacktestResult) -> bool:
    """Whether the account ever was worth nothing."""
    ended = any(trade.exit_reason == "ruin" for trade in result.trades)
    return ended or not bool((result.equity > 0.0).all())


def mean_net(result: BacktestResult) -> float:
    """Mean daily net return, fraction of one, rounded so that it is the same everywhere."""
    _, net = daily_net(result)
    return float(to_units(net).sum()) / len(net) / UNITS_PER_ONE


def figures_of(metrics: Metrics) -> tuple[Figure, ...]:
    """All metrics of a run as named figures, in the metrics' own order."""
    values = metrics.model_dump()
    return tuple(
        Figure(name=name, value=None if values[name] is None else float(values[name]), unit=unit)
        for name, unit in UNITS.items()
    )


def key_evidence(key: Key) -> KeyEvidence:
    """A key as a record."""
    return KeyEvidence(statistic=key.statistic, p=key.p)


def run_evidence(zone: Zone, exposures: Sequence[float], raw: Key, excess: Key) -> RunEvidence:
    """Everything that the checks and the report want to know about one run."""
    held = hold_all(zone.panel, zone.costs, start_equity=zone.result.start_equity)
    units = raw_units(zone)
    mean, deviation = mean_and_deviation(units)
    return RunEvidence(
        trades=entry_days(zone.result),
        days=len(units),
        raw=key_evidence(raw),
        excess=key_evidence(excess),
        exposures=tuple(exposures),
        mean=mean / UNITS_PER_ONE,
        deviation=deviation / UNITS_PER_ONE,
        ruined=is_ruined(zone.result),
        run_digest=zone.result.digest,
        figures=figures_of(measure(zone.result, zone.panel)),
        benchmark=figures_of(measure(held, zone.panel)),
    )
