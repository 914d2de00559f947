"""The report of a research run: train bars only, a counted trial, nobody has judged."""

from __future__ import annotations

from collections.abc import Sequence
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
from guardrails.desk.panels import train_panel
from guardrails.desk.reporting import sealed_span
from guardrails.desk.specs import named_spec
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
    ids, trials = counted(here, request)
    datasets = [here.datasets().find(one) for one in ids]
    return _report(here, request, datasets), trials


def counted(here: Local, request: BacktestRequest) -> tuple[tuple[str, ...], int]:
    """Run a trial where the ledger is: in the running desk, or here under the store's lock.

    Returns the ids of its datasets, its own first, and the trials on their markets with it.
    """
    if here.running():
        client = DeskClient.of(here.folders.run, timeout_s=_DESK_TIMEOUT_S)
        answer = client.post("/api/backtests", read_json(canonical(request)))
        return tuple(str(one) for one in answer["dataset_ids"]), int(answer["trials"])
    with here.store() as database:
        ledger = SqlLedger(database, here.user)
        done = backtest(
            request,
            BacktestDesk(here.datasets(), ledger, here.costs(), here.folders.strategies),
            here.user,
        )
    return tuple(one.id for one in done.datasets), done.trials


def _report(here: Local, request: BacktestRequest, datasets: Sequence[Dataset]) -> ReportData:
    spec, costs = request.spec, costs_of(request, here.costs())
    named = () if spec.ensemble is None else spec.ensemble.members
    candidate = Candidate(
        spec=spec,
        dataset_id=datasets[0].id,
        others=tuple(one.id for one in datasets[1:]),
        members=tuple(named_spec(one.strategy, here.folders.strategies) for one in named),
        costs=costs,
        lineage=Lineage(lineage_id=f"spec-{spec.digest[:16]}", person=here.user),
        created_at=here.clock.now(),
    )
    rerun = train_rerun(candidate, train_panel(here.datasets(), datasets))
    return report_data(
        spec,
        RuleWords(en=in_words(spec, "en"), de=in_words(spec, "de")),
        ReportRun.of(rerun.result, rerun.panel),
        costs,
        sealed_span=sealed_span(datasets),
        findings=check(spec).findings,
        digests={"dataset": datasets[0].id, "code": code_digest()},
    )
