"""Scenarios done to bars: worked out by hand, and valid whatever the bars are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backtest.costs import CostModel
from engine.data.bars import Bars, bars_from
from engine.data.panel import Panel, panel_of
from engine.market import InstrumentKind, Timeframe
from engine.research.altering import altered, hit_places
from engine.research.scenarios import BOUNDS, KINDS, Scenario, ScenarioKind, scenario_of
from tests.rules import FREE
from tests.studies_world import DAY_MS, instrument_of

Row = tuple[float, float, float, float]


def bars_with(
    rows: list[Row], symbol: str = "AAA", kind: InstrumentKind = "spot", **extras: list[float]
) -> Bars:
    """Daily bars from rows of open, high, low, close."""
    columns: dict[str, object] = {
        **dict(zip(("open", "high", "low", "close"), np.array(rows).T, strict=True)),
        "volume": np.full(len(rows), 5.0),
        **extras,
    }
    times = np.arange(len(rows)) * DAY_MS
    return bars_from(instrument_of(symbol, kind), Timeframe.D1, times, columns, origin="registered")


def flat(n: int = 8, price: float = 100.0, kind: InstrumentKind = "spot") -> Panel:
    """Bars that stand still with a range of one to both sides."""
    row: Row = (price, price + 1, price - 1, price)
    return panel_of([bars_with([row] * n, kind=kind)])


def struck(  # noqa: PLR0913, PLR0917 - a scenario in one line
    panel: Panel, kind: ScenarioKind, size: float, bars: int, held: float = 1.0, begin: int = 2,
    costs: CostModel = FREE,
) -> Bars:  # fmt: skip
    """The first instrument's bars after a scenario from row `begin` on."""
    scenario = Scenario(kind=kind, size=size, duration_bars=bars)
    each = [held] * len(panel.each)
    return altered(panel, scenario, begin, each, costs=costs).each[0]


def test_a_gap_moves_every_later_price() -> None:
    """A gap of 20 % against a long: 100 becomes 80 at the open and stays there."""
    bars = struck(flat(4), "gap", 0.2, 1)
    assert bars.open.tolist() == [100, 100, 80, 80]
    assert bars.close.tolist() == [100, 100, 80, 80]
    assert bars.low.tolist() == pytest.approx([99, 99, 79.2, 79.2])
    assert struck(flat(4), "gap", 0.2, 1, held=-1.0).open[2] == pytest.approx(120)
    assert struck(flat(4), "gap", 0.2, 1, held=0.0).open[2] == 80


def test_a_crash_is_a_gap_and_a_fall() -> None:
    """Half is lost in two bars: a third of it (in logs) at the open, the rest evenly."""
    bars = struck(flat(5), "crash", 0.5, 2)
    assert bars.open[2] == pytest.approx(100 * 0.5 ** (1 / 3))
    assert bars.close[2] == pytest.approx(100 * 0.5 ** (2 / 3))
    assert bars.close[3:].tolist() == pytest.approx([50, 50])
    assert bars.open[3] == pytest.approx(bars.close[2])


def test_slow_moves_go_evenly() -> None:
    """A fall and a rise reach their size at the last close and stay there."""
    bear = struck(flat(30), "slow_bear", 0.36, 20)
    assert bear.close[11] == pytest.approx(80)
    assert bear.close[21:].tolist() == pytest.approx([64] * 9)
    assert bear.open[2] == 100
    rise = struck(flat(6), "melt_up", 0.21, 2)
    assert rise.close.tolist() == pytest.approx([100, 100, 110, 121, 121, 121])


def test_a_whipsaw_comes_back() -> None:
    """Eight bars swing down and up by the size, and the level is what it was."""
    bars = struck(flat(12), "whipsaw", 0.1, 8)
    assert bars.close[2:10].tolist() == pytest.approx([95, 90, 95, 100, 105, 110, 105, 100])
    assert bars.close[10:].tolist() == [100, 100]


def test_a_burst_widens_every_move_and_ends_where_it_was() -> None:
    """Moves of +10 % and back become three times as large in logs; later bars are untouched."""
    closes = [100.0, 100.0, 110.0, 100.0, 110.0, 100.0, 100.0, 100.0]
    rows = [(c, c + 1, c - 1, c) for c in closes]
    bars = struck(panel_of([bars_with(rows)]), "vol_burst", 3.0, 5)
    logs = np.diff(np.log(bars.close[1:7]))
    assert logs == pytest.approx(3 * np.diff(np.log(closes[1:7])))
    assert bars.close[6:].tolist() == pytest.approx([100, 100])


def test_an_outage_stands_still_and_reopens_elsewhere() -> None:
    """No volume at one price, then a gap against what is held."""
    bars = struck(flat(6), "outage", 0.1, 2)
    assert bars.volume.tolist() == [5, 5, 0, 0, 5, 5]
    assert bars.high[2:4].tolist() == bars.low[2:4].tolist() == [100, 100]
    assert bars.open[4:].tolist() == pytest.approx([90, 90])


def test_an_outage_of_currencies_has_no_bars() -> None:
    """Their volume says nothing, so the bars themselves are missing."""
    bars = struck(flat(6, kind="fx"), "outage", 0.0, 2)
    assert (bars.time // DAY_MS).tolist() == [0, 1, 4, 5]


def test_a_hole_takes_bars_away() -> None:
    """All of them, or a drawn share that is always the same."""
    assert (struck(flat(), "data_hole", 1.0, 3).time // DAY_MS).tolist() == [0, 1, 5, 6, 7]
    half = struck(flat(20), "data_hole", 0.5, 10)
    assert len(half) == 15
    assert half.time.tolist() == struck(flat(20), "data_hole", 0.5, 10).time.tolist()


def test_a_stale_feed_repeats_the_last_close() -> None:
    """The last close stands as all four prices, and is traded."""
    rows = [(p, p + 1, p - 1, p) for p in (100.0, 101.0, 102.0, 103.0, 104.0)]
    bars = struck(panel_of([bars_with(rows)]), "stale_price", 1.0, 2)
    assert bars.close.tolist() == [100, 101, 101, 101, 104]
    assert bars.high[2:4].tolist() == [101, 101]
    assert bars.volume.tolist() == [5.0] * 5


def test_a_wide_spread_is_quoted_at_the_closes_before_the_fills() -> None:
    """Ten times a spread of 20 basis points is 2 %, quoted one bar earlier than it is paid."""
    bars = struck(flat(6), "spread", 10.0, 2, costs=CostModel(spread_bps=20.0))
    assert bars.spread is not None
    assert bars.spread.tolist() == pytest.approx([0, 0.02, 0.02, 0, 0, 0])


def test_funding_is_paid_by_what_is_held() -> None:
    """Longs pay a positive rate, shorts a negative one."""
    for held, rate in ((1.0, 0.01), (-1.0, -0.01)):
        bars = struck(flat(5, kind="perpetual"), "funding", 0.01, 2, held=held)
        assert bars.funding is not None
        assert np.nan_to_num(bars.funding).tolist() == [0, 0, rate, rate, 0]


def test_all_take_the_moves_of_the_first() -> None:
    """The second market makes the first one's moves inside, and keeps the level it reached."""
    first = [(c, c, c, c) for c in (100.0, 100.0, 90.0, 99.0, 99.0)]
    second = [(c, c, c, c) for c in (10.0, 10.0, 11.0, 11.0, 22.0)]
    panel = panel_of([bars_with(first), bars_with(second, "BBB")])
    scenario = scenario_of("correlation_one", duration_bars=2)
    moved = altered(panel, scenario, 2, (1.0, 1.0), costs=FREE)
    assert moved.each[0].close.tolist() == [100, 100, 90, 99, 99]
    assert moved.each[1].close.tolist() == pytest.approx([10, 10, 9, 9.9, 19.8])


def test_only_named_instruments_are_hit() -> None:
    """A scenario with symbols leaves the others as they are."""
    panel = panel_of([bars_with([(1, 1, 1, 1)] * 4), bars_with([(1, 1, 1, 1)] * 4, "BBB")])
    scenario = scenario_of("gap", symbols=["BBB"])
    moved = altered(panel, scenario, 2, (1.0, 1.0), costs=FREE)
    assert hit_places(panel, scenario) == (1,)
    assert moved.each[0].close.tolist() == [1, 1, 1, 1]
    assert moved.each[1].close[2] == 0.8


@pytest.mark.parametrize("kind", KINDS)
def test_altered_bars_never_count_as_registered(kind: ScenarioKind) -> None:
    """Whatever happens to them, every instrument's bars have the origin `synthetic`."""
    panel = flat(40, kind="perpetual")
    scenario = scenario_of(kind, symbols=["AAA"])
    made = altered(panel, scenario, 2, (1.0,), costs=FREE)
    assert {bars.origin for bars in made.each} == {"synthetic"}


PRICES = st.floats(0.001, 1e6)


@st.composite
def wild_bars(draw: st.DrawFn) -> Panel:
    """Any valid bars of two instruments, the second with quotes."""
    each = []
    for symbol in ("AAA", "BBB"):
        n = draw(st.integers(12, 30))
        rows = [sorted(draw(st.tuples(PRICES, PRICES, PRICES, PRICES))) for _ in range(n)]
        turned = draw(st.lists(st.booleans(), min_size=n, max_size=n))
        bars = [
            (row[2], row[3], row[0], row[1]) if turn else (row[1], row[3], row[0], row[2])
            for row, turn in zip(rows, turned, strict=True)
        ]
        low = {"bid": [row[3] * 0.999 for row in bars], "ask": [row[3] * 1.001 for row in bars]}
        each.append(bars_with(bars, symbol, "perpetual", **(low if symbol == "BBB" else {})))
    return panel_of(each)


@given(
    panel=wild_bars(), kind=st.sampled_from(KINDS), share=st.floats(0, 1), begin=st.integers(1, 10),
    bars=st.integers(1, 500), held=st.tuples(st.sampled_from((-1.0, 0.0, 2.0)), st.just(1.0)),
)  # fmt: skip
@settings(max_examples=200)
def test_any_scenario_leaves_valid_bars(  # noqa: PLR0913, PLR0917 - what is drawn
    panel: Panel, kind: ScenarioKind, share: float, begin: int, bars: int,
    held: tuple[float, float],
) -> None:  # fmt: skip
    """Low <= open, close <= high, times rise, nothing before it differs, same bytes again."""
    bounds = BOUNDS[kind]
    size = min(bounds.high, bounds.low + share * (bounds.high - bounds.low))
    length = min(max(bars, bounds.fewest), bounds.most)
    scenario = Scenario(kind=kind, size=size, duration_bars=length)
    made = altered(panel, scenario, begin, held, costs=CostModel())
    again = altered(panel, scenario, begin, held, costs=CostModel())
    for old, new, twin in zip(panel.each, made.each, again.each, strict=True):
        bars_from(new.instrument, new.timeframe, new.time, new.columns)  # refuses what is no bar
        assert new.digest == twin.digest
        before = old.time < panel.time[begin]
        kept = new.time < panel.time[begin]
        for name in ("open", "high", "low", "close", "volume"):
            assert np.array_equal(getattr(old, name)[before], getattr(new, name)[kept])
