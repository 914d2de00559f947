"""Probability of backtest overfitting by combinatorially symmetric cross-validation; report only.

The T x N matrix of all trials is cut into S blocks; every half of the blocks is once the place
where the best trial is chosen, and the other half shows its rank. PBO below 0.2 passes 12 % of the
winners of searches among noise: it is shown, never asked.

Source: Bailey, Borwein, Lopez de Prado, Zhu 2015.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import InputError

MOST_BLOCKS: Final = 16

_FEWEST_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class Overfitting:
    """PBO: share of splits whose chosen trial is at or below the median elsewhere.

    splits: how many; mean_logit: mean of ln(w / (1 - w)) of the relative rank w.
    """

    pbo: float
    mean_logit: float
    splits: int


def _sharpes(count: float, total: FloatArray, squares: FloatArray) -> FloatArray:
    """Sharpe ratio of each column from its sums; -inf for one that never moves."""
    spread = (squares - total**2 / count) / (count - 1.0)
    moving = spread > 1e-12 * (squares / count)
    ratio = np.full(len(total), -np.inf)
    ratio[moving] = total[moving] / count / np.sqrt(spread[moving])
    return np.round(ratio, 9)


def cscv(matrix: FloatArray, blocks: int) -> Overfitting:
    """PBO of a matrix (T, N) of returns of all trials, cut into S = `blocks` equal blocks.

    For each of the C(S, S/2) splits: the trial with the best Sharpe ratio in one half has rank r (1
    = worst; ties count half) among N in the other; w = r / (N + 1), logit = ln(w / (1 - w));
    PBO = share of splits with logit <= 0. Columns are not demeaned: that would make every winner
    lose.

    Raises:
        InputError: PBO_UNDEFINED for less than two trials, an odd or too large S, or blocks of less
            than two rows. Rows beyond a multiple of S are left out at the start.
    """
    rows, trials = matrix.shape
    if trials < 2 or blocks < 2 or blocks % 2 or blocks > MOST_BLOCKS:  # noqa: PLR2004 - halves
        raise _undefined(f"needs two trials and an even number of blocks up to {MOST_BLOCKS}")
    size = rows // blocks
    if size < _FEWEST_ROWS:
        raise _undefined(f"{rows} rows cannot be cut into {blocks} blocks")
    cut = matrix[rows - size * blocks :].reshape(blocks, size, trials)
    total, squares = cut.sum(axis=1), (cut**2).sum(axis=1)
    count = size * blocks / 2.0
    logits = []
    for half in combinations(range(blocks), blocks // 2):
        here = list(half)
        there = [each for each in range(blocks) if each not in half]
        chosen = int(_sharpes(count, total[here].sum(axis=0), squares[here].sum(axis=0)).argmax())
        other = _sharpes(count, total[there].sum(axis=0), squares[there].sum(axis=0))
        below, same = (other < other[chosen]).sum(), (other == other[chosen]).sum()
        w = (float(below) + (float(same) + 1.0) / 2.0) / (trials + 1.0)
        logits.append(math.log(w / (1.0 - w)))
    worse = sum(one <= 0.0 for one in logits)
    return Overfitting(worse / len(logits), math.fsum(logits) / len(logits), len(logits))


def _undefined(why: str) -> InputError:
    return InputError("PBO_UNDEFINED", why, hint="show no PBO here")
