"""Hidden tails: crashes, grids, and the honest strategies beside them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.gate.vetoes.tail import tail_of
from engine.seeds import stream
from evals.gate_calibration.grids import Grid, earned, survives
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.rows import Name
from evals.gate_calibration.tails import cells, crash, honest, run, summary
from evals.gate_calibration.verdicts import Judge


def test_a_rare_crash_passes_the_keys_and_not_the_veto() -> None:
    """One crash in 1,000 days: many pass the keys as the best of ten, none is proven."""
    judge = Judge()
    rows = [crash(1_000, stream("tests/crash", n), judge, 0) for n in range(20)]
    assert sum(row["keys"] for row in rows) >= 5
    assert not any(row["kept"] for row in rows)


@pytest.mark.parametrize(("trades", "least"), [(40, 0.82), (80, 0.99)])
def test_honest_strategies_are_kept(trades: int, least: float) -> None:
    """What often loses what was planned, and is significant, has proven its tail."""
    kept = [tail_of(honest(trades, stream("tests/honest", trades, n))).proven for n in range(200)]
    assert np.mean(kept) >= least


def test_a_grid_buys_more_of_what_falls_and_sells_with_a_gain() -> None:
    """Prices 100, 97, 94, 97.1: three units are bought, and sold above their mean."""
    prices = np.array([100.0, 97.0, 94.0, 98.0, 98.0])
    returns = np.concatenate(([0.0], prices[1:] / prices[:-1] - 1.0))
    made = earned(Grid(step=0.02, gain=0.005, units=3), returns[:, None])[:, 0]
    held = np.array([0.0, 1.0, 2.0, 3.0, 0.0]) / 3.0
    assert made == pytest.approx(held * returns)


def test_a_grid_stops_a_step_below_its_last_unit() -> None:
    """A market that only falls empties the grid, and it begins anew."""
    returns = np.full(12, -0.03)
    made = earned(Grid(step=0.02, gain=0.005, units=3), returns[:, None])[:, 0]
    units = np.rint(made / -0.03 * 3)
    assert units.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]


def test_the_null_refuses_a_grid_that_earned_nothing_special() -> None:
    """On a driftless walk most grids do as well on paths with fair signs."""
    grid = Grid(step=0.03, gain=0.01, units=5)
    kept = [
        survives(grid, garch_t(stream("tests/walk", n), 400), stream("tests/null", n))
        for n in range(10)
    ]
    assert sum(kept) <= 4


def test_every_cell_can_be_run_and_has_a_line() -> None:
    """Crashes, grids and honest twins, each with both shares."""
    judge = Judge()
    rows = [
        (Name("tails", cell, 0), run(cell, stream("tests/cell", cell), judge, 0))
        for cell in cells()
    ]
    lines = summary(rows)
    assert [line["cell"] for line in lines] == cells()
    assert all(line["passed"] <= line["keys"] for line in lines)
