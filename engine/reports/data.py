"""ReportData: everything a report shows, in one record; its canonical bytes are the JSON report.

Figures are the engine's, unrounded, but for curves and intervals, which keep nine digits; texts,
number formats and pictures belong to the renderers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.backtest.costs import CostModel
from engine.backtest.metrics import Metrics
from engine.backtest.result import ExitReason
from engine.gate.report import GateReport
from engine.language.spec import StrategySpec
from engine.market import Symbol, Timeframe
from engine.quantities import Ratio
from engine.records import Digest, Record, digest
from engine.reports.studies import Studies, ZoneName

MAX_POINTS = 600
MAX_TRADES = 1_000
MAX_COMMENTARY = 6_000

Language = Literal["en", "de"]
ColumnName = Literal["train", "holdout", "benchmark"]
SliceKind = Literal["side", "symbol", "rule", "zone"]
HoldoutState = Literal["open", "sealed", "none"]


class Curve(Record):
    """A line: UTC milliseconds and values, at most 600 points, extremes kept."""

    time: tuple[int, ...] = ()
    value: tuple[Ratio, ...] = ()


class Zone(Record):
    """A stretch of time, its last millisecond included; a sealed one has no curve inside."""

    name: ZoneName
    first: AwareDatetime
    last: AwareDatetime
    sealed: bool = False


class TradeLine(Record):
    """One trade of the table; times are the open times of its bars."""

    zone: ZoneName
    side: Literal["long", "short"]
    entered: AwareDatetime
    left: AwareDatetime
    entry_price: Ratio
    exit_price: Ratio
    quantity: Ratio
    pnl: Ratio
    pnl_fraction: Ratio
    bars: int
    reason: ExitReason
    mae: Ratio
    mfe: Ratio
    symbol: str = ""
    rule: str = ""
    stop_price: Ratio | None = None


class ReasonLine(Record):
    """Trades that ended for one reason, and what they came to, quote currency."""

    reason: ExitReason
    trades: int
    pnl: Ratio


class SliceLine(Record):
    """Closed trades of one side, symbol, rule or zone; mae and mfe are means of fractions."""

    kind: SliceKind
    name: str
    trades: int
    wins: int
    pnl: Ratio
    mae: Ratio
    mfe: Ratio


class CodeCount(Record):
    """Orders that were dropped for one reason."""

    code: str
    count: int


class Interval(Record):
    """90 % interval of a key figure, in the figure's unit."""

    name: str
    low: Ratio
    high: Ratio


class ColumnIntervals(Record):
    """Intervals of one column, from `draws` resamples with this mean block in days."""

    column: ColumnName
    draws: int
    block: int
    intervals: tuple[Interval, ...]


class Fall(Record):
    """A drawdown: its peak, its deepest close, when the peak was reached again (None: not yet)."""

    zone: ZoneName
    peak: AwareDatetime
    trough: AwareDatetime
    recovered: AwareDatetime | None
    depth: Ratio
    days: Ratio


class YearLine(Record):
    """Activity of one calendar year (UTC): traded notional over mean equity, mean exposure."""

    year: int
    turnover: Ratio
    exposure: Ratio
    trades: int


class PriceLine(Record):
    """Closes of one instrument over all open zones."""

    symbol: str
    close: Curve


class DailyReturns(Record):
    """Net return of each day of a zone; UTC day numbers since 1970-01-01."""

    zone: ZoneName
    days: tuple[int, ...]
    returns: tuple[Ratio, ...]


class MonthReturn(Record):
    """Net return of one calendar month (UTC)."""

    year: int
    month: Annotated[int, Field(ge=1, le=12)]
    value: Ratio


class Note(Record):
    """Something a reader must know: a code with a text of its own, or a lint's sentence."""

    code: str
    count: int | None = None
    text: str = ""


class NamedDigest(Record):
    """A digest and what it is the digest of: spec, rule, dataset, costs, code, gate report ..."""

    name: str
    digest: Digest


class RuleWords(Record):
    """The rules in plain words, written from the tree, one line each."""

    en: tuple[str, ...] = ()
    de: tuple[str, ...] = ()


class ReportData(Record):
    """One report.

    Attributes:
        title, symbol, timeframe, currency: head; currency is the quote currency.
        spec, words: the strategy as a document and in words.
        costs, start_equity: what the runs paid and started with.
        returns_per_year: daily returns a year (longer bars: one each), for what is annualised.
        zones: train and, when there is one, holdout.
        holdout_state: open = figures shown, sealed = nobody has seen them, none = no holdout.
        train, holdout, benchmark: key figures; benchmark is buy and hold on train.
        gate: the verdict, None when nobody has judged.
        equity, drawdown, held: strategy, its drawdown, buy and hold; quote currency and fractions.
        months, reasons, slices, trades: tables; trades are the last 1,000 of `trades_total`.
        intervals, falls, years: bootstrap intervals, the five worst drawdowns, activity by year.
        rolling_sharpe, rolling_volatility: over `rolling_returns` returns, half a year.
        exposure, prices: signed exposure; closes of each instrument.
        orders_cut, dropped: entries cut to cap or cash, orders dropped by code.
        daily: net daily returns, for comparisons of several reports.
        studies: what was computed elsewhere and handed in.
        commentary: text with placeholders, no figure of its own.
        notes: warnings; digests: what this report was made from.
    """

    title: Annotated[str, Field(max_length=120)]
    symbol: Symbol
    timeframe: Timeframe
    currency: str
    spec: StrategySpec
    words: RuleWords
    costs: CostModel
    start_equity: Ratio
    returns_per_year: Ratio
    zones: tuple[Zone, ...]
    holdout_state: HoldoutState
    train: Metrics
    holdout: Metrics | None
    benchmark: Metrics
    gate: GateReport | None
    equity: Curve
    drawdown: Curve
    held: Curve
    months: tuple[MonthReturn, ...]
    reasons: tuple[ReasonLine, ...]
    trades: tuple[TradeLine, ...]
    trades_total: int
    notes: tuple[Note, ...]
    digests: tuple[NamedDigest, ...]
    intervals: tuple[ColumnIntervals, ...] = ()
    falls: tuple[Fall, ...] = ()
    years: tuple[YearLine, ...] = ()
    rolling_returns: int = 0
    rolling_sharpe: Curve = Curve()
    rolling_volatility: Curve = Curve()
    exposure: Curve = Curve()
    prices: tuple[PriceLine, ...] = ()
    slices: tuple[SliceLine, ...] = ()
    orders_cut: int = 0
    dropped: tuple[CodeCount, ...] = ()
    daily: tuple[DailyReturns, ...] = ()
    studies: Studies = Studies()
    commentary: Annotated[str, Field(max_length=MAX_COMMENTARY)] = ""

    @property
    def digest(self) -> Digest:
        """Digest of the whole report."""
        return digest("peak/report/v1", self)
