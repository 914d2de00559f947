"""What the renderers share: figures, months, trades and findings as ready text.

A cell is text with a tone (`gain`, `loss`, `sealed` or none) and, for figures, its fact key.
Colour is never the only sign: gains and losses carry their sign.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from engine.backtest.metrics import UNITS, Metrics
from engine.facts.numbers import NO_VALUE, format_value
from engine.facts.table import Unit
from engine.gate.findings import GateFinding
from engine.gate.report import HOLDOUT_STAGES
from engine.reports.data import Language, Note, ReportData
from engine.reports.texts import date_text, has_text, text

GROUPS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("return", ("total_return", "cagr", "volatility", "sharpe", "sortino", "calmar")),
    (
        "risk",
        ("max_drawdown", "max_drawdown_days", "max_drawdown_bars", "ulcer", "tail_ratio",
         "var_95_day", "es_975_day"),
    ),
    (
        "trades",
        ("trades", "win_rate", "profit_factor", "expectancy", "expectancy_r", "average_bars",
         "largest_win", "largest_loss"),
    ),
    ("activity", ("exposure_time", "exposure_mean", "turnover", "fees")),
)  # fmt: skip
"""Key figures in the order of the report."""

SIGNED: Final = frozenset({"total_return", "cagr", "expectancy", "expectancy_r"})
PREFIXES: Final = {"train": "train", "holdout": "oos", "benchmark": "benchmark"}
_STEPS: Final = (0.02, 0.05, 0.10)


class Cell(NamedTuple):
    """Text of a cell, its tone and its fact key ("" for none)."""

    text: str
    tone: str = ""
    fact: str = ""


class FigureRow(NamedTuple):
    """One key figure: its name and its cells for train, holdout and benchmark."""

    label: str
    cells: tuple[Cell, ...]


class FigureGroup(NamedTuple):
    """A heading and its rows."""

    heading: str
    rows: tuple[FigureRow, ...]


class YearRow(NamedTuple):
    """Twelve months and the year."""

    year: int
    cells: tuple[Cell, ...]


class FindingRow(NamedTuple):
    """One criterion of the verdict box."""

    mark: str
    tone: str
    code: str
    message: str
    value: str
    threshold: str


def signed(value: float, unit: Unit, language: Language) -> Cell:
    """A gain or loss with its sign in front and the tone that goes with it."""
    written = format_value(value, unit, language)
    zero = format_value(0.0, unit, language)
    if written == zero:
        return Cell(written)
    return Cell(f"+{written}", "gain") if value > 0 else Cell(written, "loss")


def figure_groups(data: ReportData, language: Language) -> tuple[FigureGroup, ...]:
    """Key figures in three columns: train, holdout, benchmark."""
    return tuple(
        FigureGroup(
            text(f"group.{group}", language),
            tuple(
                FigureRow(
                    text(f"figure.{name}", language, currency=data.currency),
                    (
                        _figure(data.train, name, "train", language),
                        _holdout(data, name, language),
                        _figure(data.benchmark, name, "benchmark", language),
                    ),
                )
                for name in names
            ),
        )
        for group, names in GROUPS
    )


def _figure(metrics: Metrics, name: str, column: str, language: Language) -> Cell:
    fact = f"{PREFIXES[column]}.{name}"
    value: float | None = getattr(metrics, name)
    if value is None:
        return Cell(NO_VALUE, "", fact)
    if name in SIGNED:
        return signed(value, UNITS[name], language)._replace(fact=fact)
    return Cell(format_value(value, UNITS[name], language), "", fact)


def _holdout(data: ReportData, name: str, language: Language) -> Cell:
    if data.holdout is not None:
        return _figure(data.holdout, name, "holdout", language)
    fact = f"oos.{name}"
    if data.holdout_state == "sealed":
        return Cell(text("holdout.sealed", language), "sealed", fact)
    return Cell(NO_VALUE, "none", fact)


def month_rows(data: ReportData, language: Language) -> tuple[YearRow, ...]:
    """Monthly returns by year, newest last; the year compounds its months."""
    rows = []
    for year in sorted({month.year for month in data.months}):
        values = {month.month: month.value for month in data.months if month.year == year}
        total = 1.0
        for value in values.values():
            total *= 1.0 + value
        cells = [_heat(values.get(month), language) for month in range(1, 13)]
        rows.append(YearRow(year, (*cells, _heat(total - 1.0, language))))
    return tuple(rows)


def _heat(value: float | None, language: Language) -> Cell:
    """A month: sign and number, its tone by size in three steps."""
    if value is None:
        return Cell("", "absent")
    cell = signed(value, "percent", language)
    size = 1 + sum(abs(value) >= step for step in _STEPS)
    return cell._replace(tone=f"{cell.tone}-{size}") if cell.tone else cell


def trade_rows(data: ReportData, language: Language) -> tuple[tuple[Cell, ...], ...]:
    """The trades of the table, one tuple of cells each, in the order of `TRADE_COLUMNS`."""
    return tuple(
        (
            Cell(text(f"zone.{line.zone}", language)),
            Cell(text(f"side.{line.side}", language)),
            Cell(date_text(line.entered, language)),
            Cell(date_text(line.left, language)),
            Cell(_price(line.entry_price, language)),
            Cell(_price(line.exit_price, language)),
            Cell(format_value(line.quantity, "number", language)),
            signed(line.pnl, "money", language),
            signed(line.pnl_fraction, "percent", language),
            Cell(format_value(line.mae, "percent", language)),
            Cell(format_value(line.mfe, "percent", language)),
            Cell(format_value(line.bars, "bars", language)),
            Cell(text(f"reason.{line.reason}", language)),
        )
        for line in data.trades
    )


def _price(value: float, language: Language) -> str:
    """A fill price with six digits that mean something, two decimals at least."""
    decimals = max(2, 5 - math.floor(math.log10(value)))
    return format_value(round(value, decimals), "price", language)


TRADE_COLUMNS: Final = (
    "zone", "side", "entered", "left", "entry_price", "exit_price", "quantity", "pnl",
    "pnl_fraction", "mae", "mfe", "bars", "reason",
)  # fmt: skip
"""Columns of the trade table; those from the fifth to the last but one are numbers."""


def finding_rows(data: ReportData, language: Language) -> tuple[FindingRow, ...]:
    """The criteria of the verdict, in the gate's order."""
    if data.gate is None:
        return ()
    return tuple(_finding(data, finding, language) for finding in data.gate.findings)


def _finding(data: ReportData, finding: GateFinding, language: Language) -> FindingRow:
    mark = "passed" if finding.passed else f"effect.{finding.effect.value}"
    hidden = data.holdout_state == "sealed" and finding.stage in HOLDOUT_STAGES
    value = (
        text("holdout.sealed", language)
        if hidden
        else format_value(finding.value, "number", language)
    )
    return FindingRow(
        mark=text(mark, language),
        tone="passed" if finding.passed else finding.effect.value,
        code=finding.code.value,
        message=finding.message,
        value=value,
        threshold=format_value(finding.threshold, "number", language),
    )


def note_text(note: Note, language: Language) -> str:
    """A note as a sentence: its own text, or that of its code."""
    if note.text:
        return note.text
    key = f"note.{note.code}"
    return text(key, language, count=note.count) if has_text(key) else note.code
