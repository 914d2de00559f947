"""Section 7: trades - exit reasons, sides, symbols, rules, the list, open ones, dropped orders."""

from __future__ import annotations

from typing import Final

from engine.facts.table import Unit
from engine.reports.blocks import Block, Cell, Folded, Group, Section, Table
from engine.reports.cells import code, figure, key_part, paragraph, price, words
from engine.reports.data import Language, ReportData, SliceLine, TradeLine
from engine.reports.texts import date_text, has_text, text

TRADE_COLUMNS: Final = (
    "zone", "symbol", "rule", "side", "entered", "left", "entry_price", "exit_price", "stop_price",
    "quantity", "pnl", "pnl_fraction", "mae", "mfe", "bars", "reason",
)  # fmt: skip
"""Columns of the trade list; symbol and rule only when there is more than one."""

WORD_COLUMNS: Final = frozenset({"zone", "symbol", "rule", "side", "entered", "left", "reason"})


def trades_section(data: ReportData, language: Language) -> Section:
    """What the trades came to, and which they were."""
    title = text("section.trades", language)
    blocks: list[Block] = []
    if data.trades_total:
        blocks += [_reasons(data, language)]
        if data.slices:
            blocks.append(_slices(data, language))
        blocks.append(_open(data, language))
        blocks.append(_list(data, language))
    else:
        blocks.append(paragraph("trades.none", language))
    blocks.append(_dropped(data, language))
    return Section(7, "trades", title, tuple(blocks))


def _reasons(data: ReportData, language: Language) -> Table:
    head = (
        text("reasons.title", language),
        text("reasons.trades", language),
        text("trade.pnl", language, currency=data.currency),
    )
    rows = tuple(
        (
            words(text(f"reason.{line.reason}", language)),
            figure(line.trades, "count", language, f"exits.{line.reason}.trades"),
            figure(line.pnl, "money", language, f"exits.{line.reason}.pnl", signed=True),
        )
        for line in data.reasons
    )
    return Table("reasons", head, (Group(rows),))


def _slices(data: ReportData, language: Language) -> Table:
    names = ("name", "trades", "win_rate", "pnl", "mae", "mfe")
    head = tuple(text(f"slice.{name}", language, currency=data.currency) for name in names)
    kinds = tuple(dict.fromkeys(line.kind for line in data.slices))
    groups = tuple(
        Group(
            tuple(
                _slice(line, place, language)
                for place, line in enumerate(data.slices)
                if line.kind == kind
            ),
            text(f"slice.by_{kind}", language),
        )
        for kind in kinds
    )
    return Table("slices", head, groups)


def _slice(line: SliceLine, place: int, language: Language) -> tuple[Cell, ...]:
    fact = f"slices.{line.kind}.{place}_{key_part(line.name)}"
    key = f"{line.kind}.{line.name}"
    return (
        words(text(key, language) if has_text(key) else line.name),
        figure(line.trades, "count", language, f"{fact}.trades"),
        figure(line.wins / line.trades, "percent", language, f"{fact}.win_rate"),
        figure(line.pnl, "money", language, f"{fact}.pnl", signed=True),
        figure(line.mae, "percent", language, f"{fact}.mae"),
        figure(line.mfe, "percent", language, f"{fact}.mfe"),
    )


def _open(data: ReportData, language: Language) -> Block:
    """How many positions are still open, marked at the last close."""
    count = sum(line.trades for line in data.reasons if line.reason == "open")
    if not count:
        return paragraph("trades.none_open", language, "soft")
    return paragraph(
        "note.TRADE_OPEN", language, "warn",
        count=figure(count, "count", language, "trades.open"),
    )  # fmt: skip


def _list(data: ReportData, language: Language) -> Folded:
    total = figure(data.trades_total, "count", language, "trades.total")
    shown = figure(len(data.trades), "count", language, "trades.shown")
    whole = data.trades_total == len(data.trades)
    note = (
        paragraph("trades.all", language, "soft", total=total)
        if whole
        else paragraph("trades.shown", language, "soft", total=total, shown=shown)
    )
    names = _columns(data)
    head = tuple(text(f"trade.{name}", language, currency=data.currency) for name in names)
    first = data.trades_total - len(data.trades) + 1
    rows = tuple(
        tuple(_cell(line, name, f"trades.{place}.{name}", language) for name in names)
        for place, line in enumerate(data.trades, first)
    )
    said = frozenset(place for place, name in enumerate(names) if name in WORD_COLUMNS)
    return Folded(
        text("trades.list", language), (note, Table("trades", head, (Group(rows),), words=said))
    )


def _columns(data: ReportData) -> tuple[str, ...]:
    """The columns that tell something: one symbol, one rule or no stop needs none."""
    several = {
        "symbol": len({line.symbol for line in data.trades}) > 1,
        "rule": len({line.rule for line in data.trades}) > 1,
        "stop_price": any(line.stop_price is not None for line in data.trades),
    }
    return tuple(name for name in TRADE_COLUMNS if several.get(name, True))


_UNITS: Final[dict[str, Unit]] = {
    "quantity": "number", "pnl": "money", "pnl_fraction": "percent", "mae": "percent",
    "mfe": "percent", "bars": "bars",
}  # fmt: skip


def _cell(line: TradeLine, name: str, fact: str, language: Language) -> Cell:
    if name in WORD_COLUMNS:
        return words(_said(line, name, language))
    value: float | None = getattr(line, name)
    if name.endswith("_price"):
        return price(value, language, fact)
    return figure(value, _UNITS[name], language, fact, signed=name.startswith("pnl"))


def _said(line: TradeLine, name: str, language: Language) -> str:
    """A column of words."""
    if name in ("entered", "left"):
        return date_text(getattr(line, name), language)
    said = str(getattr(line, name))
    return said if name in ("symbol", "rule") else text(f"{name}.{said}", language)


def _dropped(data: ReportData, language: Language) -> Table | Block:
    """Cut and dropped orders by code, or that there was none."""
    rows = [("ORDERS_CUT", data.orders_cut)] if data.orders_cut else []
    rows += [(line.code, line.count) for line in data.dropped]
    if not rows:
        return paragraph("dropped.none", language, "soft")
    cells = tuple(
        (
            code(name),
            words(_meaning(name, language)),
            figure(count, "count", language, f"orders.{key_part(name)}"),
        )
        for name, count in rows
    )
    head = tuple(text(f"dropped.{name}", language) for name in ("code", "meaning", "count"))
    return Table("dropped", head, (Group(cells),), words=frozenset({0, 1}))


def _meaning(name: str, language: Language) -> str:
    """The note of a code without its count."""
    key = f"drop.{name}"
    return text(key, language) if has_text(key) else ""
