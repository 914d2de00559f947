"""The look of a candidate: asked for, committed, and only then read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.clock import Clock
from engine.data.partitions import LookPermit
from engine.data.store import DatasetStore
from engine.gate.bench import Bench, Field
from engine.gate.candidate import Candidate
from engine.gate.cutoff import CutoffEvidence, cutoff_evidence
from engine.gate.discoveries import level_of_look
from engine.gate.evidence import Evidence, TrainEvidence
from engine.gate.forward import ForwardEvidence
from engine.gate.gather import start_of_candidate, train_returns
from engine.gate.holdout import holdout_evidence
from engine.gate.judge import needs_look
from engine.gate.lineage import Component, component_in
from engine.gate.looks import LookBook, LookRefusal, LookRequest, LookRow, looks_left, on_window
from engine.gate.subject import Subject
from engine.language.checker import check
from guardrails.desk.benches import sealed_field


@dataclass(frozen=True, slots=True)
class Looked:
    """All evidence on a candidate; permit and sealed bars when it has looked."""

    evidence: Evidence
    permit: LookPermit | None = None
    field: Field | None = None


def no_record(_candidate: Candidate) -> ForwardEvidence | None:
    """There is no forward record."""
    return None


@dataclass(frozen=True, slots=True)
class Look:
    """The one place that asks a look book for a permit and reads what it opens.

    `forward` answers the record of a candidate's standing certificate, None without one.
    """

    book: LookBook
    datasets: DatasetStore
    clock: Clock
    forward: Callable[[Candidate], ForwardEvidence | None] = no_record

    def of(self, candidate: Candidate, bench: Bench, train: TrainEvidence) -> Looked:
        """The evidence with the look, when everything cheaper has been passed."""
        idea = _idea(candidate, bench)
        known = Evidence(train=train, cutoff=_cutoff(idea, bench))
        if not needs_look(candidate, train, bench.criteria):
            return Looked(self._counted(known, bench))
        bench.progress("look", 0.7)
        answer = self.book.open_look(self._request(candidate, bench, train, idea))
        if isinstance(answer, LookRefusal):
            refused = _with(known, refusal=answer.code, earlier=answer.earlier)
            return Looked(self._counted(refused, bench))
        field = sealed_field(bench.datasets, self.datasets, answer)
        later = None if known.cutoff is None else known.cutoff.later_from
        holdout = holdout_evidence(candidate, train, field, answer.k, bench, later_from=later)
        rows = self.book.rows(*bench.families)
        level = level_of_look(rows, answer.look_id, *bench.families)
        seen = _with(known, holdout=holdout, alpha=level, forward=self.forward(candidate))
        return Looked(self._counted(seen, bench, answer.look_id), answer, field)

    def _counted(self, evidence: Evidence, bench: Bench, own: str = "") -> Evidence:
        """With the looks that are left, and the others on this window that people have seen."""
        rows = self.book.rows(*bench.families)
        left = looks_left(rows, self.clock.now().year, *bench.families)
        return _with(evidence, looks_left=left, seen=_seen(rows, bench, own))

    def _request(
        self, candidate: Candidate, bench: Bench, train: TrainEvidence, idea: Component | None
    ) -> LookRequest:
        """What is asked for, with everything that is the same idea."""
        windows = {str(one.window): one.window for one in bench.datasets}
        return LookRequest(
            windows=tuple(windows[name] for name in sorted(windows)),
            datasets=candidate.datasets,
            lineage_id=candidate.lineage.lineage_id,
            kin=() if idea is None else idea.kin,
            candidate_digest=candidate.digest,
            rule_digest=train.rule_digest,
            shape_digest=train.shape_digest,
            cost_digest=candidate.costs.digest,
            single=bool(train.void_key),
            train=train_returns(bench, train),
            at=self.clock.now(),
        )


def _idea(candidate: Candidate, bench: Bench) -> Component | None:
    """Everything that is the same idea, over all markets; None for a spec that does not compile."""
    if any(one.level == "error" for one in check(candidate.spec).findings):
        return None
    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    return component_in(bench.ledger, start_of_candidate(candidate, bench, subject))


def _cutoff(idea: Component | None, bench: Bench) -> CutoffEvidence | None:
    """What the models of the whole idea may have read of the holdout."""
    if idea is None:
        return None
    first = max(one.zones.as_numbers()[1] for one in bench.datasets)
    last = min(one.zones.as_numbers()[2] for one in bench.datasets)
    return cutoff_evidence(idea.models, first, last)


def _with(evidence: Evidence, **found: object) -> Evidence:
    return Evidence.model_validate({**dict(evidence), **found})


def _seen(rows: Sequence[LookRow], bench: Bench, own: str) -> int:
    """Other looks on the open windows whose figures people know; the largest number."""
    windows = {one.window for one in bench.datasets}
    return max(
        sum(row.seen and row.look_id != own for row in on_window(rows, window))
        for window in windows
    )
