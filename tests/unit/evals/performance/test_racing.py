"""No time without equal results; whoever is absent is said to be absent."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from evals.performance import peers, racing, workloads
from evals.performance.peers import NOT_INSTALLED, Peer
from evals.performance.workloads import Case

ROW = [10, 20, 100.0, 101.0]
SMALL = Case("small", "sma_cross", 2_000, ("backtesting", "raptorbt"), 1)


def test_equal_lists_have_no_difference() -> None:
    """Prices may differ by rounding, since averages are summed in another order."""
    assert racing.difference([ROW], [[10, 20, 100.0 + 1e-9, 101.0]]) == ""


@pytest.mark.parametrize(
    "theirs", [[], [ROW, ROW], [[11, 20, 100.0, 101.0]], [[10, 20, 100.0, 101.0001]]]
)
def test_other_trades_are_a_difference(theirs: list[list[float]]) -> None:
    """A trade more or less, another bar, another price: each is told in words."""
    assert racing.difference([ROW], theirs)


def test_an_absent_environment_is_reported() -> None:
    """Every peer is named as not installed, and nothing is equal because nobody was asked."""
    bars = workloads.market(2_000)
    with peers.started(Path("/nonexistent/python")) as nobody:
        done = racing.race(SMALL, bars, nobody)
    assert done.peers == dict.fromkeys(workloads.EVERYBODY, NOT_INSTALLED)
    assert done.equal is None
    assert done.trades > 0
    assert done.ours_ns_per_bar > 0


def test_a_peer_that_is_there_is_asked(tmp_path: Path) -> None:
    """One that this environment has gives our trades and a time; one that it lacks does not."""
    bars = workloads.market(2_000)
    names = ("backtesting", "raptorbt")
    with peers.started(Path(sys.executable), names) as found:
        assert found["raptorbt"] == NOT_INSTALLED
        told = found["backtesting"]
        assert isinstance(told, Peer)
        path = tmp_path / "market.npy"
        np.save(path, workloads.table(bars))
        told.ask(do="load", path=str(path))
        done = racing.race(SMALL, bars, found)
    assert done.compared == {"backtesting": racing.SAME, "raptorbt": NOT_INSTALLED}
    assert done.equal is True
    assert done.ratios["backtesting"] > 0
    assert done.as_dict()["peers"]["raptorbt"] == NOT_INSTALLED
