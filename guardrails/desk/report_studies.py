"""What a judged candidate's report shows besides its verdict: costs, named statistics, calibration.

None of it decides anything. The runs at other costs ask nothing that a search could use, so they
write no trial; the statistics are of the candidate's own row among all rows of its markets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from engine.backtest.metrics import measure
from engine.data.bars import FloatArray
from engine.errors import IntegrityError, PeakError
from engine.gate.bench import Bench, Field
from engine.gate.calibration import DAYS_A_YEAR, self_calibration
from engine.gate.candidate import Candidate
from engine.gate.cscv import cscv
from engine.gate.measuring import Zone, raw_units
from engine.gate.report import GateReport
from engine.gate.reported import (
    SharpeMoments,
    dsr_2014,
    min_trl_2012,
    psr_2012,
    sharpe_moments,
)
from engine.gate.subject import Subject
from engine.gate.trials import TrialMatrix, trial_matrix
from engine.market import Timeframe, bars_per_year
from engine.reports.studies import (
    Calibration,
    CostPoint,
    NamedStatistic,
    PowerPoint,
    Studies,
    ZoneName,
)

FACTORS: Final = (0.0, 1.0, 2.0, 4.0)
BLOCKS: Final = 8
DAYS_OF_YEAR: Final = 365.25
_FEWEST_TRIALS: Final = 2
_PSR, _DSR, _PBO = 2012, 2014, 2015
StatisticName = Literal["psr", "dsr", "min_trl", "pbo"]


def studies_of(
    candidate: Candidate, report: GateReport, bench: Bench, holdout: Field | None
) -> Studies:
    """Costs on train, PSR 2012, DSR 2014, MinTRL 2012 and PBO 2015 as far as they are defined.

    Args:
        candidate: who was judged.
        report: the verdict.
        bench: its train bars and its markets' ledger.
        holdout: the sealed bars, only when their figures are open.
    """
    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    return Studies(
        costs=_costs(candidate, subject, bench),
        statistics=_statistics(subject, report, bench, holdout),
        calibration=calibration_of(report, bench),
    )


def calibration_of(report: GateReport, bench: Bench) -> Calibration:
    """What this gate does with noise and with real edges on as much data, at as many trials.

    Days of a calendar with more of them count as less: an edge is a yearly figure. Before there is
    a trial or a look, the first of each is meant.
    """
    years = len(bench.days) / _per_year(bench)
    sealed = min(one.holdout_to - one.holdout_from for one in bench.datasets)
    later = max(0.0, sealed.days / DAYS_OF_YEAR)
    found = self_calibration(
        max(1, round(years * DAYS_A_YEAR)), max(1, round(later * DAYS_A_YEAR)),
        max(1, report.trials), max(1, report.look), single_key=report.keys == "single",
    )  # fmt: skip
    return Calibration(
        noise_testnet=found.noise_testnet,
        noise_paper=found.noise_paper,
        power=tuple(
            PowerPoint(sharpe=one.sharpe, chance=one.testnet, paper=one.paper)
            for one in found.powers
        ),
        train_years=years,
        holdout_years=later,
        trials=found.trials,
        look=found.look,
    )


def _costs(candidate: Candidate, subject: Subject, bench: Bench) -> tuple[CostPoint, ...]:
    points = []
    for factor in FACTORS:
        figures = measure(
            subject.run(bench.panel, costs=candidate.costs.scaled(factor)), bench.panel
        )
        points.append(
            CostPoint(
                factor=factor,
                total_return=figures.total_return,
                sharpe=figures.sharpe,
                max_drawdown=figures.max_drawdown,
                trades=figures.trades,
            )
        )
    return tuple(points)


def _statistics(
    subject: Subject, report: GateReport, bench: Bench, holdout: Field | None
) -> tuple[NamedStatistic, ...]:
    matrix = _matrix(report, bench)
    train = _moments(Zone(subject.run(bench.panel), bench.panel, subject.costs))
    found: list[NamedStatistic | None] = []
    if train is not None:
        found += _of_zone(train, "train", _per_year(bench))
        if matrix is not None:
            spread = _spread(matrix)
            found.append(
                _named("dsr", _DSR, "train", lambda: dsr_2014(train, matrix.count, spread),
                       matrix.count)
            )  # fmt: skip
    if holdout is not None:
        run = subject.run(holdout.panel, first=holdout.first)
        later = _moments(Zone(run, holdout.shown, subject.costs))
        found += [] if later is None else _of_zone(later, "holdout", _per_year(bench))
    if matrix is not None and matrix.count >= _FEWEST_TRIALS:
        pbo = _named("pbo", _PBO, "train", lambda: cscv(matrix.raw, BLOCKS).pbo, matrix.count)
        found.append(pbo)
    return tuple(one for one in found if one is not None)


def _of_zone(
    moments: SharpeMoments, zone: ZoneName, per_year: float
) -> list[NamedStatistic | None]:
    return [
        _named("psr", _PSR, zone, lambda: psr_2012(moments)),
        _named("min_trl", _PSR, zone, lambda: min_trl_2012(moments) / per_year),
    ]


def _named(
    name: StatisticName,
    year: int,
    zone: ZoneName,
    value: Callable[[], float],
    trials: int | None = None,
) -> NamedStatistic | None:
    """The statistic, None where it has no value."""
    try:
        return NamedStatistic(name=name, year=year, zone=zone, value=value(), trials=trials)
    except PeakError:
        return None


def _moments(zone: Zone) -> SharpeMoments | None:
    try:
        return sharpe_moments(raw_units(zone))
    except PeakError:
        return None


def _per_year(bench: Bench) -> float:
    """Daily returns a year."""
    longer = bench.panel.timeframe.seconds > Timeframe.D1.seconds
    frame = bench.panel.timeframe if longer else Timeframe.D1
    return bars_per_year(frame, bench.panel.instrument.calendar)


def _matrix(report: GateReport, bench: Bench) -> TrialMatrix | None:
    """All trials of the candidate's markets; None when it never got into the ledger."""
    number = next((one.value for one in report.facts if one.key == "gate.trial_number"), None)
    if not number:
        return None
    try:
        return trial_matrix(bench.rows(), int(number), bench.days)
    except IntegrityError:
        return None  # the verdict says so; a report only leaves the figure out


def _spread(matrix: TrialMatrix) -> float:
    """Variance of the trials' Sharpe ratios a day; those that never moved count as zero."""
    mean, deviation = matrix.raw.mean(axis=0), matrix.raw.std(axis=0, ddof=1)
    sharpes: FloatArray = np.divide(
        mean, deviation, out=np.zeros(matrix.count), where=deviation > 0.0
    )
    return float(np.var(sharpes, ddof=1)) if matrix.count > 1 else 0.0
