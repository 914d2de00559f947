"""Facts that people may be shown: those of a candidate's report, each with its source."""

from __future__ import annotations

import re

from engine.errors import InputError
from engine.facts.table import Fact
from guardrails.store.candidates import CandidateStore

_ID = re.compile(r"^[0-9a-f]{64}$")


class FactsView:
    """Looks facts up by candidate; sealed figures come as sealed facts, never as numbers."""

    def __init__(self, candidates: CandidateStore) -> None:
        """Read from the candidates' reports."""
        self._candidates = candidates

    def of(self, candidate_id: str | None) -> tuple[Fact, ...]:
        """Facts of one candidate; none for no, an unknown or an unjudged one."""
        if candidate_id is None or not _ID.match(candidate_id):
            return ()
        try:
            stored = self._candidates.get(candidate_id)
        except InputError:
            return ()  # an id that the copilot made up names no facts
        return () if stored.report is None else stored.report.facts
