"""Planted edges: as strong as they say, in the place where they say."""

from __future__ import annotations

import numpy as np
import pytest

from engine.seeds import stream
from evals.gate_calibration.nulls import YEAR
from evals.gate_calibration.power import EDGES, Edge, planted, run, summary, tasks
from evals.gate_calibration.rows import Name
from evals.gate_calibration.verdicts import Judge


@pytest.mark.parametrize("sharpe", [0.0, 1.5, 3.0])
def test_the_planted_trial_has_its_sharpe_ratio(sharpe: float) -> None:
    """Over 30 long markets the mean annual ratio is the planted one, on train and held out."""
    train: list[float] = []
    holdout: list[float] = []
    for number in range(30):
        search, own = planted(Edge(sharpe, 16.0), stream("tests/planted", str(sharpe), number), 2)
        for zone, found in ((search.train, train), (search.holdout, holdout)):
            series = zone[:, own]
            found.append(float(series.mean() / series.std()) * np.sqrt(YEAR))
    assert float(np.mean(train)) == pytest.approx(sharpe, abs=3.5 / np.sqrt(30 * 16 * 0.7))
    assert float(np.mean(holdout)) == pytest.approx(sharpe, abs=3.5 / np.sqrt(30 * 16 * 0.3))


def test_only_one_trial_knows_anything() -> None:
    """The planted column is the best by far; the others are noise."""
    search, own = planted(Edge(6.0, 8.0), stream("tests/alone"), 50)
    ratio = search.train.mean(axis=0) / np.maximum(search.train.std(axis=0), 1e-9)
    assert int(np.argmax(ratio)) == own
    assert float(np.sort(ratio)[-2]) < 0.5 * float(ratio[own])


def test_an_edge_that_cannot_be_missed_is_found() -> None:
    """Sharpe 6 over 8 years is found in a search and alone; Sharpe 0 over 2 years is not."""
    judge = Judge()
    strong = [run(Edge(6.0, 8.0), stream("tests/strong", n), judge, 0) for n in range(5)]
    weak = [run(Edge(0.0, 2.0), stream("tests/weak", n), judge, 0) for n in range(5)]
    assert all(row["found"] and row["alone"] and row["paper"] for row in strong)
    assert not any(row["found"] for row in weak)


def test_every_edge_has_its_runs_and_its_line() -> None:
    """The promised cells are there, in their order, with shares of their own rows."""
    made = tasks(3, Judge())
    assert len(made) == 3 * len(EDGES)
    flags = {"won": True, "alone": True, "paper": True, "paper_alone": True}
    rows = [
        (Name("power", EDGES[0].cell, number), {**flags, "found": number > 0})
        for number in range(4)
    ]
    (line,) = summary(rows)
    assert (line["sharpe"], line["years"], line["trials"]) == (2.0, 5.0, 100)
    assert (line["power"], line["floor"]) == (0.75, 0.65)
    floors = {(one.sharpe, one.years): one.floor for one in EDGES if one.floor}
    assert floors == {(2.0, 5.0): 0.65, (2.0, 8.0): 0.85, (1.5, 8.0): 0.60, (3.0, 3.0): 0.75}
