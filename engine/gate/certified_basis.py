"""The figures that a certificate freezes, from the evidence of the verdict it stands on."""

from __future__ import annotations

import math

import numpy as np

from engine.backtest.returns import UNITS_PER_ONE
from engine.errors import InputError
from engine.gate.basis import CertificateBasis, CertifiedKeys
from engine.gate.bench import Bench, Field
from engine.gate.candidate import Candidate
from engine.gate.decay import forecast
from engine.gate.evidence import Evidence
from engine.gate.keys import through_holdout
from engine.gate.measuring import Zone, raw_units
from engine.gate.report import GateReport
from engine.gate.subject import Subject


def basis_of(
    candidate: Candidate, bench: Bench, evidence: Evidence, report: GateReport, field: Field
) -> CertificateBasis:
    """The basis of a PASS; both runs are made again for their daily returns.

    Args:
        candidate: who passed.
        bench: its train bars and the criteria.
        evidence: what was measured.
        report: the verdict.
        field: the sealed bars of its look.

    Raises:
        InputError: GATE_NOT_PASSED when there is no look to stand on.
    """
    run, look, trial = evidence.train.run, evidence.holdout, evidence.train.trial
    if run is None or look is None or trial is None:
        raise InputError(
            "GATE_NOT_PASSED", "only a PASS is certified", value=report.verdict,
            hint="read the findings of the report",
        )  # fmt: skip
    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    seen = Zone(subject.run(bench.panel), bench.panel, candidate.costs)
    sealed = Zone(subject.run(field.panel, first=field.first), field.shown, candidate.costs)
    returns = np.concatenate([raw_units(seen), raw_units(sealed)]) / UNITS_PER_ONE
    p, _ = through_holdout(evidence, bench.criteria)
    return CertificateBasis(
        others=report.others,
        ledger_head=trial.head,
        trials=trial.count,
        look=look.k,
        alpha=evidence.alpha,
        keys=CertifiedKeys(
            train_raw=run.raw.p,
            train_excess=run.excess.p,
            holdout_raw=look.run.raw.p,
            holdout_excess=look.run.excess.p,
            gate=p,
        ),
        grade=report.grade,
        train_mean=run.mean,
        train_sd=run.deviation,
        promised_mean=math.fsum(returns) / len(returns),
        forecast=forecast(returns, candidate.digest),
        train_run=seen.result.digest,
        holdout_run=sealed.result.digest,
    )
