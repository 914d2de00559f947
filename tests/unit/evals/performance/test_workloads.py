"""What is run is fixed, and fit to be run."""

from __future__ import annotations

import numpy as np
import pytest

from engine.language.compiler import compile_spec
from evals.performance import workloads


@pytest.mark.parametrize("kind", workloads.SPECS)
def test_the_specs_are_sound(kind: str) -> None:
    """Each compiles, without a finding that refuses."""
    assert compile_spec(workloads.SPECS[kind]()).report.ok


def test_the_market_is_always_the_same() -> None:
    """Same bytes each time, and a longer one has other bars: everybody gets slices of one."""
    assert workloads.market(500).digest == workloads.market(500).digest
    assert np.array_equal(workloads.table(workloads.market(500))[4], workloads.market(500).close)


def test_the_sweep_has_no_pair_twice() -> None:
    """A thousand different strategies, the fast window always the shorter one."""
    pairs = workloads.sweep_pairs()
    assert len(set(pairs)) == len(pairs) == workloads.SWEEP_COMBOS
    assert all(fast < slow for fast, slow in pairs)


def test_cases_have_names_of_their_own() -> None:
    """Results are keyed by name, and each case knows whom it can be compared with."""
    names = [case.name for case in workloads.CASES]
    assert len(set(names)) == len(names)
    assert all(set(case.exact) <= set(workloads.EVERYBODY) for case in workloads.CASES)
