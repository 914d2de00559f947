"""Quality report: what is odd about bars that are formally valid; nothing is repaired.

Bars that break a rule of `Bars` (order, duplicates, impossible ranges) never get this far, unless
an import was told to treat them: what it did is on record and counted here too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import AwareDatetime, Field

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray
from engine.data.gaps import gaps_of, missing_bars
from engine.data.sources import Provenance
from engine.quantities import Ratio
from engine.records import Digest, Record

__all__ = [
    "QualityCode", "QualityItem", "QualityReport", "Severity", "missing_bars", "quality_report",
    "robust_scores", "stale_runs",
]  # fmt: skip

Severity = Literal["ok", "warn", "error"]
QualityCode = Literal[
    "GAPS", "LONGEST_GAP", "DUPLICATES", "IMPOSSIBLE", "ZERO_VOLUME", "STALE_RUN", "OUTLIERS"
]

MISSING_SHARE: Final = (0.001, 0.05)
"""Share of missing bars from which the report warns, and from which it is an error."""
ZERO_VOLUME_SHARE: Final = (0.0, 0.2)
TREATED_SHARE: Final = (0.0, 0.05)
"""Share of bars that came twice or were impossible, before the import treated them."""
STALE_BARS: Final = (10, 250)
"""Length of a run of bars without any price change."""
OUTLIER_SCORE: Final = 12.0
"""Robust z of a log return: distance from the median over 1.4826 x median absolute deviation."""
OUTLIER_SHARE: Final = (0.0, 0.01)
LONG_GAP_BARS: Final = 3
_WEEK_HOURS: Final = 168.0
_HOUR_MS: Final = 3_600_000
PLACES: Final = 5
"""So many places are named, the first ones."""


class QualityItem(Record):
    """One observation: how much of it, how bad, where first, and what it means in one sentence.

    `value` is a count, except LONGEST_GAP: hours. `places` are open times of bars: the bar before
    a gap, the first bar of a run, the bar after a step.
    """

    code: QualityCode
    severity: Severity
    value: Ratio
    sentence: Annotated[str, Field(max_length=300)]
    places: tuple[AwareDatetime, ...] = ()


class QualityReport(Record):
    """All observations about one dataset's bars; `severity` is the worst of them."""

    dataset_id: Digest
    bars: Annotated[int, Field(ge=1)]
    severity: Severity
    items: tuple[QualityItem, ...]


def quality_report(bars: Bars, source: Provenance | None = None) -> QualityReport:
    """What is odd about bars, for the import's answer and the report; it decides nothing.

    `source` says what an import has treated: duplicates it merged, impossible bars it changed.
    """
    items = (
        *_gaps(bars),
        _treated(bars, source),
        _impossible(bars, source),
        _zero_volume(bars),
        _stale(bars),
        _outliers(bars),
    )
    order: tuple[Severity, ...] = ("ok", "warn", "error")
    worst = max((item.severity for item in items), key=order.index)
    return QualityReport(dataset_id=bars.digest, bars=len(bars), severity=worst, items=items)


def robust_scores(bars: Bars) -> FloatArray:
    """Robust z of each log return of closes, shape (n - 1,); zeros when nothing moves."""
    returns = np.diff(np.log(bars.close))
    if len(returns) == 0:
        return returns
    distance = np.abs(returns - np.median(returns))
    spread = 1.4826 * float(np.median(distance))
    return distance / spread if spread > 0 else np.zeros(len(returns))


def stale_runs(bars: Bars) -> tuple[IntArray, IntArray]:
    """(first row, number of bars) of each run of bars with one price all along."""
    flat = (bars.high == bars.low) & (bars.open == bars.close)
    same = np.concatenate(([False], bars.close[1:] == bars.close[:-1]))
    edges = np.diff(np.concatenate(([0], (flat & same).astype(np.int8), [0])))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return first, last - first


def _grade(value: float, limits: tuple[float, float]) -> Severity:
    if value > limits[1]:
        return "error"
    return "warn" if value > limits[0] else "ok"


def _places(bars: Bars, rows: IntArray | BoolArray) -> tuple[datetime, ...]:
    """Open times of the first rows."""
    found = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    times = bars.time[found[:PLACES]].tolist()
    return tuple(datetime.fromtimestamp(at / 1000, tz=UTC) for at in times)


def _gaps(bars: Bars) -> list[QualityItem]:
    gaps = gaps_of(bars)
    count = int(gaps.bars.sum())
    share = count / (count + len(bars))
    hours = float(gaps.length.max(initial=0)) / _HOUR_MS
    longest = gaps.after[gaps.length == gaps.length.max(initial=0)]
    usual = max(LONG_GAP_BARS * bars.timeframe.seconds / 3_600, 0.0)
    return [
        QualityItem(
            code="GAPS",
            severity=_grade(share, MISSING_SHARE),
            value=float(count),
            sentence=f"{count} planned bars are absent ({share:.2%}); no order fills there.",
            places=_places(bars, gaps.after),
        ),
        QualityItem(
            code="LONGEST_GAP",
            severity=_grade(hours, (usual, max(_WEEK_HOURS, usual))),
            value=hours,
            sentence=f"The longest gap lasts {hours:.0f} hours.",
            places=_places(bars, longest),
        ),
    ]


def _treated(bars: Bars, source: Provenance | None) -> QualityItem:
    count = source.rows_of("merged") if source else 0
    return QualityItem(
        code="DUPLICATES",
        severity=_grade(count / len(bars), TREATED_SHARE),
        value=float(count),
        sentence=f"{count} bars came twice and the same; other doubles are refused.",
    )


def _impossible(bars: Bars, source: Provenance | None) -> QualityItem:
    count = source.rows_of("widened") + source.rows_of("dropped") if source else 0
    return QualityItem(
        code="IMPOSSIBLE",
        severity=_grade(count / len(bars), TREATED_SHARE),
        value=float(count),
        sentence=f"{count} bars had an open or close outside low..high; the import treated them.",
    )


def _zero_volume(bars: Bars) -> QualityItem:
    silent = bars.volume == 0
    count = int(silent.sum())
    return QualityItem(
        code="ZERO_VOLUME",
        severity=_grade(count / len(bars), ZERO_VOLUME_SHARE),
        value=float(count),
        sentence=f"{count} bars have no volume; nothing fills in them.",
        places=_places(bars, silent),
    )


def _stale(bars: Bars) -> QualityItem:
    first, length = stale_runs(bars)
    run = int(length.max(initial=0))
    long = length > STALE_BARS[0]
    return QualityItem(
        code="STALE_RUN",
        severity=_grade(run, STALE_BARS),
        value=float(run),
        sentence=f"The longest run without any price change has {run} bars; "
        f"{int(long.sum())} runs are longer than {STALE_BARS[0]}.",
        places=_places(bars, first[long]),
    )


def _outliers(bars: Bars) -> QualityItem:
    far = np.flatnonzero(robust_scores(bars) > OUTLIER_SCORE) + 1
    largest = float(np.abs(np.diff(np.log(bars.close))).max(initial=0.0))
    return QualityItem(
        code="OUTLIERS",
        severity=_grade(len(far) / len(bars), OUTLIER_SHARE),
        value=float(len(far)),
        sentence=f"{len(far)} steps are far outside the usual; the largest log return is "
        f"{largest:.3f}. Unadjusted splits look like this.",
        places=_places(bars, far),
    )
