"""Drawing a report again with the figures of its look, once a person has asked for them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.store import DatasetStore
from engine.errors import AccessError
from engine.gate.criteria import GateCriteria
from engine.gate.unsealing import unsealed
from engine.ledger import Ledger
from engine.records import Digest
from guardrails.desk.benches import bench_of, datasets_of, sealed_field
from guardrails.desk.reporting import Reports
from guardrails.desk.revealing import look_of
from guardrails.store.candidates import CandidateStore
from guardrails.store.looks import SqlLooks


@dataclass(frozen=True, slots=True)
class Redrawing:
    """Writes report files anew; the stored verdict stays sealed, it is what the copilot reads."""

    candidates: CandidateStore
    datasets: DatasetStore
    ledger: Ledger
    looks: SqlLooks
    criteria: GateCriteria
    reports: Reports

    def redraw(self, candidate_id: Digest) -> None:
        """Draw a candidate's report with open figures.

        Raises:
            AccessError: FIGURES_SEALED unless its look counts as seen.
        """
        stored = self.candidates.get(candidate_id)
        report = stored.report
        row = None if report is None else look_of(self.looks.rows(*report.families), report)
        if report is None or row is None or not row.seen:
            raise AccessError(
                "FIGURES_SEALED", "the figures of this look are sealed", value=candidate_id[:12],
                hint="a trader may reveal them: `peak experiments reveal`",
            )  # fmt: skip
        candidate = stored.candidate
        bench = bench_of(
            datasets_of(candidate, self.datasets), self.datasets, self.ledger, self.criteria,
            lambda _stage, _share: None,
        )  # fmt: skip
        field = sealed_field(bench.datasets, self.datasets, row.permit)
        self.reports.write(candidate, unsealed(report, candidate, bench, field), bench, field)
