"""Unsealing: the stored verdict of a look that failed, with its figures, for people who asked.

The look is not taken again: the same rules on the same sealed bars give the same figures. What the
train keys were stands in the stored report, so trials made since change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.gate.bench import Bench, Field
from engine.gate.candidate import Candidate
from engine.gate.checks.answers import Asked, findings
from engine.gate.checks.holdout import HOLDOUT
from engine.gate.evidence import Evidence, RunEvidence, TrainEvidence
from engine.gate.figures import gate_facts
from engine.gate.findings import GateCode, GateFinding, Stage
from engine.gate.holdout import holdout_evidence
from engine.gate.measuring import Zone, exposures_of, run_evidence
from engine.gate.report import SEALED_PREFIX, GateReport, is_sealed
from engine.gate.statistics import Key
from engine.gate.subject import Subject
from engine.language.compiler import compile_spec


def unsealed(report: GateReport, candidate: Candidate, bench: Bench, field: Field) -> GateReport:
    """The report with the figures of its look: findings and `oos.*` facts; all else as it was.

    Args:
        report: the stored one; a report whose figures are open comes back as it is.
        candidate: who looked.
        bench: its train bars and the criteria.
        field: the sealed bars of its look.
    """
    if report.look == 0 or not any(fact.sealed for fact in report.facts):
        return report
    train = _train(report, candidate, bench)
    holdout = holdout_evidence(candidate, train, field, report.look, bench)
    evidence = Evidence(train=train, holdout=holdout, looks_left=report.looks_left)
    asked = Asked(candidate, evidence, bench.criteria)
    measured = {(one.code, one.stage): one for one in findings(HOLDOUT, asked)}
    opened = gate_facts(evidence, bench.criteria, shown=True)
    return report.model_copy(
        update={
            "findings": tuple(_opened(one, measured) for one in report.findings),
            "facts": (
                *(one for one in report.facts if not one.key.startswith(SEALED_PREFIX)),
                *(one for one in opened if one.key.startswith(SEALED_PREFIX)),
            ),
        }
    )


def _opened(
    one: GateFinding, measured: Mapping[tuple[GateCode, Stage], GateFinding]
) -> GateFinding:
    return measured.get((one.code, one.stage), one) if is_sealed(one) else one


def _train(report: GateReport, candidate: Candidate, bench: Bench) -> TrainEvidence:
    """As much of the train evidence as the holdout's checks ask for, keys as they were then."""
    compiled = compile_spec(candidate.spec)
    return TrainEvidence(
        dataset_id=report.dataset_id,
        others=report.others,
        families=report.families,
        zone_note=bench.zone_note,
        holdout_rows=bench.holdout_rows,
        code_digest=bench.code,
        spec_findings=(),
        rule_digest=compiled.rule_digest,
        shape_digest=compiled.shape_digest,
        parameters=0,
        void_key=("as it was judged",) if report.keys == "single" else (),
        run=_run(report, candidate, bench),
    )


def _run(report: GateReport, candidate: Candidate, bench: Bench) -> RunEvidence:
    facts = {fact.key: fact.value for fact in report.facts}

    def key(series: str) -> Key:
        """A train key as the stored report has it."""
        statistic, p = facts.get(f"train.statistic_{series}"), facts.get(f"train.p_{series}")
        return Key(statistic=statistic, p=1.0 if p is None else p)

    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    zone = Zone(subject.run(bench.panel), bench.panel, candidate.costs)
    return run_evidence(zone, exposures_of(zone), key("raw"), key("excess"))
