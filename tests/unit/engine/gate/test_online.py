"""LORD++: published levels, the first-test error, and false discoveries over a lifetime."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import InputError
from engine.gate.online import gamma, level_of, levels, looks_tested, next_level
from engine.seeds import stream

VIGNETTE = (
    2.90e-14, 0.00143, 0.06514, 0.00174, 0.00171, 3.61e-05, 0.79149, 0.27201, 0.28295, 7.59e-08,
    0.69274, 0.30443, 0.000487, 0.72342, 0.54757,
)  # fmt: skip
PUBLISHED = (
    0.001338, 0.001629, 0.003215, 0.001036, 0.000876, 0.000738, 0.003309, 0.001136, 0.000987,
    0.000854, 0.003426, 0.001251, 0.001100, 0.003639, 0.001438,
)  # fmt: skip


def test_the_published_levels() -> None:
    """Fifteen tests at alpha 0.05, w0 0.025: levels and discoveries 1 2 6 10 13."""
    found = looks_tested(VIGNETTE, 0.05, 0.025)
    assert [one.level for one in found] == pytest.approx(PUBLISHED, abs=6e-7)
    assert [k for k, one in enumerate(found, 1) if one.discovery] == [1, 2, 6, 10, 13]


def test_the_gates_own_levels() -> None:
    """Alpha 0.10, w0 0.05: without a discovery, and after one at the first look."""
    quiet = levels([1.0] * 24)
    assert [quiet[k - 1] for k in (1, 2, 3, 5, 10, 24)] == pytest.approx(
        [0.002676, 0.000582, 0.000496, 0.000349, 0.000195, 0.000086], abs=6e-7
    )
    assert levels([0.0, 1.0, 1.0, 1.0])[1:] == pytest.approx(
        [0.003258, 0.001078, 0.000908], abs=6e-7
    )


def test_the_next_level_does_not_depend_on_its_own_p() -> None:
    """The level of a look is known before the look."""
    assert next_level([]) == pytest.approx(0.002676, abs=6e-7)
    for place in range(len(VIGNETTE)):
        earlier = VIGNETTE[:place]
        assert next_level(earlier, 0.05, 0.025) == levels(VIGNETTE, 0.05, 0.025)[place]


def test_the_shares_sum_to_one() -> None:
    """Wealth is spent, not made: a sum to 200,000 and the integral of the rest."""
    last = 200_000
    head = math.fsum(gamma(j) for j in range(1, last))
    u = math.sqrt(math.log(last))
    rest = 0.07720838 * 2.0 * math.exp(-u) * (u**3 + 3.0 * u**2 + 6.0 * u + 6.0)
    assert 0.95 < head + rest < 1.0


def _first_test_mutant(p_values: tuple[float, ...], alpha: float, w0: float) -> list[float]:
    """Known error: the first test is taken as the first discovery, whatever its p."""
    found, result = [1], []
    for k, p in enumerate(p_values, 1):
        earlier = [at for at in found if at < k]
        result.append(level_of(k, earlier, alpha, w0))
        if p <= result[-1] and k not in found:
            found.append(k)
    return result


def test_taking_the_first_test_as_a_discovery_is_found() -> None:
    """It gives larger levels as soon as the first p is not small."""
    p_values = (0.9, *VIGNETTE)
    right = levels(p_values, 0.05, 0.025)
    mutant = _first_test_mutant(p_values, 0.05, 0.025)
    assert mutant[1] > 2 * right[1]
    assert all(wrong >= true for wrong, true in zip(mutant, right, strict=True))


def test_false_discoveries_stay_below_alpha() -> None:
    """Noise alone, 240 looks: a discovery in at most alpha of all lifetimes."""
    p_values = stream("tests/lord", 1).random((300, 240))
    lifetimes = [any(one.discovery for one in looks_tested(row.tolist())) for row in p_values]
    assert np.mean(lifetimes) <= 0.10


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_only_p_values_are_tested(p: float) -> None:
    """P_VALUE_INVALID for anything outside [0, 1]."""
    with pytest.raises(InputError) as caught:
        levels([0.5, p])
    assert caught.value.code == "P_VALUE_INVALID"


def test_the_first_wealth_is_part_of_alpha() -> None:
    """LEVEL_INVALID when w0 is above alpha."""
    with pytest.raises(InputError) as caught:
        levels([0.5], 0.05, 0.06)
    assert caught.value.code == "LEVEL_INVALID"


def test_the_levels_equal_an_independent_implementation() -> None:
    """online-fdr 1.0 gives the same decisions on random sequences."""
    where = "online_fdr.p_values.investing.lord.plus_plus"
    oracle = pytest.importorskip(where, reason="make test-all installs the oracles")
    random = stream("tests/oracle", 1)
    for _ in range(5):
        p_values = np.where(random.random(60) < 0.2, random.random(60) * 1e-4, random.random(60))
        theirs = oracle.LordPlusPlus(alpha=0.10, wealth=0.05)
        decisions = [theirs.test_one(float(p)) for p in p_values]
        assert [one.discovery for one in looks_tested(p_values.tolist())] == decisions
        assert any(decisions)
