"""The report of a research run: train bars only, a counted trial, nobody has judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.dataset import Dataset
from engine.gate.candidate import Candidate
from engine.gate.identity import code_digest
from engine.gate.rerun import train_rerun
from engine.language.checker import check
from engine.language.wording import in_words
from engine.ledger import Lineage
from engine.records import canonical, read_json
from engine.reports.build import ReportRun, report_data
from engine.reports.data import ReportData, RuleWords
from guardrails.desk.backtesting import BacktestDesk, BacktestRequest, backtest, costs_of
from guardrails.desk.desk_client import DeskClient
from guardrails.store.ledger import SqlLedger

if TYPE_CHECKING:
    from guardrails.desk.local import Local

_DESK_TIMEOUT_S = 120.0


def run_report(here: Local, request: BacktestRequest) -> tuple[ReportData, int]:
    """Run, count and report; the trials on this market with it.

    The run is counted first, by a running desk or here; the report then repeats that trial.

    Raises:
        SpecError: the first error finding. InputError: DATASET_UNKNOWN.
    """
    dataset_id, trials = counted(here, request)
    dataset = here.datasets().find(dataset_id)
    return _report(here, request, dataset), trials


def counted(here: Local, request: BacktestRequest) -> tuple[str, int]:
    """Run a trial where the ledger is: in the running desk, or here under the store's lock.

    Returns the id of its first dataset and the trials on that market with it.
    """
    if here.running():
        client = DeskClient.of(here.folders.run, timeout_s=_DESK_TIMEOUT_S)
        answer = client.post("/api/backtests", read_json(canonical(request)))
        return str(answer["dataset_id"]), int(answer["trials"])
    with here.store() as database:
        ledger = SqlLedger(database, here.user)
        done = backtest(
            request,
            BacktestDesk(here.datasets(), ledger, here.costs(), here.folders.strategies),
            here.user,
        )
    return done.datasets[0].id, done.trials


def _report(here: Local, request: BacktestRequest, dataset: Dataset) -> ReportData:
    spec, costs = request.spec, costs_of(request, here.costs())
    candidate = Candidate(
        spec=spec,
        dataset_id=dataset.id,
        costs=costs,
        lineage=Lineage(lineage_id=f"spec-{spec.digest[:16]}", person=here.user),
        created_at=here.clock.now(),
    )
    rerun = train_rerun(candidate, here.datasets().train(dataset))
    holdout = dataset.holdout_from, dataset.holdout_to
    return report_data(
        spec,
        RuleWords(en=in_words(spec, "en"), de=in_words(spec, "de")),
        ReportRun(rerun.result, rerun.bars),
        costs,
        sealed_span=(
            int(holdout[0].timestamp() * 1000),
            int(holdout[1].timestamp() * 1000),
        ),
        findings=check(spec).findings,
        digests={"dataset": dataset.id, "code": code_digest()},
    )
