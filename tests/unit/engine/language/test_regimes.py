"""The regime machine, bar by bar."""

from __future__ import annotations

import numpy as np

from engine.language.regimes import RegimePlan, labels

T, F, N = 1.0, 0.0, float("nan")


def _labels(plans: list[RegimePlan], *columns: list[float]) -> list[float]:
    values = [np.array(column) for column in columns]
    return labels(plans, values, len(columns[0])).tolist()


def test_the_first_true_regime_wins_and_missing_is_not_true() -> None:
    """Without memory each bar is judged alone; 2 stands for none."""
    plans = [RegimePlan(0, None, 1), RegimePlan(1, None, 1)]
    assert _labels(plans, [N, F, T, T, F], [N, T, T, F, F]) == [2, 1, 0, 0, 2]


def test_a_regime_stays_for_its_least_number_of_bars() -> None:
    """Entered on bar 1, it may end on bar 4 at the earliest."""
    plans = [RegimePlan(0, None, 3)]
    assert _labels(plans, [F, T, F, F, F, T]) == [1, 0, 0, 0, 1, 0]


def test_a_regime_with_an_end_stays_until_it_is_true() -> None:
    """`until` missing or false keeps it; when true, the regimes are asked anew."""
    plans = [RegimePlan(0, 1, 1), RegimePlan(2, None, 1)]
    when, until, other = [T, F, F, F, F], [F, N, F, T, T], [F, T, T, T, F]
    assert _labels(plans, when, until, other) == [0, 0, 0, 1, 2]
