"""Steps: whether bars are as far apart as their timeframe says."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.data.bars import Bars
from engine.errors import DataError
from engine.market import SECONDS, Timeframe

_MONTH_DAYS: Final = (27, 32)
_DAY_SECONDS: Final = 86_400


def check_step(bars: Bars) -> None:
    """Refuse bars whose usual step is not the timeframe's length (a month has 28 to 31 days).

    Raises:
        DataError: TIMEFRAME_MISMATCH with the timeframe that the bars look like.
    """
    if len(bars) < 2:  # noqa: PLR2004 - one bar has no step
        return
    step = float(np.median(np.diff(bars.time))) / 1000
    if bars.timeframe is Timeframe.MO1:
        fits = _MONTH_DAYS[0] <= step / _DAY_SECONDS <= _MONTH_DAYS[1]
    else:
        fits = step == bars.timeframe.seconds
    if fits:
        return
    near = next((frame.value for frame, seconds in SECONDS.items() if seconds == step), None)
    hint = f"the file looks like {near}" if near else "check the timeframe and the time column"
    raise DataError(
        "TIMEFRAME_MISMATCH",
        f"the usual step between bars is {step:g} s, {bars.timeframe.value} has "
        f"{bars.timeframe.seconds} s",
        value=f"{step:g} s",
        hint=hint,
    )
