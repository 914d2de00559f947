"""A scenario done to bars: what comes out are valid bars again, and origin `synthetic`.

Prices are multiplied bar by bar: open and close by a factor each, high by the larger and low by
the smaller of the two. Multiplication rounds in order, so low <= open, close <= high stays true.
Bars before the scenario are untouched; where it moves the level for good, later bars move along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.backtest.costs import BPS, CostModel
from engine.data.bars import Bars, BoolArray, FloatArray, IntArray, bars_from
from engine.data.panel import Panel, panel_of
from engine.research.scenarios import Scenario, ScenarioKind
from engine.seeds import stream

GAP_SHARE: Final = 1 / 3
"""The part of a crash that no stop sees."""
SWING: Final = (0.5, 1.0, 0.5, 0.0, -0.5, -1.0, -0.5, 0.0)
"""One whipsaw, close by close, in sizes."""
LEAST_HALF_SPREAD: Final = 0.5 / BPS
WIDEST_HALF_SPREAD: Final = 0.25
_FARTHEST: Final = 20.0
_PRICES: Final = ("open", "high", "low", "close")

Columns = dict[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """One instrument that a scenario hits.

    Attributes:
        bars: its bars.
        first, stop: own rows, first included, stop not; at least one, never row 0.
        size: of the scenario.
        side: +1 or -1, the direction that hurts what is held.
        leader: bars of the first instrument that is hit.
        costs: of the run.
        random: names the draws of this scenario at this place.
    """

    bars: Bars
    first: int
    stop: int
    size: float
    side: int
    leader: Bars
    costs: CostModel
    random: tuple[str | int, ...]

    @property
    def count(self) -> int:
        """Own bars inside."""
        return self.stop - self.first

    @property
    def price(self) -> float:
        """Last close before it."""
        return float(self.bars.close[self.first - 1])

    def chosen(self) -> BoolArray:
        """A drawn share `size` of the bars inside, at least one; always the same. Shape (n,)."""
        found = np.zeros(len(self.bars), dtype=np.bool_)
        picks = max(1, round(self.size * self.count))
        random = stream("research/scenario", *self.random)
        rows = self.first + random.permutation(self.count)[:picks]
        found[rows] = True
        return found


def altered(  # noqa: PLR0913 - a market, what happens, where, to whom, at which costs
    panel: Panel,
    scenario: Scenario,
    begin: int,
    held: Sequence[float],
    *,
    costs: CostModel,
    hit: Sequence[int] | None = None,
) -> Panel:
    """The panel with a scenario from row `begin` of its timeline on; origin `synthetic`.

    Args:
        panel: the market.
        scenario: what happens; kind `cost` leaves the bars as they are.
        begin: first row that differs, above 0.
        held: signed exposure of each instrument before it.
        costs: of the run; their spread is the base of a wider one.
        hit: places of the instruments; None: those that the scenario names.
    """
    places = hit_places(panel, scenario) if hit is None else tuple(hit)
    end = begin + scenario.duration_bars
    from_ms = int(panel.time[begin])
    to_ms = int(panel.time[end]) if end < len(panel) else int(panel.time[-1]) + 1
    each = []
    for place, bars in enumerate(panel.each):
        first, stop = (int(row) for row in np.searchsorted(bars.time, (from_ms, to_ms)))
        if place not in places or first in {0, stop}:
            each.append(replace(bars, origin="synthetic"))
            continue
        side = 1 if held[place] < 0 else -1
        draws = (scenario.kind, begin, place)
        leader = panel.each[places[0]]
        struck = Hit(bars, first, stop, scenario.size, side, leader, costs, draws)
        each.append(_ALTER[scenario.kind](struck))
    return panel_of(each)


def hit_places(panel: Panel, scenario: Scenario) -> tuple[int, ...]:
    """Places of the instruments that a scenario hits, in order."""
    named = scenario.symbols or panel.symbols
    return tuple(place for place, symbol in enumerate(panel.symbols) if symbol in named)


def _made(bars: Bars, columns: Columns, rows: IntArray | None = None) -> Bars:
    time = bars.time
    if rows is not None:
        time, columns = time[rows], {name: column[rows] for name, column in columns.items()}
    return bars_from(bars.instrument, bars.timeframe, time, columns, origin="synthetic")


def _moved(bars: Bars, opens: FloatArray, closes: FloatArray, volume: FloatArray) -> Bars:
    """Bars with open and close times a factor each, shape (n,)."""
    up, down = np.maximum(opens, closes), np.minimum(opens, closes)
    columns = {
        **bars.columns, "open": bars.open * opens, "high": bars.high * up,
        "low": bars.low * down, "close": bars.close * closes, "volume": volume,
    }  # fmt: skip
    for name in ("bid", "ask"):
        if name in columns:
            columns[name] = columns[name] * closes
    return _made(bars, columns)


def _path(hit: Hit, at_open: float, closes: FloatArray, after: float) -> Bars:
    """Bars whose level is `at_open` at the first open, then `closes`, then `after` for good."""
    n = len(hit.bars)
    opens, ends = np.ones(n), np.ones(n)
    ends[hit.first : hit.stop] = closes
    opens[hit.first : hit.stop] = np.concatenate(([at_open], closes[:-1]))
    opens[hit.stop :] = ends[hit.stop :] = after
    return _moved(hit.bars, opens, ends, hit.bars.volume)


def _gap(hit: Hit) -> Bars:
    level = 1.0 + hit.side * hit.size
    return _path(hit, level, np.full(hit.count, level), level)


def _trend(hit: Hit, total: float, gap: float) -> Bars:
    """To the level `total`, the share `gap` of it (in logs) at the first open."""
    steps = gap + (1.0 - gap) * np.arange(1, hit.count + 1) / hit.count
    return _path(hit, total**gap, total**steps, total)


def _crash(hit: Hit) -> Bars:
    return _trend(hit, 1.0 - hit.size, GAP_SHARE)


def _slow_bear(hit: Hit) -> Bars:
    return _trend(hit, 1.0 - hit.size, 0.0)


def _melt_up(hit: Hit) -> Bars:
    return _trend(hit, 1.0 + hit.size, 0.0)


def _whipsaw(hit: Hit) -> Bars:
    swings = np.resize(np.array(SWING), hit.count)
    swings[-1] = 0.0
    return _path(hit, 1.0, 1.0 + hit.side * hit.size * swings, 1.0)


def _logs(bars: Bars, rows: slice) -> FloatArray:
    """Log of open, high, low, close over the close before, shape (4, rows)."""
    before = bars.close[rows.start - 1 : rows.stop - 1]
    return np.log(np.stack([getattr(bars, name)[rows] for name in _PRICES]) / before)


def _from_logs(hit: Hit, logs: FloatArray, *, keep_level: bool) -> Bars:
    """Bars whose prices inside follow these logs over the close before, shape (4, count)."""
    ends = np.cumsum(logs[3])
    starts = np.concatenate(([0.0], ends[:-1]))
    prices = hit.price * np.exp(np.clip(starts + logs, -_FARTHEST, _FARTHEST))
    prices[1] = prices.max(axis=0)
    prices[2] = prices.min(axis=0)
    inside = slice(hit.first, hit.stop)
    columns = {name: column.copy() for name, column in hit.bars.columns.items()}
    last = float(columns["close"][hit.stop - 1])
    for name, row in zip(_PRICES, prices, strict=True):
        columns[name][inside] = row
        if not keep_level:
            columns[name][hit.stop :] *= float(prices[3, -1]) / last
    scale = columns["close"] / hit.bars.close
    for name in ("bid", "ask"):
        if name in columns:
            columns[name] *= scale
    return _made(hit.bars, columns)


def _vol_burst(hit: Hit) -> Bars:
    logs = _logs(hit.bars, slice(hit.first, hit.stop))
    drift = float(logs[3].mean())
    return _from_logs(hit, hit.size * (logs - drift) + drift, keep_level=True)


def _correlation_one(hit: Hit) -> Bars:
    if hit.leader is hit.bars:
        return replace(hit.bars, origin="synthetic")
    logs = _logs(hit.bars, slice(hit.first, hit.stop))
    rows = np.searchsorted(hit.leader.time, hit.bars.time[hit.first : hit.stop])
    for column, row in enumerate(rows.tolist()):
        there = 0 < row < len(hit.leader)
        if there and hit.leader.time[row] == hit.bars.time[hit.first + column]:
            led = _logs(hit.leader, slice(row, row + 1))[:, 0]
            logs[:, column] += hit.size * (led - logs[:, column])
    return _from_logs(hit, logs, keep_level=False)


def _spread(hit: Hit) -> Bars:
    columns = {name: column.copy() for name, column in hit.bars.columns.items()}
    half = np.full(len(hit.bars), max(hit.costs.spread_bps / 2 / BPS, LEAST_HALF_SPREAD))
    quoted = hit.bars.spread
    if quoted is not None:
        half = np.maximum(half, quoted / 2)
    if quoted is None or hit.costs.spread == "fixed":
        columns["bid"], columns["ask"] = columns["close"].copy(), columns["close"].copy()
    # A fill pays the spread that was quoted at the close before it.
    rows = slice(hit.first - 1, hit.stop - 1)
    wide = np.minimum(half[rows] * hit.size, WIDEST_HALF_SPREAD)
    columns["bid"][rows] = columns["close"][rows] * (1.0 - wide)
    columns["ask"][rows] = columns["close"][rows] * (1.0 + wide)
    return _made(hit.bars, columns)


def _outage(hit: Hit) -> Bars:
    after = 1.0 + hit.side * hit.size
    still = np.zeros(len(hit.bars), dtype=np.bool_)
    still[hit.first : hit.stop] = True
    level = np.ones(len(hit.bars))
    level[hit.stop :] = after
    moved = _moved(hit.bars, level, level, np.where(still, 0.0, hit.bars.volume))
    if hit.bars.instrument.kind == "fx":  # their volume says nothing: without a bar, no trading
        return _made(moved, moved.columns, np.flatnonzero(~still))
    return _repeated(moved, still)


def _data_hole(hit: Hit) -> Bars:
    return _made(hit.bars, hit.bars.columns, np.flatnonzero(~hit.chosen()))


def _stale_price(hit: Hit) -> Bars:
    return _repeated(hit.bars, hit.chosen())


def _repeated(bars: Bars, still: BoolArray) -> Bars:
    """Bars that stand still at the last close where `still`, shape (n,)."""
    rows = np.maximum.accumulate(np.where(still, 0, np.arange(len(bars))))
    columns = dict(bars.columns)
    for name in (*_PRICES, "bid", "ask"):
        if name in columns:
            source = columns[name] if name in {"bid", "ask"} else bars.close
            columns[name] = np.where(still, source[rows], columns[name])
    return _made(bars, columns)


def _funding(hit: Hit) -> Bars:
    given = hit.bars.funding
    rates = np.full(len(hit.bars), np.nan) if given is None else given.copy()
    rates[hit.first : hit.stop] = -hit.side * hit.size
    return _made(hit.bars, {**hit.bars.columns, "funding": rates})


def _cost(hit: Hit) -> Bars:
    return replace(hit.bars, origin="synthetic")


_ALTER: Final[dict[ScenarioKind, Callable[[Hit], Bars]]] = {
    "gap": _gap,
    "crash": _crash,
    "slow_bear": _slow_bear,
    "melt_up": _melt_up,
    "vol_burst": _vol_burst,
    "whipsaw": _whipsaw,
    "spread": _spread,
    "outage": _outage,
    "data_hole": _data_hole,
    "correlation_one": _correlation_one,
    "cost": _cost,
    "funding": _funding,
    "stale_price": _stale_price,
}
