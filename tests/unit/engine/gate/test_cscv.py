"""PBO by CSCV: the published matrix, the known errors, and what it does to noise."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.cscv import cscv
from engine.seeds import stream

_T = np.arange(24.0)
MATRIX = np.column_stack([
    0.01 * np.sin(_T) + 0.002, 0.01 * np.cos(_T),
    0.01 * np.sin(2 * _T + 1), -0.002 + 0.01 * np.cos(3 * _T),
])  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "pbo", "splits", "logit"),
    [(4, 0.0, 6, 1.386294), (6, 0.2, 20, 0.782735), (8, 0.142857, 70, 0.962187)],
)
def test_the_published_matrix(blocks: int, pbo: float, splits: int, logit: float) -> None:
    """Four waves in 4, 6 and 8 blocks."""
    found = cscv(MATRIX, blocks)
    assert found.pbo == pytest.approx(pbo, abs=6e-7)
    assert found.splits == splits
    assert found.mean_logit == pytest.approx(logit, abs=6e-7)


def _mutant(
    matrix: FloatArray, blocks: int, *, plus_one: bool, demean: bool
) -> tuple[float, float]:
    """CSCV in a plain loop, with the two known errors to switch on."""
    if demean:
        matrix = matrix - matrix.mean(axis=0)
    parts = np.split(matrix, blocks)
    trials, logits = matrix.shape[1], []
    for half in combinations(range(blocks), blocks // 2):
        here = np.concatenate([parts[i] for i in half])
        there = np.concatenate([parts[i] for i in range(blocks) if i not in half])
        chosen = int((here.mean(axis=0) / here.std(axis=0, ddof=1)).argmax())
        other = there.mean(axis=0) / there.std(axis=0, ddof=1)
        w = float((other <= other[chosen]).sum()) / (trials + 1 if plus_one else trials)
        logits.append(math.inf if w >= 1.0 else math.log(w / (1.0 - w)))
    return sum(one <= 0 for one in logits) / len(logits), sum(logits) / len(logits)


def test_the_known_errors_turn_the_vector_red() -> None:
    """Rank / N gives an infinite logit; demeaned columns give PBO 1 whatever is tried."""
    right = cscv(MATRIX, 4)
    assert _mutant(MATRIX, 4, plus_one=True, demean=False) == pytest.approx(
        (right.pbo, right.mean_logit)
    )
    assert math.isinf(_mutant(MATRIX, 4, plus_one=False, demean=False)[1])
    noise = stream("tests/pbo", 2).standard_normal((240, 20))
    assert _mutant(noise, 6, plus_one=True, demean=True)[0] == 1.0
    assert cscv(noise, 6).pbo < 1.0


def test_a_lasting_edge_is_not_overfitting() -> None:
    """One trial with a real edge wins everywhere; pure noise wins nowhere in particular."""
    noise = stream("tests/pbo", 1).standard_normal((480, 20))
    assert 0.15 < cscv(noise, 8).pbo < 0.95
    edge = noise.copy()
    edge[:, 3] += 0.5
    assert cscv(edge, 8).pbo == 0.0


def test_equal_trials_share_their_rank() -> None:
    """Copies of one trial stand in the middle: PBO 1, logit 0."""
    column = stream("tests/pbo", 3).standard_normal(80)
    found = cscv(np.column_stack([column] * 5), 4)
    assert (found.pbo, found.mean_logit) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("rows", "trials", "blocks"), [(24, 1, 4), (24, 4, 5), (24, 4, 18), (6, 4, 4), (24, 4, 0)]
)
def test_what_cannot_be_cut_is_refused(rows: int, trials: int, blocks: int) -> None:
    """PBO_UNDEFINED for one trial, odd or too many blocks, blocks of one row."""
    with pytest.raises(InputError) as caught:
        cscv(stream("tests/pbo", 4).standard_normal((rows, trials)), blocks)
    assert caught.value.code == "PBO_UNDEFINED"
