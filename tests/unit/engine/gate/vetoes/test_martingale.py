"""The martingale null: fair signs per bar, the same draw for all symbols, paths by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import fast
from engine.data.bars import Bars, FloatArray, bars_like
from engine.data.panel import Panel, panel_of
from engine.gate.vetoes import martingale
from engine.gate.vetoes.martingale import (
    block_rows,
    null_block,
    null_evidence,
    null_of,
    null_panel,
    null_statistic,
    path_of,
    z_of,
)
from engine.seeds import stream
from tests.gate_world import GridBot, market, run_of, subject_of

SEED = "ab" * 32
MEMORY = ("close < close[1]", "close > close[1]")


def _p(subject: Any, panel: Panel, paths: int) -> tuple[float, float]:  # noqa: ANN401 - a strategy or a bot
    found = null_evidence(subject, panel, subject.run(panel), SEED, paths=paths)
    return found.z or 0.0, found.p


def test_a_grid_that_doubles_down_is_refused() -> None:
    """It looks better than nine of ten random walks do, and so does it on fair paths."""
    z, p = _p(GridBot(), panel_of([market(700, seed=0)]), 100)
    assert z > 1.3
    assert p > 0.10


def test_an_edge_that_the_signs_destroy_passes() -> None:
    """Buying dips in a market that turns back earns nothing on fair paths."""
    z, p = _p(subject_of(*MEMORY), panel_of([market(700, memory=-0.4)]), 60)
    assert z > 3.0
    assert p <= 0.10


def _memory(panel: Panel) -> float:
    """Lag-1 autocorrelation of close to close returns."""
    steps = np.diff(np.log(panel.each[0].close))
    return float(np.corrcoef(steps[1:], steps[:-1])[0, 1])


def _signs_per_block(panel: Panel, path: int) -> Panel:
    """The known error: one sign for each block."""
    random = stream("tests/gate/blocks", path)
    rows = block_rows(len(panel), random)
    new = np.append(True, np.diff(rows) != 1)
    signs = np.where(random.random(len(rows)) < 0.5, -1.0, 1.0)
    return path_of(
        panel, rows, signs[np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0))]
    )


def test_signs_per_bar_leave_no_memory_signs_per_block_do() -> None:
    """The mutant keeps the autocorrelation, so the rule still earns on its paths."""
    panel = panel_of([market(900, memory=-0.4)])
    subject = subject_of(*MEMORY, stops=[{"kind": "pct", "value": 0.5}])
    right = [null_panel(panel, path, SEED) for path in range(12)]
    wrong = [_signs_per_block(panel, path) for path in range(12)]
    assert abs(np.mean([_memory(one) for one in right])) < 0.03
    assert np.mean([_memory(one) for one in wrong]) < -0.3
    assert np.mean([z_of(subject.run(one)) for one in right]) < 1.0
    assert np.mean([z_of(subject.run(one)) for one in wrong]) > 2.0


def test_a_path_has_the_increments_of_the_drawn_rows() -> None:
    """A bar that is turned over has its low where the high was; volumes go along."""
    bars = market(40)
    panel = panel_of([bars])
    rows = block_rows(40, stream("tests/gate/rows"))
    signs = np.where(np.arange(40) % 3 == 0, -1.0, 1.0)
    (made,) = path_of(panel, rows, signs).each
    before = np.concatenate((bars.open[:1], bars.close[:-1]))
    drawn = np.concatenate((made.open[:1] / np.exp(signs[0] * 0.0), made.close[:-1]))
    up = signs > 0
    source = {name: np.log(getattr(bars, name) / before)[rows] for name in ("high", "low", "close")}
    moved = {name: np.log(getattr(made, name) / drawn) for name in ("high", "low", "close")}
    assert moved["close"][1:] == pytest.approx((source["close"] * signs)[1:])
    assert moved["high"][1:] == pytest.approx(np.where(up, source["high"], -source["low"])[1:])
    assert moved["low"][1:] == pytest.approx(np.where(up, source["low"], -source["high"])[1:])
    assert np.array_equal(made.volume, bars.volume[rows])
    assert (made.origin, made.instrument) == ("synthetic", bars.instrument)


def test_paths_are_bars_that_hold_every_rule_of_bars() -> None:
    """Prices above zero, low <= open, close <= high, on each of many paths."""
    wild = panel_of([market(500, volatility=0.2)])
    for path in range(10):
        (made,) = null_panel(wild, path, SEED).each
        assert bars_like(made, made.time, made.columns).digest == made.digest


def test_all_symbols_share_one_draw() -> None:
    """Two instruments that were the same market stay the same market."""
    one, two = market(300), market(300, symbol="ETH/USDT")
    made = null_panel(panel_of([one, two]), 3, SEED)
    assert np.array_equal(made.each[0].close, made.each[1].close)
    assert np.array_equal(made.time, one.time)


def test_instruments_keep_their_own_times() -> None:
    """One that begins late begins late on every path; what it has not, it takes from its past."""
    late = market(300, seed=2, symbol="ETH/USDT").slice(120, 300)
    panel = panel_of([market(300), late])
    made = null_panel(panel, 0, SEED)
    assert np.array_equal(made.each[1].time, late.time)
    assert made.each[1].close[0] != late.close[0]


def _with_extras(bars: Bars) -> Bars:
    event: FloatArray = np.where(np.arange(len(bars)) % 3 == 0, 1e-4, np.nan)
    return replace(bars, funding=event, bid=bars.close * 0.999, ask=bars.close * 1.001)


def test_funding_turns_over_with_its_bar_and_quotes_stay_around_the_close() -> None:
    """Neither may tell a rule which way the path goes."""
    (made,) = null_panel(panel_of([_with_extras(market(400))]), 1, SEED).each
    assert made.funding is not None
    assert made.bid is not None
    events = made.funding[~np.isnan(made.funding)]
    assert {float(value) for value in np.unique(np.abs(events))} == {1e-4}
    assert 0.3 < float(np.mean(events > 0)) < 0.7
    assert made.bid == pytest.approx(made.close * 0.999)


def test_paths_are_named_not_drawn_in_order() -> None:
    """The same number from any place in any order; another seed or number is another path."""
    panel, subject = panel_of([market(250)]), subject_of(*MEMORY)
    forward = [null_statistic(subject, panel, path, SEED) for path in range(4)]
    backward = [null_statistic(subject, panel, path, SEED) for path in reversed(range(4))]
    assert forward == backward[::-1]
    assert len(set(forward)) == 4
    assert null_statistic(subject, panel, 0, "cd" * 32) != forward[0]


def test_paths_can_be_spread_over_processes() -> None:
    """A worker gets documents and bars, never a compiled rule, and comes to the same numbers."""
    panel, subject = panel_of([market(150)]), subject_of(*MEMORY)
    alone = [null_statistic(subject, panel, path, SEED) for path in (2, 0)]
    blocks = null_block(subject.spec, subject.costs, (), panel, (2, 0), SEED)
    assert list(blocks) == alone


@pytest.mark.parametrize(("bars", "warmed"), [(150, False), (5_000, True)])
def test_many_long_paths_are_worth_a_compiler(
    bars: int, warmed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What all paths together cost decides, where one path alone would not pay for it."""
    asked: list[bool] = []
    monkeypatch.setattr(fast, "worth_compiling", lambda cells: cells >= 1_000_000)
    monkeypatch.setattr(fast, "warm", lambda: asked.append(True))
    martingale.prepare(panel_of([market(bars)]), 200)
    assert bool(asked) is warmed


def test_blocks_are_twenty_bars_long_on_average() -> None:
    """Consecutive rows within a block, wrapping around at the end."""
    rows = block_rows(20_000, stream("tests/gate/long"))
    breaks = int((np.diff(rows) % 20_000 != 1).sum())
    assert 18 < 20_000 / breaks < 22


def test_the_share_counts_the_candidate_itself() -> None:
    """The p is (1 + as good) / (1 + paths); ties count; a series that never moves has p = 1."""
    assert null_of(1.0, [0.5, 1.0, 2.0, -np.inf]).p == pytest.approx(3 / 5)
    assert null_of(9.0, [0.0] * 199).p == pytest.approx(1 / 200)
    still = null_of(z_of(run_of(np.full(30, 1e4))), [0.0, -np.inf])
    assert (still.z, still.p) == (None, 1.0)
