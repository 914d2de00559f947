"""What must hold for any bars, any decisions and any costs."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backtest.costs import CostModel
from engine.backtest.returns import daily_net
from engine.backtest.simulator import simulate
from engine.data.bars import Bars, bars_of
from engine.language.decisions import Decisions, SideDecisions
from engine.language.spec import Sizing
from engine.market import Instrument, Timeframe

PAPER = Instrument(symbol="TEST", base="TEST", quote="USD", shorts_allowed=True)
DAY_MS = 86_400_000
RISK = Sizing(kind="risk_per_trade", value=0.02)
SIZINGS = (Sizing(kind="fixed_fraction", value=0.9), Sizing(kind="fixed_notional", value=3e3), RISK)
FREE = CostModel(taker_fee_bps=0, maker_fee_bps=0, spread_bps=0, slippage_bps=0)


@dataclass(frozen=True)
class Run:
    """One random question to the simulator."""

    bars: Bars
    decisions: Decisions
    costs: CostModel


def random_bars(rng: np.random.Generator, n: int) -> Bars:
    """A walk with gaps, ties and a few bars without volume."""
    close = np.maximum(np.round(100 + np.cumsum(rng.normal(0, 2, n)), 1), 10.0)
    gap = np.round(rng.normal(0, 2, n), 1) * (rng.random(n) < 0.3)
    open_ = np.maximum(np.concatenate(([100.0], close[:-1])) + gap, 5.0)
    high = np.maximum(open_, close) + np.round(rng.random(n) * 2, 1)
    low = np.maximum(np.minimum(open_, close) - np.round(rng.random(n) * 2, 1), 1.0)
    volume = np.where(rng.random(n) < 0.05, 0.0, 1.0)
    return bars_of(PAPER, Timeframe.D1, np.arange(n) * DAY_MS, open_, high, low, close, volume)


def random_side(rng: np.random.Generator, bars: Bars, sign: int) -> SideDecisions:
    """Entries, exits and levels on all sides of the price, many of them missing."""
    n = len(bars)

    def level(direction: int) -> np.ndarray:
        values = bars.close - direction * sign * np.round(rng.random(n) * 6, 1)
        return np.where(rng.random(n) < 0.4, np.nan, values)

    return SideDecisions(
        enter=rng.random(n) < 0.25,
        exit=rng.random(n) < 0.15,
        stop=level(1),
        target=level(-1),
        trail=level(1) if rng.random() < 0.5 else np.full(n, np.nan),
        trailing_fraction=0.03 if rng.random() < 0.3 else 0.0,
        time_bars=int(rng.integers(0, 6)),
    )


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A random run; all randomness comes from one drawn number, so that it shrinks well."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bars = random_bars(rng, draw(st.integers(2, 60)))
    decisions = Decisions(
        warmup=draw(st.integers(0, 3)),
        sizing=draw(st.sampled_from(SIZINGS)),
        long=random_side(rng, bars, 1),
        short=random_side(rng, bars, -1) if draw(st.booleans()) else None,
        cooldown_bars=draw(st.integers(0, 3)),
    )
    costs = draw(st.sampled_from([CostModel(), FREE, CostModel(limit_fill="touch")]))
    return Run(bars, decisions, costs)


def cut(run: Run, n: int) -> Run:
    """The same question on the first n bars only."""

    def side(full: SideDecisions | None) -> SideDecisions | None:
        if full is None:
            return None
        columns = {
            name: getattr(full, name)[:n] for name in ("enter", "exit", "stop", "target", "trail")
        }
        return replace(full, **columns)

    decisions = replace(
        run.decisions, long=side(run.decisions.long), short=side(run.decisions.short)
    )
    return Run(run.bars.slice(0, n), decisions, run.costs)


@given(runs())
@settings(max_examples=150)
def test_cash_is_conserved(run: Run) -> None:
    """The change of equity is the sum of all trades' pnl, the open one marked."""
    result = simulate(run.bars, run.decisions, run.costs)
    gained = math.fsum(trade.pnl for trade in result.trades)
    assert result.equity[-1] - result.start_equity == pytest.approx(gained, abs=1e-6)


@given(runs(), st.data())
@settings(max_examples=150)
def test_a_run_on_a_prefix_is_the_prefix_of_the_run(run: Run, data: st.DataObject) -> None:
    """Equity, position and closed trades up to any bar do not know what comes after it."""
    n = data.draw(st.integers(1, len(run.bars)))
    part = cut(run, n)
    whole = simulate(run.bars, run.decisions, run.costs)
    early = simulate(part.bars, part.decisions, part.costs)
    assert early.equity.tobytes() == whole.equity[:n].tobytes()
    assert early.position.tobytes() == whole.position[:n].tobytes()
    ended = tuple(trade for trade in whole.closed if trade.exit_bar < n)
    assert repr(early.closed) == repr(ended)  # a missing stop is NaN, and NaN is never equal


@given(runs())
@settings(max_examples=100)
def test_twice_the_prices_twice_the_pnl(run: Run) -> None:
    """Doubling every price and the account gives the same units and exactly twice the money."""
    names = ("open", "high", "low", "close")
    big = replace(run.bars, **{name: 2 * getattr(run.bars, name) for name in names})

    def side(one: SideDecisions | None) -> SideDecisions | None:
        if one is None:
            return None
        return replace(one, stop=2 * one.stop, target=2 * one.target, trail=2 * one.trail)

    sizing = RISK if run.decisions.sizing.kind == "fixed_notional" else run.decisions.sizing
    decisions = replace(run.decisions, sizing=sizing)
    doubled = replace(decisions, long=side(decisions.long), short=side(decisions.short))
    small = simulate(run.bars, decisions, run.costs, start_equity=1e4, grid=False)
    large = simulate(big, doubled, run.costs, start_equity=2e4, grid=False)
    assert [2 * trade.pnl for trade in small.trades] == [trade.pnl for trade in large.trades]
    assert small.position.tobytes() == large.position.tobytes()


@given(st.integers(0, 2**32), st.floats(0.5, 15.0), st.floats(0.1, 1.0), st.booleans())
@settings(max_examples=150)
def test_a_tighter_stop_never_holds_longer(
    seed: int, distance: float, share: float, short: bool
) -> None:
    """The same entry with its stop nearer to the price is out no later."""
    bars = random_bars(np.random.default_rng(seed), 40)
    sign = -1 if short else 1
    nothing = np.full(40, np.nan)
    enter = np.arange(40) == 3

    def exit_bar(away: float) -> int | None:
        stop = bars.close - sign * away
        side = SideDecisions(enter, np.zeros(40, dtype=np.bool_), stop, nothing, nothing)
        decisions = Decisions(0, SIZINGS[0], None if short else side, side if short else None)
        trades = simulate(bars, decisions, FREE).trades
        return trades[0].exit_bar if trades else None

    loose, tight = exit_bar(distance), exit_bar(distance * share)
    if loose is not None and tight is not None:
        assert tight <= loose


@given(runs())
@settings(max_examples=100)
def test_fills_lie_in_their_bars_and_trades_in_order(run: Run) -> None:
    """Without costs each price was traded in its bar; no two positions overlap."""
    result = simulate(run.bars, run.decisions, FREE)
    for trade in result.trades:
        for bar, price in (
            (trade.entry_bar, trade.entry_price),
            (trade.exit_bar, trade.exit_price),
        ):
            assert run.bars.low[bar] <= price <= run.bars.high[bar]
        assert trade.mae <= 0.0 <= trade.mfe
    ends = [(trade.entry_bar, trade.exit_bar) for trade in result.trades]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(ends))


@given(runs())
@settings(max_examples=100)
def test_nothing_is_filled_in_a_bar_without_volume(run: Run) -> None:
    """Entries and closed exits happen only where somebody traded."""
    result = simulate(run.bars, run.decisions, run.costs)
    filled = [trade.entry_bar for trade in result.trades]
    filled += [trade.exit_bar for trade in result.closed]
    assert all(run.bars.volume[bar] > 0 for bar in filled)


@given(runs())
@settings(max_examples=100)
def test_costs_never_help(run: Run) -> None:
    """Without targets, stops and sizing that moves, dearer trading ends with less money."""
    nothing = np.full(len(run.bars), np.nan)

    def plain(side: SideDecisions | None) -> SideDecisions | None:
        if side is None:
            return None
        return replace(side, stop=nothing, target=nothing, trail=nothing, trailing_fraction=0.0)

    decisions = replace(
        run.decisions,
        sizing=Sizing(kind="fixed_notional", value=100.0),
        long=plain(run.decisions.long),
        short=plain(run.decisions.short),
    )
    cheap = simulate(run.bars, decisions, FREE)
    dear = simulate(run.bars, decisions, CostModel())
    assert dear.equity[-1] <= cheap.equity[-1] + 1e-9


@given(runs())
@settings(max_examples=100)
def test_daily_returns_multiply_to_the_run(run: Run) -> None:
    """Whatever happens, the product of all days is the whole run."""
    result = simulate(run.bars, run.decisions, run.costs)
    _, returns = daily_net(result)
    if np.all(result.equity > 0):
        total = result.equity[-1] / result.start_equity
        assert np.prod(1 + returns) == pytest.approx(total, rel=1e-9)
