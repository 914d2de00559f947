"""Known errors of published gates, written as mutants: each must turn a calibration red.

The right statistic stands beside every wrong one, on the same draws.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.data.bars import FloatArray
from engine.gate.bootstrap import resample_counts
from engine.gate.statistics import reality_check, train_keys
from engine.seeds import stream

SAMPLES = 399


def sets_of_noise(sets: int, days: int, trials: int, seed: int) -> list[FloatArray]:
    """Independent fat-tailed noise, integers of 1e-8, the best trial first."""
    random = stream("tests/known-errors", seed)
    made = []
    for _ in range(sets):
        matrix = np.rint(random.standard_t(4, (days, trials)) * 7e5)
        best = int((matrix.mean(axis=0) / matrix.std(axis=0)).argmax())
        matrix[:, [0, best]] = matrix[:, [best, 0]]
        made.append(matrix)
    return made


def right(matrix: FloatArray, own: int = 0) -> float:
    """p_IS of one column."""
    (key,) = train_keys([matrix], own, family="f", window="w", block=10, samples=SAMPLES)
    return key.p


def spa(matrix: FloatArray, kind: str = "consistent", own: int = 0) -> float:
    """Hansen's test with a switch for each known error."""
    days = matrix.shape[0]
    mean, deviation = matrix.mean(axis=0), matrix.std(axis=0, ddof=1)
    t = math.sqrt(days) * mean / deviation
    floor = -math.sqrt(2 * math.log(math.log(days)))
    centre = np.where(t >= floor, mean, 0.0)
    if kind == "lower":
        centre = np.maximum(mean, 0.0)
    above = 0
    for counts in resample_counts(days, 10, SAMPLES, "f", "w"):
        drawn = counts @ matrix / days
        width = deviation
        if kind == "own deviation":
            width = np.sqrt((counts @ matrix**2 / days - drawn**2) * days / (days - 1))
        best = np.maximum(0.0, (math.sqrt(days) * (drawn - centre) / width).max(axis=1))
        above += int((best >= max(float(t[own]), 0.0) - 1e-9).sum())
    return (1 + above) / (SAMPLES + 1)


NOISE = sets_of_noise(60, 300, 15, 1)


def test_the_plain_loop_is_the_train_key() -> None:
    """Without an error switched on the mutant's frame gives the gate's own p."""
    assert [spa(matrix) for matrix in NOISE[:10]] == [right(matrix) for matrix in NOISE[:10]]


def test_the_lower_variant_passes_more_noise() -> None:
    """Known error: "SPA lower" keeps the best trials' means; p is never larger, often smaller."""
    pairs = [(right(matrix), spa(matrix, "lower")) for matrix in NOISE]
    assert all(wrong <= true for true, wrong in pairs)
    gained = float(np.mean([true - wrong for true, wrong in pairs]))
    assert gained > 0.02
    assert sum(true <= 0.05 for true, _ in pairs) <= 7
    assert sum(wrong <= 0.10 for _, wrong in pairs) > sum(true <= 0.10 for true, _ in pairs)


def test_studentising_by_the_draws_own_deviation_is_another_statistic() -> None:
    """Known error: a draw's own deviation gives other p-values on the same draws."""
    skewed = [np.rint(np.abs(matrix) ** 1.5 / 1e3) for matrix in NOISE[:20]]
    skewed = [matrix - np.rint(matrix.mean()) for matrix in skewed]
    changed = sum(spa(matrix, "own deviation") != right(matrix) for matrix in skewed)
    assert changed >= 4


def test_returns_handed_over_as_losses_turn_the_p_around() -> None:
    """Known error: an edge becomes its opposite, p near 1."""
    matrix = NOISE[0].copy()
    matrix[:, 0] += 6e4
    assert right(matrix) < 0.1
    assert right(-matrix) > 0.9


def test_lending_the_best_trials_p_passes_noise_beside_an_edge() -> None:
    """Known error: a candidate that borrows the family's best p passes whatever it is."""
    lent = own = 0
    for matrix in NOISE[:40]:
        family = matrix.copy()
        family[:, 5] += 4e5
        lent += right(family, 5) <= 0.05
        own += right(family, 1) <= 0.05
    assert lent == 40
    assert own <= 3


def test_an_effective_number_of_trials_passes_too_much() -> None:
    """Known error: N / (1 + (N - 1) mean correlation) in Sidak's formula, on a sweep."""
    random = stream("tests/known-errors", 3)
    kernel = np.exp(-0.5 * (np.arange(-30, 31) / 10.0) ** 2)
    kernel /= math.sqrt((kernel**2).sum())
    wrong = true = 0
    for _ in range(60):
        wide = random.standard_normal((400, 140))
        sweep = np.apply_along_axis(np.convolve, 1, wide, kernel, "valid")
        matrix = np.rint(sweep * 7e5)
        t = math.sqrt(400) * matrix.mean(axis=0) / matrix.std(axis=0, ddof=1)
        best = int(t.argmax())
        rows = np.corrcoef(matrix.T)
        trials = len(rows)
        mean = (rows.sum() - trials) / (trials * (trials - 1))
        effective = trials / (1 + (trials - 1) * mean)
        alone = 0.5 * math.erfc(float(t[best]) / math.sqrt(2))
        wrong += 1 - (1 - alone) ** effective <= 0.05
        true += right(matrix, best) <= 0.05
    assert true <= 7
    assert wrong >= true + 3


def test_the_reality_check_recentres_on_the_sample() -> None:
    """Known error: recentred on each draw's own mean, p is the sign of the statistic."""
    ps = [reality_check(matrix, family="f", window="w", block=10, samples=199) for matrix in NOISE]
    assert 0 <= sum(p <= 0.05 for p in ps) <= 9
    assert 0.3 < float(np.mean(ps)) < 0.7
    for matrix in (NOISE[0], NOISE[0] - np.rint(NOISE[0].mean(axis=0)) - 1e5):
        statistic = float(matrix.mean(axis=0).max())
        mutant = 0  # m* - m* is 0 for every trial of every draw
        for counts in resample_counts(len(matrix), 10, 199, "f", "w"):
            drawn = counts @ matrix / len(matrix)
            mutant += int(((drawn - drawn).max(axis=1) >= statistic).sum())
        assert (1 + mutant) / 200 == (0.005 if statistic > 0 else 1.0)


def test_adding_an_edge_is_found_by_the_reality_check() -> None:
    """A trial with a real edge among noise."""
    matrix = NOISE[1].copy()
    matrix[:, 3] += 5e5
    assert reality_check(matrix, family="f", window="w", block=10, samples=199) == 0.005


def test_sizes_and_values_follow_an_independent_implementation() -> None:
    """Those of arch 8: p-values that move together; arch studentises by a long-run deviation."""
    arch = pytest.importorskip("arch.bootstrap", reason="make test-all installs the oracles")
    ours, theirs, checks, upper = [], [], [], []
    for number, matrix in enumerate(NOISE[:20]):
        losses = -matrix / 1e8
        oracle = arch.SPA(
            np.zeros(len(matrix)), losses, block_size=10, reps=SAMPLES, seed=number,
            studentize=True,
        )  # fmt: skip
        oracle.compute()
        ours.append(right(matrix))
        theirs.append(float(oracle.pvalues["consistent"]))
        plain = arch.SPA(
            np.zeros(len(matrix)), losses, block_size=10, reps=SAMPLES, seed=number,
            studentize=False,
        )  # fmt: skip
        plain.compute()
        checks.append(reality_check(matrix, family="f", window="w", block=10, samples=SAMPLES))
        upper.append(float(plain.pvalues["upper"]))
    assert float(np.corrcoef(ours, theirs)[0, 1]) > 0.90
    assert float(np.abs(np.array(ours) - theirs).mean()) < 0.10
    assert float(np.corrcoef(checks, upper)[0, 1]) > 0.98
