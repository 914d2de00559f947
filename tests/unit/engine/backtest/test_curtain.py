"""The curtain: the bar loop works with nothing that only a later bar knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.backtest import curtain
from engine.backtest.curtain import Curtain, LookAheadError, behind_curtain
from engine.backtest.layout import DIRECTION, Machine
from engine.backtest.loop import bar
from tests.random_runs import random_run


@pytest.mark.parametrize("seed", range(25))
def test_hidden_bars_change_nothing(seed: int) -> None:
    """Rules with everything on give the same bytes when later bars cannot be read."""
    run = random_run(seed)
    shown = run.done()
    hidden = behind_curtain(run.panel, run.each, run.costs, start_equity=run.equity)
    assert hidden.digest == shown.digest
    assert hidden.equity.tobytes() == shown.equity.tobytes()
    assert hidden.log.table.tobytes() == shown.log.table.tobytes()
    assert (hidden.drops, hidden.pending) == (shown.drops, shown.pending)


def test_a_loop_that_peeks_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """One read of the next close is enough."""

    def peeking(m: Machine, t: int) -> None:
        if t + 1 < m.n and m.close[t + 1] > 0.0 and m.pos[DIRECTION] == 0.0:
            bar(m, t)
        else:
            bar(m, t)

    monkeypatch.setattr(curtain, "bar", peeking)
    run = random_run(3)
    with pytest.raises(LookAheadError) as caught:
        behind_curtain(run.panel, run.each, run.costs)
    assert caught.value.code == "LOOK_AHEAD"


def test_a_column_is_readable_up_to_the_present_bar() -> None:
    """Cells of every block open with the clock; slices, negative cells and loops never do."""
    now = [1]
    column = Curtain([10, 11, 12, 20, 21, 22], 3, now, "close")
    assert (len(column), column[1], column[4]) == (6, 11, 21)
    refused: list[Any] = [2, 5, -1, slice(0, 1)]
    for cell in refused:
        with pytest.raises(LookAheadError):
            column[cell]
    with pytest.raises(LookAheadError):
        list(column)
    now[0] = 2
    assert [column[cell] for cell in range(6)] == [10, 11, 12, 20, 21, 22]
    assert np.sum([column[2], column[5]]) == 34
