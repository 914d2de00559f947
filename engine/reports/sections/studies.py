"""Sections 9 to 14: what was computed elsewhere - or that nobody ran it, and how to."""

from __future__ import annotations

from engine.reports.blocks import Block, Cell, Group, NotRun, Pairs, Picture, Section, Table
from engine.reports.cells import figure, heat, paragraph, words
from engine.reports.charts import fan_picture
from engine.reports.data import Language, ReportData
from engine.reports.studies import ParameterMap
from engine.reports.texts import text


def _section(number: int, name: str, language: Language, blocks: list[Block]) -> Section:
    return Section(number, name, text(f"section.{name}", language), tuple(blocks))


def _missing(name: str, command: str, language: Language) -> list[Block]:
    return [NotRun(text(f"{name}.none", language), command)]


def _head(prefix: str, names: tuple[str, ...], language: Language) -> tuple[str, ...]:
    return tuple(text(f"{prefix}.{name}", language) for name in names)


def costs_section(data: ReportData, language: Language) -> Section:
    """The same rules at 0, 1, 2 and 4 times the costs."""
    points = data.studies.costs
    if not points:
        missing = _missing("costs", "peak research sensitivity SPEC", language)
        return _section(9, "sensitivity", language, missing)
    names = ("factor", "total_return", "sharpe", "max_drawdown", "trades")
    rows = tuple(
        (
            figure(point.factor, "number", language, f"costs.{place}.factor"),
            figure(
                point.total_return, "percent", language, f"costs.{place}.total_return", signed=True
            ),
            figure(point.sharpe, "ratio", language, f"costs.{place}.sharpe"),
            figure(point.max_drawdown, "percent", language, f"costs.{place}.max_drawdown"),
            figure(point.trades, "count", language, f"costs.{place}.trades"),
        )
        for place, point in enumerate(points)
    )
    table = Table("costs", _head("costs", names, language), (Group(rows),))
    return _section(9, "sensitivity", language, [table])


def parameters_section(data: ReportData, language: Language) -> Section:
    """Train Sharpe over one or two parameters as a heat map."""
    found = data.studies.parameters
    if found is None:
        missing = _missing("parameters", "peak research sensitivity SPEC", language)
        return _section(10, "parameters", language, missing)
    note = paragraph(
        "parameters.basis", language, "soft", across=found.across, down=found.down or "-"
    )
    return _section(10, "parameters", language, [_map(found, language), note])


def _map(found: ParameterMap, language: Language) -> Table:
    head = (found.down, *(figure(v, "number", language, "").text for v in found.across_values))
    down = found.down_values or (None,) * len(found.sharpe)
    rows = []
    for row, (value, line) in enumerate(zip(down, found.sharpe, strict=False)):
        first = (
            words("")
            if value is None
            else figure(value, "number", language, f"parameters.{row}.value")
        )
        cells = (
            _sharpe(sharpe, language, f"parameters.{row}.{place}.sharpe")
            for place, sharpe in enumerate(line)
        )
        rows.append((first, *cells))
    return Table("heat", head, (Group(tuple(rows)),))


def _sharpe(value: float | None, language: Language, fact: str) -> Cell:
    """A Sharpe ratio whose tone tells its size: one tenth of it as if it were a return."""
    shade = heat(None if value is None else value / 20, language, fact)
    cell = figure(value, "ratio", language, fact, signed=True)
    return Cell(cell.text, shade.tone, fact, value, "ratio")


def walk_forward_section(data: ReportData, language: Language) -> Section:
    """Each window: what was chosen inside, what came after."""
    windows = data.studies.walk_forward
    if not windows:
        missing = _missing("walk", "peak research walk-forward SPEC", language)
        return _section(11, "walk_forward", language, missing)
    names = ("window", "chosen", "inside_sharpe", "after_sharpe", "after_return")
    rows = tuple(
        (
            words(text("walk.span", language, first=window.first, last=window.last)),
            words(window.chosen),
            figure(window.inside_sharpe, "ratio", language, f"walk.{place}.inside_sharpe"),
            figure(window.after_sharpe, "ratio", language, f"walk.{place}.after_sharpe"),
            figure(
                window.after_return, "percent", language, f"walk.{place}.after_return", signed=True
            ),
        )
        for place, window in enumerate(windows)
    )
    table = Table("walk", _head("walk", names, language), (Group(rows),), words=frozenset({0, 1}))
    note = paragraph("walk.basis", language, "soft")
    return _section(11, "walk_forward", language, [table, note])


def monte_carlo_section(data: ReportData, language: Language) -> Section:
    """Fan of resampled paths, their drawdowns, the chance of ruin."""
    found = data.studies.monte_carlo
    if found is None:
        missing = _missing("monte_carlo", "peak research monte-carlo SPEC", language)
        return _section(12, "monte_carlo", language, missing)
    pairs = Pairs(
        (
            (
                text("monte_carlo.drawdown_middle", language),
                figure(found.drawdown_middle, "percent", language, "monte_carlo.drawdown_middle"),
            ),
            (
                text("monte_carlo.drawdown_bad", language),
                figure(found.drawdown_bad, "percent", language, "monte_carlo.drawdown_bad"),
            ),
            (
                text("monte_carlo.ruin", language),
                figure(found.ruin, "percent", language, "monte_carlo.ruin"),
            ),
        )
    )
    note = paragraph(
        "monte_carlo.basis", language, "soft",
        paths=figure(found.paths, "count", language, "monte_carlo.paths"),
        block=figure(found.block, "count", language, "monte_carlo.block"),
    )  # fmt: skip
    fan: list[Block] = [Picture(fan_picture(found, language))] if len(found.fan) > 1 else []
    return _section(12, "monte_carlo", language, [*fan, pairs, note])


def stress_section(data: ReportData, language: Language) -> Section:
    """Scenarios and what they did."""
    lines = data.studies.stress
    if not lines:
        return _section(
            13, "stress", language, _missing("stress", "peak research stress SPEC", language)
        )
    names = ("kind", "rationale", "size", "middle_loss", "worst_loss")
    rows = tuple(
        (
            words(line.kind),
            words(line.rationale),
            figure(line.size, "percent", language, f"stress.{place}.size"),
            figure(line.middle_loss, "percent", language, f"stress.{place}.middle_loss"),
            figure(line.worst_loss, "percent", language, f"stress.{place}.worst_loss"),
        )
        for place, line in enumerate(lines)
    )
    table = Table(
        "stress", _head("stress", names, language), (Group(rows),), words=frozenset({0, 1})
    )
    return _section(13, "stress", language, [table])


def regimes_section(data: ReportData, language: Language) -> Section:
    """The run inside each regime label."""
    lines = data.studies.regimes
    if not lines:
        missing = _missing("regimes", "peak research pipeline SPEC", language)
        return _section(14, "regimes", language, missing)
    names = ("label", "share", "total_return", "sharpe", "trades")
    rows = tuple(
        (
            words(line.label),
            figure(line.share, "percent", language, f"regimes.{place}.share"),
            figure(
                line.total_return, "percent", language, f"regimes.{place}.total_return", signed=True
            ),
            figure(line.sharpe, "ratio", language, f"regimes.{place}.sharpe"),
            figure(line.trades, "count", language, f"regimes.{place}.trades"),
        )
        for place, line in enumerate(lines)
    )
    table = Table("regimes", _head("regimes", names, language), (Group(rows),))
    return _section(14, "regimes", language, [table])
