"""ReportData: everything a report shows, in one record; its canonical bytes are the JSON report.

Figures are the engine's, unrounded; texts, number formats and pictures belong to the renderers.
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

MAX_POINTS = 600
MAX_TRADES = 200

Language = Literal["en", "de"]
ZoneName = Literal["train", "holdout"]
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


class ReasonLine(Record):
    """Trades that ended for one reason, and what they came to, quote currency."""

    reason: ExitReason
    trades: int
    pnl: Ratio


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
        bars_per_year: what annualised figures are annualised with.
        zones: train and, when there is one, holdout.
        holdout_state: open = figures shown, sealed = nobody has seen them, none = no holdout.
        train, holdout, benchmark: key figures; benchmark is buy and hold on train.
        gate: the verdict, None when nobody has judged.
        equity, drawdown, held: strategy, its drawdown, buy and hold; quote currency and fractions.
        months, reasons, trades: tables; trades are the last 200 of `trades_total`.
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
    bars_per_year: Ratio
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

    @property
    def digest(self) -> Digest:
        """Digest of the whole report."""
        return digest("peak/report/v1", self)
