"""The report of a pipeline: the winner's train run with every study, nobody has judged."""

from __future__ import annotations

from pathlib import Path

from engine.gate.identity import code_digest
from engine.language.checker import check
from engine.language.wording import in_words
from engine.reports.build import ReportRun, report_data
from engine.reports.data import Language, ReportData, RuleWords
from engine.research.market import ResearchMarket
from engine.research.pipeline import Pipeline
from guardrails.desk.report_files import forms_of, put_file


def pipeline_report(done: Pipeline, market: ResearchMarket) -> ReportData:
    """One report of a finished pipeline; the holdout stays sealed."""
    spec, own = done.subject.spec, market.datasets[0]
    bars, *others = market.panel.each
    first, last = own.holdout_from, own.holdout_to
    return report_data(
        spec,
        RuleWords(en=in_words(spec, "en"), de=in_words(spec, "de")),
        ReportRun(done.base, bars, tuple(others)),
        done.subject.costs,
        sealed_span=(int(first.timestamp() * 1000), int(last.timestamp() * 1000)),
        findings=check(spec).findings,
        digests={"dataset": own.id, "code": code_digest(), "study": done.result.study},
        studies=done.result.studies,
    )


def write_pipeline_report(
    done: Pipeline, market: ResearchMarket, folder: Path, language: Language
) -> dict[str, str]:
    """Write the report as HTML, Markdown and JSON, named by its study; form and path of each."""
    page = forms_of(pipeline_report(done, market), language, "research")
    return {
        form: str(put_file(folder / f"{done.result.study}.{form}", made().encode()))
        for form, made in (("html", page.html), ("md", page.md), ("json", page.json))
    }
