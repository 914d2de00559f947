"""From runs to one report record: pure, no clock, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.backtest.benchmark import hold_all
from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net
from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.days import DAY_MS
from engine.gate.report import GateReport
from engine.language.findings import SpecFinding
from engine.language.spec import StrategySpec
from engine.market import Timeframe, bars_per_year
from engine.reports.curves import (
    drawdown_of,
    moment,
    month_returns,
    rolling,
    thinned,
    without_gaps,
    worst_falls,
)
from engine.reports.data import (
    MAX_TRADES,
    ColumnIntervals,
    ColumnName,
    Curve,
    DailyReturns,
    Fall,
    HoldoutState,
    NamedDigest,
    PriceLine,
    ReportData,
    RuleWords,
    Zone,
)
from engine.reports.intervals import column_intervals
from engine.reports.studies import Studies, ZoneName
from engine.reports.tables import (
    ReportRun,
    drop_lines,
    note_lines,
    reason_lines,
    slice_lines,
    trade_lines,
    year_lines,
)
from engine.text import clean_text

__all__ = ["ReportRun", "report_data"]

MAX_PRICES = 6
WORST = 5
_Runs = Sequence[tuple[ZoneName, ReportRun]]


def report_data(  # noqa: PLR0913 - a report names everything it was made from
    spec: StrategySpec,
    words: RuleWords,
    train: ReportRun,
    costs: CostModel,
    *,
    holdout: ReportRun | None = None,
    sealed_span: tuple[int, int] | None = None,
    gate: GateReport | None = None,
    digests: Mapping[str, str] | None = None,
    findings: Sequence[SpecFinding] = (),
    data_notes: Sequence[str] = (),
    studies: Studies | None = None,
    commentary: str = "",
    title: str | None = None,
) -> ReportData:
    """One report from a train run and, when it may be seen, a holdout run.

    Args:
        spec: the strategy.
        words: its rules in plain words.
        train: the run on train.
        costs: costs of all runs; buy and hold pays them too.
        holdout: the run on the holdout, only when its figures are open.
        sealed_span: first and last millisecond of a holdout whose figures are sealed.
        gate: the verdict, None when nobody has judged.
        digests: further digests by name (dataset, code, ...).
        findings: lints of the spec, shown as notes.
        data_notes: problems of the data, one sentence each.
        studies: cost, parameter, walk-forward and other results that somebody computed.
        commentary: text with placeholders; checked when it is rendered.
        title: heading; None: the spec's name.
    """
    runs: list[tuple[ZoneName, ReportRun]] = [("train", train)]
    if holdout is not None:
        runs.append(("holdout", holdout))
    results = [run.result for _, run in runs]
    state: HoldoutState = "open" if holdout else "sealed" if sealed_span else "none"
    times, equity, falls, held = _joined(runs, costs)
    benchmark = hold_all(train.panel, costs, start_equity=train.result.start_equity)
    lines = [line for zone, run in runs for line in trade_lines(zone, run)]
    instrument = train.bars.instrument
    per_year = _returns_per_year(train.bars)
    window, sharpe, volatility = _rolling(runs, per_year)
    return ReportData(
        title=clean_text(title or spec.name, 120),
        symbol=instrument.symbol,
        timeframe=train.bars.timeframe,
        currency=clean_text(instrument.quote, 12),
        spec=spec,
        words=words,
        costs=costs,
        start_equity=train.result.start_equity,
        returns_per_year=per_year,
        zones=_zones(runs, sealed_span),
        holdout_state=state,
        train=measure(train.result, train.panel),
        holdout=measure(holdout.result, holdout.panel) if holdout else None,
        benchmark=measure(benchmark, train.panel),
        gate=gate,
        equity=thinned(times, equity),
        drawdown=thinned(times, falls),
        held=thinned(times, held),
        months=month_returns(times - 1, equity, train.result.start_equity),
        reasons=reason_lines(lines),
        trades=tuple(lines[-MAX_TRADES:]),
        trades_total=len(lines),
        notes=note_lines(results, findings, data_notes),
        digests=_digests(spec, costs, train.result, gate, digests or {}),
        intervals=_intervals(runs, benchmark, per_year),
        falls=_falls(runs),
        years=year_lines(results),
        rolling_returns=window,
        rolling_sharpe=sharpe,
        rolling_volatility=volatility,
        exposure=thinned(times, np.concatenate([result.exposure for result in results])),
        prices=_prices(runs),
        slices=slice_lines(lines),
        orders_cut=sum(result.orders_cut for result in results),
        dropped=drop_lines(results),
        daily=tuple(_daily(zone, run.result) for zone, run in runs),
        studies=studies or Studies(),
        commentary=commentary,
    )


def _returns_per_year(bars: Bars) -> float:
    """Of the series behind all ratios: one return a day, or one of each longer bar."""
    longer = bars.timeframe.seconds > Timeframe.D1.seconds
    return bars_per_year(bars.timeframe if longer else Timeframe.D1, bars.instrument.calendar)


def _intervals(
    runs: _Runs, benchmark: BacktestResult, per_year: float
) -> tuple[ColumnIntervals, ...]:
    columns: list[tuple[ColumnName, BacktestResult]] = [(zone, run.result) for zone, run in runs]
    columns.append(("benchmark", benchmark))
    found = [column_intervals(name, result, per_year) for name, result in columns]
    return tuple(column for column in found if column is not None)


def _falls(runs: _Runs) -> tuple[Fall, ...]:
    found = [fall for zone, run in runs for fall in worst_falls(zone, run.result, WORST)]
    return tuple(sorted(found, key=lambda fall: (-fall.depth, fall.peak))[:WORST])


def _rolling(runs: _Runs, per_year: float) -> tuple[int, Curve, Curve]:
    """Half a year of daily returns; each zone begins anew, as its run does."""
    window = max(2, round(per_year / 2))
    series = [daily_net(run.result) for _, run in runs]
    parts = [rolling(returns, window, per_year) for _, returns in series]
    times = np.concatenate([(days + 1) * DAY_MS for days, _ in series])
    sharpe, volatility = (np.concatenate([part[row] for part in parts]) for row in (0, 1))
    return window, without_gaps(times, sharpe), without_gaps(times, volatility)


def _prices(runs: _Runs) -> tuple[PriceLine, ...]:
    """Closes of each instrument, at most six; an absent bar leaves no point."""
    found: dict[str, list[Bars]] = {}
    for _, run in runs:
        for bars in (run.bars, *run.others):
            found.setdefault(bars.instrument.symbol, []).append(bars)
    return tuple(
        PriceLine(
            symbol=symbol,
            close=without_gaps(
                np.concatenate([bars.close_time for bars in parts]),
                np.concatenate([bars.close for bars in parts]),
            ),
        )
        for symbol, parts in list(found.items())[:MAX_PRICES]
    )


def _daily(zone: ZoneName, result: BacktestResult) -> DailyReturns:
    days, returns = daily_net(result)
    return DailyReturns(
        zone=zone,
        days=tuple(days.tolist()),
        returns=tuple(float(f"{value:.9g}") for value in returns.tolist()),
    )


def _joined(
    runs: Sequence[tuple[ZoneName, ReportRun]], costs: CostModel
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Times, equity, drawdown and buy and hold over all zones.

    Each run starts flat with the start equity; a later one is drawn from where the one before it
    ended. Drawdowns start anew in each zone, as the runs do.
    """
    times, equity, falls, held = [], [], [], []
    own, other = 1.0, 1.0
    for _, run in runs:
        result, start = run.result, run.result.start_equity
        bench = hold_all(run.panel, costs, start_equity=start).equity
        times.append(result.close_time)
        equity.append(result.equity * own)
        falls.append(drawdown_of(result.equity, start))
        held.append(bench * other)
        own *= float(result.equity[-1]) / start
        other *= float(bench[-1]) / start
    return (
        np.concatenate(times),
        np.concatenate(equity),
        np.concatenate(falls),
        np.concatenate(held),
    )


def _zones(
    runs: Sequence[tuple[ZoneName, ReportRun]], sealed_span: tuple[int, int] | None
) -> tuple[Zone, ...]:
    zones = [
        Zone(
            name=name,
            first=moment(int(run.bars.time[0])),
            last=moment(int(run.result.close_time[-1]) - 1),
        )
        for name, run in runs
    ]
    if sealed_span is not None and len(runs) == 1:
        first, last = sealed_span
        zones.append(Zone(name="holdout", first=moment(first), last=moment(last), sealed=True))
    return tuple(zones)


def _digests(
    spec: StrategySpec,
    costs: CostModel,
    result: BacktestResult,
    gate: GateReport | None,
    more: Mapping[str, str],
) -> tuple[NamedDigest, ...]:
    known = {"spec": spec.digest, "costs": costs.digest, "run": result.digest, **more}
    if gate is not None:
        known |= {
            "rule": gate.rule_digest,
            "dataset": gate.dataset_id,
            "code": gate.code_digest,
            "criteria": gate.criteria_digest,
            "gate_report": gate.digest,
        }
    return tuple(NamedDigest(name=name, digest=known[name]) for name in sorted(known))
