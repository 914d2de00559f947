"""The trial matrix: everything counts, aligned by day."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from engine.data.bars import IntArray
from engine.errors import DataError, IntegrityError
from engine.gate.trials import trial_matrix
from engine.ledger import Lineage, TrialKey, TrialOutcome, TrialRow, TrialStart
from engine.records import Digest, digest

DAILY, LATER, APART = (digest("t", name) for name in ("daily", "later", "apart"))
DAYS = {DAILY: np.arange(100, 104), LATER: np.arange(102, 106), APART: np.arange(300, 304)}


def days_of(dataset: Digest) -> IntArray:
    """Train days of a dataset."""
    return DAYS[dataset]


def row(n: int, outcome: TrialOutcome, dataset: Digest = DAILY) -> TrialRow:
    """Ledger row number n."""
    rule = digest("t", n)
    return TrialRow(
        n=n,
        start=TrialStart(
            key=TrialKey(rule_digest=rule, dataset_digest=dataset, cost_digest=rule),
            shape_digest=rule,
            spec_digest=rule,
            family="goog",
            code_digest=rule,
            lineage=Lineage(lineage_id="one"),
        ),
        outcome=outcome,
        opened_at=datetime(2024, 1, 1, tzinfo=UTC),
    )


def ran(*returns: int) -> TrialOutcome:
    """A finished trial; its excess is the negative of its returns."""
    return TrialOutcome(
        status="ok", trades=1, daily_returns=returns, excess_returns=tuple(-r for r in returns)
    )


def test_each_row_is_a_column() -> None:
    """Finished rows hold their returns, open and failed ones are zeros."""
    rows = [
        row(1, ran(1, 2, 3, 4)),
        row(2, TrialOutcome(status="open")),
        row(5, ran(5, 6, 7, 8)),
        row(6, TrialOutcome(status="error")),
    ]
    matrix = trial_matrix(rows, 5, DAYS[DAILY], days_of)
    assert matrix.raw.tolist() == [[1, 0, 5, 0], [2, 0, 6, 0], [3, 0, 7, 0], [4, 0, 8, 0]]
    assert matrix.excess.tolist() == (-matrix.raw).tolist()
    assert (matrix.own, matrix.count) == (2, 4)


def test_other_datasets_are_aligned_by_day() -> None:
    """A trial on later bars counts with the days that it shares; one apart does not count."""
    rows = [row(1, ran(1, 2, 3, 4)), row(2, ran(5, 6, 7, 8), LATER), row(3, ran(9, 9, 9, 9), APART)]
    matrix = trial_matrix(rows, 1, DAYS[DAILY], days_of)
    assert matrix.raw.tolist() == [[1, 0], [2, 0], [3, 5], [4, 6]]


def test_the_candidate_must_be_in_the_ledger() -> None:
    """No row, no judgement: LEDGER_BROKEN."""
    rows = [row(1, ran(1, 2, 3, 4))]
    assert trial_matrix(rows, 1, DAYS[DAILY], days_of).count == 1
    with pytest.raises(IntegrityError) as caught:
        trial_matrix(rows, 2, DAYS[DAILY], days_of)
    assert caught.value.code == "LEDGER_BROKEN"


def test_every_trials_dataset_must_be_there() -> None:
    """A dataset that was taken away does not make its trials vanish: LEDGER_BROKEN."""

    def gone(dataset: Digest) -> IntArray:
        if dataset == LATER:
            raise DataError("DATASET_UNKNOWN", "there is no such dataset")
        return DAYS[dataset]

    rows = [row(1, ran(1, 2, 3, 4)), row(2, ran(5, 6, 7, 8), LATER)]
    assert trial_matrix(rows[:1], 1, DAYS[DAILY], gone).count == 1
    with pytest.raises(IntegrityError) as caught:
        trial_matrix(rows, 1, DAYS[DAILY], gone)
    assert caught.value.code == "LEDGER_BROKEN"


def test_returns_must_fit_their_days() -> None:
    """A row with a return too few cannot be aligned: LEDGER_BROKEN."""
    rows = [row(1, ran(1, 2, 3, 4)), row(2, ran(1, 2, 3))]
    with pytest.raises(IntegrityError) as caught:
        trial_matrix(rows, 1, DAYS[DAILY], days_of)
    assert caught.value.code == "LEDGER_BROKEN"
