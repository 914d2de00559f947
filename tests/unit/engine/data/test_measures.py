"""Measures of the scan: by hand on small bars, missing where history is short."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.measures import MEASURES, above_mean, change, drawdown, relative_volume, volatility
from engine.data.scan import scan

MakeBars = Callable[..., Bars]


def test_each_measure_is_what_it_says(make_bars: MakeBars) -> None:
    """The last value of each, worked out from the columns."""
    bars = make_bars(300)
    close = bars.close
    assert change(bars, 20)[-1] == pytest.approx(close[-1] / close[-21] - 1)
    assert above_mean(bars, 200)[-1] == pytest.approx(close[-1] / close[-200:].mean() - 1)
    assert drawdown(bars, 252)[-1] == pytest.approx(close[-1] / bars.high[-252:].max() - 1)
    assert relative_volume(bars)[-1] == pytest.approx(1.0)
    returns = np.diff(np.log(close))[-20:]
    assert volatility(bars)[-1] == pytest.approx(returns.std(ddof=1) * 365**0.5)


def test_short_history_is_missing(make_bars: MakeBars) -> None:
    """A market of ten bars has its close and its last change, and no other figure."""
    row = scan([make_bars(10)], MEASURES)[0]
    known = {value.name for value in row.values if value.value is not None}
    assert known == {"close", "change_1"}


def test_no_volume_is_no_figure(make_bars: MakeBars) -> None:
    """Where nothing was traded before, the ratio is missing instead of infinite."""
    bars = make_bars(40)
    columns = {**bars.columns, "volume": np.zeros(40)}
    silent = Bars(bars.instrument, bars.timeframe, bars.time, **columns)
    assert np.isnan(relative_volume(silent)).all()
