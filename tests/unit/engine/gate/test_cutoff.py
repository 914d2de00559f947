"""Knowledge cutoffs: 90 days after the latest one, judged twice where it lies inside."""

from __future__ import annotations

import pytest

from engine.data.days import day_number
from engine.gate.cutoff import CutoffEvidence, cutoff_day, cutoff_evidence

FIRST, LAST = day_number("2023-01-01"), day_number("2024-12-31")


def _state(*cutoffs: str) -> CutoffEvidence:
    models = [(f"model{n}", cutoff) for n, cutoff in enumerate(cutoffs)]
    return cutoff_evidence(models, FIRST, LAST)


def test_ideas_of_people_and_of_drafters_without_memory_are_clear() -> None:
    """No model in the lineage: nothing to know."""
    assert _state() == CutoffEvidence(state="clear")
    assert not _state().research_grade


@pytest.mark.parametrize(
    ("cutoff", "state"),
    [
        ("2022-10-03", "clear"),
        ("2022-10-04", "straddles"),
        ("2022-09", "clear"),
        ("2022-10", "straddles"),
        ("2024-01-27", "straddles"),
        ("2024-01-28", "overlap"),
        ("2025-06-01", "overlap"),
        ("unknown", "unknown"),
        ("soon", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_holdout_is_clear_90_days_after_the_cutoff(cutoff: str, state: str) -> None:
    """A part of at least 250 days after that is judged alone; less is no evidence."""
    assert _state(cutoff).state == state


def test_the_latest_cutoff_of_all_models_counts() -> None:
    """One unknown one makes the whole lineage unknown."""
    found = _state("2020-01-01", "2023-06-30", "2021-12-31")
    assert (found.state, found.latest, found.models) == ("straddles", "2023-06-30", 3)
    assert found.later_from == day_number("2023-06-30") + 90
    mixed = _state("2020-01-01", "unknown")
    assert (mixed.state, mixed.research_grade, mixed.latest) == ("unknown", True, "")


def test_only_days_with_a_bar_count_as_evidence() -> None:
    """A market of weekdays has fewer days after the cutoff than the calendar."""
    models = [("m", "2023-12-01")]
    weekdays = [day for day in range(FIRST, LAST + 1) if (day + 3) % 7 < 5]
    assert cutoff_evidence(models, FIRST, LAST).state == "straddles"
    assert cutoff_evidence(models, FIRST, LAST, weekdays).state == "overlap"


@pytest.mark.parametrize("text", ["2023-13", "2023-02-30", "23-01-01", "1969-01-01", "2023"])
def test_what_is_no_date_is_unknown(text: str) -> None:
    """A typing error must not make a holdout clear."""
    assert cutoff_day(text) is None


def test_a_month_counts_to_its_last_day() -> None:
    """Nobody knows on which day of the month reading stopped."""
    assert cutoff_day("2024-02") == day_number("2024-02-29")
