"""Pictures of a report: equity, underwater, rolling figures, price with trades, exposure, fan.

The value axes of equity and price are logarithmic: equal steps are equal percentages.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from engine.facts.numbers import format_value
from engine.facts.table import Unit
from engine.reports.data import Curve, Fall, Language, PriceLine, ReportData, TradeLine
from engine.reports.plotting import (
    LEFT,
    Panel,
    area,
    band,
    broken_line,
    grid,
    label,
    line,
    linear_ticks,
    log_ticks,
    svg,
    time_axis,
    zone_shades,
)
from engine.reports.studies import MonteCarlo, RegimeSpan
from engine.reports.texts import text

TOP, BELOW = 24, 28
STRIP = 6
_FLOOR = 0.01


def _span(data: ReportData) -> tuple[int, int]:
    """From the first to the last moment of all zones, sealed ones too: one axis for all."""
    ends = [end for zone in data.zones for end in (zone.first, zone.last)]
    stamps = [*(int(end.timestamp() * 1000) for end in ends), *data.equity.time]
    return min(stamps), max(stamps)


def amount(value: float, language: Language) -> str:
    """A tick of a money or price axis."""
    unit: Unit = "count" if value >= 10 else "number"  # noqa: PLR2004 - below ten decimals matter
    return format_value(value, unit, language)


def share(value: float, language: Language) -> str:
    """A tick of a percentage axis: no decimals when there are none."""
    whole = format_value(round(value * 100, 4), "count", language)
    return f"{whole}\u00a0%" if language == "de" else f"{whole}%"


def _frame(data: ReportData, low: float, high: float, height: float, *, log: bool = False) -> Panel:
    first, last = _span(data)
    return Panel(first, last, low, high, TOP, height, log=log)


def equity_picture(data: ReportData, language: Language) -> Markup:
    """Equity and buy and hold on a log axis, zones shaded."""
    least = data.start_equity * _FLOOR
    values = [max(value, least) for value in (*data.equity.value, *data.held.value)]
    panel = _frame(data, min(values) / 1.04, max(values) * 1.04, 280, log=True)
    ticks = log_ticks(panel.low, panel.high)
    parts = [
        zone_shades(panel, data.zones, language),
        grid(panel, ticks, [amount(tick, language) for tick in ticks]),
        time_axis(panel),
        _strip(panel, data.studies.regime_spans),
        line(panel, data.held, "held"),
        line(panel, data.equity, "equity"),
        label(LEFT, TOP - 8, text("chart.equity_axis", language, currency=data.currency)),
    ]
    return svg(TOP + 280 + BELOW, text("chart.description", language), parts)


def _strip(panel: Panel, spans: Sequence[RegimeSpan]) -> Markup:
    """Trend labels as a thin strip at the foot of the panel."""
    foot = panel.top + panel.height - STRIP
    rows = []
    for span in spans:
        left, right = (panel.x(end.timestamp() * 1000) for end in (span.first, span.last))
        rows.append(
            Markup('<rect class="trend-{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
                span.trend, left, foot, max(right - left, 0.5), STRIP
            )
        )
    return Markup("").join(rows)


def underwater_picture(data: ReportData, language: Language) -> Markup:
    """Drawdown from the running peak, the five worst numbered at their troughs."""
    deepest = min(*data.drawdown.value, -0.01)
    panel = _frame(data, deepest * 1.15, 0.0, 150)
    ticks = linear_ticks(panel.low, 0.0, 4)
    parts = [
        zone_shades(panel, data.zones, language, named=False),
        grid(panel, ticks, [share(tick, language) for tick in ticks]),
        time_axis(panel),
        area(panel, data.drawdown, "fall"),
        *(_number(panel, place, fall) for place, fall in enumerate(data.falls, 1)),
        label(LEFT, TOP - 8, text("chart.drawdown", language)),
    ]
    return svg(TOP + 150 + BELOW, text("chart.underwater", language), parts)


def _number(panel: Panel, place: int, fall: Fall) -> Markup:
    x = panel.x(fall.trough.timestamp() * 1000)
    y = min(panel.y(-fall.depth) + 13, panel.top + panel.height - 3)
    return label(x, y, str(place), name="mark-number", anchor="middle")


def rolling_picture(data: ReportData, language: Language) -> Markup:
    """Rolling Sharpe ratio above, rolling volatility below, one time axis."""
    sharpe, volatility = data.rolling_sharpe, data.rolling_volatility
    first, last = _span(data)
    low, high = min(*sharpe.value, -0.5), max(*sharpe.value, 0.5)
    pad = (high - low) * 0.06
    upper = Panel(first, last, low - pad, high + pad, TOP, 130)
    top = TOP + 130 + 34
    lower = Panel(first, last, 0.0, max(*volatility.value, 0.01) * 1.08, top, 100)
    ticks = linear_ticks(upper.low, upper.high, 4)
    spread = linear_ticks(0.0, lower.high, 3)
    zero = Curve(time=(first, last), value=(0.0, 0.0))
    parts = [
        zone_shades(upper, data.zones, language),
        zone_shades(lower, data.zones, language, named=False),
        grid(upper, ticks, [format_value(tick, "number", language) for tick in ticks]),
        grid(lower, spread, [share(tick, language) for tick in spread]),
        time_axis(lower),
        line(upper, zero, "zero"),
        broken_line(upper, sharpe, data.zones, "equity"),
        broken_line(lower, volatility, data.zones, "equity"),
        label(LEFT, TOP - 8, text("chart.rolling_sharpe", language)),
        label(LEFT, top - 8, text("chart.rolling_volatility", language)),
    ]
    return svg(top + 100 + BELOW, text("chart.rolling", language), parts)


def price_picture(data: ReportData, prices: PriceLine, language: Language) -> Markup:
    """Closes on a log axis with entries, exits and first stops of the listed trades."""
    trades = [trade for trade in data.trades if trade.symbol == prices.symbol]
    values = [*prices.close.value, *(trade.entry_price for trade in trades)]
    panel = _frame(data, min(values) / 1.03, max(values) * 1.03, 280, log=True)
    ticks = log_ticks(panel.low, panel.high)
    parts = [
        zone_shades(panel, data.zones, language),
        grid(panel, ticks, [amount(tick, language) for tick in ticks]),
        time_axis(panel),
        line(panel, prices.close, "price"),
        _stops(panel, trades),
        _marks(panel, trades),
        label(LEFT, TOP - 8, text("chart.price_axis", language, symbol=prices.symbol)),
    ]
    return svg(TOP + 280 + BELOW, text("chart.price", language), parts)


def _stops(panel: Panel, trades: Sequence[TradeLine]) -> Markup:
    """A short line at the first stop of each trade, from its entry to its exit; one path."""
    pieces = []
    for trade in trades:
        if trade.stop_price is not None and panel.low <= trade.stop_price <= panel.high:
            left = panel.x(trade.entered.timestamp() * 1000)
            right = max(panel.x(trade.left.timestamp() * 1000), left + 2)
            pieces.append(f"M{left:.1f},{panel.y(trade.stop_price):.1f}H{right:.1f}")
    return (
        Markup('<path class="stop-line" d="{}"/>').format("".join(pieces)) if pieces else Markup("")
    )


def _marks(panel: Panel, trades: Sequence[TradeLine]) -> Markup:
    """Entries as triangles in the direction of the trade, exits as small crosses; three paths."""
    shapes: dict[str, list[str]] = {"enter-long": [], "enter-short": [], "leave": []}
    for trade in trades:
        x, y = panel.x(trade.entered.timestamp() * 1000), panel.y(trade.entry_price)
        tip = -5 if trade.side == "long" else 5
        shapes[f"enter-{trade.side}"].append(f"M{x:.1f},{y + tip:.1f}l4,{-2 * tip}h-8z")
        if trade.reason != "open":
            x, y = panel.x(trade.left.timestamp() * 1000), panel.y(trade.exit_price)
            shapes["leave"].append(f"M{x - 3:.1f},{y - 3:.1f}l6,6m0,-6l-6,6")
    return Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(name, "".join(pieces))
        for name, pieces in shapes.items()
        if pieces
    )


def exposure_picture(data: ReportData, language: Language) -> Markup:
    """Signed position value over equity at each close."""
    values = data.exposure.value
    low, high = min(*values, 0.0), max(*values, 0.0)
    pad = max(high - low, 0.1) * 0.08
    panel = _frame(data, low - pad if low < 0 else 0.0, high + pad, 120)
    ticks = linear_ticks(panel.low, panel.high, 4)
    parts = [
        zone_shades(panel, data.zones, language, named=False),
        grid(panel, ticks, [share(tick, language) for tick in ticks]),
        time_axis(panel),
        area(panel, data.exposure, "held-area"),
        label(LEFT, TOP - 8, text("chart.exposure_axis", language)),
    ]
    return svg(TOP + 120 + BELOW, text("chart.exposure", language), parts)


def fan_picture(found: MonteCarlo, language: Language) -> Markup:
    """Quantiles of simulated growth over days, logarithmic."""
    days = [step.day for step in found.fan]
    low = max(min(step.low for step in found.fan), _FLOOR) / 1.04
    panel = Panel(
        min(days), max(days), low, max(s.high for s in found.fan) * 1.04, TOP, 200, log=True
    )

    def curve(values: list[float]) -> Curve:
        """One quantile over days."""
        return Curve(time=tuple(days), value=tuple(values))

    ticks = log_ticks(panel.low, panel.high)
    rows = [format_value(tick, "number", language) for tick in ticks]
    outer = band(
        panel, curve([s.low for s in found.fan]), curve([s.high for s in found.fan]), "fan-1"
    )
    inner = band(
        panel,
        curve([s.quarter for s in found.fan]),
        curve([s.three_quarters for s in found.fan]),
        "fan-2",
    )
    parts = [
        grid(panel, ticks, rows),
        outer,
        inner,
        line(panel, curve([s.middle for s in found.fan]), "equity"),
        *(
            label(
                panel.x(day),
                TOP + 218,
                format_value(day, "days", language),
                name="tick",
                anchor="middle",
            )
            for day in linear_ticks(panel.first, panel.last, 6)
        ),
        label(LEFT, TOP - 8, text("chart.fan_axis", language)),
    ]
    return svg(TOP + 200 + BELOW, text("chart.fan", language), parts)


def overlay_picture(
    curves: Sequence[tuple[str, Curve]], words: tuple[str, str], language: Language, *, log: bool
) -> Markup:
    """Several curves on one axis, each with a class of its own (`run-1` ...).

    Args:
        curves: name and curve, times in milliseconds; growth (log) or fractions (linear).
        words: title of the value axis, and the description for those who cannot see.
        language: of the ticks.
        log: growth on a logarithmic axis; otherwise fractions up to zero.
    """
    times = [time for _, curve in curves for time in curve.time]
    values = [value for _, curve in curves for value in curve.value]
    if log:
        panel = Panel(
            min(times),
            max(times),
            max(min(values), _FLOOR) / 1.04,
            max(values) * 1.04,
            TOP,
            280,
            log=True,
        )
        ticks = log_ticks(panel.low, panel.high)
        rows = [format_value(tick, "number", language) for tick in ticks]
    else:
        panel = Panel(min(times), max(times), min(*values, -0.01) * 1.08, 0.0, TOP, 150)
        ticks = linear_ticks(panel.low, 0.0, 4)
        rows = [share(tick, language) for tick in ticks]
    parts = [
        grid(panel, ticks, rows),
        time_axis(panel),
        *(line(panel, curve, f"run-{place}") for place, (_, curve) in enumerate(curves, 1)),
        label(LEFT, TOP - 8, words[0]),
    ]
    return svg(TOP + panel.height + BELOW, words[1], parts)
