"""Judge: evidence in, report out; pure, so the same evidence gives the same bytes anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.facts.table import Fact, Unit
from engine.gate.candidate import Candidate, Tier
from engine.gate.checks import HOLDOUT_CHECKS, TRAIN_CHECKS, look_refused
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, Figure, HoldoutEvidence, RunEvidence, TrainEvidence
from engine.gate.findings import Effect, GateFinding
from engine.gate.messages import sealed_sentence
from engine.gate.report import HOLDOUT_STAGES, LOOK_CODES, GateReport, Verdict
from engine.records import Digest

_DECIDING = (Effect.INELIGIBLE, Effect.FAIL)


def train_findings(
    candidate: Candidate, train: TrainEvidence, criteria: GateCriteria
) -> tuple[GateFinding, ...]:
    """Answers of stages 0, 1 and 3a in order; what could not be asked is left out."""
    found = (check(candidate, train, criteria) for check in TRAIN_CHECKS)
    return tuple(finding for finding in found if finding is not None)


def needs_look(candidate: Candidate, train: TrainEvidence, criteria: GateCriteria) -> bool:
    """Whether everything cheaper than a look has been measured and passed."""
    findings = train_findings(candidate, train, criteria)
    return train.run is not None and _verdict(findings) == "PASS"


def judge(candidate: Candidate, evidence: Evidence, criteria: GateCriteria) -> GateReport:
    """The verdict on a candidate.

    PASS needs every deciding criterion of every stage and a look that was taken. Holdout figures
    stand in the report of a PASS only; after a FAIL they are sealed.
    """
    train, holdout = evidence.train, evidence.holdout
    findings = train_findings(candidate, train, criteria)
    refused = look_refused(evidence)
    if refused is not None:
        findings = (*findings, refused)
    if holdout is not None:
        asked = (check(train, holdout, criteria) for check in HOLDOUT_CHECKS)
        findings = (*findings, *asked)
    verdict = _verdict(findings)
    if verdict == "PASS" and holdout is None:
        verdict = "INELIGIBLE"
    shown = verdict == "PASS"
    tier: Tier | None = "paper" if shown else None
    return GateReport(
        candidate_digest=candidate.digest,
        spec_digest=candidate.spec.digest,
        rule_digest=train.rule_digest,
        dataset_id=train.dataset_id,
        cost_digest=candidate.costs.digest,
        code_digest=train.code_digest,
        criteria_digest=criteria.digest,
        verdict=verdict,
        tier=tier,
        findings=tuple(findings) if shown else tuple(_sealed(each) for each in findings),
        trials=train.trial.count if train.trial else 0,
        look=holdout.k if holdout else 0,
        earlier=evidence.earlier,
        looks_left=evidence.looks_left,
        facts=tuple(_facts(evidence, criteria, shown=shown)),
    )


def _verdict(findings: Sequence[GateFinding]) -> Verdict:
    """INELIGIBLE before FAIL before PASS; caps and notes do not decide."""
    effects = [f.effect for f in findings if not f.passed and f.effect in _DECIDING]
    if Effect.INELIGIBLE in effects:
        return "INELIGIBLE"
    return "FAIL" if effects else "PASS"


def _sealed(finding: GateFinding) -> GateFinding:
    """A finding without its figure when it was measured on the holdout."""
    if finding.stage not in HOLDOUT_STAGES or finding.code in LOOK_CODES:
        return finding
    return GateFinding(
        code=finding.code,
        stage=finding.stage,
        effect=finding.effect,
        passed=finding.passed,
        message=sealed_sentence(passed=finding.passed),
    )


def _named(prefix: str, figures: Iterable[Figure], source: Digest, *, sealed: bool) -> list[Fact]:
    return [
        Fact(
            key=f"{prefix}.{figure.name}",
            value=None if sealed else figure.value,
            unit=figure.unit,
            source=source,
            sealed=sealed,
        )
        for figure in figures
    ]


def _key_figures(run: RunEvidence) -> list[Figure]:
    """The keys and counts of a run as figures beside its metrics."""
    rows: list[tuple[str, float | None, Unit]] = [
        ("p_raw", run.raw.p, "percent"),
        ("p_excess", run.excess.p, "percent"),
        ("statistic_raw", run.raw.statistic, "number"),
        ("statistic_excess", run.excess.statistic, "number"),
        ("entry_days", float(run.trades), "count"),
        ("days", float(run.days), "days"),
    ]
    return [Figure(name=name, value=value, unit=unit) for name, value, unit in rows]


def _holdout_facts(holdout: HoldoutEvidence, *, shown: bool) -> list[Fact]:
    run = holdout.run
    figures = [*run.figures, *_key_figures(run)]
    held = [
        Figure(name=f"bench_{figure.name}", value=figure.value, unit=figure.unit)
        for figure in run.benchmark
    ]
    return _named("oos", [*figures, *held], holdout.digest, sealed=not shown)


def _gate_facts(evidence: Evidence, criteria: GateCriteria) -> list[Fact]:
    train = evidence.train
    rows: list[tuple[str, float | None, Unit]] = [
        ("max_train_p", criteria.max_train_p, "percent"),
        ("min_train_trades", float(criteria.min_train_trades), "count"),
        ("looks_left", float(evidence.looks_left), "count"),
    ]
    if train.trial is not None:
        rows += [
            ("trials", float(train.trial.count), "count"),
            ("trial_number", float(train.trial.number), "count"),
            ("block_days", float(train.trial.block), "days"),
        ]
    if train.stressed_mean is not None:
        rows.append(("stressed_mean", train.stressed_mean, "percent"))
    figures = [Figure(name=name, value=value, unit=unit) for name, value, unit in rows]
    return _named("gate", figures, train.digest, sealed=False)


def _facts(evidence: Evidence, criteria: GateCriteria, *, shown: bool) -> list[Fact]:
    """Facts of the report: train and benchmark always, holdout values only when shown."""
    train = evidence.train
    facts: list[Fact] = []
    if train.run is not None:
        matched = Figure(name="matched_exposure", value=train.run.exposure, unit="percent")
        figures = [*train.run.figures, *_key_figures(train.run), matched]
        facts += _named("train", figures, train.digest, sealed=False)
        facts += _named("bench", train.run.benchmark, train.digest, sealed=False)
    facts += _gate_facts(evidence, criteria)
    if evidence.holdout is not None:
        facts += _holdout_facts(evidence.holdout, shown=shown)
    return facts
