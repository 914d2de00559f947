"""Pictures as SVG text: equity over drawdown on one time axis, zones shaded.

No script, no style attribute, no address outside: shapes carry classes, the page's own sheet
colours them for light and dark. The value axis of equity is logarithmic: equal steps are equal
percentages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from engine.facts.numbers import format_value
from engine.reports.curves import moment
from engine.reports.data import Curve, Language, ReportData, Zone
from engine.reports.texts import text

WIDTH = 960
LEFT, RIGHT = 64, 14
EQUITY_TOP, EQUITY_HEIGHT = 22, 270
FALL_TOP, FALL_HEIGHT = 322, 96
HEIGHT = FALL_TOP + FALL_HEIGHT + 26
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle with a time axis (milliseconds) and a value axis.

    `low` and `high` are values at the bottom and top edge; `log` compares ratios.
    """

    first: int
    last: int
    low: float
    high: float
    top: float
    height: float
    log: bool = False

    def x(self, time: float) -> float:
        """Horizontal place of a time."""
        share = (time - self.first) / max(self.last - self.first, 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Vertical place of a value; what lies outside is moved to the edge."""
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.top + (1.0 - share) * self.height


def _step(span: float, wanted: int) -> float:
    """Distance of ticks: 1, 2, 2.5 or 5 times a power of ten, about `wanted` in the span."""
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * nice for nice in _NICE if power * nice >= raw * (1 - 1e-9))


def linear_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values between low and high, both included when they are round."""
    step = _step(high - low, wanted)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step + 0.0 for index in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Round values for a logarithmic axis; close together they are those of a linear one."""
    if high / low < 4.0:  # noqa: PLR2004 - below two doublings powers of ten are too far apart
        return linear_ticks(low, high, 5)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    inside = [tick for tick in ticks if low <= tick <= high]
    return inside if len(inside) <= 7 else [t for t in inside if f"{t:e}"[0] == "1"]  # noqa: PLR2004 - lines that still can be told apart


def time_ticks(first: int, last: int, wanted: int = 8) -> list[tuple[int, str]]:
    """Starts of years, or of months when there are few years, with their labels."""
    begin, end = moment(first), moment(last)
    months = (end.year - begin.year) * 12 + end.month - begin.month
    steps = (1, 2, 3, 6, 12, 24, 60, 120, 240)
    step = next((step for step in steps if months / step <= wanted), 480)
    ticks: list[tuple[int, str]] = []
    index = begin.year * 12 + begin.month - 1
    index += -index % step
    while True:
        at = datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)
        stamp = int(at.timestamp() * 1000)
        if stamp > last:
            return ticks
        label = f"{at.year}" if step >= 12 else f"{at.year}-{at.month:02d}"  # noqa: PLR2004 - a year
        if stamp >= first:
            ticks.append((stamp, label))
        index += step


def _line(panel: Panel, curve: Curve, name: str) -> Markup:
    points = " ".join(
        f"{panel.x(t):.1f},{panel.y(v):.1f}" for t, v in zip(curve.time, curve.value, strict=True)
    )
    return Markup('<polyline class="{}" fill="none" points="{}"/>').format(name, points)


def _area(panel: Panel, curve: Curve) -> Markup:
    points = [
        f"{panel.x(t):.1f},{panel.y(v):.1f}" for t, v in zip(curve.time, curve.value, strict=True)
    ]
    base = f"{panel.y(0.0):.1f}"
    start, end = f"{panel.x(curve.time[0]):.1f}", f"{panel.x(curve.time[-1]):.1f}"
    path = f"M{start},{base} L{' L'.join(points)} L{end},{base} Z"
    return Markup('<path class="fall" d="{}"/>').format(path)


def _grid(panel: Panel, ticks: Sequence[float], labels: Sequence[str]) -> Markup:
    rows = []
    for tick, label in zip(ticks, labels, strict=True):
        y = panel.y(tick)
        rows.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, label)
        )
    return Markup("").join(rows)


def _anchor(x: float) -> str:
    """Labels near an edge grow inwards."""
    if x < LEFT + 20:
        return "start"
    return "end" if x > WIDTH - RIGHT - 20 else "middle"


def _time_axis(panel: Panel) -> Markup:
    bottom = FALL_TOP + FALL_HEIGHT
    mark = Markup(
        '<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>'
        '<text class="tick" x="{:.1f}" y="{}" text-anchor="{}">{}</text>'
    )
    rows = []
    for stamp, label in time_ticks(panel.first, panel.last):
        x = panel.x(stamp)
        rows.append(mark.format(x, x, EQUITY_TOP, bottom, x, bottom + 18, _anchor(x), label))
    return Markup("").join(rows)


def _zones(panel: Panel, zones: Sequence[Zone], language: Language) -> Markup:
    rows = []
    for zone in zones:
        left = panel.x(zone.first.timestamp() * 1000)
        right = panel.x(zone.last.timestamp() * 1000)
        word = text(f"zone.{'sealed' if zone.sealed else zone.name}", language)
        shade = "sealed" if zone.sealed else zone.name
        for top, height in ((EQUITY_TOP, EQUITY_HEIGHT), (FALL_TOP, FALL_HEIGHT)):
            rows.append(
                Markup(
                    '<rect class="zone {}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
                ).format(shade, left, top, max(right - left, 0.0), height)
            )
        rows.append(
            Markup('<text class="zone-name" x="{:.1f}" y="{}">{}</text>').format(
                left + 6, EQUITY_TOP + 15, word
            )
        )
    return Markup("").join(rows)


def _span(data: ReportData) -> tuple[int, int]:
    ends = [end for zone in data.zones for end in (zone.first, zone.last)]
    stamps = [*(int(end.timestamp() * 1000) for end in ends), *data.equity.time]
    return min(stamps), max(stamps)


def equity_picture(data: ReportData, language: Language) -> Markup:
    """Equity and buy and hold on a log axis, drawdown below, one time axis, zones shaded."""
    first, last = _span(data)
    least = data.start_equity * _FLOOR
    values = [max(value, least) for value in (*data.equity.value, *data.held.value)]
    low, high = min(values) / 1.04, max(values) * 1.04
    deepest = min(*data.drawdown.value, -0.01)
    money = Panel(first, last, low, high, EQUITY_TOP, EQUITY_HEIGHT, log=True)
    below = Panel(first, last, deepest * 1.08, 0.0, FALL_TOP, FALL_HEIGHT)
    ticks = log_ticks(low, high)
    falls = linear_ticks(below.low, 0.0, 3)
    parts = [
        _zones(money, data.zones, language),
        _grid(money, ticks, [_amount(tick, language) for tick in ticks]),
        _grid(below, falls, [_share(tick, language) for tick in falls]),
        _time_axis(money),
        _line(money, data.held, "held"),
        _line(money, data.equity, "equity"),
        _area(below, data.drawdown),
        Markup('<text class="axis" x="{}" y="{}">{}</text>').format(
            LEFT,
            EQUITY_TOP - 7,
            text("chart.equity_axis", language, currency=data.currency),
        ),
        Markup('<text class="axis" x="{}" y="{}">{}</text>').format(
            LEFT, FALL_TOP - 7, text("chart.drawdown", language)
        ),
    ]
    return Markup(
        '<svg class="picture" viewBox="0 0 {} {}" role="img" aria-label="{}"'
        ' xmlns="http://www.w3.org/2000/svg"><title>{}</title>{}</svg>'
    ).format(
        WIDTH, HEIGHT,
        text("chart.description", language), text("chart.title", language),
        Markup("").join(parts),
    )  # fmt: skip


def _amount(value: float, language: Language) -> str:
    cents = value < 10  # noqa: PLR2004 - below ten the cents matter
    return format_value(value, "money" if cents else "count", language)


def _share(value: float, language: Language) -> str:
    return format_value(value, "percent", language)
