"""Forward evidence: what it holds, how it enters the two keys, and how long one waits."""

from __future__ import annotations

import math

import pytest

from engine.errors import InputError
from engine.gate.eprocess import decay_e_value, e_value
from engine.gate.forward import (
    EXPECTED_WAIT,
    ForwardEvidence,
    Wait,
    chance_to_reach,
    deepest_fall,
    forward_evidence,
    live_p,
    p_gate_by_forward,
    p_of,
)
from engine.gate.statistics import p_gate

RETURNS = (0.01, -0.02, 0.03, 0.005)


def _evidence(e: float) -> ForwardEvidence:
    return ForwardEvidence(days=80, closed_trades=25, e=e)


def test_the_record_of_a_forward_run() -> None:
    """Counts, e-values in train deviations, mean, compounded total and deepest fall."""
    found = forward_evidence(RETURNS, 3, 0.02, 0.004)
    assert (found.days, found.closed_trades) == (4, 3)
    assert found.e == e_value([0.5, -1.0, 1.5, 0.25])
    assert found.decay == decay_e_value([0.5, -1.0, 1.5, 0.25], 0.2)
    assert found.mean == pytest.approx(0.00625)
    assert found.total == pytest.approx(1.01 * 0.98 * 1.03 * 1.005 - 1)
    assert found.drawdown == pytest.approx(0.02)


def test_an_empty_record_is_no_evidence() -> None:
    """On the day of issue e is 1."""
    found = forward_evidence((), 0, 0.02)
    assert (found.days, found.e, found.decay, found.mean, found.drawdown) == (0, 1.0, 1.0, 0, 0)


@pytest.mark.parametrize("deviation", [0.0, -1.0, math.nan, math.inf])
def test_a_record_needs_the_train_deviation(deviation: float) -> None:
    """FORWARD_INVALID: nothing is measured against a series that never moved."""
    with pytest.raises(InputError) as caught:
        forward_evidence(RETURNS, 1, deviation)
    assert caught.value.code == "FORWARD_INVALID"


def test_a_fall_counts_from_the_highest_point() -> None:
    """The start is a high too; ruin is a fall of everything."""
    assert deepest_fall([-0.1, 0.05]) == pytest.approx(0.1)
    assert deepest_fall([0.2, -0.1, 0.3, -0.2]) == pytest.approx(0.2)
    assert deepest_fall([0.1, -1.5, 0.5]) == 1.0
    assert deepest_fall([]) == 0.0


def test_the_forward_record_takes_the_holdout_keys_place() -> None:
    """p_O := 1 / e under the cap of the certificate's own look."""
    assert p_gate_by_forward(0.02, _evidence(100.0), 1) == p_gate(0.02, 0.01, 0.10)
    assert p_gate_by_forward(0.02, _evidence(8.0), 1) == 1.0
    assert p_of(0.5) == p_of(0.0) == 1.0


def test_live_divides_by_the_evidence() -> None:
    """Evidence of 20 relaxes the level twentyfold; a ruined fund proves nothing."""
    assert live_p(0.0039, _evidence(20.0)) == pytest.approx(0.000195)
    assert live_p(0.5, _evidence(0.1)) == 1.0
    assert live_p(0.001, _evidence(0.0)) == 1.0


@pytest.mark.parametrize("wait", EXPECTED_WAIT)
def test_the_printed_wait_is_what_paths_show(wait: Wait) -> None:
    """One, two and three years, each within three points."""
    shown = [chance_to_reach(wait.sharpe, 252 * years, paths=2_000) for years in (1, 2, 3)]
    assert shown == pytest.approx(list(wait.within), abs=0.035)
