"""Betting e-processes: the formula, its level under noise, and the two ways to break it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.eprocess import LARGEST_GAIN, SHARES, decay_e_value, e_value, wealth
from engine.seeds import stream


def test_the_fund_follows_its_formula() -> None:
    """prod(1 + share x), the mean over five shares, 1 before the first day."""
    x = [0.5, -1.0, 2.0]
    assert wealth(x, 0.10) == pytest.approx(1.05 * 0.9 * 1.2)
    expected = sum(math.prod(1 + share * one for one in x) for share in SHARES) / 5
    assert e_value(x) == pytest.approx(expected, abs=1e-9)
    assert e_value([]) == 1.0


def test_gains_are_cut_and_losses_are_not() -> None:
    """A day of +100 counts 4.5; a day of -4 counts in full."""
    assert wealth([100.0], 0.2) == pytest.approx(1 + 0.2 * LARGEST_GAIN)
    assert wealth([-4.0], 0.2) == pytest.approx(0.2)


def test_a_ruined_fund_stays_ruined() -> None:
    """A factor at or below 0 ends it for good; smaller bets live on."""
    assert wealth([-5.0, 4.0, 4.0], 0.20) == 0.0
    assert wealth([-6.0, -6.0], 0.20) == 0.0
    assert e_value([-6.0, 1.0]) > 0.0
    assert e_value([-60.0, 4.0]) == 0.0


def test_evidence_of_decay_bets_against_half_the_promise() -> None:
    """A strategy that keeps its promise makes none, one that loses makes plenty."""
    promised = 0.126
    noise = stream("tests/decay", 1).standard_normal(500)
    assert decay_e_value([promised] * 300, promised) < 1.0
    assert decay_e_value((noise - 0.3).tolist(), promised) > 20.0
    assert decay_e_value([0.0], 0.2) == e_value([0.1])


def test_only_numbers_are_evidence() -> None:
    """FORWARD_INVALID for NaN and infinity."""
    for wrong in (math.nan, math.inf):
        with pytest.raises(InputError) as caught:
            e_value([0.1, wrong])
        assert caught.value.code == "FORWARD_INVALID"


def _ever(x: FloatArray, *, clip_losses: bool = False) -> FloatArray:
    """Highest e-value of each path, shape (paths,)."""
    low = -1.5 if clip_losses else -np.inf
    bets = np.clip(x, low, LARGEST_GAIN)
    funds = sum(np.cumprod(np.maximum(1 + share * bets, 0.0), axis=1) for share in SHARES)
    highest: FloatArray = np.max(funds / len(SHARES), axis=1)
    return highest


def test_noise_reaches_twenty_in_less_than_a_twentieth() -> None:
    """Ville's bound over three years, for fat tails and for crashes."""
    random = stream("tests/ville", 1)
    fat = random.standard_t(4, (2_000, 756)) / math.sqrt(2)
    crash = np.where(random.random((2_000, 756)) < 0.02, -4.9, 0.1)
    assert (_ever(fat) >= 20).mean() <= 0.05
    assert (_ever(crash) >= 20).mean() <= 0.05


def test_clipping_losses_breaks_the_level() -> None:
    """Known error: a fair game with rare crashes becomes a sure win."""
    random = stream("tests/ville", 2)
    crash = np.where(random.random((500, 756)) < 0.02, -4.9, 0.1)
    assert (_ever(crash, clip_losses=True) >= 20).mean() > 0.5


def test_starting_again_after_a_bad_start_breaks_the_level() -> None:
    """Known error: whoever restarts each time the fund is low reaches 20 far too often."""
    random = stream("tests/ville", 3)
    x = np.minimum(random.standard_t(4, (400, 1_512)) / math.sqrt(2), LARGEST_GAIN)
    shares = np.array(SHARES)
    funds, best = np.ones((400, len(SHARES))), np.zeros(400)
    for day in x.T:
        funds = funds * np.maximum(1 + shares * day[:, None], 0.0)
        best = np.maximum(best, funds.mean(axis=1))
        funds[funds.mean(axis=1) < 0.8] = 1.0
    assert (_ever(x) >= 20).mean() <= 0.05
    assert (best >= 20).mean() > 0.10
