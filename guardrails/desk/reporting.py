"""Report files of judged candidates: HTML, Markdown and JSON in the deployment's language.

A file appears whole or not at all, and its figures are those of the verdict: a holdout that did
not pass stays sealed until a person asks for it (`revealing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from config.private_files import private_folder
from engine.data.dataset import Dataset
from engine.gate.bench import Bench, Field
from engine.gate.candidate import Candidate
from engine.gate.report import GateReport
from engine.gate.rerun import Rerun, holdout_rerun, train_rerun
from engine.language.checker import check
from engine.language.wording import in_words
from engine.records import canonical
from engine.reports import render_html, render_markdown
from engine.reports.build import ReportRun, report_data
from engine.reports.data import ReportData, RuleWords
from guardrails.desk.report_files import put_file
from guardrails.desk.report_studies import studies_of


def _run(rerun: Rerun) -> ReportRun:
    return ReportRun.of(rerun.result, rerun.panel)


def sealed_span(datasets: Sequence[Dataset]) -> tuple[int, int]:
    """First and last millisecond that are sealed in every dataset."""
    first = max(one.holdout_from for one in datasets)
    last = min(one.holdout_to for one in datasets)
    return int(first.timestamp() * 1000), int(last.timestamp() * 1000)


class Reports:
    """Writes report files into one folder."""

    def __init__(self, folder: Path, language: Literal["en", "de"]) -> None:
        """Write into `folder`, in the deployment's language."""
        self._folder = folder
        self._language = language

    def write(
        self, candidate: Candidate, report: GateReport, bench: Bench, holdout: Field | None
    ) -> Path:
        """Write all forms of one report; returns the HTML file.

        Args:
            candidate: who was judged.
            report: the verdict.
            bench: its train bars.
            holdout: the sealed bars, only when their figures are open.
        """
        data = self._data(candidate, report, bench, holdout)
        private_folder(self._folder)
        self._put(f"{candidate.digest}.json", canonical(data))
        self._put(f"{candidate.digest}.md", render_markdown.render(data, self._language).encode())
        page = render_html.render(data, self._language).encode()
        return self._put(f"{candidate.digest}.html", page)

    @staticmethod
    def _data(
        candidate: Candidate, report: GateReport, bench: Bench, holdout: Field | None
    ) -> ReportData:
        words = RuleWords(en=in_words(candidate.spec, "en"), de=in_words(candidate.spec, "de"))
        return report_data(
            candidate.spec,
            words,
            _run(train_rerun(candidate, bench.panel)),
            candidate.costs,
            holdout=None if holdout is None else _run(holdout_rerun(candidate, holdout)),
            sealed_span=sealed_span(bench.datasets) if holdout is None else None,
            gate=report,
            findings=check(candidate.spec).findings,
            digests={"dataset": report.dataset_id, "code": report.code_digest},
            studies=studies_of(candidate, report, bench, holdout),
        )

    def _put(self, name: str, raw: bytes) -> Path:
        return put_file(self._folder / name, raw)
