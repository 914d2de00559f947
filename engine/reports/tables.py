"""Tables of a report: trades, what they came to by side, symbol and rule, years, notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult, Trade
from engine.data.bars import Bars, BoolArray, IntArray
from engine.data.panel import Panel, panel_of
from engine.language.findings import SpecFinding
from engine.reports.curves import moment
from engine.reports.data import (
    CodeCount,
    Note,
    ReasonLine,
    SliceKind,
    SliceLine,
    TradeLine,
    YearLine,
)
from engine.reports.studies import ZoneName
from engine.text import clean_text

FEW_TRADES: Final = 30
MAX_SLICES: Final = 40


@dataclass(frozen=True, slots=True, eq=False)
class ReportRun:
    """A run and the bars it was made on; `others` are further instruments of the same run."""

    result: BacktestResult
    bars: Bars
    others: tuple[Bars, ...] = ()

    @classmethod
    def of(cls, result: BacktestResult, panel: Panel) -> ReportRun:
        """A run on a panel; its first instrument heads the report."""
        return cls(result, panel.each[0], panel.each[1:])

    @property
    def panel(self) -> Panel:
        """All its instruments on one timeline."""
        return panel_of([self.bars, *self.others])


def trade_lines(zone: ZoneName, run: ReportRun) -> list[TradeLine]:
    """All trades of a run in its order."""
    stamps = run.result.time
    symbol = run.bars.instrument.symbol
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
            symbol=clean_text(trade.symbol, 64) or symbol,
            rule=clean_text(trade.rule, 64),
            stop_price=trade.stop_price if np.isfinite(trade.stop_price) else None,
        )
        for trade in run.result.trades
    ]


def reason_lines(trades: Sequence[TradeLine]) -> tuple[ReasonLine, ...]:
    """Exit reasons by frequency, ties by name."""
    names = sorted({trade.reason for trade in trades})
    lines = [
        ReasonLine(
            reason=name,
            trades=sum(trade.reason == name for trade in trades),
            pnl=sum(trade.pnl for trade in trades if trade.reason == name),
        )
        for name in names
    ]
    return tuple(sorted(lines, key=lambda line: -line.trades))


_SLICES: Final[tuple[tuple[SliceKind, Callable[[TradeLine], str]], ...]] = (
    ("zone", lambda line: line.zone),
    ("side", lambda line: line.side),
    ("symbol", lambda line: line.symbol),
    ("rule", lambda line: line.rule),
)


def slice_lines(trades: Sequence[TradeLine]) -> tuple[SliceLine, ...]:
    """Closed trades by zone, side, symbol and rule; sides always, the rest when more than one."""
    closed = [trade for trade in trades if trade.reason != "open"]
    lines: list[SliceLine] = []
    for kind, name_of in _SLICES:
        names = list(dict.fromkeys(name_of(trade) for trade in closed if name_of(trade)))
        if kind != "zone":
            names.sort()
        if kind == "side" or len(names) > 1:
            lines += [
                _slice(kind, name, [trade for trade in closed if name_of(trade) == name])
                for name in names[:MAX_SLICES]
            ]
    return tuple(lines)


def _slice(kind: SliceKind, name: str, trades: Sequence[TradeLine]) -> SliceLine:
    return SliceLine(
        kind=kind,
        name=name,
        trades=len(trades),
        wins=sum(trade.pnl > 0 for trade in trades),
        pnl=sum(trade.pnl for trade in trades),
        mae=sum(trade.mae for trade in trades) / len(trades),
        mfe=sum(trade.mfe for trade in trades) / len(trades),
    )


def year_lines(results: Iterable[BacktestResult]) -> tuple[YearLine, ...]:
    """Turnover, exposure and closed trades of each calendar year.

    Turnover is the notional of the year's entries and exits over its mean equity; a trade that
    is still open has an entry alone.
    """
    found: dict[int, list[tuple[float, float, float, int]]] = {}
    for result in results:
        years = _years(result.close_time - 1)
        entered = years[np.array([trade.entry_bar for trade in result.trades], dtype=np.int64)]
        left = years[np.array([trade.exit_bar for trade in result.trades], dtype=np.int64)]
        for year in np.unique(years).tolist():
            inside = years == year
            moved, closed = _moved(result.trades, entered == year, left == year)
            mean = float(np.mean(result.equity[inside]))
            row = (moved / mean if mean > 0 else 0.0, float(np.sum(result.exposure[inside])))
            found.setdefault(year, []).append((*row, float(np.sum(inside)), closed))
    return tuple(
        YearLine(
            year=year,
            turnover=sum(row[0] for row in rows),
            exposure=sum(row[1] for row in rows) / sum(row[2] for row in rows),
            trades=sum(row[3] for row in rows),
        )
        for year, rows in sorted(found.items())
    )


def _years(milliseconds: IntArray) -> IntArray:
    stamps = milliseconds.astype("datetime64[ms]").astype("datetime64[Y]")
    years: IntArray = stamps.astype(np.int64) + 1970
    return years


def _moved(trades: Sequence[Trade], entered: BoolArray, left: BoolArray) -> tuple[float, int]:
    """Notional of a year's entries and exits, and how many trades closed in it."""
    notional, closed = 0.0, 0
    for trade, came, went in zip(trades, entered, left, strict=True):
        notional += trade.quantity * trade.entry_price if came else 0.0
        if went and trade.exit_reason != "open":
            notional += trade.quantity * trade.exit_price
            closed += 1
    return notional, closed


def drop_lines(results: Iterable[BacktestResult]) -> tuple[CodeCount, ...]:
    """Dropped orders of all runs by code."""
    drops: dict[str, int] = {}
    for result in results:
        for code, count in result.drops:
            drops[code] = drops.get(code, 0) + count
    return tuple(CodeCount(code=code, count=count) for code, count in sorted(drops.items()))


def note_lines(
    results: Sequence[BacktestResult], findings: Sequence[SpecFinding], data_notes: Sequence[str]
) -> tuple[Note, ...]:
    """What a reader must know: few trades, ruin, cut and dropped orders, lints, data problems."""
    closed = sum(len(result.closed) for result in results)
    trades = [trade for result in results for trade in result.trades]
    found = [
        ("TRADES_FEW", closed if closed < FEW_TRADES else 0),
        ("NO_TRADES", 1 if not trades else 0),
        ("ACCOUNT_RUINED", sum(trade.exit_reason == "ruin" for trade in trades)),
        ("ORDERS_CUT", sum(result.orders_cut for result in results)),
        *((line.code, line.count) for line in drop_lines(results)),
        ("TRADE_OPEN", sum(trade.exit_reason == "open" for trade in trades)),
    ]
    notes = [Note(code=code, count=count) for code, count in found if count]
    notes += [
        Note(code=finding.code, text=clean_text(f"{finding.path}: {finding.message}"))
        for finding in findings
    ]
    return (*notes, *(Note(code="DATA", text=clean_text(line)) for line in data_notes))
