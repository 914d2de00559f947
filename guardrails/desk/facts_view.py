"""Facts that people may be shown: those of a candidate's report, each with its source."""

from __future__ import annotations

import re

from engine.errors import InputError
from engine.facts.table import Fact
from engine.gate.report import GateReport
from guardrails.store.candidates import CandidateStore

_ID = re.compile(r"^[0-9a-f]{64}$")


class FactsView:
    """Looks facts up by candidate; sealed figures come as sealed facts, never as numbers."""

    def __init__(self, candidates: CandidateStore) -> None:
        """Read from the candidates' reports."""
        self._candidates = candidates

    def of(self, candidate_id: str | None) -> tuple[Fact, ...]:
        """Facts of one candidate; none for no, an unknown or an unjudged one."""
        report = self._report(candidate_id)
        return () if report is None else report.facts

    def verdict(self, candidate_id: str) -> dict[str, object] | None:
        """What the gate said about a candidate, as a chat shows it; None when it said nothing."""
        report = self._report(candidate_id)
        if report is None:
            return None
        return {
            "candidate_id": candidate_id,
            "verdict": report.verdict,
            "tier": report.tier,
            "codes": [one.code.value for one in report.findings if not one.passed],
            "trials": report.trials,
            "looks_left": report.looks_left,
        }

    def _report(self, candidate_id: str | None) -> GateReport | None:
        if candidate_id is None or not _ID.match(candidate_id):
            return None
        try:
            return self._candidates.get(candidate_id).report
        except InputError:
            return None  # an id that the copilot made up names nothing
