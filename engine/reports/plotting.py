"""Drawing as SVG text: panels, ticks, lines, areas, marks.

No script, no style attribute, no address outside: shapes carry classes, the page's own sheet
colours them for light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from engine.reports.curves import moment
from engine.reports.data import Curve, Language, Zone
from engine.reports.texts import text

WIDTH = 960
LEFT, RIGHT = 64, 14
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


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


def points_of(panel: Panel, curve: Curve) -> list[str]:
    """`x,y` of each point."""
    return [
        f"{panel.x(t):.1f},{panel.y(v):.1f}" for t, v in zip(curve.time, curve.value, strict=True)
    ]


def line(panel: Panel, curve: Curve, name: str) -> Markup:
    """A curve as a line of this class."""
    return Markup('<polyline class="{}" fill="none" points="{}"/>').format(
        name, " ".join(points_of(panel, curve))
    )


def broken_line(panel: Panel, curve: Curve, zones: Iterable[Zone], name: str) -> Markup:
    """A curve that is not drawn across the border of two zones."""
    rows = []
    for zone in zones:
        first, last = (int(end.timestamp() * 1000) for end in (zone.first, zone.last))
        kept = [place for place, at in enumerate(curve.time) if first <= at <= last + 1]
        if kept:
            part = slice(kept[0], kept[-1] + 1)
            rows.append(line(panel, Curve(time=curve.time[part], value=curve.value[part]), name))
    return Markup("").join(rows)


def area(panel: Panel, curve: Curve, name: str) -> Markup:
    """A curve filled down (or up) to zero."""
    if not curve.time:
        return Markup("")
    base = f"{panel.y(0.0):.1f}"
    start, end = f"{panel.x(curve.time[0]):.1f}", f"{panel.x(curve.time[-1]):.1f}"
    path = f"M{start},{base} L{' L'.join(points_of(panel, curve))} L{end},{base} Z"
    return Markup('<path class="{}" d="{}"/>').format(name, path)


def band(panel: Panel, low: Curve, high: Curve, name: str) -> Markup:
    """The area between two curves."""
    path = " ".join([*points_of(panel, low), *reversed(points_of(panel, high))])
    return Markup('<polygon class="{}" points="{}"/>').format(name, path)


def label(x: float, y: float, words: str, *, name: str = "axis", anchor: str = "start") -> Markup:
    """A text at a place."""
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        name, x, y, anchor, words
    )


def grid(panel: Panel, ticks: Sequence[float], labels: Sequence[str]) -> Markup:
    """Horizontal lines with their values at the left."""
    rows = []
    for tick, words in zip(ticks, labels, strict=True):
        y = panel.y(tick)
        rows.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y, y
            )
        )
        rows.append(label(LEFT - 8, y + 4, words, name="tick", anchor="end"))
    return Markup("").join(rows)


def _anchor(x: float) -> str:
    """Labels near an edge grow inwards."""
    if x < LEFT + 20:
        return "start"
    return "end" if x > WIDTH - RIGHT - 20 else "middle"


def time_axis(panel: Panel) -> Markup:
    """Vertical lines at round dates, labels below the panel."""
    bottom = panel.top + panel.height
    rows = []
    for stamp, words in time_ticks(panel.first, panel.last):
        x = panel.x(stamp)
        rows.append(
            Markup('<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>').format(
                x, x, panel.top, bottom
            )
        )
        rows.append(label(x, bottom + 18, words, name="tick", anchor=_anchor(x)))
    return Markup("").join(rows)


def zone_shades(
    panel: Panel, zones: Iterable[Zone], language: Language, *, named: bool = True
) -> Markup:
    """Train, holdout and sealed stretches as shaded rectangles, with their names at the top."""
    rows = []
    for zone in zones:
        left = panel.x(zone.first.timestamp() * 1000)
        right = panel.x(zone.last.timestamp() * 1000)
        shade = "sealed" if zone.sealed else zone.name
        rows.append(
            Markup('<rect class="zone {}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
                shade, left, panel.top, max(right - left, 0.0), panel.height
            )
        )
        if named:
            rows.append(
                label(left + 6, panel.top + 15, text(f"zone.{shade}", language), name="zone-name")
            )
    return Markup("").join(rows)


def svg(height: float, description: str, parts: Iterable[Markup]) -> Markup:
    """A picture of the page's width with a text for those who cannot see it."""
    return Markup(
        '<svg class="picture" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}"'
        ' xmlns="http://www.w3.org/2000/svg"><title>{}</title>{}</svg>'
    ).format(WIDTH, height, description, description, Markup("").join(parts))
