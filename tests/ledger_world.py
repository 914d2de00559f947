"""Trials for tests: starts and outcomes by name, as a real run would write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from engine.ledger import Lineage, TrialKey, TrialOutcome, TrialRow, TrialStart
from engine.packing import pack_days, pack_returns
from engine.records import digest

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def start(name: str, *families: str, **changes: Any) -> TrialStart:  # noqa: ANN401 - any field of a start
    """A trial of the rule `name` in these families (`goog-usd` without one)."""
    one = digest("test", name)
    found = TrialStart(
        key=TrialKey(rule_digest=one, dataset_digest=digest("test", "data"), cost_digest=one),
        families=families or ("goog-usd",),
        shape_digest=one,
        spec_digest=one,
        code_digest=digest("test", "code"),
        lineage=Lineage(lineage_id="chat-1"),
    )
    return TrialStart.model_validate({**dict(found), **changes})


def ran(*returns: int, first_day: int = 100, **changes: Any) -> TrialOutcome:  # noqa: ANN401 - any field of an outcome
    """A finished trial on consecutive days; its excess is the negative of its returns."""
    units = np.array(returns, dtype=np.int64)
    found = TrialOutcome(
        status="ok",
        trades=1,
        days=pack_days(np.arange(first_day, first_day + len(returns), dtype=np.int64)),
        daily_returns=pack_returns(units),
        excess_returns=pack_returns(-units),
    )
    return TrialOutcome.model_validate({**dict(found), **changes})


def row(n: int, outcome: TrialOutcome, *families: str, **changes: Any) -> TrialRow:  # noqa: ANN401 - any field of a start
    """Ledger row number n with this outcome."""
    return TrialRow(
        n=n, start=start(f"rule {n}", *families, **changes), outcome=outcome, opened_at=NOON
    )
