"""How long to wait before a model is asked again."""

from __future__ import annotations

import pytest

from copilot.model import ModelOutcome
from copilot.retry import Patience


def outcome(kind: str, after: float | None = None) -> ModelOutcome:
    """An outcome of a kind."""
    return ModelOutcome(kind=kind, retry_after_s=after)  # type: ignore[arg-type]  # one of the kinds


@pytest.mark.parametrize("kind", ["reply", "refusal", "cut_off", "invalid", "budget"])
def test_what_another_try_cannot_mend_is_not_tried_again(kind: str) -> None:
    """Only traffic and outages are worth a second try."""
    assert Patience().wait_s(outcome(kind), 1) is None


@pytest.mark.parametrize("kind", ["rate_limited", "overloaded", "unreachable"])
def test_traffic_and_outages_are_tried_again_until_patience_ends(kind: str) -> None:
    """The twin, and the number of attempts is an upper bound."""
    patience = Patience(attempts=3)
    assert patience.wait_s(outcome(kind), 1) is not None
    assert patience.wait_s(outcome(kind), 3) is None


def test_retry_after_is_obeyed_to_the_second() -> None:
    """The endpoint knows best when it can be asked again."""
    assert Patience().wait_s(outcome("rate_limited", 7.5), 1) == 7.5


def test_a_longer_wait_than_our_patience_means_giving_up() -> None:
    """Asking too early would only make it worse."""
    assert Patience(longest_wait_s=5).wait_s(outcome("rate_limited", 60), 1) is None


def test_waits_grow_and_are_the_same_on_every_machine() -> None:
    """Jitter comes from a named stream, not from the process."""
    first, second = (Patience().wait_s(outcome("overloaded"), attempt) for attempt in (1, 2))
    assert first is not None
    assert second is not None
    assert 0.5 <= first <= 0.75 < second <= 1.5
    assert Patience().wait_s(outcome("overloaded"), 1) == first
