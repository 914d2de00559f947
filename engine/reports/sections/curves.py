"""Sections 2 to 6 and 8: equity, underwater, months, rolling figures, price, exposure."""

from __future__ import annotations

from engine.reports.blocks import Block, Cell, Group, Picture, Section, Table
from engine.reports.cells import figure, heat, paragraph, words
from engine.reports.charts import (
    equity_picture,
    exposure_picture,
    price_picture,
    rolling_picture,
    underwater_picture,
)
from engine.reports.data import Fall, Language, ReportData
from engine.reports.texts import date_text, text


def equity_section(data: ReportData, language: Language) -> Section:
    """Equity and buy and hold on a log axis."""
    legend: tuple[tuple[str, str], ...] = (
        ("equity", text("legend.equity", language)),
        ("held", text("legend.held", language)),
    )
    if data.studies.regime_spans:
        trends = ("up", "down", "range")
        legend += tuple(
            (f"trend-{name}", text(f"legend.trend_{name}", language)) for name in trends
        )
    picture = Picture(equity_picture(data, language), legend)
    return Section(2, "equity", text("section.equity", language), (picture,))


def underwater_section(data: ReportData, language: Language) -> Section:
    """Drawdown over time and the five worst with their dates."""
    blocks: list[Block] = [Picture(underwater_picture(data, language))]
    if data.falls:
        names = ("place", "zone", "depth", "peak", "trough", "recovered", "days")
        head = tuple(text(f"fall.{name}", language) for name in names)
        rows = tuple(_fall(fall, place, language) for place, fall in enumerate(data.falls, 1))
        blocks.append(Table("falls", head, (Group(rows),), words=frozenset({0, 1, 3, 4, 5})))
    else:
        blocks.append(paragraph("fall.none", language, "soft"))
    return Section(3, "underwater", text("section.underwater", language), tuple(blocks))


def _fall(fall: Fall, place: int, language: Language) -> tuple[Cell, ...]:
    fact = f"falls.{place}"
    recovered = (
        words(text("fall.open", language), "none")
        if fall.recovered is None
        else words(date_text(fall.recovered, language))
    )
    return (
        figure(place, "count", language, f"{fact}.place"),
        words(text(f"zone.{fall.zone}", language)),
        figure(-fall.depth, "percent", language, f"{fact}.depth", signed=True),
        words(date_text(fall.peak, language)),
        words(date_text(fall.trough, language)),
        recovered,
        figure(round(fall.days, 1), "days", language, f"{fact}.days"),
    )


def months_section(data: ReportData, language: Language) -> Section:
    """Monthly returns by year as a heat map; the year compounds its months."""
    year = text("month.year", language)
    head = (year, *(text(f"month.{month}", language) for month in range(1, 13)), year)
    rows = []
    for number in sorted({month.year for month in data.months}):
        values = {month.month: month.value for month in data.months if month.year == number}
        total = 1.0
        for value in values.values():
            total *= 1.0 + value
        cells = [heat(values.get(m), language, f"months.{number}.{m}") for m in range(1, 13)]
        whole = heat(total - 1.0, language, f"years.{number}.total_return")
        rows.append((words(str(number)), *cells, whole))
    table = Table("heat", head, (Group(tuple(rows)),))
    return Section(4, "months", text("section.months", language), (table,))


def rolling_section(data: ReportData, language: Language) -> Section:
    """Rolling half-year Sharpe ratio and volatility, or why there is none."""
    title = text("section.rolling", language)
    count = figure(data.rolling_returns, "count", language, "report.rolling_returns")
    if not data.rolling_volatility.time or not data.rolling_sharpe.time:
        return Section(
            5, "rolling", title, (paragraph("rolling.none", language, "soft", count=count),)
        )
    note = paragraph("rolling.basis", language, "soft", count=count)
    return Section(5, "rolling", title, (Picture(rolling_picture(data, language)), note))


def price_section(data: ReportData, language: Language) -> Section:
    """Price with entries, exits and stops, one picture for each instrument."""
    sides = sorted({f"enter-{trade.side}" for trade in data.trades})
    marks = (*sides, "leave", "stop-line") if data.trades else ()
    legend = tuple((name, text(f"legend.{name}", language)) for name in ("price", *marks))
    several = len(data.prices) > 1
    pictures = tuple(
        Picture(price_picture(data, prices, language), legend, prices.symbol if several else "")
        for prices in data.prices
    )
    blocks = pictures or (paragraph("price.none", language, "soft"),)
    return Section(6, "price", text("section.price", language), blocks)


def exposure_section(data: ReportData, language: Language) -> Section:
    """Signed exposure over time, turnover by year."""
    blocks: list[Block] = []
    if data.exposure.time:
        blocks.append(Picture(exposure_picture(data, language)))
    if data.years:
        names = ("year", "turnover", "exposure", "trades")
        head = tuple(text(f"years.{name}", language) for name in names)
        rows = tuple(
            (
                words(str(line.year)),
                figure(line.turnover, "ratio", language, f"years.{line.year}.turnover"),
                figure(line.exposure, "percent", language, f"years.{line.year}.exposure"),
                figure(line.trades, "count", language, f"years.{line.year}.trades"),
            )
            for line in data.years
        )
        blocks.append(Table("years", head, (Group(rows),)))
        blocks.append(paragraph("years.basis", language, "soft"))
    return Section(8, "exposure", text("section.exposure", language), tuple(blocks))
