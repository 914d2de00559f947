"""Cut orders: their share of the entries."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.panel import panel_of
from engine.gate.vetoes.cuts import cut_share
from tests.gate_world import market, run_of, subject_of

EQUITY = np.full(20, 1e4)


def test_the_share_is_of_entries_not_of_their_parts() -> None:
    """Two exits of one entry are one entry; a run without entries cut none."""
    trades = [(3, 5, 1.0, 1.0, 1.0), (3, 9, 1.0, 1.0, 1.0), (12, 14, 1.0, 1.0, 1.0)]
    assert cut_share(run_of(EQUITY, trades=trades, cut=1)) == 0.5
    assert cut_share(run_of(EQUITY, trades=trades, cut=9)) == 1.0
    assert cut_share(run_of(EQUITY)) == 0.0


@pytest.mark.parametrize(("wanted", "share"), [(0.3, 0.0), (0.9, 1.0)])
def test_a_size_above_its_cap_is_always_cut(wanted: float, share: float) -> None:
    """Asking for 90 % under a cap of half the account cuts every entry."""
    size = {"kind": "fixed_fraction", "value": wanted, "max_position_frac": 0.5}
    subject = subject_of("rsi(close,5) < 45", "rsi(close,5) > 55", sizing=size)
    result = subject.run(panel_of([market(400)]))
    assert len(result.log) > 5
    assert cut_share(result) == share
