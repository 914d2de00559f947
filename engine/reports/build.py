"""From runs to one report record: pure, no clock, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.backtest.benchmark import buy_and_hold
from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.result import BacktestResult, Trade
from engine.data.bars import Bars, FloatArray, IntArray
from engine.gate.report import GateReport
from engine.language.findings import SpecFinding
from engine.language.spec import StrategySpec
from engine.market import bars_per_year
from engine.reports.curves import drawdown_of, moment, month_returns, thinned
from engine.reports.data import (
    MAX_TRADES,
    HoldoutState,
    NamedDigest,
    Note,
    ReasonLine,
    ReportData,
    RuleWords,
    TradeLine,
    Zone,
    ZoneName,
)
from engine.text import clean_text

FEW_TRADES = 30


@dataclass(frozen=True, slots=True, eq=False)
class ReportRun:
    """A run and the bars it was made on."""

    result: BacktestResult
    bars: Bars


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
        title: heading; None: the spec's name.
    """
    runs: list[tuple[ZoneName, ReportRun]] = [("train", train)]
    if holdout is not None:
        runs.append(("holdout", holdout))
    state: HoldoutState = "open" if holdout else "sealed" if sealed_span else "none"
    times, equity, falls, held = _joined(runs, costs)
    benchmark = buy_and_hold(train.bars, costs, start_equity=train.result.start_equity)
    lines = [line for zone, run in runs for line in _trades(zone, run)]
    instrument = train.bars.instrument
    return ReportData(
        title=clean_text(title or spec.name, 120),
        symbol=instrument.symbol,
        timeframe=train.bars.timeframe,
        currency=clean_text(instrument.quote, 12),
        spec=spec,
        words=words,
        costs=costs,
        start_equity=train.result.start_equity,
        bars_per_year=bars_per_year(train.bars.timeframe, instrument.calendar),
        zones=_zones(runs, sealed_span),
        holdout_state=state,
        train=measure(train.result, train.bars),
        holdout=measure(holdout.result, holdout.bars) if holdout else None,
        benchmark=measure(benchmark, train.bars),
        gate=gate,
        equity=thinned(times, equity),
        drawdown=thinned(times, falls),
        held=thinned(times, held),
        months=month_returns(times - 1, equity, train.result.start_equity),
        reasons=_reasons([trade for _, run in runs for trade in run.result.trades]),
        trades=tuple(lines[-MAX_TRADES:]),
        trades_total=len(lines),
        notes=_notes([run.result for _, run in runs], findings),
        digests=_digests(spec, costs, train.result, gate, digests or {}),
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
        bench = buy_and_hold(run.bars, costs, start_equity=start).equity
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


def _trades(zone: ZoneName, run: ReportRun) -> list[TradeLine]:
    stamps = run.bars.time
    return [
        TradeLine(
            zone=zone,
            side=trade.side,
            entered=moment(int(stamps[trade.entry_bar])),
            left=moment(int(stamps[trade.exit_bar])),
            entry_price=trade.entry_price,
            exit_price=trade.exit_price,
            quantity=trade.quantity,
            pnl=trade.pnl,
            pnl_fraction=trade.pnl / (trade.quantity * trade.entry_price),
            bars=trade.bars_held,
            reason=trade.exit_reason,
            mae=trade.mae,
            mfe=trade.mfe,
        )
        for trade in run.result.trades
    ]


def _reasons(trades: Sequence[Trade]) -> tuple[ReasonLine, ...]:
    """Exit reasons by frequency, ties by name."""
    names = sorted({trade.exit_reason for trade in trades})
    lines = [
        ReasonLine(
            reason=name,
            trades=sum(trade.exit_reason == name for trade in trades),
            pnl=sum(trade.pnl for trade in trades if trade.exit_reason == name),
        )
        for name in names
    ]
    return tuple(sorted(lines, key=lambda line: -line.trades))


def _notes(results: Sequence[BacktestResult], findings: Sequence[SpecFinding]) -> tuple[Note, ...]:
    closed = sum(len(result.closed) for result in results)
    cut = sum(result.orders_cut for result in results)
    drops: dict[str, int] = {}
    for result in results:
        for code, count in result.drops:
            drops[code] = drops.get(code, 0) + count
    trades = [trade for result in results for trade in result.trades]
    found = [
        ("TRADES_FEW", closed if closed < FEW_TRADES else 0),
        ("NO_TRADES", 1 if not trades else 0),
        ("ACCOUNT_RUINED", sum(trade.exit_reason == "ruin" for trade in trades)),
        ("ORDERS_CUT", cut),
        *sorted(drops.items()),
        ("TRADE_OPEN", sum(trade.exit_reason == "open" for trade in trades)),
    ]
    notes = [Note(code=code, count=count) for code, count in found if count]
    notes += [
        Note(code=finding.code, text=clean_text(f"{finding.path}: {finding.message}"))
        for finding in findings
    ]
    return tuple(notes)


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
