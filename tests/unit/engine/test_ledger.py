"""The ledger's records: what is the same trial, and which outcome counts."""

from __future__ import annotations

import pytest

from engine.backtest.metrics import UNITS
from engine.errors import InputError
from engine.ledger import (
    FIGURES,
    TrialOutcome,
    TrialStart,
    joint_dataset,
    spec_digest_of,
    supersedes,
)
from engine.records import canonical, digest
from tests.language_world import spec
from tests.ledger_world import ran, start

CODE = digest("test", "code")
ONE, OTHER = "1" * 64, "2" * 64


def test_one_dataset_is_itself() -> None:
    """The key of a trial on one market is the dataset's own id."""
    assert joint_dataset([ONE]) == joint_dataset([ONE, ONE]) == ONE


def test_several_datasets_have_one_digest_in_any_order() -> None:
    """Naming the same markets in another order buys no fresh trial."""
    assert joint_dataset([ONE, OTHER]) == joint_dataset([OTHER, ONE])
    assert joint_dataset([ONE, OTHER]) not in {ONE, OTHER}


def test_a_kept_text_has_the_specs_digest() -> None:
    """The ledger names texts as specs name themselves."""
    one = spec()
    assert spec_digest_of(canonical(one).decode()) == one.digest


def test_every_kept_figure_is_a_metric() -> None:
    """Nothing is promised that no run measures."""
    assert set(FIGURES) <= set(UNITS)


def test_a_trial_needs_a_family() -> None:
    """A trial that counts nowhere is no trial."""
    with pytest.raises(ValueError, match="families"):
        TrialStart.model_validate({**dict(start("a")), "families": ()})


DONE = ran(1, 2)
ERROR, CANCELLED = TrialOutcome(status="error"), TrialOutcome(status="cancelled")


@pytest.mark.parametrize(
    ("new", "latest", "counts"),
    [
        (DONE, TrialOutcome(status="open"), True),
        (ERROR, TrialOutcome(status="open"), True),
        (CANCELLED, TrialOutcome(status="open"), True),
        (DONE, ERROR, True),
        (DONE, CANCELLED, True),
        (CANCELLED, ERROR, False),
        (ERROR, CANCELLED, False),
        (ERROR, DONE, False),
        (CANCELLED, DONE, False),
        (ran(5, 5), DONE, False),
        (ran(1, 2, 3), DONE, True),
        (ran(1), DONE, False),
        (ran(1, 2, 3, first_day=101), DONE, False),
        (ran(5, 5, code_digest="f" * 64), DONE, True),
        (ran(5, 5, code_digest=CODE), DONE, False),
    ],
)
def test_which_outcome_counts(new: TrialOutcome, latest: TrialOutcome, *, counts: bool) -> None:
    """An end beats a break; an end is final but for other code and for more train days."""
    assert supersedes(new, latest, CODE) is counts


def test_open_is_no_outcome() -> None:
    """TRIAL_NOT_FINISHED."""
    with pytest.raises(InputError) as caught:
        supersedes(TrialOutcome(status="open"), ERROR, CODE)
    assert caught.value.code == "TRIAL_NOT_FINISHED"
