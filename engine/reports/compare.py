"""Several reports side by side, and what makes such a comparison unfair.

Only train figures are compared: a holdout answers one look, it is no prize to choose by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.errors import InputError
from engine.reports.curves import thinned
from engine.reports.data import Curve, NamedDigest, ReportData

MAX_RUNS: Final = 6
MIN_COMMON: Final = 60
_DAY_MS: Final = 86_400_000
_DAYS_A_YEAR: Final = 365.25
_TINY: Final = 1e-12
_MIN_RUNS: Final = 2

Trap = Literal["window", "market", "dataset", "costs", "start", "code"]


@dataclass(frozen=True, slots=True)
class CommonFigures:
    """One run on the days that all runs share; fractions, the ratio annualised."""

    total_return: float
    volatility: float
    sharpe: float | None
    max_drawdown: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side.

    Attributes:
        runs: the reports, in the order they were named; letters A, B, ... stand for them.
        traps: what differs between them besides the rules.
        days: UTC day numbers that all runs share, shape (d,).
        common: figures on these days; empty when there are fewer than 60.
        correlation: of daily returns on these days, `runs` x `runs`; empty likewise.
        growth, falls: curves from 1, and their drawdowns; on the common days when there are any.
    """

    runs: tuple[ReportData, ...]
    traps: tuple[Trap, ...]
    days: IntArray
    common: tuple[CommonFigures, ...]
    correlation: tuple[tuple[float | None, ...], ...]
    growth: tuple[Curve, ...]
    falls: tuple[Curve, ...]


def compare(runs: Sequence[ReportData]) -> Comparison:
    """Compare two to six reports.

    Raises:
        InputError: COMPARE_COUNT; COMPARE_TWICE when one report is named twice;
            COMPARE_NO_DAYS for a report without daily returns.
    """
    _check(runs)
    series = [_train_days(run) for run in runs]
    days = series[0][0]
    for own, _ in series[1:]:
        days = np.intersect1d(days, own)
    enough = len(days) >= MIN_COMMON
    aligned = [returns[np.searchsorted(own, days)] for own, returns in series] if enough else []
    drawn = [(days, each) for each in aligned] if enough else series
    per_year = _days_per_year(days)
    return Comparison(
        runs=tuple(runs),
        traps=_traps(runs),
        days=days,
        common=tuple(_common(returns, per_year) for returns in aligned),
        correlation=_correlation(aligned),
        growth=tuple(_growth(own, returns) for own, returns in drawn),
        falls=tuple(_falls(own, returns) for own, returns in drawn),
    )


def _check(runs: Sequence[ReportData]) -> None:
    if not _MIN_RUNS <= len(runs) <= MAX_RUNS:
        raise InputError(
            "COMPARE_COUNT", "two to six reports are compared", value=len(runs),
            hint="name two to six runs",
        )  # fmt: skip
    seen: set[str] = set()
    for run in runs:
        if run.digest in seen:
            raise InputError(
                "COMPARE_TWICE", "the same report is named twice", value=run.title,
                hint="name each run once",
            )  # fmt: skip
        seen.add(run.digest)
        if not any(found.zone == "train" and found.days for found in run.daily):
            raise InputError(
                "COMPARE_NO_DAYS", "this report holds no daily returns", value=run.title,
                hint="write the report anew with this version",
            )  # fmt: skip


def _train_days(run: ReportData) -> tuple[IntArray, FloatArray]:
    found = next(each for each in run.daily if each.zone == "train")
    return np.array(found.days, dtype=np.int64), np.array(found.returns, dtype=np.float64)


def _days_per_year(days: IntArray) -> float:
    """Observed: markets with different calendars share fewer days a year than either has."""
    if len(days) < MIN_COMMON:
        return _DAYS_A_YEAR
    return len(days) / (float(days[-1] - days[0] + 1) / _DAYS_A_YEAR)


def _common(returns: FloatArray, per_year: float) -> CommonFigures:
    growth = _product(returns)
    deviation = float(np.std(returns, ddof=1))
    moving = deviation > _TINY
    return CommonFigures(
        total_return=float(growth[-1]) - 1.0,
        volatility=deviation * per_year**0.5,
        sharpe=float(np.mean(returns)) / deviation * per_year**0.5 if moving else None,
        max_drawdown=-float(np.min(_below_peak(growth))),
    )


def _product(returns: FloatArray) -> FloatArray:
    """Growth after each return."""
    return np.asarray(np.cumprod(1.0 + returns), dtype=np.float64)


def _below_peak(growth: FloatArray) -> FloatArray:
    """Signed drawdown, one is the first peak."""
    peaks = np.maximum.accumulate(np.concatenate(([1.0], growth)))[1:]
    found: FloatArray = growth / peaks - 1.0
    return found


def _correlation(series: Sequence[FloatArray]) -> tuple[tuple[float | None, ...], ...]:
    """Pearson correlation; None beside a run that never moved."""
    return tuple(
        tuple(1.0 if row is column else _pair(row, column) for column in series) for row in series
    )


def _pair(left: FloatArray, right: FloatArray) -> float | None:
    spread = float(np.std(left)) * float(np.std(right))
    if spread <= _TINY**2:
        return None
    found = float(np.mean((left - left.mean()) * (right - right.mean()))) / spread
    return float(f"{min(max(found, -1.0), 1.0):.9g}")


def _growth(days: IntArray, returns: FloatArray) -> Curve:
    values = np.concatenate(([1.0], _product(returns)))
    return thinned(np.concatenate((days[:1], days + 1)) * _DAY_MS, values)


def _falls(days: IntArray, returns: FloatArray) -> Curve:
    growth = _product(returns)
    return thinned((days + 1) * _DAY_MS, _below_peak(growth))


def _traps(runs: Sequence[ReportData]) -> tuple[Trap, ...]:
    """What differs besides the rules; other data are named only where the market is the same."""
    first = runs[0]
    market = any((run.symbol, run.timeframe) != (first.symbol, first.timeframe) for run in runs)
    found: list[tuple[Trap, bool]] = [
        ("market", market),
        ("window", len({(run.zones[0].first, run.zones[0].last) for run in runs}) > 1),
        ("dataset", not market and len({digest_of(run, "dataset") for run in runs}) > 1),
        ("costs", len({run.costs.digest for run in runs}) > 1),
        ("start", len({(run.start_equity, run.currency) for run in runs}) > 1),
        ("code", len({digest_of(run, "code") for run in runs}) > 1),
    ]
    return tuple(trap for trap, differs in found if differs)


def digest_of(run: ReportData, name: str) -> str:
    """A digest of a report by its name; "" when it has none."""
    found: NamedDigest | None = next((item for item in run.digests if item.name == name), None)
    return "" if found is None else found.digest
