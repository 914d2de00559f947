"""The trial matrix: everything counts, aligned by day."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import IntegrityError
from engine.gate.trials import own_returns, trial_matrix
from engine.ledger import TrialOutcome, TrialStatus
from tests.ledger_world import ran, row

DAYS = np.arange(100, 104)
BROKEN = [
    ran(1, 2, 3, daily_returns=ran(1, 2).daily_returns),
    ran(1, 2, 3, excess_returns=""),
    ran(1, 2, 3, days="100 2"),
    ran(1, 2, 3, days="100 x"),
    ran(1, 2, 3, daily_returns="no!"),
    ran(1, 2, 3, days=""),
]


def test_each_row_is_a_column() -> None:
    """Finished rows hold their returns; what did not end is a column of zeros."""
    unended: list[TrialStatus] = ["open", "error", "cancelled"]
    rows = [row(1, ran(1, 2, 3, 4)), row(5, ran(5, 6, 7, 8))]
    rows[1:1] = [row(n, TrialOutcome(status=status)) for n, status in enumerate(unended, start=2)]
    matrix = trial_matrix(rows, 5, DAYS)
    assert matrix.raw[:, [0, 4]].tolist() == [[1, 5], [2, 6], [3, 7], [4, 8]]
    assert not matrix.raw[:, 1:4].any()
    assert matrix.excess.tolist() == (-matrix.raw).tolist()
    assert (matrix.own, matrix.count) == (4, 5)


def test_other_days_are_aligned() -> None:
    """A trial on later bars counts with the days that it shares; one apart does not count."""
    rows = [row(1, ran(1, 2, 3, 4)), row(2, ran(5, 6, 7, 8, first_day=102))]
    rows.append(row(3, ran(9, 9, 9, 9, first_day=300)))
    matrix = trial_matrix(rows, 1, DAYS)
    assert matrix.raw.tolist() == [[1, 0], [2, 0], [3, 5], [4, 6]]


def test_a_row_keeps_its_returns_when_its_dataset_is_gone() -> None:
    """Rows hold their own days: taking a dataset away makes no trial vanish."""
    rows = [row(1, ran(1, 2, 3, 4)), row(2, ran(5, 6, 7, 8), datasets=("f" * 64,))]
    assert trial_matrix(rows, 1, DAYS).count == 2


def test_the_candidate_must_be_in_the_ledger() -> None:
    """No row, no judgement: LEDGER_BROKEN."""
    rows = [row(1, ran(1, 2, 3, 4))]
    assert trial_matrix(rows, 1, DAYS).count == 1
    for ask in (trial_matrix, own_returns):
        with pytest.raises(IntegrityError) as caught:
            ask(rows, 2, DAYS)
        assert caught.value.code == "LEDGER_BROKEN"


@pytest.mark.parametrize("outcome", BROKEN)
def test_an_unreadable_row_stops_the_gate(outcome: TrialOutcome) -> None:
    """A row that does not fit its own days is LEDGER_BROKEN, not a smaller count."""
    with pytest.raises(IntegrityError) as caught:
        trial_matrix([row(1, ran(1, 2, 3, 4)), row(2, outcome)], 1, DAYS)
    assert caught.value.code == "LEDGER_BROKEN"


def test_own_returns_are_those_of_the_candidates_days() -> None:
    """The own row must lie on the candidate's train days, all of them and no other."""
    rows = [row(1, ran(1, 2, 3, 4))]
    assert own_returns(rows, 1, DAYS) == (1, 2, 3, 4)
    with pytest.raises(IntegrityError) as caught:
        own_returns(rows, 1, np.arange(100, 105))
    assert caught.value.code == "LEDGER_BROKEN"
