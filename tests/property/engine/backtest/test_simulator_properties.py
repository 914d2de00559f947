"""What must hold for any bars, any decisions and any costs, on one instrument and on several."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backtest.costs import CostModel
from engine.backtest.result import Trade
from engine.backtest.returns import daily_net
from engine.backtest.simulator import simulate
from engine.data.panel import panel_of
from engine.language.decisions import HoursDecisions, LimitDecisions, RuleDecisions
from engine.language.spec import Sizing
from tests.random_runs import Run, random_bars, random_run
from tests.rules import FREE, make_decisions

SEEDS = st.integers(0, 2**32)


def alone(seed: int) -> Run:
    """A random run on one instrument of its panel."""
    run = random_run(seed)
    return replace(run, panel=panel_of(run.panel.each[:1]), each=run.each[:1])


@given(SEEDS)
@settings(max_examples=200)
def test_cash_is_conserved(seed: int) -> None:
    """The change of equity is the sum of all trades' pnl, open ones marked; every feature on."""
    run = random_run(seed)
    result = run.done()
    gained = math.fsum(trade.pnl for trade in result.trades)
    assert result.equity[-1] - result.start_equity == pytest.approx(gained, abs=1e-6)


@given(SEEDS, st.data())
@settings(max_examples=200)
def test_a_run_on_a_prefix_is_the_prefix_of_the_run(seed: int, data: st.DataObject) -> None:
    """Equity, positions and closed trades up to any bar do not know what comes after it."""
    run = random_run(seed)
    begun = max(int(bars.time[0]) for bars in run.panel.each)
    times = [int(time) for time in run.panel.time if time > begun]
    part = run.until(data.draw(st.sampled_from(times)))
    n, whole, early = len(part.panel), run.done(), part.done()
    assert early.equity.tobytes() == whole.equity[:n].tobytes()
    assert early.position.tobytes() == whole.position[..., :n].tobytes()
    # Within one bar several instruments may close in another order of the log than they opened.
    ended = tuple(trade for trade in whole.closed if trade.exit_bar < n)
    assert repr(early.closed) == repr(ended)  # a missing stop is NaN, and NaN is never equal


@given(SEEDS, st.sampled_from([0.25, 0.5, 2.0, 4.0, 1024.0]))
@settings(max_examples=100)
def test_prices_times_a_power_of_two_give_the_same_units_and_so_much_more_money(
    seed: int, scale: float
) -> None:
    """Scaling every price and the account scales every pnl exactly; quantities stay."""
    small = random_run(seed).done(grid=False)
    large = random_run(seed, scale).done(grid=False)
    assert [scale * trade.pnl for trade in small.trades] == [trade.pnl for trade in large.trades]
    assert small.position.tobytes() == large.position.tobytes()
    assert small.drops == large.drops


@given(SEEDS)
@settings(max_examples=150)
def test_bars_in_which_nothing_happens_may_be_skipped(seed: int) -> None:
    """A limit that is never reached makes the loop visit every bar: the same bytes as skipping."""
    run = alone(seed)
    quiet = replace(
        run.each[0], adds=None, weight=None, resize=None, ranked=False,
        sizing=Sizing(kind="fixed_fraction", value=0.7), limits=LimitDecisions(),
        rules=tuple(
            replace(rule, order="market_next_open", price=None) for rule in run.each[0].rules
        ),
    )  # fmt: skip
    watched = replace(quiet, limits=LimitDecisions(max_trades_per_week=10**9))
    skipping = replace(run, each=(quiet,)).done()
    visiting = replace(run, each=(watched,)).done()
    assert skipping.log.table.tobytes() == visiting.log.table.tobytes()
    assert skipping.equity.tobytes() == visiting.equity.tobytes()
    assert (skipping.drops, skipping.pending) == (visiting.drops, visiting.pending)


@given(SEEDS)
@settings(max_examples=100)
def test_with_money_enough_an_instrument_trades_as_if_it_were_alone(seed: int) -> None:
    """Small amounts and no limits of the account: the others beside it change no trade."""
    run = random_run(seed)
    free = tuple(
        replace(
            decided, weight=None, resize=None, ranked=False, hours=HoursDecisions(),
            sizing=Sizing(kind="fixed_notional", value=200.0),
            limits=LimitDecisions(cooldown_bars=decided.limits.cooldown_bars),
            rules=tuple(replace(rule, max_loss_fraction=0.0) for rule in decided.rules),
        )
        for decided in run.each
    )  # fmt: skip
    run = replace(run, each=free, equity=1e6)
    together = run.done().trades
    for place, bars in enumerate(run.panel.each):
        if len(bars) < len(run.panel):
            continue  # its market orders are dropped where the others have a bar
        own = replace(run, panel=panel_of([bars]), each=(free[place],)).done().trades
        found = [trade for trade in together if trade.symbol == bars.instrument.symbol]
        assert [_row(trade) for trade in found] == [_row(trade) for trade in own]


def _row(trade: Trade) -> tuple[object, ...]:
    """What was done, not what it was worth to the account."""
    prices = (trade.entry_price, trade.exit_price, trade.quantity)
    return (trade.rule, trade.entry_bar, trade.exit_bar, *prices, trade.exit_reason)


@given(SEEDS)
@settings(max_examples=50)
def test_the_same_question_has_the_same_answer(seed: int) -> None:
    """Two runs from scratch are the same bytes."""
    first, again = random_run(seed).done(), random_run(seed).done()
    assert first.digest == again.digest
    assert first.log.table.tobytes() == again.log.table.tobytes()


@given(st.integers(0, 2**32), st.floats(0.5, 15.0), st.floats(0.1, 1.0), st.booleans())
@settings(max_examples=150)
def test_a_tighter_stop_never_holds_longer(
    seed: int, distance: float, share: float, short: bool
) -> None:
    """The same entry with its stop nearer to the price is out no later."""
    bars = random_bars(np.random.default_rng(seed), 40)
    sign = -1 if short else 1

    def exit_bar(away: float) -> int | None:
        rule = {"enter": [3], "stop": bars.close - sign * away}
        decisions = make_decisions(
            40, **{"short" if short else "long": rule},
            sizing=Sizing(kind="fixed_fraction", value=0.9),
        )  # fmt: skip
        trades = simulate(bars, decisions, FREE).trades
        return trades[0].exit_bar if trades else None

    loose, tight = exit_bar(distance), exit_bar(distance * share)
    if loose is not None and tight is not None:
        assert tight <= loose


@given(SEEDS)
@settings(max_examples=100)
def test_fills_lie_in_their_bars_and_trades_in_order(seed: int) -> None:
    """Without costs each price was traded in its bar; no two positions overlap."""
    run = alone(seed)
    plain = tuple(replace(decided, adds=None, resize=None) for decided in run.each)
    bars = run.panel.each[0]
    result = replace(run, each=plain, costs=FREE).done()
    for trade in result.trades:
        for bar, price in (
            (trade.entry_bar, trade.entry_price),
            (trade.exit_bar, trade.exit_price),
        ):
            assert bars.low[bar] <= price <= bars.high[bar]
        assert trade.mae <= 0.0 <= trade.mfe
    spans = sorted({(t.entry_bar, t.exit_bar, t.entry_price, t.side) for t in result.trades})
    whole = {begin: max(s[1] for s in spans if s[0] == begin) for begin, *_ in spans}
    ends = sorted(whole.items())
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(ends))


@given(SEEDS)
@settings(max_examples=100)
def test_nothing_is_filled_in_a_bar_without_volume(seed: int) -> None:
    """Entries and closed exits happen only where somebody traded."""
    run = random_run(seed)
    result = run.done()
    traded = {
        bars.instrument.symbol: {
            int(time) for time, volume in zip(bars.time, bars.volume, strict=True) if volume > 0
        }
        for bars in run.panel.each
    }
    filled = [(trade.symbol, trade.entry_bar) for trade in result.trades]
    filled += [(trade.symbol, trade.exit_bar) for trade in result.closed]
    ruined = any(trade.exit_reason == "ruin" for trade in result.trades)
    assert ruined or all(int(run.panel.time[bar]) in traded[symbol] for symbol, bar in filled)


@given(SEEDS)
@settings(max_examples=100)
def test_limits_of_the_account_are_kept(seed: int) -> None:
    """Never more positions than allowed; no gross value above leverage at a fill's close."""
    run = random_run(seed)
    result = run.done()
    most = run.each[0].limits.max_positions
    held = np.count_nonzero(np.atleast_2d(result.position), axis=0)
    assert not most or int(held.max()) <= most


@given(SEEDS)
@settings(max_examples=100)
def test_costs_never_help(seed: int) -> None:
    """Without targets, stops and sizing that moves, dearer trading ends with less money."""
    run = alone(seed)

    def plain(rule: RuleDecisions) -> RuleDecisions:
        nothing = np.full(len(rule.stop), np.nan)
        return replace(
            rule, order="market_next_open", price=None, stop=nothing, trail=nothing, targets=(),
            trailing_fraction=0.0, breakeven_r=0.0, max_loss_fraction=0.0, enter_won=None,
            exit_program=None, trail_program=None,
        )  # fmt: skip

    bars = replace(run.panel.each[0], funding=None)
    decisions = replace(
        make_decisions(len(bars), long={}),
        rules=tuple(plain(rule) for rule in run.each[0].rules),
        sizing=Sizing(kind="fixed_notional", value=100.0),
    )
    cheap, dear = simulate(bars, decisions, FREE), simulate(bars, decisions, CostModel())
    assert dear.equity[-1] <= cheap.equity[-1] + 1e-9


@given(SEEDS)
@settings(max_examples=100)
def test_daily_returns_multiply_to_the_run(seed: int) -> None:
    """Whatever happens, the product of all days is the whole run."""
    result = random_run(seed).done()
    _, returns = daily_net(result)
    if np.all(result.equity > 0):
        total = result.equity[-1] / result.start_equity
        assert np.prod(1 + returns) == pytest.approx(total, rel=1e-9)
