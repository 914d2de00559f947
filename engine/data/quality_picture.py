"""Quality picture: prices over time with gaps, stale runs and outliers, as one file or in text.

The HTML file stands alone: no script, no address, nothing fetched. Each column of the picture
covers an equal share of the time, so an absent stretch is seen as one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.gaps import gaps_of
from engine.data.quality import OUTLIER_SCORE, STALE_BARS, QualityReport, robust_scores, stale_runs

WIDTH, HEIGHT, PAD = 960, 260, 10
BLOCKS: Final = "▁▂▃▄▅▆▇█"
MOST_MARKS: Final = 400
"""So many gaps, runs and outliers are drawn, the longest and farthest."""

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b2733; --soft: #5d6b79; --paper: #fff; --line: #d5dde5;
  --price: #1f5fa8; --gap: #c0392b; --stale: #d39a1c; --far: #7b3fa0 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9fb0c0; --paper: #10171e;
  --line: #2c3a47; --price: #6fb0f5; --gap: #ff8273; --stale: #f0c35a; --far: #c99bea } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.4rem } p, caption { color: var(--soft) } svg { width: 100%; height: auto }
.price { stroke: var(--price); fill: none } .gap { fill: var(--gap) } .stale { fill: var(--stale) }
.far { fill: var(--far) } .frame { fill: none; stroke: var(--line) } text { fill: var(--soft);
  font-size: 12px } table { border-collapse: collapse; width: 100% } caption { text-align: left }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top } td.number { text-align: right; font-variant-numeric: tabular-nums }
td:last-child { white-space: nowrap }
.error { color: var(--gap); font-weight: 600 } .warn { color: var(--stale); font-weight: 600 }
"""


def quality_html(bars: Bars, report: QualityReport, title: str) -> str:
    """One self-contained page with the picture and every observation."""
    rows = "\n".join(
        f'<tr><td>{item.code}</td><td class="{item.severity}">{item.severity}</td>'
        f'<td class="number">{item.value:,.0f}</td><td>{escape(item.sentence)}</td>'
        f"<td>{'<br>'.join(f'{at:%Y-%m-%d %H:%M}' for at in item.places)}</td></tr>"
        for item in report.items
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data quality: {escape(title)}</title><style>{_STYLE}</style></head><body>
<h1>Data quality: {escape(title)}</h1>
<p>{report.bars:,} bars, {_day(bars.time[0])} to {_day(bars.time[-1])}, overall
<span class="{report.severity}">{report.severity}</span>. Times are UTC.</p>
{quality_svg(bars)}
<p>Line: close, logarithmic. Red: absent bars. Yellow: no price change. Violet: steps far outside
the usual.</p>
<table><caption>Observations; nothing was repaired.</caption>
<thead><tr><th>What</th><th>Severity</th><th>Count</th><th>Meaning</th><th>First places</th></tr>
</thead><tbody>
{rows}
</tbody></table>
<p>Dataset {report.dataset_id}</p></body></html>
"""


def quality_svg(bars: Bars) -> str:
    """The picture alone, inline SVG."""
    start, end = int(bars.time[0]), int(bars.close_time[-1])

    def across(time: IntArray) -> FloatArray:
        """Horizontal place of moments."""
        share: FloatArray = (time - start) / max(end - start, 1)
        return PAD + share * (WIDTH - 2 * PAD)

    gaps = gaps_of(bars)
    widest = np.sort(np.argsort(-gaps.length, kind="stable")[:MOST_MARKS])
    first, length = stale_runs(bars)
    runs = np.flatnonzero(length > STALE_BARS[0])
    runs = np.sort(runs[np.argsort(-length[runs], kind="stable")[:MOST_MARKS]])
    scores = robust_scores(bars)
    far = np.flatnonzero(scores > OUTLIER_SCORE)
    far = np.sort(far[np.argsort(-scores[far], kind="stable")[:MOST_MARKS]]) + 1
    begins = bars.close_time[gaps.after[widest]]
    line = _line(across(bars.time), _heights(bars))
    parts = [
        *_bands("gap", across(begins), across(begins + gaps.length[widest]), 0, HEIGHT - 30),
        *_bands(
            "stale", across(bars.time[first[runs]]),
            across(bars.close_time[first[runs] + length[runs] - 1]), HEIGHT - 28, 8,
        ),
        f'<polyline class="price" stroke-width="1.2" points="{line}"/>',
        *(
            f'<circle class="far" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            for x, y in zip(across(bars.time[far]), _heights(bars)[far], strict=True)
        ),
    ]  # fmt: skip
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Close over time with gaps, '
        f'stale runs and outliers"><rect class="frame" x="0.5" y="0.5" width="{WIDTH - 1}" '
        f'height="{HEIGHT - 30}"/>{"".join(parts)}<text x="{PAD}" y="{HEIGHT - 5}">'
        f'{_day(bars.time[0])}</text><text x="{WIDTH - PAD}" y="{HEIGHT - 5}" text-anchor="end">'
        f"{_day(bars.time[-1])}</text></svg>"
    )


def sparkline(bars: Bars, columns: int = 60) -> tuple[str, str]:
    """Close over time in blocks, and below it where bars are absent (`x`), both so many columns."""
    start, end = int(bars.time[0]), int(bars.close_time[-1])
    column = np.minimum((bars.time - start) * columns // max(end - start, 1), columns - 1)
    level = np.log(bars.close)
    span = float(level.max() - level.min()) or 1.0
    scaled = (level - level.min()) / span * (len(BLOCKS) - 1)
    line, holes = [], []
    gaps = gaps_of(bars)
    hole = np.unique((bars.close_time[gaps.after] - start) * columns // max(end - start, 1))
    for place in range(columns):
        mine = scaled[column == place]
        line.append(BLOCKS[round(float(mine[-1]))] if len(mine) else " ")
        holes.append("x" if place in hole or not len(mine) else " ")
    return "".join(line), "".join(holes)


def _day(time: int) -> str:
    return f"{datetime.fromtimestamp(int(time) / 1000, tz=UTC):%Y-%m-%d}"


def _heights(bars: Bars) -> FloatArray:
    """Vertical place of each close on a log scale."""
    level = np.log(bars.close)
    span = float(level.max() - level.min()) or 1.0
    room = HEIGHT - 30 - 2 * PAD
    places: FloatArray = HEIGHT - 30 - PAD - (level - level.min()) / span * room
    return places


def _line(x: FloatArray, y: FloatArray) -> str:
    """Points of the close: of each pixel column the lowest and the highest."""
    column = x.astype(np.int64)
    first = np.flatnonzero(np.append(True, column[1:] != column[:-1]))
    low, high = np.minimum.reduceat(y, first), np.maximum.reduceat(y, first)
    pairs = zip(x[first].tolist(), low.tolist(), high.tolist(), strict=True)
    return " ".join(f"{at:.1f},{one:.1f} {at:.1f},{two:.1f}" for at, one, two in pairs)


def _bands(kind: str, begins: FloatArray, ends: FloatArray, top: int, height: int) -> list[str]:
    """Rectangles from begin to end, at least one pixel wide."""
    return [
        f'<rect class="{kind}" x="{begin:.1f}" y="{top}" width="{max(end - begin, 1.0):.1f}" '
        f'height="{height}" fill-opacity="0.5"/>'
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
