"""Markets without anything to find."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.seeds import stream
from evals.gate_calibration import real
from evals.gate_calibration.nulls import NULLS, REAL, SIGMA, YEAR, nulls

DAYS = 40_000


def market(days: int = 2_000) -> tuple[np.ndarray, ...]:
    """One made-up market whose days lean upwards and follow each other."""
    steps = stream("tests/market").normal(0.001, 0.02, days)
    return (steps + np.roll(steps, 1),)


@pytest.mark.parametrize("name", NULLS)
def test_the_same_stream_gives_the_same_market(name: str) -> None:
    """A null is a function of its stream, and no day reaches minus one."""
    null = nulls(market())[name]
    one, other = (null(stream("tests/null", name), 500) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert one.shape == (500,)
    assert float(np.abs(one).max()) < 0.6


@pytest.mark.parametrize("name", ["garch_t", "heavy_t4", REAL])
def test_a_driftless_null_pays_nobody(name: str) -> None:
    """The mean simple return lies within three of its errors of zero."""
    steps = nulls(market())[name](stream("tests/mean", name), DAYS)
    assert abs(float(steps.mean())) < 3.0 * float(steps.std()) / np.sqrt(DAYS)


@pytest.mark.parametrize(("name", "sharpe"), [("drift_up_1.2", 1.2), ("drift_down_0.8", -0.8)])
def test_a_drifting_null_pays_what_its_name_says(name: str, sharpe: float) -> None:
    """Mean over the long-run deviation is the annual Sharpe ratio."""
    steps = nulls()[name](stream("tests/drift", name), DAYS)
    found = float(steps.mean()) / SIGMA * np.sqrt(YEAR)
    assert abs(found - sharpe) < 3.0 * np.sqrt(YEAR / DAYS)


def test_without_real_markets_their_null_is_absent() -> None:
    """What cannot be drawn is not offered."""
    assert set(NULLS) - set(nulls()) == {REAL}


def test_flipped_days_of_a_market_tell_nothing_about_the_next() -> None:
    """Signs are drawn per day: the autocorrelation of the market itself is gone, its sizes stay."""
    flipped = nulls(market())[REAL](stream("tests/flip"), DAYS)
    centred = flipped - flipped.mean()
    r = float(centred[1:] @ centred[:-1] / (centred @ centred))
    assert abs(r) < 3.0 / np.sqrt(DAYS)
    sizes = np.log1p(np.abs(flipped))
    assert np.isin(np.round(sizes, 9), np.round(np.abs(market()[0]), 9)).all()


def written(folder: Path, name: str, text: str) -> None:
    """A gzipped file."""
    with gzip.open(folder / name, "wt", encoding="utf-8") as out:
        out.write(text)


def test_the_last_close_of_a_date_counts_for_each_symbol(tmp_path: Path) -> None:
    """Hours become days, symbols stay apart, files without the columns are left out."""
    rows = [f"2001-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 29)]
    rows += [f"2002-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 29)]
    lines = [f"{day} {hour},{n + hour + 1},AAA" for n, day in enumerate(rows) for hour in (0, 1)]
    written(tmp_path, "a.csv.gz", "ts,close,symbol\n" + "\n".join(lines) + "\n")
    written(tmp_path, "b.csv.gz", "time,price\n1,2\n")
    (steps,) = real.pool(tmp_path)
    assert len(steps) == len(rows) - 1
    assert steps[-1] == pytest.approx(np.log((len(rows) + 1) / len(rows)))


def test_a_folder_without_markets_is_refused(tmp_path: Path) -> None:
    """An empty folder is a mistake, not a study without real markets."""
    with pytest.raises(DataError) as found:
        real.pool(tmp_path)
    assert found.value.code == "REAL_MISSING"


def test_the_shared_markets_can_be_used(shared_data: Path) -> None:
    """Real markets give a null that pays nobody."""
    markets = real.pool(shared_data)
    assert len(markets) >= 10
    steps = real.sign_flipped(markets, stream("tests/real"), 3_000)
    assert abs(float(steps.mean())) < 3.0 * float(steps.std()) / np.sqrt(3_000)
