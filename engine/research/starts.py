"""Where scenarios begin: half where most is held, half anywhere, drawn once and for all."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult
from engine.data.bars import FloatArray, IntArray
from engine.data.panel import Panel
from engine.errors import InputError
from engine.seeds import stream

STARTS: Final = 100
_DECIMALS: Final = 9


def exposures(result: BacktestResult, panel: Panel) -> FloatArray:
    """Signed value of each instrument over equity at each close, 0 after ruin. Shape (s, n).

    Raises:
        InputError: BARS_MISMATCH when the panel is not that of the run.
    """
    if not np.array_equal(result.time, panel.time):
        raise InputError(
            "BARS_MISMATCH", "these are not the bars of this run", hint="pass the run's own bars"
        )
    held = np.atleast_2d(result.position)
    closes = np.stack([
        bars.close[np.maximum(np.maximum.accumulate(rows), 0)]
        for bars, rows in zip(panel.each, panel.rows, strict=True)
    ])  # fmt: skip
    found: FloatArray = np.divide(
        held * closes, result.equity, out=np.zeros_like(closes), where=result.equity > 0.0
    )
    return found


def start_rows(  # noqa: PLR0913, PLR0917 - a run, and what bounds and names the draw
    result: BacktestResult, panel: Panel, duration: int, warmup: int, count: int, name: str
) -> IntArray:
    """Rows of the timeline at which a scenario may begin, rising, `count` of them at most.

    Half of them follow the closes with the largest exposure (equal ones in a drawn order), the
    others are drawn from the rest. None lies in the warm-up, none is so late that the scenario
    would not fit.
    """
    known = max(int(np.searchsorted(panel.time, bars.time[0])) for bars in panel.each)
    rows = np.arange(max(warmup, known + 1, 1), len(panel) - duration + 1)
    random = stream("research/starts", name, duration)
    rows = random.permutation(rows)
    if len(rows) <= count:
        return np.sort(rows)
    held = np.abs(exposures(result, panel)).sum(axis=0)[rows - 1]
    order = np.argsort(-np.round(held, _DECIMALS), kind="stable")
    exposed = order[: count // 2]
    rest = np.setdiff1d(np.arange(len(rows)), exposed)[: count - len(exposed)]
    return np.sort(rows[np.concatenate((exposed, rest))])
