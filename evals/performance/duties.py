"""What the gate and the desk wait for: the prefix test on long bars, and a report."""

from __future__ import annotations

from typing import Any, Final

from engine.data.panel import panel_of
from engine.data.synthetic import Frame, garch_t
from engine.gate.prefix import violations
from engine.gate.subject import Subject
from engine.language.causality import prefix_violations
from engine.language.compiler import compile_spec
from engine.language.wording import in_words
from engine.market import Timeframe
from engine.reports import render_html
from engine.reports.build import ReportRun, report_data
from engine.reports.data import RuleWords
from evals.performance import ours, workloads
from evals.performance.timing import cpu_seconds, median_cpu

PREFIX_BARS: Final = 100_000
REPORT_BARS: Final = 3_652
"""Ten years of days."""
_ROUNDS: Final = 3


def prefix_check() -> dict[str, Any]:
    """The gate's own prefix test: the operators of a spec, then whole runs with their equity."""
    bars, compiled = workloads.market(PREFIX_BARS), compile_spec(workloads.cross_spec())
    result, _ = ours.run(compiled, bars)
    found: list[str] = []
    operators = median_cpu(lambda: found.extend(prefix_violations(compiled, bars)), _ROUNDS)
    subject = Subject.of(compiled.spec, workloads.COSTS)
    runs = cpu_seconds(lambda: found.extend(violations(subject, panel_of([bars]), result)))
    return {
        "bars": PREFIX_BARS,
        "operators_ms": round(operators * 1000, 1),
        "runs_s": round(runs, 3),
        "violations": len(found),
    }


def report() -> dict[str, Any]:
    """The HTML report of ten daily years, from the finished run to the file's text."""
    frame = Frame(workloads.INSTRUMENT, Timeframe.D1, REPORT_BARS)
    bars = garch_t(frame, workloads.SEED, drift=0.0003)
    spec = workloads.cross_spec().model_copy(update={"timeframe": Timeframe.D1})
    result, _ = ours.run(compile_spec(spec), bars)
    words = RuleWords(en=in_words(spec, "en"), de=in_words(spec, "de"))
    pages: list[str] = []

    def build() -> None:
        """Data, then the page."""
        run = ReportRun(result, bars)
        pages.append(render_html.render(report_data(spec, words, run, workloads.COSTS), "en"))

    spent = median_cpu(build, _ROUNDS)
    return {"bars": REPORT_BARS, "cpu_s": round(spent, 3), "kib": len(pages[0].encode()) // 1024}
