"""The compiled bar loop gives the same bytes as the plain one. One module: compiling is dear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import fast
from engine.backtest.compiled import PLAIN, loop_for
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from tests.random_runs import random_run
from tests.rules import FREE, F, make_bars, make_decisions

pytest.importorskip("numba", reason="make setup installs the extra `fast`")
RUNS = 40
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def compiled() -> Iterator[None]:
    """Every loop of a test is compiled."""
    fast.warm()
    yield
    fast.cool()


def facts(result: BacktestResult) -> tuple[object, ...]:
    """Everything a run says, as bytes and counts."""
    return (
        result.log.table.tobytes(), result.equity.tobytes(), result.position.tobytes(),
        result.value.tobytes(), result.drops, result.orders_cut, result.pending, result.traded,
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> list[tuple[object, ...]]:
    """Answers of the plain loop."""
    return [facts(random_run(seed).done()) for seed in range(RUNS)]


@pytest.mark.usefixtures("compiled")
def test_random_runs_are_the_same_bytes(plain: list[tuple[object, ...]]) -> None:
    """One to four instruments, every feature, all costs: not one bit differs."""
    assert loop_for(1).compiled
    for seed, expected in enumerate(plain):
        assert facts(random_run(seed).done()) == expected, seed


@pytest.mark.usefixtures("compiled")
def test_a_growing_log_is_the_same_in_both_forms() -> None:
    """More trades than the first rows hold."""
    n = 2_400
    rule = {"enter": list(range(0, n, 2)), "leave": list(range(1, n, 2))}
    bars, decisions = make_bars([F] * n), make_decisions(n, long=rule)
    fastest = facts(simulate(bars, decisions, FREE))
    fast.cool()
    assert facts(simulate(bars, decisions, FREE)) == fastest


def test_short_runs_of_a_cold_process_stay_plain() -> None:
    """Compiling does not pay for a few bars; for half a million it does."""
    assert loop_for(10_000) is PLAIN
    assert fast.worth_compiling(fast.WORTH_COMPILING)
