"""Bars written to a file read back as the same bars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import Bars, bars_like
from engine.data.files import read_bars
from engine.data.writing import write_csv
from engine.errors import DataError

MakeBars = Callable[..., Bars]


@pytest.mark.parametrize("name", ["bars.csv", "bars.csv.gz"])
def test_what_is_written_reads_back_the_same(
    tmp_path: Path, make_bars: MakeBars, name: str
) -> None:
    """Every number and the optional columns survive, so the digest is the same."""
    bars = make_bars(60)
    extras = {
        "funding": np.where(np.arange(60) % 7 == 0, 1e-5, np.nan),
        "bid": bars.close * 0.999,
        "ask": bars.close * 1.001,
    }
    full = bars_like(bars, bars.time, {**bars.columns, **extras})
    path = write_csv(full, tmp_path / name)
    assert read_bars(path, bars.instrument, bars.timeframe).digest == full.digest
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "code"), [("bars.csv", "FILE_EXISTS"), ("bars.xlsx", "FILE_ENDING")]
)
def test_nothing_is_overwritten(tmp_path: Path, make_bars: MakeBars, name: str, code: str) -> None:
    """A file that is there stays; an ending that says something else is refused."""
    (tmp_path / "bars.csv").write_text("mine")
    with pytest.raises(DataError) as caught:
        write_csv(make_bars(2), tmp_path / name)
    assert caught.value.code == code
    assert (tmp_path / "bars.csv").read_text() == "mine"
