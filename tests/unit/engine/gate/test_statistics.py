"""Statistics of the gate against published and closed-form vectors, and against known errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.bootstrap import circular_block_length
from engine.gate.statistics import (
    Draws,
    block_length,
    cap_of_look,
    clopper_pearson_upper,
    holdout_key,
    largest_product,
    mean_and_deviation,
    mean_block,
    mean_interval,
    normal_tail,
    p_gate,
    resample_counts,
    single_key_limit,
    train_keys,
)
from engine.seeds import stream


def noise(days: int, trials: int, seed: int = 1, drift: float = 0.0) -> FloatArray:
    """Independent integer returns of 1 % a day, shape (days, trials)."""
    values = stream("tests/gate", seed).standard_normal((days, trials)) * 0.01 + drift
    return np.rint(values * 1e8)


def p_train(matrix: FloatArray, own: int = 0, block: int = 10, samples: int = 999) -> float:
    """p_IS of one column."""
    (key,) = train_keys([matrix], own, family="f", window="w", block=block, samples=samples)
    return key.p


@pytest.mark.parametrize(
    ("p_is", "p_o", "cap", "expected"),
    [
        (0.02, 0.10, 0.10, 0.009824046),
        (0.02, 0.03, 0.10, 0.003669597),
        (0.25, 0.008, 0.10, 0.009824046),
        (0.0002, 0.10, 0.10, 0.000190344),
        (0.0002, 0.1001, 0.10, 1.0),
        (0.05, 0.04, 0.05, 0.008437752),
        (0.3, 0.009, 0.01, 0.006235200),
    ],
)
def test_p_gate_equals_its_closed_form(
    p_is: float, p_o: float, cap: float, expected: float
) -> None:
    """The formula t (1 + ln(cap / t)) holds below the cap; above it p_gate is 1."""
    assert p_gate(p_is, p_o, cap) == pytest.approx(expected, abs=6e-10)


@pytest.mark.parametrize(
    ("cap", "product"),
    [
        (0.10, 0.002045107),
        (0.05, 0.002503562),
        (0.10 / 3, 0.002907639),
        (0.025, 0.003308724),
        (0.02, 0.003733646),
        (0.0125, 0.005481289),
        (0.01, 0.01),
    ],
)
def test_the_product_that_just_passes(cap: float, product: float) -> None:
    """p_gate reaches 0.01 at the published products."""
    assert largest_product(cap) == pytest.approx(product, abs=6e-10)


def test_p_gate_of_uniform_keys_is_uniform() -> None:
    """Under the null P(p_gate <= x) = x: that is what "exact" means."""
    keys = stream("tests/uniform", 1).random((200_000, 2))
    values = np.array([p_gate(a, b, 0.10) for a, b in keys])
    for level in (0.01, 0.05, 0.10):
        assert (values <= level).mean() == pytest.approx(level, abs=0.002)


def test_caps_fall_with_each_look() -> None:
    """0.10 shared over the looks, never below 0.01."""
    assert [cap_of_look(k) for k in (1, 2, 4, 10, 24)] == [0.10, 0.05, 0.025, 0.01, 0.01]


def test_block_length_of_an_autoregressive_series() -> None:
    """The published value for 10,000 observations with coefficient 0.3."""
    legacy = np.random.RandomState(0)
    series = legacy.standard_normal(10_100)
    for index in range(1, len(series)):
        series[index] += 0.3 * series[index - 1]
    assert block_length(series[-10_000:]) == pytest.approx(13.635665, abs=5e-7)
    assert circular_block_length(series[-10_000:]) == pytest.approx(15.60894, abs=5e-6)


def test_blocks_stay_between_ten_and_forty_days() -> None:
    """White noise gets 10 days, a trending series 40."""
    assert mean_block(noise(500, 1)[:, 0]) == 10
    slow = np.rint(np.convolve(noise(700, 1)[:, 0], np.ones(120), "valid"))
    assert mean_block(slow) == 40
    assert mean_block(np.zeros(500)) == 10


def test_deviation_is_plain_and_flat_series_have_none() -> None:
    """Sample deviation; a constant series has none, instead of a Sharpe ratio of 1e16."""
    assert mean_and_deviation(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx((2.5, 1.2909944))
    assert mean_and_deviation(np.full(1_000, 12_345.0)) == (12_345.0, 0.0)
    assert mean_and_deviation(np.array([7.0])) == (0.0, 0.0)


def test_each_draw_holds_as_many_days_as_the_window() -> None:
    """Counts are whole, sum to T, and are the same whoever asks."""
    chunks = [list(resample_counts(300, 10, 700, "f", "w")) for _ in range(2)]
    assert [chunk.shape for chunk in chunks[0]] == [(500, 300), (200, 300)]
    assert all((chunk.sum(axis=1) == 300).all() for chunk in chunks[0])
    assert all((one == other).all() for one, other in zip(*chunks, strict=True))
    other = next(iter(resample_counts(300, 10, 700, "f", "another window")))
    assert (other != chunks[0][0]).any()


def test_blocks_have_the_mean_that_was_asked_for() -> None:
    """The share of days followed by their successor is 1 - 1/block."""
    counts = np.concatenate(list(resample_counts(400, 20, 2_000, "f", "w")))
    # Neighbours stand in the same block with probability 0.95: their counts correlate like that.
    left, right = counts[:, :-1].ravel(), counts[:, 1:].ravel()
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(0.95, abs=0.01)


def test_the_train_key_follows_its_formula() -> None:
    """Against a plain loop over the same draws."""
    matrix = noise(60, 4, seed=3)
    matrix[:, 2] -= 4e5
    days, root = 60, math.sqrt(60)
    mean = matrix.mean(axis=0)
    deviation = matrix.std(axis=0, ddof=1)
    statistic = root * mean / deviation
    floor = -math.sqrt(2 * math.log(math.log(days)))
    centre = [m if t >= floor else 0.0 for m, t in zip(mean, statistic, strict=True)]
    assert centre[2] == 0.0
    above = 0
    for counts in resample_counts(days, 10, 200, "f", "w"):
        for draw in counts:
            best = max(
                0.0,
                *(
                    root * (float(draw @ matrix[:, k]) / days - centre[k]) / deviation[k]
                    for k in range(4)
                ),
            )
            above += best >= max(statistic[0], 0.0)
    assert p_train(matrix, own=0, samples=200) == pytest.approx((1 + above) / 201, abs=1e-12)


def test_the_key_of_single_noise_series_is_uniform() -> None:
    """Alone, p <= 0.25 happens in about a quarter of cases (a t-test's, doubled below zero)."""
    passed = sum(p_train(noise(250, 1, seed=s), samples=199) <= 0.25 for s in range(200))
    assert 30 <= passed <= 72


def test_a_flat_candidate_has_p_one_and_still_counts() -> None:
    """No movement is no evidence, and no number is divided by zero."""
    matrix = np.column_stack([np.zeros(200), noise(200, 3)])
    (key,) = train_keys([matrix], 0, family="f", window="w", block=10, samples=199)
    assert (key.statistic, key.p) == (None, 1.0)
    assert p_train(np.zeros((200, 2)), samples=199) == 1.0


def test_the_best_trials_p_is_not_lent() -> None:
    """Beside a real edge a weak candidate keeps its own statistic, hence a large p."""
    matrix = noise(500, 2, seed=5)
    matrix[:, 0] += 3e5
    assert p_train(matrix, own=0) < 0.01
    assert p_train(matrix, own=1) > 0.3


def test_columns_in_any_order_give_the_same_p() -> None:
    """Shuffled trials are the same trials."""
    matrix = noise(300, 40, seed=7)
    order = stream("tests/order", 1).permutation(40)
    where = int(np.flatnonzero(order == 3)[0])
    assert p_train(matrix, own=3) == p_train(matrix[:, order], own=where)


def test_two_series_share_their_draws() -> None:
    """Asking for raw and excess together or apart gives the same keys."""
    raw, excess = noise(300, 3, seed=1), noise(300, 3, seed=2)
    options = {"family": "f", "window": "w", "block": 12, "samples": 300}
    together = train_keys([raw, excess], 1, **options)  # type: ignore[arg-type]  # options are mixed
    apart = [train_keys([each], 1, **options)[0] for each in (raw, excess)]  # type: ignore[arg-type]  # as above
    assert list(together) == apart


def test_the_holdout_key_is_a_plain_z() -> None:
    """The statistic is sqrt(T) mean / sd, p its upper tail."""
    series = np.array([3.0, -1.0, 2.0, 0.0, 4.0, -2.0, 1.0, 1.0])
    key = holdout_key(series)
    z = math.sqrt(8) * series.mean() / series.std(ddof=1)
    assert key.statistic == pytest.approx(z, abs=1e-9)
    assert key.p == pytest.approx(0.5 * math.erfc(z / math.sqrt(2)), abs=1e-9)


def test_autocorrelation_can_only_lower_the_holdout_z() -> None:
    """Positive lag-1 correlation widens, negative one changes nothing."""
    x = noise(400, 1, seed=9)[:, 0] + 2e5
    plain = math.sqrt(400) * x.mean() / x.std(ddof=1)
    smooth = np.rint((x[1:] + x[:-1]) / 2)
    widened = holdout_key(smooth).statistic
    unwidened = math.sqrt(399) * smooth.mean() / smooth.std(ddof=1)
    assert widened is not None
    assert 0 < widened < unwidened
    alternating = np.rint(x + 3e6 * (-1.0) ** np.arange(400))
    expected = math.sqrt(400) * alternating.mean() / alternating.std(ddof=1)
    assert holdout_key(alternating).statistic == pytest.approx(expected, abs=1e-9)
    assert holdout_key(x).statistic == pytest.approx(plain, rel=0.2)


def test_a_flat_holdout_proves_nothing() -> None:
    """No trade on the holdout: p is 1."""
    assert holdout_key(np.zeros(100)).p == 1.0


def test_the_tail_is_accurate_far_out() -> None:
    """1 - Phi does not drown in 1 - 1."""
    assert normal_tail(0.0) == 0.5
    assert normal_tail(10.0) == pytest.approx(7.619853e-24, rel=1e-6)


@pytest.mark.parametrize(
    ("k", "n", "bound"),
    [(0, 100, 0.045007414), (2, 60, 0.132826324), (5, 80, 0.155710488), (7, 7, 1.0)],
)
def test_the_upper_bound_of_a_rate(k: int, n: int, bound: float) -> None:
    """Clopper-Pearson at 99 %; 1 when every trade was one."""
    assert clopper_pearson_upper(k, n, 0.99) == pytest.approx(bound, abs=6e-10)


def test_the_bound_equals_an_independent_implementation() -> None:
    """The beta quantile of scipy for all kinds of counts and levels."""
    beta = pytest.importorskip("scipy.stats", reason="make test-all installs the oracles").beta
    for k, n, level in ((0, 1, 0.99), (1, 2, 0.9), (30, 1_000, 0.99), (999, 1_000, 0.95)):
        expected = float(beta.ppf(level, k + 1, n - k))
        assert clopper_pearson_upper(k, n, level) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(("k", "n", "level"), [(-1, 5, 0.9), (6, 5, 0.9), (0, 0, 0.9), (1, 5, 1.0)])
def test_impossible_rates_are_refused(k: int, n: int, level: float) -> None:
    """RATE_INVALID."""
    with pytest.raises(InputError) as caught:
        clopper_pearson_upper(k, n, level)
    assert caught.value.code == "RATE_INVALID"


def test_block_lengths_equal_an_independent_implementation() -> None:
    """The stationary block of arch for noise and for autocorrelated series."""
    arch = pytest.importorskip("arch.bootstrap", reason="make test-all installs the oracles")
    for seed, memory in ((1, 0.0), (2, 0.5), (3, -0.3)):
        series = noise(1_000, 1, seed=seed)[:, 0] / 1e8
        for index in range(1, len(series)):
            series[index] += memory * series[index - 1]
        expected = float(arch.optimal_block_length(series)["stationary"].iloc[0])
        assert block_length(series) == pytest.approx(expected, rel=1e-9)


def test_intervals_of_a_mean_cover_it() -> None:
    """Nine of ten 90 % intervals hold the true mean; the block follows the series."""
    inside = 0
    for seed in range(100):
        x = noise(250, 1, seed=seed, drift=0.0005)[:, 0]
        found = mean_interval(x, 0.90, family="f", window=str(seed), samples=399)
        assert found.low < found.mean < found.high
        inside += found.low <= 5e4 <= found.high
    assert 80 <= inside <= 97
    slow = np.rint(np.convolve(noise(700, 1)[:, 0], np.ones(120), "valid"))
    assert mean_interval(slow, family="f", window="w", samples=99).block > 10


def test_an_interval_needs_a_level_and_values() -> None:
    """LEVEL_INVALID and RETURNS_INVALID."""
    for x, level, code in (
        (np.ones(9), 1.0, "LEVEL_INVALID"),
        (np.ones(1), 0.9, "RETURNS_INVALID"),
    ):
        with pytest.raises(InputError) as caught:
            mean_interval(x, level, family="f", window="w")
        assert caught.value.code == code


def test_the_single_key_falls_with_each_look() -> None:
    """0.01 shared over the looks, never below 0.001."""
    assert [single_key_limit(k) for k in (1, 2, 5, 10, 24)] == [0.01, 0.005, 0.002, 0.001, 0.001]


def test_the_draws_that_are_handed_in_are_the_ones_that_are_counted() -> None:
    """A cache of another size than `samples` gives the p-value of its own draws, never above 1."""
    matrix = np.rint(stream("tests/draws", 1).standard_normal((200, 5)) * 1e6)
    names = {"family": "f", "window": "w", "block": 10}
    (fresh,) = train_keys([matrix], 0, samples=999, **names)
    cache = Draws(family="f", window="w", samples=999)
    (kept,) = train_keys([matrix], 0, samples=4_999, draws=cache.counts(200, 10), **names)
    assert kept == fresh
    assert 0.0 < kept.p <= 1.0
