"""The pipeline: one chain, the same bytes again, with any crew, and after being stopped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from engine.errors import InputError, UnavailableError
from engine.records import canonical
from engine.research.crew import ExecutorCrew
from engine.research.lab import Lab
from engine.research.market import ResearchMarket
from engine.research.pipeline import PipelinePlan, run_pipeline
from engine.research.scenarios import scenario_of
from engine.research.windows import WalkPlan
from tests.research_world import (
    fixed,
    lab_of,
    ledger_bytes,
    market_of,
    memory,
    sample_store,
    study_of,
    swept,
)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> ResearchMarket:
    """Train bars of the sample stock."""
    return market_of(sample_store(tmp_path_factory.mktemp("data")))


def plan_of(market: ResearchMarket, **parts: Any) -> PipelinePlan:  # noqa: ANN401 - fields of a study
    """A small pipeline."""
    return PipelinePlan(
        study=study_of(market, **parts),
        walk=WalkPlan(windows=2),
        paths=100,
        starts=4,
        scenarios=(scenario_of("gap"), scenario_of("cost")),
    )


def test_the_chain_fills_every_section(market: ResearchMarket) -> None:
    """Sweep, report, select, walk-forward, Monte Carlo, stress: each a step with its digest."""
    lab = lab_of(market)
    found = run_pipeline(plan_of(market), lab).result
    assert [step.name for step in found.steps] == [
        "sweep", "report", "select", "walk_forward", "monte_carlo", "stress"
    ]  # fmt: skip
    studies = found.studies
    assert studies.parameters is not None
    assert studies.monte_carlo is not None
    assert len(studies.walk_forward) == 2
    assert [line.kind for line in studies.stress] == ["gap", "cost"]
    assert studies.regimes
    assert found.standing.trials == lab.ledger.count() > 12
    assert not found.spec.params or all(param.low is None for param in found.spec.params)


def test_again_the_same_bytes_and_no_new_trial(market: ResearchMarket) -> None:
    """A second run of the same plan finds everything in the ledger."""
    ledger = memory()
    first = run_pipeline(plan_of(market), lab_of(market, ledger)).result
    before = ledger_bytes(ledger)
    second = run_pipeline(plan_of(market), lab_of(market, ledger)).result
    assert canonical(second) == canonical(first)
    assert ledger_bytes(ledger) == before


def test_two_workers_give_the_same_bytes(market: ResearchMarket) -> None:
    """Result and ledger are those of one."""
    alone, together = memory(), memory()
    crew = ExecutorCrew(lambda: ThreadPoolExecutor(2), 2, market=market.raw)
    one = run_pipeline(plan_of(market), lab_of(market, alone)).result
    two = run_pipeline(plan_of(market), lab_of(market, together, crew)).result
    crew.close()
    assert canonical(one) == canonical(two)
    assert ledger_bytes(alone) == ledger_bytes(together)


def test_stopped_at_any_stage_it_goes_on(market: ResearchMarket) -> None:
    """Asked to stop at each stage's first sign of life, it ends with the bytes of one run."""
    whole = canonical(run_pipeline(plan_of(market), lab_of(market)).result)
    ledger, seen, codes = memory(), set[str](), set[str]()
    for _ in range(20):
        stop = Event()

        def tell(stage: str, done: int, total: int, stop: Event = stop) -> None:
            """Stop at the first new stage."""
            del done, total
            if stage not in seen:
                seen.add(stage)
                stop.set()

        lab: Lab = lab_of(market, ledger, progress=tell, stop=stop)
        try:
            found = run_pipeline(plan_of(market), lab).result
        except UnavailableError as error:
            codes.add(error.code)
        else:
            break
    assert {"sweep", "walk-forward 1/2", "monte-carlo", "stress"} <= seen
    assert codes == {"RESEARCH_STOPPED"}
    assert canonical(found) == whole
    assert "open" not in {row.outcome.status for row in ledger.rows()}


def test_a_pipeline_of_fixed_rules(market: ResearchMarket) -> None:
    """One run, slices instead of a procedure, no map."""
    found = run_pipeline(plan_of(market, spec=fixed()), lab_of(market)).result
    assert len(found.sweep) == 1
    assert found.studies.parameters is None
    assert not found.walk_forward.procedure


def test_without_a_trade_nothing_is_selected(market: ResearchMarket) -> None:
    """NOTHING_TO_SELECT after the sweep, which is counted."""
    never = [{"id": "up", "side": "long", "entry": "close > 1000000 and close[fast] > close[slow]",
              "exit": "close < 1"}]  # fmt: skip
    ledger = memory()
    with pytest.raises(InputError) as caught:
        run_pipeline(plan_of(market, spec=swept(rules=never)), lab_of(market, ledger))
    assert caught.value.code == "NOTHING_TO_SELECT"
    assert ledger.count() == 12
