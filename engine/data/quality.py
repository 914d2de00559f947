"""Quality report: what is odd about bars that are formally valid; nothing is repaired.

Bars that break a rule of `Bars` (order, duplicates, impossible ranges) never get this far. Absent
is not zero and not stale: missing bars are counted from the steps between bars, weekends and
holidays of the instrument's calendar are not missing.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.data.days import DAY_MS
from engine.market import Calendar
from engine.quantities import Ratio
from engine.records import Digest, Record

Severity = Literal["ok", "warn", "error"]
QualityCode = Literal["GAPS", "LONGEST_GAP", "ZERO_VOLUME", "STALE_RUN", "OUTLIERS"]

MISSING_SHARE: Final = (0.001, 0.05)
"""Share of missing bars from which the report warns, and from which it is an error."""
ZERO_VOLUME_SHARE: Final = (0.0, 0.2)
STALE_BARS: Final = (10, 250)
"""Length of a run of bars without any price change."""
OUTLIER_SCORE: Final = 12.0
"""Robust z of a log return: distance from the median over 1.4826 x median absolute deviation."""
OUTLIER_SHARE: Final = 0.01
LONGEST_PAUSE_MS: Final[dict[Calendar, int]] = {
    "24/7": 0,
    "XNYS": 5 * DAY_MS,
    "FX": 4 * DAY_MS,
}
"""Longest step that a calendar explains: a long weekend with holidays."""
_ALLOWED_GAP: Final = 7 * DAY_MS


class QualityItem(Record):
    """One observation: how much of it, how bad, and what it means in one sentence.

    `value` is a count, except LONGEST_GAP: hours.
    """

    code: QualityCode
    severity: Severity
    value: Ratio
    sentence: Annotated[str, Field(max_length=300)]


class QualityReport(Record):
    """All observations about one dataset's bars; `severity` is the worst of them."""

    dataset_id: Digest
    bars: Annotated[int, Field(ge=1)]
    severity: Severity
    items: tuple[QualityItem, ...]


def _grade(value: float, warn: float, error: float) -> Severity:
    if value > error:
        return "error"
    return "warn" if value > warn else "ok"


def missing_bars(bars: Bars) -> FloatArray:
    """Bars that are missing before each bar but the first, shape (n - 1,)."""
    step = np.diff(bars.time)
    length = bars.timeframe.seconds * 1000
    missing = np.maximum(step / length - 1.0, 0.0).round()
    pause = LONGEST_PAUSE_MS[bars.instrument.calendar]
    if pause and length < DAY_MS:
        overnight = (bars.time[1:] // DAY_MS) != (bars.time[:-1] // DAY_MS)
        missing[overnight & (step <= pause)] = 0.0
    elif pause:
        missing[step <= pause] = 0.0
    if length > DAY_MS:
        missing[step < 2 * length] = 0.0
    return missing


def _gaps(bars: Bars) -> list[QualityItem]:
    missing = missing_bars(bars)
    count = float(missing.sum())
    share = count / (count + len(bars))
    hours = float(np.diff(bars.time)[missing > 0].max(initial=0)) / 3_600_000
    return [
        QualityItem(
            code="GAPS",
            severity=_grade(share, *MISSING_SHARE),
            value=count,
            sentence=f"{count:.0f} bars are missing ({share:.2%}); no order fills there.",
        ),
        QualityItem(
            code="LONGEST_GAP",
            severity=_grade(hours * 3_600_000, 3 * bars.timeframe.seconds * 1000, _ALLOWED_GAP),
            value=hours,
            sentence=f"The longest gap lasts {hours:.0f} hours.",
        ),
    ]


def _zero_volume(bars: Bars) -> QualityItem:
    count = int((bars.volume == 0).sum())
    return QualityItem(
        code="ZERO_VOLUME",
        severity=_grade(count / len(bars), *ZERO_VOLUME_SHARE),
        value=float(count),
        sentence=f"{count} bars have no volume; nothing fills in them.",
    )


def _longest_run(flags: BoolArray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _stale(bars: Bars) -> QualityItem:
    flat = (bars.high == bars.low) & (bars.open == bars.close)
    same = np.concatenate(([False], bars.close[1:] == bars.close[:-1]))
    run = _longest_run(flat & same)
    return QualityItem(
        code="STALE_RUN",
        severity=_grade(run, *STALE_BARS),
        value=float(run),
        sentence=f"The longest run without any price change has {run} bars.",
    )


def robust_scores(bars: Bars) -> FloatArray:
    """Robust z of each log return of closes, shape (n - 1,); zeros when nothing moves."""
    returns = np.diff(np.log(bars.close))
    if len(returns) == 0:
        return returns
    distance = np.abs(returns - np.median(returns))
    spread = 1.4826 * float(np.median(distance))
    return distance / spread if spread > 0 else np.zeros(len(returns))


def _outliers(bars: Bars) -> QualityItem:
    count = int((robust_scores(bars) > OUTLIER_SCORE).sum())
    largest = float(np.abs(np.diff(np.log(bars.close))).max(initial=0.0))
    return QualityItem(
        code="OUTLIERS",
        severity=_grade(count / len(bars), 0.0, OUTLIER_SHARE),
        value=float(count),
        sentence=f"{count} steps are far outside the usual; the largest log return is "
        f"{largest:.3f}. Unadjusted splits look like this.",
    )


def quality_report(bars: Bars) -> QualityReport:
    """What is odd about bars, for the import's answer and the report; it decides nothing."""
    items = (*_gaps(bars), _zero_volume(bars), _stale(bars), _outliers(bars))
    order: tuple[Severity, ...] = ("ok", "warn", "error")
    worst = max((item.severity for item in items), key=order.index)
    return QualityReport(dataset_id=bars.digest, bars=len(bars), severity=worst, items=items)
