"""Resampled paths: by hand where they have one answer, and the same bytes for any workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backtest.result import BacktestResult, Trade, log_of
from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.records import canonical
from engine.research.monte_carlo import NOT_EVIDENCE, monte_carlo, trade_returns
from engine.research.paths import (
    CHUNK,
    Chunk,
    Paths,
    block_rows,
    chunks_of,
    fan_days,
    summary,
    walk,
    walk_chunk,
    whole_blocks,
)
from engine.research.watching import Watch
from engine.seeds import stream
from tests.studies_world import crossing, market_of, result_of


def returns_of(seed: int, days: int = 300) -> FloatArray:
    """Noise with a small drift."""
    return stream("peak/test/paths", seed).normal(0.0005, 0.01, days)


def chunk_of(steps: FloatArray, paths: int = 600, block: int = 5) -> Chunk:
    """A task of so many paths."""
    return Chunk("name", 0, steps, paths, len(steps), block)


def test_a_constant_gain_has_one_path() -> None:
    """One percent a day for ten days: every quantile is 1.01^10, no drawdown, no ruin."""
    whole = Chunk("name", 0, np.full(10, 0.01), 50, 10, 3)
    paths = walk_chunk(whole)
    found = summary(paths, whole)
    assert found.fan[0].low == found.fan[0].high == 1.0
    assert found.fan[-1].day == 10
    assert found.fan[-1].low == pytest.approx(1.01**10)
    assert found.fan[-1].high == pytest.approx(1.01**10)
    assert found.drawdown_bad == 0
    assert found.ruin == 0


def test_a_constant_loss_is_ruin() -> None:
    """Ten percent a day: 0.9^7 is below one half, and the drawdown is the whole loss."""
    whole = Chunk("name", 0, np.full(7, -0.1), 50, 7, 3)
    found = summary(walk_chunk(whole), whole)
    assert found.ruin == 1
    assert found.drawdown_middle == pytest.approx(1 - 0.9**7)
    short = summary(walk_chunk(replace(whole, horizon=6)), replace(whole, horizon=6))
    assert short.ruin == 0


def test_a_loss_of_more_than_all_stays_gone() -> None:
    """A day of -150 % ends at nothing and never comes back."""
    paths = walk_chunk(Chunk("name", 0, np.array([0.0, -1.5]), 40, 60, 1))
    assert paths.growth.min() == 0
    assert paths.drawdowns.max() == 1


@given(length=st.integers(2, 50), block=st.integers(1, 20), horizon=st.integers(1, 80))
def test_blocks_run_on_and_wrap_around(length: int, block: int, horizon: int) -> None:
    """Rows lie in the series; a block of one series goes to the next row, modulo its length."""
    whole = Chunk("name", 0, np.zeros(length), 20, horizon, block)
    rows = block_rows(length, whole)
    assert rows.shape == (20, horizon)
    assert ((rows >= 0) & (rows < length)).all()
    if block == 20 and horizon > 20:
        follows = (rows[:, 1:] - rows[:, :-1]) % length == 1 % length
        assert follows.mean() > 0.8


def test_mean_blocks_are_as_long_as_asked() -> None:
    """New blocks begin in one of `block` rows."""
    rows = block_rows(10_000, Chunk("name", 0, np.zeros(10_000), 100, 500, 10))
    fresh = (rows[:, 1:] - rows[:, :-1]) % 10_000 != 1
    assert fresh.mean() == pytest.approx(0.1, abs=0.01)


def backwards(work: Callable[[Chunk], Paths], tasks: Iterable[Chunk]) -> list[Paths]:
    """Workers that finish in the wrong order and answer in the right one."""
    return [work(task) for task in reversed(list(tasks))][::-1]


def test_any_number_of_workers_gives_the_same_bytes() -> None:
    """One stream per chunk number: the mapper does not matter."""
    result = result_of(returns_of(1))
    alone = canonical(monte_carlo(result, paths=900))
    with ThreadPoolExecutor(3) as pool:
        assert canonical(monte_carlo(result, paths=900, mapper=pool.map)) == alone
    assert canonical(monte_carlo(result, paths=900, mapper=backwards)) == alone


def test_more_paths_begin_with_the_same_ones() -> None:
    """The first chunks of a longer study are the chunks of a shorter one."""
    steps = returns_of(2)
    short, long = walk(chunk_of(steps, CHUNK)), walk(chunk_of(steps, 3 * CHUNK))
    assert short is not None
    assert long is not None
    assert np.array_equal(short.growth, long.growth[:CHUNK])
    assert not np.array_equal(long.growth[:CHUNK], long.growth[CHUNK : 2 * CHUNK])


def test_the_last_chunk_is_what_is_left() -> None:
    """600 paths are 250, 250 and 100."""
    assert [(each.number, each.paths) for each in chunks_of(chunk_of(returns_of(1)))] == [
        (0, 250), (1, 250), (2, 100),
    ]  # fmt: skip


def test_a_stopped_study_keeps_finished_chunks() -> None:
    """Stopped after one chunk it has 250 paths and says that it is not complete."""
    told: list[tuple[int, int]] = []
    watch = Watch(lambda *at: told.append(at), lambda: len(told) >= 1)
    study = monte_carlo(result_of(returns_of(3)), paths=1_000, watch=watch)
    assert study.returns is not None
    assert study.returns.paths == CHUNK
    assert not study.complete
    nothing = monte_carlo(result_of(returns_of(3)), watch=Watch(cancelled=lambda: True))
    assert nothing.returns is None
    assert not nothing.complete


def test_a_finished_study_tells_all_its_chunks() -> None:
    """Progress ends at the total, and the study is complete."""
    told: list[tuple[int, int]] = []
    study = monte_carlo(
        result_of(returns_of(3)), paths=600, watch=Watch(lambda *at: told.append(at))
    )
    assert study.complete
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert study.drawdowns == tuple(sorted(study.drawdowns))


def test_short_and_flat_runs_are_said() -> None:
    """Below 60 days or without a move there is nothing to resample; with 60 there is."""
    assert monte_carlo(result_of(returns_of(4, 59))).notes == ("DAYS_TOO_FEW", "TRADES_TOO_FEW")
    assert "NOTHING_MOVES" in monte_carlo(result_of([0.0] * 80)).notes
    assert monte_carlo(result_of(returns_of(4, 60)), paths=10).returns is not None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"paths": 0}, "MONTE_CARLO_PATHS"), ({"paths": 1_000_000}, "MONTE_CARLO_PATHS"),
        ({"horizon": 99_999}, "MONTE_CARLO_PATHS"), ({"ruin_level": 0.0}, "MONTE_CARLO_RUIN"),
        ({"ruin_level": 1.5}, "MONTE_CARLO_RUIN"),
    ],
)  # fmt: skip
def test_absurd_studies_are_refused(fields: dict[str, float], code: str) -> None:
    """Numbers that cannot be meant have a code; the nearest sane ones run."""
    with pytest.raises(InputError) as caught:
        monte_carlo(result_of(returns_of(1, 70)), **fields)  # type: ignore[arg-type] # one of them
    assert caught.value.code == code
    assert monte_carlo(result_of(returns_of(1, 70)), paths=1, ruin_level=1.0).complete


def trade(entry: int, leave: int, pnl: float) -> Trade:
    """A closed trade."""
    return Trade(
        side="long", entry_bar=entry, exit_bar=leave, entry_price=1.0, exit_price=1.0,
        quantity=1.0, pnl=pnl, fees=0.0, stop_price=0.9, exit_reason="signal", mae=0.0, mfe=0.0,
    )  # fmt: skip


def traded(pnls: list[float]) -> BacktestResult:
    """A run whose equity moves at the exits of trades alone."""
    equity = 100.0 + np.cumsum(np.array(pnls))
    base = result_of([0.0] * len(pnls))
    trades = [trade(bar, bar, pnl) for bar, pnl in enumerate(pnls)]
    return replace(base, equity=equity, log=log_of(trades))


def test_a_trade_earns_on_the_equity_before_it() -> None:
    """Ten on 100, then 11 on 110: ten percent each."""
    assert trade_returns(traded([10.0, 11.0])).tolist() == pytest.approx([0.1, 0.1])


def test_shuffled_trades_keep_their_sum_and_their_label() -> None:
    """Every order ends at the same growth; the label says that this is no evidence."""
    study = monte_carlo(traded([5.0, -4.0] * 40), paths=200)
    assert study.trades is not None
    assert study.shuffle is not None
    assert study.shuffle.label == NOT_EVIDENCE
    steps = trade_returns(traded([5.0, -4.0] * 40))
    whole = Chunk("name", 0, steps, 50, len(steps), 1, way="shuffle")
    paths = walk_chunk(whole)
    assert paths.growth[:, -1] == pytest.approx(np.prod(1 + steps))
    assert len(set(paths.drawdowns.tolist())) > 10


def test_a_real_run_has_all_three() -> None:
    """Days, trades and orders of a run that trades."""
    panel = market_of(bars=600)
    study = monte_carlo(crossing().run(panel), paths=100)
    assert study.returns is not None
    assert study.trades is not None
    assert study.complete
    assert study.returns.block >= 1
    assert [each.day for each in study.returns.fan] == fan_days(600).tolist()


def test_the_fan_has_61_days_at_most() -> None:
    """Start and end are always there."""
    assert fan_days(5).tolist() == [0, 1, 2, 3, 4, 5]
    days = fan_days(1_277)
    assert len(days) == 61
    assert (days[0], days[-1]) == (0, 1_277)


def test_weights_make_one_account_of_joint_blocks() -> None:
    """Half of one stream and half of its mirror image always stand still."""
    steps = returns_of(5)
    whole = Chunk(
        "name", 0, np.stack([steps, -steps], axis=1), 20, 100, 5, weights=np.array([0.5, 0.5])
    )  # fmt: skip
    assert walk_chunk(whole).growth == pytest.approx(1.0)


def test_blocks_of_noise_are_short_and_of_memory_long() -> None:
    """The block length follows the series."""
    noise = returns_of(6, 2_000)
    memory = np.convolve(noise, np.ones(20) / 20, mode="valid")
    assert 1 <= whole_blocks(noise) < whole_blocks(memory)
