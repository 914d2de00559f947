"""Report files of judged candidates: HTML in both languages' default, Markdown and JSON.

A file appears whole or not at all, and its figures are those of the verdict: a holdout that did
not pass stays sealed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from config.private_files import private_folder
from engine.data.dataset import Dataset
from engine.data.partitions import HoldoutBars, TrainBars
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


def _run(rerun: Rerun) -> ReportRun:
    return ReportRun(rerun.result, rerun.bars)


def _milliseconds(dataset: Dataset) -> tuple[int, int]:
    return (
        int(dataset.holdout_from.timestamp() * 1000),
        int(dataset.holdout_to.timestamp() * 1000),
    )


class Reports:
    """Writes report files into one folder."""

    def __init__(self, folder: Path, language: Literal["en", "de"]) -> None:
        """Write into `folder`, in the deployment's language."""
        self._folder = folder
        self._language = language

    def write(
        self,
        candidate: Candidate,
        report: GateReport,
        dataset: Dataset,
        train: TrainBars,
        holdout: HoldoutBars | None,
    ) -> Path:
        """Write all forms of one report; returns the HTML file. `holdout` only after a PASS."""
        data = self._data(candidate, report, dataset, train, holdout)
        private_folder(self._folder)
        self._put(f"{candidate.digest}.json", canonical(data))
        self._put(f"{candidate.digest}.md", render_markdown.render(data, self._language).encode())
        page = render_html.render(data, self._language).encode()
        return self._put(f"{candidate.digest}.html", page)

    @staticmethod
    def _data(
        candidate: Candidate,
        report: GateReport,
        dataset: Dataset,
        train: TrainBars,
        holdout: HoldoutBars | None,
    ) -> ReportData:
        words = RuleWords(en=in_words(candidate.spec, "en"), de=in_words(candidate.spec, "de"))
        return report_data(
            candidate.spec,
            words,
            _run(train_rerun(candidate, train)),
            candidate.costs,
            holdout=None if holdout is None else _run(holdout_rerun(candidate, holdout)),
            sealed_span=_milliseconds(dataset) if holdout is None else None,
            gate=report,
            findings=check(candidate.spec).findings,
            digests={"dataset": dataset.id, "code": report.code_digest},
        )

    def _put(self, name: str, raw: bytes) -> Path:
        return put_file(self._folder / name, raw)
