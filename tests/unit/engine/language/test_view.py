"""Views: other timeframes, other symbols, ranks and pairs, as known at each close."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars, FloatArray, bars_of
from engine.data.instruments import instrument_for
from engine.data.panel import panel_of
from engine.language.elsewhere import Setting
from engine.language.expressions import parse
from engine.language.plan import Plan
from engine.language.spec import Pair
from engine.language.view import View
from engine.market import Timeframe
from tests.language_world import NAN

HOUR = 3_600_000
DAY = 24 * HOUR


def bars(  # noqa: PLR0913 - what bars can differ in
    symbol: str, closes: list[float], *, first: int = 0, timeframe: Timeframe = Timeframe.H1,
    skip: tuple[int, ...] = (), funding: list[float] | None = None,
) -> Bars:  # fmt: skip
    """Consecutive bars of a symbol, without those at some places."""
    rows = [n for n in range(len(closes)) if n not in skip]
    close = np.array([closes[n] for n in rows])
    time = first + np.array(rows) * timeframe.seconds * 1000
    return bars_of(
        instrument_for(symbol), timeframe, time, close, close, close, close, np.ones(len(rows)),
        funding=funding,
    )  # fmt: skip


def run(text: str, view: View | Bars, setting: Setting | None = None) -> FloatArray:
    """Values of an expression on a view."""
    plan = Plan(setting)
    place = plan.add(parse(text))
    return plan.run(view)[place]


def same(found: FloatArray, expected: list[float]) -> None:
    """Equal to the last bit, missing in the same places."""
    np.testing.assert_array_equal(found, np.array(expected))


def test_bars_alone_are_a_view_of_one() -> None:
    """`Plan.run` takes bars or a view and gives the own bars' values."""
    own = bars("BTC/USDT", [1, 2, 3])
    same(run("close*2", own), [2, 4, 6])
    same(run("close*2", View.of(own)), [2, 4, 6])
    assert View.of(own).bars is own


def test_the_running_higher_bar_is_never_seen() -> None:
    """A day's close is known from the bar that closes with it, not one hour earlier."""
    own = bars("BTC/USDT", [n + 1.0 for n in range(50)])
    found = run('htf("1d",close)', own)
    assert np.isnan(found[:23]).all()
    assert found[23:47].tolist() == [24.0] * 24
    assert found[47:].tolist() == [48.0] * 3


def test_windows_and_lags_inside_count_higher_bars() -> None:
    """`htf("1d",close[1])` is the day before the last closed one."""
    own = bars("BTC/USDT", [n + 1.0 for n in range(80)])
    assert run('htf("1d",close[1])', own)[-1] == 48
    assert run('htf("1d",sma(close,3))', own)[-1] == (24 + 48 + 72) / 3
    assert run('htf("1d",close)[1]', own)[71] == 48


def test_a_higher_timeframe_stands_inside_another() -> None:
    """The weekly bar seen from the daily bar that has closed."""
    own = bars("BTC/USDT", [n + 1.0 for n in range(24 * 20)], first=4 * DAY)
    inside, plain = run('htf("1d",htf("1w",close))', own), run('htf("1w",close)', own)
    same(inside[24 * 8 :], plain[24 * 8 :].tolist())


def test_a_condition_of_a_higher_timeframe_is_a_condition() -> None:
    """Missing before the first higher bar, then true or false."""
    own = bars("BTC/USDT", [n + 1.0 for n in range(60)])
    found = run('htf("1d",close > 30)', own)
    assert np.isnan(found[:23]).all()
    assert found[23] == 0
    assert found[47] == 1


def test_another_symbol_is_seen_at_its_close() -> None:
    """The other bar that closes together counts; a missing one leaves the one before."""
    own = bars("BTC/USDT", [1, 2, 3, 4])
    other = bars("ETH/USDT", [10, 20, 30, 40], skip=(2,))
    same(run('sym("ETH/USDT",close)', View.of(own, other)), [10, 20, 20, 40])


def test_another_symbol_that_closes_later_is_not_seen() -> None:
    """Shares close at 21:00 UTC, a coin's day at midnight: the coin's day before is known."""
    friday = 1_704_412_800_000  # 2024-01-05
    spy = bars("SPY", [1, 2], first=friday - DAY, timeframe=Timeframe.D1)
    coin = bars("BTC/USDT", [10, 20, 30], first=friday - 2 * DAY, timeframe=Timeframe.D1)
    same(run('sym("BTC/USDT",close)', View.of(spy, coin)), [10, 20])
    same(run('sym("SPY",close)', View.of(coin, spy)), [NAN, 1, 2])


def test_a_value_older_than_five_bars_is_missing() -> None:
    """Five own bars after its close it is still told, at the sixth no more."""
    own = bars("BTC/USDT", [1.0] * 9)
    other = bars("ETH/USDT", [10, 20])
    same(
        run('sym("ETH/USDT",close)', View.of(own, other)),
        [10, 20, 20, 20, 20, 20, 20, NAN, NAN],
    )


def test_a_symbol_that_is_not_there_is_missing() -> None:
    """Nothing is made up for it, and the own symbol is always there."""
    own = bars("BTC/USDT", [1, 2])
    same(run('sym("ETH/USDT",close)', own), [NAN, NAN])
    same(run('sym("BTC/USDT",close)', own), [1, 2])


THREE = [bars("AAA/USDT", [1, 5, 3]), bars("BBB/USDT", [2, 5, 3]), bars("CCC/USDT", [3, 1, 3])]


def test_ranks_run_from_0_to_100_with_ties_averaged() -> None:
    """Lowest 0, highest 100; two equal ones share the middle of their places."""
    found = [run("cs_rank(close)", view) for view in View.each(panel_of(THREE))]
    same(found[0], [0, 75, 50])
    same(found[1], [50, 75, 50])
    same(found[2], [100, 0, 50])


def test_zscores_are_missing_where_all_agree() -> None:
    """Sample sigma; 0/0 is missing."""
    found = [run("cs_zscore(close)", view) for view in View.each(panel_of(THREE))]
    same(found[0], [-1, float((5 - 11 / 3) / np.std([5, 5, 1], ddof=1)), NAN])
    assert found[2][0] == 1


def test_only_members_that_are_present_now_are_ranked() -> None:
    """An absent member takes no part; a single one has no rank; the benchmark is no member."""
    short = bars("CCC/USDT", [9, 9, 9], skip=(0,))
    panel = panel_of([*THREE[:2], short])
    setting = Setting(members=("AAA/USDT", "CCC/USDT"))
    first, last = View.each(panel)[0], View.each(panel)[2]
    same(run("cs_rank(close)", first), [0, 25, 25])
    same(run("cs_rank(close)", first, setting), [NAN, 0, 0])
    same(run("cs_rank(close)", last, setting), [100, 100])


def test_views_of_one_panel_share_their_work() -> None:
    """The argument of a rank is worked out once for each member, whoever asks."""
    panel = panel_of(THREE)
    plan = Plan()
    plan.add(parse("cs_rank(sma(close,2))"))
    inner = plan._elsewhere
    assert inner is not None
    views = View.each(panel)
    for view in views:
        plan.run(view)
    assert all(inner.once(view) is inner.once(view) for view in views)
    assert inner.once(views[0]) is not inner.once(View.each(panel)[0])


Y, X = [10.0, 12.0, 11.0, 15.0, 14.0], [5.0, 6.5, 5.0, 7.0, 7.5]


@pytest.mark.parametrize(
    ("hedge", "ratio"),
    [
        ("one", 1.0),
        ("ratio", np.mean(np.array(Y[2:]) / np.array(X[2:]))),
        ("ols", np.polyfit(X[2:], Y[2:], 1)[0]),
        ("log_ols", np.polyfit(np.log(X[2:]), np.log(Y[2:]), 1)[0]),
    ],
)
def test_the_pair_is_hedged_on_the_bars_up_to_now(hedge: str, ratio: float) -> None:
    """Hedge ratio of the last three bars, and the spread that it leaves."""
    pair = Pair(y="AAA/USDT", x="BBB/USDT", hedge=hedge, lookback=3)  # type: ignore[arg-type]  # parametrised
    view = View.of(bars("AAA/USDT", Y), bars("BBB/USDT", X))
    found = run("hedge_ratio", view, Setting(pair))
    assert found[-1] == pytest.approx(ratio, rel=1e-12)
    assert np.isnan(found[1]) == (hedge != "one")
    logs = hedge in {"one", "log_ols"}
    y, x = (np.log(Y[-1]), np.log(X[-1])) if logs else (Y[-1], X[-1])
    assert run("spread", view, Setting(pair))[-1] == pytest.approx(y - ratio * x, rel=1e-9)


def test_without_a_pair_there_is_no_spread() -> None:
    """Missing, not zero."""
    same(run("spread", bars("AAA/USDT", [1, 2])), [NAN, NAN])


def test_the_funding_rate_is_the_last_settled_one() -> None:
    """It holds until the next event; missing before the first and without a column."""
    own = bars("BTC/USDT", [1, 2, 3, 4], funding=[NAN, 0.0001, NAN, 0.0003])
    same(run("funding_rate", own), [NAN, 0.0001, 0.0001, 0.0003])
    same(run("funding_rate", bars("BTC/USDT", [1, 2])), [NAN, NAN])


def test_a_symbol_without_bars_yet_is_missing_everywhere() -> None:
    """Before its first bar it takes part in nothing, higher timeframes included."""
    own, empty = bars("AAA/USDT", [1, 2, 3]), bars("BBB/USDT", [1.0]).slice(0, 0)
    view = View.of(own, empty)
    same(run('sym("BBB/USDT",close)', view), [NAN] * 3)
    same(run('sym("BBB/USDT",htf("1d",close))', view), [NAN] * 3)
    same(run("cs_rank(close)", view), [NAN] * 3)
