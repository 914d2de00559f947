"""Recorded verdicts of the gate by rule: what the desk once answered, pass or fail, as it is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from engine.clock import Clock
from engine.records import Digest, read_json
from guardrails.store.candidate_schema import candidates
from guardrails.store.database import Database, open_journal


@dataclass(frozen=True, slots=True)
class RecordedVerdict:
    """The newest verdict on a rule.

    Attributes:
        verdict: PASS, FAIL or INELIGIBLE.
        tier: the tier it was passed for, None otherwise.
        judged: how often this rule was judged, on any data.
        passed: how often of these it passed.
    """

    verdict: str
    tier: str | None
    judged: int = 1
    passed: int = 0


def verdicts_in(path: Path, clock: Clock) -> dict[Digest, RecordedVerdict]:
    """Newest verdict by rule digest, read from the desk's file; empty before there is one.

    Raises:
        UnavailableError: STORE_UNAVAILABLE.
    """
    if not path.exists():
        return {}
    with closing(open_journal(path, "desk", clock)) as database:
        return verdicts(database)


def verdicts(database: Database) -> dict[Digest, RecordedVerdict]:
    """Newest verdict by rule digest."""
    query = (
        select(candidates.c.report)
        .where(candidates.c.report.is_not(None))
        .order_by(candidates.c.created_at)
    )
    found: dict[Digest, RecordedVerdict] = {}
    with database.read() as connection:
        for text in connection.scalars(query):
            report = read_json(text)
            if isinstance(report, dict):
                rule = str(report["rule_digest"])
                found[rule] = _after(found.get(rule), report["verdict"], report.get("tier"))
    return found


def _after(before: RecordedVerdict | None, verdict: str, tier: str | None) -> RecordedVerdict:
    judged = 0 if before is None else before.judged
    passed = 0 if before is None else before.passed
    return RecordedVerdict(verdict, tier, judged + 1, passed + (verdict == "PASS"))
