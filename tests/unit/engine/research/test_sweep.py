"""Sweeps: every point a counted trial, in order, resumable, the same for any crew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from engine.errors import InputError, IntegrityError, UnavailableError
from engine.ledger_memory import InMemoryLedger
from engine.records import canonical, parse_record
from engine.research.crew import Alone, ExecutorCrew
from engine.research.market import ResearchMarket
from engine.research.sweep import sweep
from engine.research.tasks import Answer, Task, run_task
from engine.research.trials import Tried
from tests.research_world import (
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


def run(market: ResearchMarket, ledger: InMemoryLedger, **parts: Any) -> list[Tried]:  # noqa: ANN401
    """One sweep of the crossing."""
    return list(sweep(study_of(market, **parts), lab_of(market, ledger)))


def test_every_point_is_a_trial(market: ResearchMarket) -> None:
    """Twelve points, twelve rows in order; the three that mean nothing count as failed ones."""
    ledger = memory()
    found = run(market, ledger)
    assert [one.row for one in found] == list(range(1, 13))
    assert ledger.count(*market.families) == 12
    assert [one.outcome.status for one in found].count("error") == 3
    rows = ledger.rows()
    assert {row.start.spec_digest for row in rows} == {swept().digest}
    assert [row.start.params for row in rows] == [one.values for one in found]
    assert {row.start.lineage.source for row in rows} == {"sweep"}
    assert ledger.spec(swept().digest) == canonical(swept()).decode()


def test_a_sweep_of_a_thousand_sets_is_a_thousand_trials(market: ResearchMarket) -> None:
    """Also when most of them are refused or never trade."""
    wide = [
        {"name": "fast", "type": "int", "default": 1, "low": 1, "high": 40, "step": 1},
        {"name": "slow", "type": "int", "default": 30, "low": 21, "high": 45, "step": 1},
    ]
    short = market_of_first(market, 120)
    ledger = memory()
    rule = {"id": "up", "side": "long", "entry": "close[fast] > 0 and close[slow] > 0",
            "exit": "close < 0.5 * close[fast]"}  # fmt: skip
    spec = swept(params=wide, rules=[rule])
    found = list(sweep(study_of(short, spec=spec), lab_of(short, ledger)))
    assert len(found) == 1_000
    assert ledger.count(*market.families) == 1_000


def market_of_first(market: ResearchMarket, bars: int) -> ResearchMarket:
    """The first bars of a market."""
    panel = market.panel
    return ResearchMarket(market.datasets, panel.before(int(panel.time[bars])))


@pytest.mark.parametrize("method", ["grid", "random", "tpe", "nsga2"])
def test_the_same_study_again_runs_nothing(market: ResearchMarket, method: str) -> None:
    """Every outcome is known; the points, their order and the ledger are the same."""
    if method in {"tpe", "nsga2"}:
        pytest.importorskip("optuna", reason="the extra `research` brings adaptive search")
    ledger = memory()
    first = run(market, ledger, method=method, points=20)
    before = ledger_bytes(ledger)
    again = run(market, ledger, method=method, points=20)
    assert [(one.row, one.values, one.outcome) for one in again] == [
        (one.row, one.values, one.outcome) for one in first
    ]
    assert all(one.cached for one in again if one.outcome.status != "error")
    assert ledger_bytes(ledger) == before


def test_a_sweep_that_was_left_goes_on(
    market: ResearchMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading part of a sweep keeps its rows; the rest is run later, nothing twice."""
    monkeypatch.setattr("engine.research.study.PLAIN_BATCH", 4)
    ledger, whole = memory(), memory()
    next(sweep(study_of(market), lab_of(market, ledger)))
    assert ledger.count() == 4
    found = run(market, ledger)
    assert [one.cached for one in found[:3]] == [True, True, True]
    assert not any(one.cached for one in found[4:])
    undisturbed = run(market, whole)
    assert [one.outcome for one in found] == [one.outcome for one in undisturbed]
    assert ledger_bytes(ledger) == ledger_bytes(whole)


def test_stopping_completes_open_rows_as_cancelled(market: ResearchMarket) -> None:
    """No row stays open; what came before is kept, and a later run takes the place of the rest."""
    ledger, stop = memory(), Event()

    class Stopping(Alone):
        """Asks for the end after three answers."""

        def answers(self, tasks: Sequence[bytes]) -> Iterator[bytes]:
            """The answers of a crew that is interrupted."""
            for place, answer in enumerate(super().answers(tasks)):
                if place == 3:
                    stop.set()
                yield answer

    lab = lab_of(market, ledger, Stopping(market.raw), stop=stop)
    with pytest.raises(UnavailableError) as caught:
        list(sweep(study_of(market), lab))
    assert caught.value.code == "RESEARCH_STOPPED"
    states = [row.outcome.status for row in ledger.rows()]
    assert states[:3] == ["ok", "ok", "ok"]
    assert states[4:] == ["cancelled"] * 8
    run(market, ledger)
    assert ledger.count() == 12
    ended = {row.outcome.status for row in ledger.rows() if row.n not in {7, 10}}
    assert ended == {"ok", "error"}  # 7 and 10 are refused: an error never replaces an outcome


def test_an_interrupted_batch_leaves_no_open_row(market: ResearchMarket) -> None:
    """Ctrl-C in the middle of a batch: finished points keep their returns, the others count."""

    class Interrupted(Alone):
        """Is interrupted after two answers."""

        def answers(self, tasks: Sequence[bytes]) -> Iterator[bytes]:
            """Two answers, then Ctrl-C."""
            yield from list(super().answers(tasks))[:2]
            raise KeyboardInterrupt

    ledger = memory()
    with pytest.raises(KeyboardInterrupt):
        list(sweep(study_of(market), lab_of(market, ledger, Interrupted(market.raw))))
    states = [row.outcome.status for row in ledger.rows()]
    assert states == ["ok", "ok", *["cancelled"] * 10]


def threads(market: ResearchMarket, width: int) -> ExecutorCrew:
    """A crew of threads."""
    return ExecutorCrew(lambda: ThreadPoolExecutor(width), width, market=market.raw, trusted=False)


@pytest.mark.parametrize("width", [2, 3])
def test_any_executor_gives_the_same_ledger(market: ResearchMarket, width: int) -> None:
    """Answers are taken in task order, however many work."""
    alone, together = memory(), memory()
    run(market, alone)
    crew = threads(market, width)
    list(sweep(study_of(market), lab_of(market, together, crew)))
    crew.close()
    assert ledger_bytes(together) == ledger_bytes(alone)


class Broken(Executor):
    """Answers so many tasks, then its workers are gone."""

    def __init__(self, answers: int) -> None:
        """Die after so many."""
        self.left = answers

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as the base
        """A future that is answered, or that breaks."""
        future: Future[Any] = Future()
        self.left -= 1
        if self.left >= 0:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(BrokenExecutor("killed"))
        return future


def test_what_a_lost_worker_had_is_given_out_again(market: ResearchMarket) -> None:
    """The ledger is that of an undisturbed sweep."""
    alone, disturbed = memory(), memory()
    run(market, alone)
    pools = iter([Broken(1), Broken(0), Broken(99)])
    crew = ExecutorCrew(lambda: next(pools), 2, market=market.raw)
    list(sweep(study_of(market), lab_of(market, disturbed, crew)))
    assert ledger_bytes(disturbed) == ledger_bytes(alone)


def test_workers_that_always_end_end_the_job(market: ResearchMarket) -> None:
    """WORKERS_LOST, and every opened row is completed."""
    ledger = memory()
    crew = ExecutorCrew(lambda: Broken(0), 2, market=market.raw)
    with pytest.raises(UnavailableError) as caught:
        list(sweep(study_of(market), lab_of(market, ledger, crew)))
    assert caught.value.code == "WORKERS_LOST"
    assert {row.outcome.status for row in ledger.rows()} == {"cancelled"}


class Lying(ThreadPoolExecutor):
    """A worker that adds a tenth of a percent to every day."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as the base
        """Better figures than the run had."""

        def better() -> bytes:
            """The answer, with other returns."""
            answer = parse_record(Answer, fn(*args, **kwargs))
            outcomes = tuple(
                one.model_copy(update={"trades": one.trades + 1}) for one in answer.outcomes
            )
            return canonical(answer.model_copy(update={"outcomes": outcomes}))

        return super().submit(better)


def test_a_worker_that_lies_voids_the_job(
    market: ResearchMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recomputed sample has other bytes: WORKER_DISAGREES, nothing of the batch is believed."""
    monkeypatch.setattr("engine.research.trials.SAMPLE", 0.5)
    ledger = memory()
    crew = ExecutorCrew(lambda: Lying(2), 2, market=market.raw, trusted=False)
    with pytest.raises(IntegrityError) as caught:
        list(sweep(study_of(market), lab_of(market, ledger, crew)))
    crew.close()
    assert caught.value.code == "WORKER_DISAGREES"
    assert {row.outcome.status for row in ledger.rows()} == {"error"}
    honest = threads(market, 2)
    list(sweep(study_of(market), lab_of(market, ledger, honest)))
    honest.close()
    assert "ok" in {row.outcome.status for row in ledger.rows()}


def test_a_worker_with_other_code_refuses(market: ResearchMarket) -> None:
    """WORKER_CODE before anything runs; one with the same code answers."""
    study = study_of(market)
    task = Task(
        code="0" * 64, market=market.digest, spec=study.spec, costs=study.costs,
        span=market.whole, points=(),
    )  # fmt: skip
    with pytest.raises(UnavailableError) as caught:
        run_task(canonical(task), market.raw)
    assert caught.value.code == "WORKER_CODE"
    same = task.model_copy(update={"code": lab_of(market).code})
    assert parse_record(Answer, run_task(canonical(same), market.raw)).outcomes == ()


def test_new_code_recomputes_and_counts_nothing_twice(market: ResearchMarket) -> None:
    """Outcomes of older code are not taken for known; the rows stay the same."""
    ledger = memory()
    run(market, ledger)
    rows = [
        (row.n, row.outcome.model_copy(update={"code_digest": "0" * 64})) for row in ledger.rows()
    ]
    older = memory()
    older.open_trials([row.start for row in ledger.rows()])
    older.complete_trials(rows)
    again = list(sweep(study_of(market), lab_of(market, older)))
    assert not any(one.cached for one in again)
    assert older.count() == 12


def test_a_spec_with_errors_leaves_no_row(market: ResearchMarket) -> None:
    """What cannot be read at its defaults is not run at any point."""
    ledger = memory()
    with pytest.raises(InputError):
        run(market, ledger, spec=swept(rules=[
            {"id": "up", "side": "long", "entry": "smaa(close,fast) > slow"}
        ]))  # fmt: skip
    assert ledger.count() == 0
