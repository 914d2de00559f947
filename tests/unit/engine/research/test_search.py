"""Adaptive search: asked and told in fixed batches, seeded, the same however many work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import InputError
from engine.ledger import TrialOutcome
from engine.research.crew import ExecutorCrew
from engine.research.market import ResearchMarket
from engine.research.search import objectives, search_of
from engine.research.study import BATCH
from engine.research.sweep import sweep
from tests.research_world import (
    lab_of,
    ledger_bytes,
    market_of,
    memory,
    sample_store,
    study_of,
)

GOOD = (("sharpe", 1.0), ("max_drawdown", 0.1), ("turnover", 2.0))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> ResearchMarket:
    """Train bars of the sample stock."""
    return market_of(sample_store(tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("method", ["tpe", "nsga2"])
def test_one_and_two_workers_search_alike(market: ResearchMarket, method: str) -> None:
    """The same points in the same order, the same ledger byte by byte."""
    pytest.importorskip("optuna", reason="the extra `research` brings adaptive search")
    study = study_of(market, method=method, points=40)
    alone, together = memory(), memory()
    first = list(sweep(study, lab_of(market, alone)))
    crew = ExecutorCrew(lambda: ThreadPoolExecutor(2), 2, market=market.raw)
    second = list(sweep(study, lab_of(market, together, crew)))
    crew.close()
    assert [one.values for one in first] == [one.values for one in second]
    assert ledger_bytes(alone) == ledger_bytes(together)


def test_another_seed_is_another_search(market: ResearchMarket) -> None:
    """The seed is part of the study; a point that comes again is one trial."""
    pytest.importorskip("optuna", reason="the extra `research` brings adaptive search")
    ledger = memory()
    one = list(sweep(study_of(market, method="tpe", points=32), lab_of(market, ledger)))
    other = list(sweep(study_of(market, method="tpe", points=32, seed=1), lab_of(market, memory())))
    assert [each.values for each in one] != [each.values for each in other]
    assert ledger.count() == len({each.values for each in one}) <= 12 < len(one)


def test_points_are_asked_in_fixed_batches(market: ResearchMarket) -> None:
    """Sixteen at a time whatever was asked for, the rest at the end."""
    pytest.importorskip("optuna", reason="the extra `research` brings adaptive search")
    search = search_of(study_of(market, method="tpe", points=BATCH + 3))
    sizes = []
    while points := search.ask(BATCH):
        sizes.append(len(points))
        search.tell([TrialOutcome(status="ok", figures=GOOD)] * len(points))
    assert sizes == [BATCH, 3]


def test_a_failed_trial_teaches_nothing() -> None:
    """Without one of the three figures there is no objective."""
    assert objectives(TrialOutcome(status="ok", figures=GOOD)) == (1.0, 0.1, 2.0)
    assert objectives(TrialOutcome(status="ok", figures=GOOD[1:])) is None
    assert objectives(TrialOutcome(status="error")) is None


def test_an_adaptive_search_needs_its_extra(
    market: ResearchMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXTRA_MISSING says what to install; a grid goes on without it."""
    monkeypatch.setattr("engine.research.search.find_spec", lambda _name: None)
    with pytest.raises(InputError) as caught:
        search_of(study_of(market, method="tpe"))
    assert caught.value.code == "EXTRA_MISSING"
    assert "EXTRAS=research" in caught.value.hint
    assert search_of(study_of(market)).total == 12
