"""Unsealing: the figures of a look that failed, exactly those that were measured, nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from engine.data.store import DatasetStore
from engine.gate.checks.answers import Asked, findings
from engine.gate.checks.holdout import HOLDOUT
from engine.gate.judge import judge
from engine.gate.report import for_copilot, from_holdout, is_sealed
from engine.gate.unsealing import unsealed
from tests.reveal_world import turning_market

Passed = Any


@pytest.fixture(scope="module")
def refuted(passed: Passed, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - lab, bench, candidate, look, report
    """A candidate whose edge of train turned round on the holdout, judged once."""
    lab = type(passed.lab)(DatasetStore(tmp_path_factory.mktemp("refuted")), passed.lab.criteria)
    dataset = lab.store.register(turning_market())
    spec = lab.spec("close < close[1]", "close > close[1]", stops=[{"kind": "pct", "value": 0.08}])
    candidate = lab.candidate(spec, dataset)
    looked = lab.looked(candidate)
    report = judge(candidate, looked.evidence, lab.criteria)
    assert (report.verdict, report.look) == ("FAIL", 1)
    return lab, lab.bench(dataset), candidate, looked, report


def test_the_figures_are_those_of_the_look(refuted: Any) -> None:  # noqa: ANN401 - see the fixture
    """Every sealed finding gets exactly what the look measured; the others stay as they were."""
    _, bench, candidate, looked, report = refuted
    assert any(is_sealed(one) for one in report.findings)
    opened = unsealed(report, candidate, bench, looked.field)
    asked = Asked(candidate, looked.evidence, bench.criteria)
    measured = list(findings(HOLDOUT, asked))
    assert [one for one in opened.findings if from_holdout(one)] == measured
    kept = [one for one in report.findings if not from_holdout(one)]
    assert [one for one in opened.findings if not from_holdout(one)] == kept
    assert not any(fact.sealed for fact in opened.facts)
    assert {fact.key for fact in opened.facts} == {fact.key for fact in report.facts}


def test_nothing_but_figures_changes(refuted: Any) -> None:  # noqa: ANN401 - see the fixture
    """Verdict, counts and digests are the stored report's; unsealing twice is unsealing once."""
    _, bench, candidate, looked, report = refuted
    opened = unsealed(report, candidate, bench, looked.field)
    same = {"findings": report.findings, "facts": report.facts}
    assert opened.model_copy(update=same) == report
    assert unsealed(opened, candidate, bench, looked.field) == opened


def test_later_trials_change_nothing(refuted: Any) -> None:  # noqa: ANN401 - see the fixture
    """The train keys are those of the stored report, however many trials came since."""
    lab, bench, candidate, looked, report = refuted
    before = unsealed(report, candidate, bench, looked.field)
    dataset = lab.store.find(candidate.dataset_id)
    other = lab.candidate(lab.spec("close > close[2]", "close < close[2]"), dataset)
    lab.evidence(other)
    assert unsealed(report, candidate, lab.bench(dataset), looked.field) == before


def test_the_copilot_would_not_see_them(refuted: Any) -> None:  # noqa: ANN401 - see the fixture
    """Even from an unsealed report its view holds no holdout fact and one collapsed code."""
    _, bench, candidate, looked, report = refuted
    opened = unsealed(report, candidate, bench, looked.field)
    assert for_copilot(opened) == for_copilot(report)


def test_open_figures_stay_as_they_are(passed: Passed) -> None:
    """The report of a PASS comes back untouched."""
    dataset = passed.lab.store.find(passed.candidate.dataset_id)
    bench = passed.lab.bench(dataset)
    assert unsealed(passed.report, passed.candidate, bench, None) is passed.report  # type: ignore[arg-type]  # never read
