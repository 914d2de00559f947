"""Self-calibration: it meets the full simulation's table, answers at once, and never varies."""

from __future__ import annotations

import time

import pytest

from engine.errors import InputError
from engine.gate.calibration import (
    SHARPES,
    Power,
    self_calibration,
    sharpe_of_markets,
    zone_days,
)

TOLERANCE = 0.046
"""Four points, and the rounding of the table to two digits."""
TABLE = {
    3: ((0.03, 0.13, 0.36, 0.76), (0.19, 0.40, 0.59), (0.11, 0.29, 0.57)),
    5: ((0.07, 0.33, 0.66, 0.92), (0.33, 0.63, 0.82), (0.22, 0.56, 0.82)),
    8: ((0.19, 0.64, 0.89, 0.98), (0.48, 0.79, 0.92), (0.37, 0.79, 0.96)),
}


@pytest.mark.parametrize("years", [3, 5, 8])
def test_power_meets_the_published_table(years: int) -> None:
    """Search and alone for testnet, search for paper, each cell within four points."""
    search, alone, paper = TABLE[years]
    found = self_calibration(*zone_days(years), 100).powers
    assert tuple(power.sharpe for power in found) == SHARPES
    assert [power.testnet for power in found] == pytest.approx(search, abs=TOLERANCE)
    assert [power.alone for power in found][:3] == pytest.approx(alone, abs=TOLERANCE)
    assert [power.paper for power in found][:3] == pytest.approx(paper, abs=TOLERANCE)


@pytest.mark.parametrize(
    ("years", "trials", "noise"),
    [
        (2, 100, 0.0047),
        (3, 100, 0.0045),
        (5, 100, 0.0059),
        (8, 100, 0.0050),
        (5, 10, 0.0053),
        (5, 1, 0.0065),
    ],
)
def test_noise_meets_the_published_rates(years: int, trials: int, noise: float) -> None:
    """Testnet within two tenths of a point, paper near eight to nine of a hundred."""
    found = self_calibration(*zone_days(years), trials)
    assert found.noise_testnet == pytest.approx(noise, abs=0.002)
    assert found.noise_testnet <= 0.01
    assert 0.06 <= found.noise_paper <= 0.11


def test_more_trials_cost_power_and_more_years_give_it() -> None:
    """The two directions a person can go in."""
    few, many = (self_calibration(*zone_days(5), trials) for trials in (10, 1_000))
    for one, other in zip(few.powers, many.powers, strict=True):
        assert one.testnet > other.testnet
    short, long = (self_calibration(*zone_days(years), 100) for years in (3, 8))
    for one, other in zip(short.powers, long.powers, strict=True):
        assert one.testnet < other.testnet


def test_later_looks_pass_less_noise() -> None:
    """The cap falls with each look."""
    rates = [self_calibration(*zone_days(5), 100, look).noise_testnet for look in (1, 2, 5, 10)]
    assert rates == sorted(rates, reverse=True)


def test_a_single_key_passes_at_most_its_limit() -> None:
    """1 % at the first look, less later; the paper tier a tenth."""
    first = self_calibration(*zone_days(5), 100, 1, single_key=True)
    fourth = self_calibration(*zone_days(5), 100, 4, single_key=True)
    assert fourth.noise_testnet < first.noise_testnet <= 0.0105
    assert first.noise_paper <= 0.105


def test_it_answers_in_less_than_a_second() -> None:
    """The tables are made once; each new question is answered at once."""
    self_calibration(900, 380, 17)
    start = time.process_time()
    self_calibration(901, 381, 18)
    assert time.process_time() - start < 1.0


def test_the_same_question_has_the_same_answer() -> None:
    """Fixed draws: no luck between two reports."""
    first = self_calibration(700, 300, 55)
    self_calibration.cache_clear()
    assert self_calibration(700, 300, 55) == first
    assert isinstance(first.powers[0], Power)


def test_k_markets_raise_a_sharpe_ratio() -> None:
    """sqrt(K / (1 + (K - 1) rho)): two for four unrelated markets, nothing for copies."""
    assert sharpe_of_markets(4, 0.0) == 2.0
    assert sharpe_of_markets(4, 1.0) == 1.0
    assert sharpe_of_markets(5, 0.25) == pytest.approx(1.5811388)
    for wrong in ((0, 0.0), (3, -0.6), (3, 1.5)):
        with pytest.raises(InputError) as caught:
            sharpe_of_markets(*wrong)
        assert caught.value.code == "CALIBRATION_INVALID"


def test_an_empty_zone_has_no_calibration() -> None:
    """CALIBRATION_INVALID below one day, trial or look."""
    for wrong in ((0, 100, 1, 1), (100, 0, 1, 1), (100, 100, 0, 1), (100, 100, 1, 0)):
        with pytest.raises(InputError) as caught:
            self_calibration(*wrong)
        assert caught.value.code == "CALIBRATION_INVALID"
