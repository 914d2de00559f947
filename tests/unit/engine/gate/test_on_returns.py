"""The gate on return matrices alone: what an outsider calibrates it with."""

from __future__ import annotations

import doctest
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate import on_returns
from engine.gate.criteria import GateCriteria
from engine.gate.on_returns import ReturnsVerdict, judge_returns, to_units
from engine.gate.statistics import Draws, holdout_key, p_gate, resample_counts, train_keys
from engine.seeds import stream

FEW = GateCriteria(bootstrap_samples=999)


def noise(days: int, trials: int, seed: int, drift: float = 0.0) -> FloatArray:
    """Returns of 1 % a day, fractions of one, shape (days, trials)."""
    return stream("tests/on-returns", seed).standard_normal((days, trials)) * 0.01 + drift


def judged(train: FloatArray, holdout: FloatArray, **changes: Any) -> ReturnsVerdict:  # noqa: ANN401 - any option
    """The verdict on the first trial."""
    return judge_returns(train, 0, holdout, criteria=FEW, **changes)


def test_the_examples_of_the_module_run() -> None:
    """What the docstring promises is what happens."""
    result = doctest.testmod(on_returns)
    assert result.attempted > 5
    assert result.failed == 0


def test_it_is_the_gates_own_arithmetic() -> None:
    """Same keys as the statistics of the gate on the same integers."""
    train, holdout = noise(300, 5, 1), noise(150, 1, 2)[:, 0]
    found = judge_returns(train, 2, holdout, criteria=FEW, block=12)
    (key,) = train_keys(
        [to_units(train)], 2, family="returns", window="returns", block=12, samples=999
    )
    assert found.train_raw == found.train_excess == key
    assert found.holdout_raw == holdout_key(to_units(holdout))
    assert found.p_gate == p_gate(found.p_train, found.p_holdout, 0.10)
    assert (found.trials, found.block) == (5, 12)


def test_integers_and_fractions_are_the_same_returns() -> None:
    """1 % is 0.01 or 1,000,000 units."""
    train, holdout = noise(300, 3, 3), noise(100, 1, 4)[:, 0]
    units = to_units(train).astype(np.int64)
    assert judged(train, holdout) == judge_returns(
        units, 0, to_units(holdout).astype(np.int32), criteria=FEW
    )


def test_kept_draws_change_nothing() -> None:
    """A cache of counts gives the bytes that fresh counts give, for any order of calls."""
    draws = Draws(samples=700, keep=2)
    for length, block in ((300, 10), (200, 15), (300, 10), (250, 11), (300, 10)):
        kept = np.concatenate(list(draws.counts(length, block)))
        fresh = resample_counts(length, block, 700, "returns", "returns")
        assert (kept == np.concatenate(list(fresh))).all()
    train, holdout = noise(300, 8, 5), noise(100, 1, 6)[:, 0]
    shared = Draws(samples=999)
    assert judged(train, holdout) == judged(train, holdout, draws=shared)
    assert judged(train, holdout) == judged(train, holdout, draws=shared)


def test_an_edge_passes_and_noise_does_not() -> None:
    """Sharpe 2.5 among a hundred passes both tiers; its noise twin neither."""
    edge = noise(882, 100, 7)
    edge[:, 0] += 0.0016
    found = judged(edge, noise(378, 1, 8, 0.0016)[:, 0])
    assert (found.paper, found.testnet) == (True, True)
    weak = judged(noise(882, 100, 7), noise(378, 1, 9)[:, 0])
    assert (weak.paper, weak.testnet) == (False, False)


def test_each_key_is_the_worse_of_raw_and_excess() -> None:
    """What is only the market's drift fails by its excess series."""
    train, holdout = noise(600, 4, 10, 0.0016), noise(300, 1, 11, 0.0016)[:, 0]
    found = judged(
        train, holdout, train_excess=noise(600, 4, 12), holdout_excess=noise(300, 1, 14)[:, 0]
    )
    assert judged(train, holdout).testnet
    assert found.p_train == max(found.train_raw.p, found.train_excess.p)
    assert found.p_holdout == max(found.holdout_raw.p, found.holdout_excess.p)
    assert not found.testnet


def test_later_looks_have_a_smaller_cap() -> None:
    """p_O of 3 % counts at the first look and not at the fifth."""
    train = noise(600, 2, 13, 0.0012)
    holdout = noise(400, 1, 15)[:, 0]
    holdout += 1.88 * 0.01 / math.sqrt(400) - holdout.mean()
    first, fifth = (judged(train, holdout, k=k) for k in (1, 5))
    assert (first.cap, fifth.cap) == (0.10, 0.02)
    assert first.testnet
    assert fifth.p_gate == 1.0
    assert fifth.paper
    assert not fifth.testnet


def test_a_single_key_leaves_the_train_key_out() -> None:
    """p_gate is p_O, its limit 0.01 / k; a wonderful train period changes nothing."""
    wonderful, holdout = noise(600, 2, 16, 0.01), noise(400, 1, 17)[:, 0]
    holdout += 1.5 * 0.01 / math.sqrt(400) - holdout.mean()
    found = judged(wonderful, holdout, single_key=True)
    assert found.p_gate == found.p_holdout
    assert found.cap == 0.01
    assert (found.paper, found.testnet) == (True, False)
    assert judged(wonderful, holdout).testnet


def test_market_drift_passes_a_raw_gate_and_not_this_one() -> None:
    """Known error: with the raw key only, long noise in a rising market passes far too often."""
    draws, raw, both = Draws(samples=199), 0, 0
    for run in range(60):
        random = stream("tests/drift", run)
        market = random.standard_normal(1_250) * 0.01 + 1.2 * 0.01 / math.sqrt(252)
        held = (random.random((1_250, 20)) < 0.8).astype(np.float64)
        series = held * market[:, None]
        excess = series - held[:882].mean(axis=0) * market[:, None]
        train, after = series[:882], series[892:]
        own = int((train.mean(axis=0) / train.std(axis=0)).argmax())
        options: dict[str, Any] = {"draws": draws, "block": 10}
        raw += judge_returns(train, own, after[:, own], **options).testnet
        both += judge_returns(
            train, own, after[:, own], train_excess=excess[:882],
            holdout_excess=excess[892:, own], **options,
        ).testnet  # fmt: skip
    assert raw >= 6
    assert both <= 3
    assert raw >= 4 * both


def test_noise_searches_seldom_pass() -> None:
    """Best of twenty, 150 runs with few draws: a handful at most, paper around a tenth."""
    draws, testnet, paper = Draws(samples=499), 0, 0
    for run in range(150):
        series = stream("tests/noise-search", run).standard_t(5, (620, 20)) * 0.01
        train = series[:430]
        own = int((train.mean(axis=0) / train.std(axis=0)).argmax())
        found = judge_returns(train, own, series[440:, own], draws=draws, block=10)
        testnet, paper = testnet + found.testnet, paper + found.paper
    assert testnet <= 4
    assert 5 <= paper <= 35


_GOOD = np.zeros((100, 3)) + 0.001
_LOOK = np.zeros(50) + 0.001


@pytest.mark.parametrize(
    ("train", "own", "holdout", "changes"),
    [
        (_LOOK, 0, _LOOK, {}),
        (_GOOD, 0, _GOOD, {}),
        (_GOOD, 3, _LOOK, {}),
        (_GOOD, -1, _LOOK, {}),
        (np.zeros((100, 0)), 0, _LOOK, {}),
        (np.zeros((19, 3)), 0, _LOOK, {}),
        (_GOOD * math.nan, 0, _LOOK, {}),
        (_GOOD, 0, _LOOK * math.inf, {}),
        (_GOOD * 1e6, 0, _LOOK, {}),
        (_GOOD.astype(str), 0, _LOOK, {}),
        (_GOOD, 0, _LOOK, {"k": 0}),
        (_GOOD, 0, _LOOK, {"block": 0}),
        (_GOOD, 0, _LOOK, {"train_excess": _GOOD}),
        (_GOOD, 0, _LOOK, {"train_excess": _GOOD[:, :2], "holdout_excess": _LOOK}),
        (_GOOD, 0, _LOOK, {"train_excess": _GOOD, "holdout_excess": _LOOK[:-1]}),
    ],
)
def test_wrong_returns_are_refused(
    train: ArrayLike,
    own: int,
    holdout: ArrayLike,
    changes: dict[str, Any],
) -> None:
    """RETURNS_INVALID with what is wrong; the right twin passes through."""
    with pytest.raises(InputError) as caught:
        judge_returns(train, own, holdout, criteria=FEW, **changes)
    assert caught.value.code == "RETURNS_INVALID"
    assert judge_returns(_GOOD, 0, _LOOK, criteria=FEW).p_gate == 1.0
