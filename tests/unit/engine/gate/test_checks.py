"""Checks: each criterion can fail, says its code, and passes again when the cause is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.backtest.costs import CostModel
from engine.data.dataset import Dataset
from engine.gate.checks import HOLDOUT_CHECKS, TRAIN_CHECKS
from engine.gate.evidence import Evidence, HoldoutEvidence, TrainEvidence
from engine.gate.findings import Effect, GateCode
from engine.gate.judge import judge, needs_look, train_findings
from engine.gate.messages import say, sealed_sentence
from engine.language.findings import SpecFinding

Lab = Any
Passed = Any
KEY = {"statistic": 0.1, "p": 0.6}
BROKEN_TRIAL = {"number": 1, "count": 0, "block": 10, "problem": "a row is missing"}
ERROR = SpecFinding(code="NAME_UNKNOWN", path="/rules/0/entry", message="`foo` is not known.")
WARNING = SpecFinding(code="PARAM_EDGE", level="warning", path="/params/0", message="at its edge")


def changed(train: TrainEvidence, **fields: object) -> TrainEvidence:
    """Evidence with other fields; `run` takes a dictionary of changes."""
    if isinstance(fields.get("run"), dict):
        assert train.run is not None
        fields["run"] = {**train.run.model_dump(), **fields["run"]}  # type: ignore[dict-item]  # a dictionary, see above
    return TrainEvidence.model_validate({**dict(train), **fields})


@pytest.mark.parametrize(
    ("fields", "code", "verdict"),
    [
        ({"spec_findings": (ERROR,)}, GateCode.SPEC_INVALID, "INELIGIBLE"),
        ({"mismatch": "The spec is for 1h."}, GateCode.SPEC_INVALID, "INELIGIBLE"),
        ({"spec_findings": (WARNING,)}, GateCode.SPEC_LINT, "PASS"),
        ({"parameters": 11}, GateCode.PARAMETERS_TOO_MANY, "FAIL"),
        ({"rules_without_stop": ("one",)}, GateCode.STOP_MISSING, "FAIL"),
        ({"zone_note": "DATA_TOO_SHORT"}, GateCode.DATA_TOO_SHORT, "INELIGIBLE"),
        ({"holdout_rows": 0}, GateCode.DATA_TOO_SHORT, "INELIGIBLE"),
        ({"zone_note": "ZONE_SHORT"}, GateCode.ZONE_SHORT, "PASS"),
        ({"violations": ("enter differs",)}, GateCode.CAUSALITY_BROKEN, "FAIL"),
        ({"reproducible": False}, GateCode.NOT_REPRODUCIBLE, "INELIGIBLE"),
        ({"trial": BROKEN_TRIAL, "run": None}, GateCode.LEDGER_BROKEN, "INELIGIBLE"),
        ({"run": {"trades": 29}}, GateCode.TRADES_TOO_FEW, "FAIL"),
        ({"run": {"raw": {**KEY, "p": 0.251}}}, GateCode.TRAIN_NOT_SIGNIFICANT, "FAIL"),
        ({"run": {"excess": {**KEY, "p": 0.251}}}, GateCode.TRAIN_BENCHMARK, "FAIL"),
        ({"stressed_mean": 0.0}, GateCode.COST_FRAGILE, "FAIL"),
        ({"run": {"ruined": True}}, GateCode.RUIN, "FAIL"),
    ],
)
def test_each_train_criterion_decides(
    passed: Passed,
    fields: dict[str, object],
    code: GateCode,
    verdict: str,
) -> None:
    """One thing wrong: exactly that code does not pass, and no look is asked for."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    train = changed(evidence.train, **fields)
    wrong = [f.code for f in train_findings(candidate, train, lab.criteria) if not f.passed]
    assert wrong == [code]
    assert needs_look(candidate, train, lab.criteria) is (verdict == "PASS")
    asked = evidence.holdout if verdict == "PASS" else None
    report = judge(candidate, Evidence(train=train, holdout=asked), lab.criteria)
    assert report.verdict == verdict


@pytest.mark.parametrize(
    ("change", "code", "stage"),
    [
        ({"raw": {**KEY, "p": 0.501}}, GateCode.HOLDOUT_REFUTED, "2"),
        ({"excess": {**KEY, "p": 0.501}}, GateCode.HOLDOUT_BENCHMARK, "2"),
        ({"trades": 4}, GateCode.HOLDOUT_TRADES, "3b"),
        ({"ruined": True}, GateCode.RUIN, "3b"),
    ],
)
def test_each_holdout_criterion_decides(
    passed: Passed,
    change: dict[str, object],
    code: GateCode,
    stage: str,
) -> None:
    """One thing wrong on the holdout is a FAIL without figures."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    assert evidence.holdout is not None
    run = {**evidence.holdout.run.model_dump(), **change}
    holdout = HoldoutEvidence.model_validate({"k": 1, "run": run})
    report = judge(candidate, Evidence(train=evidence.train, holdout=holdout), lab.criteria)
    assert report.verdict == "FAIL"
    assert report.tier is None
    (finding,) = [f for f in report.findings if not f.passed]
    assert (finding.code, finding.stage, finding.value) == (code, stage, None)
    assert finding.message == sealed_sentence(passed=False)
    for language in ("en", "de"):
        words = sealed_sentence(passed=False, language=language)
        assert say(finding, report.trials, language) == words
    assert all(fact.value is None for fact in report.facts if fact.key.startswith("oos."))


def test_thresholds_themselves_pass(passed: Passed) -> None:
    """30 trades and p = 0.25 are enough: the limits are inclusive."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    at_limit = {"trades": 30, "raw": {**KEY, "p": 0.25}, "excess": {**KEY, "p": 0.25}}
    train = changed(evidence.train, run=at_limit)
    assert needs_look(candidate, train, lab.criteria)


def test_without_a_look_nothing_passes(passed: Passed) -> None:
    """Train evidence alone is INELIGIBLE, never a PASS."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    report = judge(candidate, Evidence(train=evidence.train), lab.criteria)
    assert (report.verdict, report.tier, report.look) == ("INELIGIBLE", None, 0)


@pytest.mark.parametrize(
    ("costs", "fine"),
    [
        (CostModel(taker_fee_bps=1, maker_fee_bps=1, spread_bps=1, slippage_bps=0), True),
        (CostModel(taker_fee_bps=0.9, maker_fee_bps=1, spread_bps=1, slippage_bps=0), False),
        (CostModel(taker_fee_bps=1, maker_fee_bps=0, spread_bps=1, slippage_bps=0), False),
        (CostModel(taker_fee_bps=1, maker_fee_bps=1, spread_bps=0.9, slippage_bps=0), False),
    ],
)
def test_the_cost_floor_holds_for_every_part(passed: Passed, costs: CostModel, fine: bool) -> None:
    """Taker fee, maker fee and impact each have a floor."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    cheap = type(candidate).model_validate({**dict(candidate), "costs": costs})
    findings = train_findings(cheap, evidence.train, lab.criteria)
    assert [f.passed for f in findings if f.code == "COST_BELOW_FLOOR"] == [fine]


def test_an_unmeasured_criterion_is_left_out(lab: Lab, goog: Dataset) -> None:
    """A spec with errors has static findings only."""
    candidate = lab.candidate(lab.spec("foo > 1"), goog)
    findings = train_findings(candidate, lab.evidence(candidate).train, lab.criteria)
    assert {f.stage for f in findings} == {"0"}
    assert len(findings) < len(TRAIN_CHECKS)


def test_deciding_checks_decide(passed: Passed) -> None:
    """Only the lint note and the zone cap never decide; everything on the holdout does."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    soft = {
        f.code
        for f in train_findings(candidate, evidence.train, lab.criteria)
        if f.effect in {Effect.NOTE, Effect.CAP}
    }
    assert soft == {GateCode.SPEC_LINT, GateCode.ZONE_SHORT}
    assert evidence.holdout is not None
    hard: list[Callable[..., Any]] = list(HOLDOUT_CHECKS)
    assert all(
        check(evidence.train, evidence.holdout, lab.criteria).effect is Effect.FAIL
        for check in hard
    )
