"""Judge: evidence in, report out; pure, so the same evidence gives the same bytes anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.gate.candidate import Candidate, Tier
from engine.gate.checks.answers import Asked, Row, findings
from engine.gate.checks.contract import CONTRACT
from engine.gate.checks.holdout import HOLDOUT, REFUSALS
from engine.gate.checks.tier import TIER
from engine.gate.checks.train import TRAIN_KEYS, VETOES
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, TrainEvidence
from engine.gate.figures import gate_facts
from engine.gate.findings import Effect, GateFinding
from engine.gate.keys import is_single
from engine.gate.messages import sealed_sentence
from engine.gate.report import GateReport, Verdict, from_holdout
from engine.gate.tiers import grade_is_full, lowest, reached
from engine.language.library import tier_of

_DECIDING = (Effect.INELIGIBLE, Effect.FAIL)
_BEFORE_LOOK: Final = (*CONTRACT, *TRAIN_KEYS, *VETOES)


def passes(
    rows: Sequence[Row], candidate: Candidate, train: TrainEvidence, criteria: GateCriteria
) -> bool:
    """Whether nothing of these criteria that could be asked decides against the candidate."""
    asked = Asked(candidate, Evidence(train=train), criteria)
    return _verdict(tuple(findings(rows, asked))) == "PASS"


def worth_vetoes(candidate: Candidate, train: TrainEvidence, criteria: GateCriteria) -> bool:
    """Whether contract and train keys are passed, so that the dearer vetoes are worth running."""
    return train.run is not None and passes((*CONTRACT, *TRAIN_KEYS), candidate, train, criteria)


def needs_look(candidate: Candidate, train: TrainEvidence, criteria: GateCriteria) -> bool:
    """Whether everything cheaper than a look has been measured and passed."""
    return train.complete and passes(_BEFORE_LOOK, candidate, train, criteria)


def judge(candidate: Candidate, evidence: Evidence, criteria: GateCriteria) -> GateReport:
    """The verdict on a candidate.

    PASS needs every deciding criterion of every stage and a look that was taken. Holdout figures
    stand in the report of a PASS only; after a FAIL they are sealed. The tier is asked about after
    a PASS only.
    """
    train, holdout = evidence.train, evidence.holdout
    asked = Asked(candidate, evidence, criteria)
    found = tuple(findings((*_BEFORE_LOOK, *REFUSALS, *HOLDOUT), asked))
    verdict = _verdict(found)
    if verdict == "PASS" and (holdout is None or not train.complete):
        verdict = "INELIGIBLE"
    shown = verdict == "PASS"
    if shown:
        found = (*found, *findings(TIER, asked))
    return GateReport(
        candidate_digest=candidate.digest,
        spec_digest=candidate.spec.digest,
        rule_digest=train.rule_digest,
        dataset_id=train.dataset_id,
        others=train.others,
        families=train.families,
        cost_digest=candidate.costs.digest,
        code_digest=train.code_digest,
        criteria_digest=criteria.digest,
        verdict=verdict,
        asked=candidate.tier,
        tier=reached(found, _most(candidate), criteria) if shown else None,
        grade="full" if grade_is_full(found) else "research",
        keys="single" if is_single(evidence) else "two",
        findings=found if shown else tuple(_sealed(each) for each in found),
        trials=train.trial.count if train.trial else 0,
        look=holdout.k if holdout else 0,
        seen=evidence.seen,
        earlier=evidence.earlier,
        looks_left=evidence.looks_left,
        facts=gate_facts(evidence, criteria, shown=shown),
    )


def _most(candidate: Candidate) -> Tier:
    """The tier that is asked for, or less where the library says that a spec is a study."""
    return lowest([candidate.tier, tier_of(candidate.spec)])


def _verdict(findings: Sequence[GateFinding]) -> Verdict:
    """INELIGIBLE before FAIL before PASS; caps and notes do not decide."""
    effects = [f.effect for f in findings if not f.passed and f.effect in _DECIDING]
    if Effect.INELIGIBLE in effects:
        return "INELIGIBLE"
    return "FAIL" if effects else "PASS"


def _sealed(finding: GateFinding) -> GateFinding:
    """A finding without its figure when it was measured on the holdout."""
    if not from_holdout(finding):
        return finding
    return GateFinding(
        code=finding.code,
        stage=finding.stage,
        effect=finding.effect,
        passed=finding.passed,
        message=sealed_sentence(passed=finding.passed),
    )
