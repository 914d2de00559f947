"""Section 1: key figures of train, holdout and benchmark, with intervals and named statistics."""

from __future__ import annotations

from typing import Final

from engine.backtest.metrics import UNITS, Metrics
from engine.facts.table import Unit
from engine.reports.blocks import Block, Cell, Group, NotRun, Section, Table
from engine.reports.cells import figure, paragraph, prose, sealed, words
from engine.reports.data import ColumnName, Interval, Language, ReportData
from engine.reports.studies import NamedStatistic
from engine.reports.texts import text

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

BRIEF: Final = frozenset(
    {"total_return", "cagr", "volatility", "sharpe", "max_drawdown", "trades", "win_rate",
     "profit_factor", "exposure_time", "turnover", "fees"}
)  # fmt: skip
"""What the management page shows of them."""

SIGNED: Final = frozenset({"total_return", "cagr", "expectancy", "expectancy_r"})
PREFIXES: Final[dict[ColumnName, str]] = {
    "train": "train", "holdout": "oos", "benchmark": "benchmark",
}  # fmt: skip
STATISTIC_UNITS: Final[dict[str, Unit]] = {
    "psr": "percent", "dsr": "percent", "min_trl": "number", "pbo": "percent",
}  # fmt: skip


def figures_section(data: ReportData, language: Language, *, brief: bool) -> Section:
    """The table of key figures and what it rests on."""
    groups = tuple(
        Group(rows, text(f"group.{group}", language))
        for group, names in GROUPS
        if (
            rows := tuple(_row(data, name, language) for name in names if _shown(name, brief=brief))
        )
    )
    head = tuple(
        text(f"column.{name}", language) for name in ("figure", "train", "holdout", "benchmark")
    )
    rows = _statistics(data, language)
    if rows:
        groups += (Group(rows, text("group.statistics", language)),)
    blocks: list[Block] = [Table("figures", head, groups), _basis(data, language)]
    blocks += _interval_note(data, language)
    if not rows and not brief:
        blocks.append(NotRun(text("statistics.none", language), "peak gate SPEC"))
    if len(data.prices) > 1:
        symbols = ", ".join(line.symbol for line in data.prices)
        blocks.append(paragraph("figures.benchmark", language, "soft", symbols=symbols))
    if data.holdout_state == "sealed":
        blocks.append(paragraph("holdout.why_sealed", language, "soft"))
    return Section(1, "figures", text("section.figures", language), tuple(blocks))


def _shown(name: str, *, brief: bool) -> bool:
    return name in BRIEF or not brief


def _row(data: ReportData, name: str, language: Language) -> tuple[Cell, ...]:
    label = text(f"figure.{name}", language, currency=data.currency)
    return (
        words(label),
        _cell(data, data.train, name, "train", language),
        _cell(data, data.holdout, name, "holdout", language),
        _cell(data, data.benchmark, name, "benchmark", language),
    )


def _cell(
    data: ReportData, metrics: Metrics | None, name: str, column: ColumnName, language: Language
) -> Cell:
    fact, unit = f"{PREFIXES[column]}.{name}", UNITS[name]
    if metrics is None and data.holdout_state == "sealed":
        return sealed(unit, language, fact)
    value: float | None = None if metrics is None else getattr(metrics, name)
    cell = figure(value, unit, language, fact, signed=name in SIGNED)
    found = _interval(data, column, name)
    if found is None or value is None:
        return cell
    low = figure(found.low, unit, language, f"{fact}.low")
    high = figure(found.high, unit, language, f"{fact}.high")
    return Cell(cell.text, cell.tone, fact, value, unit, low, high)


def _interval(data: ReportData, column: ColumnName, name: str) -> Interval | None:
    return next(
        (
            interval
            for found in data.intervals
            if found.column == column
            for interval in found.intervals
            if interval.name == name
        ),
        None,
    )


def _basis(data: ReportData, language: Language) -> Block:
    per_year = figure(data.returns_per_year, "count", language, "report.returns_per_year")
    return paragraph("figures.basis", language, "soft", per_year=per_year)


def _interval_note(data: ReportData, language: Language) -> list[Block]:
    if not data.intervals:
        return []
    first = data.intervals[0]
    return [
        paragraph(
            "figures.intervals", language, "soft",
            draws=figure(first.draws, "count", language, "report.bootstrap.draws"),
            block=figure(first.block, "count", language, "report.bootstrap.block"),
        )
    ]  # fmt: skip


def _statistics(data: ReportData, language: Language) -> tuple[tuple[Cell, ...], ...]:
    """One row for each name, year and N; train and holdout stand beside each other."""
    rows: dict[tuple[str, int, int | None], dict[str, NamedStatistic]] = {}
    for item in data.studies.statistics:
        rows.setdefault((item.name, item.year, item.trials), {})[item.zone] = item
    return tuple(
        (
            words(_statistic_name(next(iter(found.values())), language)),
            _statistic(data, found.get("train"), language),
            _statistic(data, found.get("holdout"), language),
            words("", "absent"),
        )
        for found in rows.values()
    )


def _statistic_name(item: NamedStatistic, language: Language) -> str:
    """Its year and N are part of the name."""
    key = f"statistic.{item.name}" + ("" if item.trials is None else ".n")
    values: dict[str, Cell | str] = {"year": str(item.year)}
    if item.trials is not None:
        values["trials"] = figure(item.trials, "count", language, "").text
    return "".join(cell.text for cell in prose(key, language, **values))


def _statistic(data: ReportData, item: NamedStatistic | None, language: Language) -> Cell:
    if item is None:
        return words("", "absent")
    unit = STATISTIC_UNITS[item.name]
    fact = f"{PREFIXES[item.zone]}.{item.name}_{item.year}"
    if item.zone == "holdout" and data.holdout_state == "sealed":
        return sealed(unit, language, fact)
    return figure(item.value, unit, language, fact)
