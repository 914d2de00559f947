"""The order in which trials were made changes nothing, and one more never makes it easier."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.gate.statistics import train_keys
from engine.gate.trials import trial_matrix
from engine.ledger import TrialOutcome, TrialRow
from engine.seeds import stream
from tests.ledger_world import ran, row

DAYS = 120


def searched(count: int, seed: int) -> list[TrialRow]:
    """Rows of a search: noise, some of it failed or open."""
    random = stream("tests/trials", seed)
    rows = []
    for n in range(1, count + 1):
        units = np.rint(random.standard_normal(DAYS) * 1e6).astype(int)
        ended = random.random() < 0.8
        rows.append(
            row(n, ran(*units.tolist()) if ended or n == 1 else TrialOutcome(status="open"))
        )
    return rows


def p_train(rows: list[TrialRow], own: int = 1) -> tuple[float, float]:
    """Both train keys of a row among these."""
    matrix = trial_matrix(rows, own, np.arange(100, 100 + DAYS))
    raw, excess = train_keys(
        [matrix.raw, matrix.excess], matrix.own, family="goog", window="w", block=10, samples=199
    )
    return raw.p, excess.p


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_trials_does_not_change_the_key(seed: int, random: Random) -> None:
    """Rows in any order, numbered anew: the same p_IS to the last digit."""
    rows = searched(12, seed)
    wanted = p_train(rows)
    order = list(range(1, 12))
    random.shuffle(order)
    moved = [rows[place].model_copy(update={"n": n}) for n, place in enumerate(order, start=1)]
    own = rows[0].model_copy(update={"n": 99})
    assert p_train([*moved, own], 99) == wanted


@pytest.mark.parametrize("seed", range(4))
def test_one_trial_more_never_lowers_the_key(seed: int) -> None:
    """Failed, open or brilliant: what is added can only make the candidate look less special."""
    rows = searched(12, seed)
    ps = [p_train(rows[:count]) for count in range(1, 13)]
    assert ps == sorted(ps)
