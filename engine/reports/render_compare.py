"""A comparison as HTML, Markdown and plain data: the same blocks as a report."""

from __future__ import annotations

from typing import Final

from engine.backtest.metrics import UNITS
from engine.facts.table import Unit
from engine.reports.blocks import (
    Block,
    Cell,
    Group,
    Listing,
    Picture,
    Section,
    Table,
    cells_of,
)
from engine.reports.cells import code, figure, paragraph, prose, words
from engine.reports.charts import overlay_picture
from engine.reports.compare import MIN_COMMON, Comparison, digest_of
from engine.reports.curves import moment
from engine.reports.data import Language, ReportData
from engine.reports.render_html import page
from engine.reports.render_markdown import document
from engine.reports.sections.figures import GROUPS, SIGNED
from engine.reports.texts import date_text, text

_LETTERS: Final = "ABCDEF"
_COMMON: Final[tuple[tuple[str, Unit], ...]] = (
    ("total_return", "percent"), ("volatility", "percent"), ("sharpe", "ratio"),
    ("max_drawdown", "percent"),
)  # fmt: skip
_COSTS: Final = (
    ("taker", "taker_fee_bps"), ("maker", "maker_fee_bps"), ("spread", "spread_bps"),
    ("slippage", "slippage_bps"),
)  # fmt: skip
_DIGESTS: Final = ("spec", "dataset", "costs", "code", "run")


def compare_html(found: Comparison, language: Language) -> str:
    """The comparison as one self-contained page."""
    return page(
        _title(found, language),
        "",
        compare_sections(found, language),
        kicker=text("compare.kicker", language),
        language=language,
        template="comparison",
    )


def compare_markdown(found: Comparison, language: Language) -> str:
    """The comparison as Markdown."""
    return document(_title(found, language), "", compare_sections(found, language), language)


def compare_data(found: Comparison) -> dict[str, object]:
    """The comparison as JSON-ready data: runs, traps and every figure by its key."""
    cells = [cell for section in compare_sections(found, "en") for cell in cells_of(section.blocks)]
    return {
        "runs": [
            {
                "run": _LETTERS[place],
                "title": run.title,
                "symbol": run.symbol,
                "timeframe": run.timeframe.value,
                "first": run.zones[0].first.isoformat(),
                "last": run.zones[0].last.isoformat(),
                "digest": run.digest,
                "digests": {item.name: item.digest for item in run.digests},
            }
            for place, run in enumerate(found.runs)
        ],
        "traps": list(found.traps),
        "common_days": len(found.days),
        "correlation": [list(row) for row in found.correlation],
        "figures": {cell.fact: cell.value for cell in cells if cell.fact},
    }


def _title(found: Comparison, language: Language) -> str:
    return text("compare.title", language, count=len(found.runs))


def compare_sections(found: Comparison, language: Language) -> tuple[Section, ...]:
    """Runs, traps first; then figures, common days, curves, costs, digests."""
    parts: tuple[tuple[str, tuple[Block, ...]], ...] = (
        ("runs", (_runs(found, language),)),
        ("traps", (_trap_list(found, language),)),
        (
            "figures",
            (_figures(found, language), paragraph("compare.trap.train_only", language, "soft")),
        ),
        ("common", _common(found, language)),
        ("equity", _equity(found, language)),
        ("drawdowns", _drawdowns(found, language)),
        ("costs", (_costs(found, language),)),
        ("digests", (_digests(found, language),)),
    )
    return tuple(
        Section(
            place, name, text(f"compare.{name}", language), blocks,
            "verdict-FAIL" if name == "traps" and found.traps else "",
        )
        for place, (name, blocks) in enumerate(parts)
    )  # fmt: skip


def _run_head(found: Comparison, first: str) -> tuple[str, ...]:
    return (first, *(_LETTERS[place] for place in range(len(found.runs))))


def _runs(found: Comparison, language: Language) -> Table:
    names = ("run", "strategy", "market", "first", "last", "days", "verdict", "trials")
    head = tuple(text(f"compare.{name}", language) for name in names)
    rows = tuple(_run(run, _LETTERS[place], language) for place, run in enumerate(found.runs))
    return Table("runs", head, (Group(rows),), words=frozenset({0, 1, 2, 3, 4, 6}))


def _run(run: ReportData, letter: str, language: Language) -> tuple[Cell, ...]:
    key = letter.lower()
    verdict = "none" if run.gate is None else run.gate.verdict
    trials = None if run.gate is None else run.gate.trials
    days = sum(len(each.days) for each in run.daily if each.zone == "train")
    return (
        words(letter),
        words(run.title),
        words(f"{run.symbol} {run.timeframe.value}"),
        words(date_text(run.zones[0].first, language)),
        words(date_text(run.zones[0].last, language)),
        figure(days, "count", language, f"{key}.days"),
        words(text(f"verdict.{verdict}", language)),
        figure(trials, "count", language, f"{key}.trials"),
    )


def _trap_list(found: Comparison, language: Language) -> Listing:
    """Loud ones first; that the best of several is flattered is always said."""
    keys: tuple[str, ...] = found.traps or ("none",)
    lines = [
        tuple(
            Cell(cell.text, "warn" if found.traps else "")
            for cell in prose(f"compare.trap.{key}", language)
        )
        for key in keys
    ]
    return Listing((*lines, prose("compare.trap.best", language)))


def _figures(found: Comparison, language: Language) -> Table:
    currencies = {run.currency for run in found.runs}
    currency = currencies.pop() if len(currencies) == 1 else text("compare.own_currency", language)
    groups = tuple(
        Group(
            tuple(
                (
                    words(text(f"figure.{name}", language, currency=currency)),
                    *(
                        figure(
                            getattr(run.train, name), UNITS[name], language,
                            f"{_LETTERS[place].lower()}.train.{name}", signed=name in SIGNED,
                        )
                        for place, run in enumerate(found.runs)
                    ),
                )
                for name in names
            ),
            text(f"group.{group}", language),
        )
        for group, names in GROUPS
    )  # fmt: skip
    return Table("figures", _run_head(found, text("column.figure", language)), groups)


def _common(found: Comparison, language: Language) -> tuple[Block, ...]:
    if not found.common:
        return (paragraph("compare.common.none", language, "warn", days=str(MIN_COMMON)),)
    first, last = (found.growth[0].time[end] for end in (0, -1))
    rows = tuple(
        (
            words(text(f"figure.{name}", language)),
            *(
                figure(
                    getattr(each, name), unit, language,
                    f"{_LETTERS[place].lower()}.common.{name}", signed=name == "total_return",
                )
                for place, each in enumerate(found.common)
            ),
        )
        for name, unit in _COMMON
    )  # fmt: skip
    return (
        Table("compared", _run_head(found, text("column.figure", language)), (Group(rows),)),
        _correlation(found, language),
        paragraph(
            "compare.common.basis", language, "soft",
            days=figure(len(found.days), "count", language, "common.days"),
            first=date_text(moment(first), language), last=date_text(moment(last - 1), language),
        ),
    )  # fmt: skip


def _correlation(found: Comparison, language: Language) -> Table:
    rows = tuple(
        (
            words(_LETTERS[row]),
            *(
                figure(
                    value,
                    "ratio",
                    language,
                    f"correlation.{_LETTERS[row]}_{_LETTERS[column]}".lower(),
                )
                for column, value in enumerate(values)
            ),
        )
        for row, values in enumerate(found.correlation)
    )
    head = _run_head(found, "")
    caption = text("compare.correlation", language)
    return Table("compared", head, (Group(rows),), caption=caption)


def _legend(found: Comparison) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"run-{place + 1}", f"{_LETTERS[place]} {run.title}")
        for place, run in enumerate(found.runs)
    )


def _equity(found: Comparison, language: Language) -> tuple[Block, ...]:
    said = (text("compare.equity_axis", language), text("compare.equity_text", language))
    curves = [(run.title, curve) for run, curve in zip(found.runs, found.growth, strict=True)]
    picture = Picture(overlay_picture(curves, said, language, log=True), _legend(found))
    key = "compare.equity_basis" if found.common else "compare.equity_apart"
    return picture, paragraph(key, language, "soft" if found.common else "warn")


def _drawdowns(found: Comparison, language: Language) -> tuple[Block, ...]:
    said = (text("chart.drawdown", language), text("compare.drawdown_text", language))
    curves = [(run.title, curve) for run, curve in zip(found.runs, found.falls, strict=True)]
    return (Picture(overlay_picture(curves, said, language, log=False), _legend(found)),)


def _costs(found: Comparison, language: Language) -> Table:
    rows = [
        (
            words(text(f"cost.{name}", language)),
            *(
                figure(
                    getattr(run.costs, field),
                    "number",
                    language,
                    f"{_LETTERS[place].lower()}.costs.{name}",
                )
                for place, run in enumerate(found.runs)
            ),
        )
        for name, field in _COSTS
    ]
    rows.append(
        (
            words(text("cost.start", language)),
            *(
                figure(
                    run.start_equity, "money", language, f"{_LETTERS[place].lower()}.start_equity"
                )
                for place, run in enumerate(found.runs)
            ),
        )
    )
    head = _run_head(found, text("compare.bps", language))
    return Table("compared", head, (Group(tuple(rows)),))


def _digests(found: Comparison, language: Language) -> Table:
    rows = tuple(
        (
            words(_LETTERS[place]),
            words(text("compare.digest" if name == "report" else f"digest.{name}", language)),
            code((run.digest if name == "report" else digest_of(run, name)) or "-"),
        )
        for place, run in enumerate(found.runs)
        for name in ("report", *_DIGESTS)
    )
    head = tuple(text(f"compare.{name}", language) for name in ("run", "made_from", "digest"))
    return Table("digests", head, (Group(rows),), words=frozenset({0, 1, 2}))
