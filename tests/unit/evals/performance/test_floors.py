"""Promises are judged by value; what was not measured is neither met nor missed."""

from __future__ import annotations

from typing import Any

import pytest

from evals.performance.floors import FLOORS, judged

CASE = {"name": "sma_cross_100k", "ours_ns_per_bar": 12.0, "ratios": {"vectorbt": 9.0}}


def by_name(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Judged floors by what they say."""
    return {row["what"]: row for row in judged(figures)}


def test_a_value_is_held_against_its_bound() -> None:
    """Below a ceiling is met, below a floor is missed."""
    rows = by_name({"cases": [CASE]})
    assert rows["cross, 100k bars, ns per bar"]["met"] is True
    assert rows["times vectorbt"]["met"] is False


@pytest.mark.parametrize("figures", [{}, {"cases": []}, {"cases": [{"name": "other"}]}])
def test_what_is_not_measured_is_not_judged(figures: dict[str, Any]) -> None:
    """No value and no verdict, for every promise."""
    rows = judged(figures)
    assert len(rows) == len(FLOORS)
    assert all(row["value"] is row["met"] is None for row in rows)


@pytest.mark.parametrize(("imported", "met"), [(True, False), (False, True)])
def test_a_flag_counts_as_a_number(imported: bool, met: bool) -> None:
    """Whether numba was imported in a cold run is a promise too."""
    rows = by_name({"cold": {"numba_imported": imported}})
    assert rows["cold, numba imported"]["met"] is met
