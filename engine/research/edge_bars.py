"""Tiny synthetic markets for edge cases: a seeded base, and one awkward moment in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.bars import Bars, bars_from
from engine.data.panel import Panel, panel_of
from engine.data.synthetic import Frame, dead_calm, garch_t
from engine.gate.subject import Subject
from engine.market import Instrument, Timeframe
from engine.research.altering import altered
from engine.research.scenarios import Scenario, ScenarioKind

TAIL: Final = 200
"""Bars after the warm-up."""
WINDOW: Final = 5
"""Bars of a moment that lasts."""
LIMIT: Final = 0.1
"""How far away each bar of a limit move opens, and stays."""
RANGE: Final = 0.5
"""How far a wild bar reaches to both sides."""
SIGMA: Final = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A market around the first bar after an entry.

    Attributes:
        subject: who trades.
        panel: the bars.
        row: of the timeline, the bar after the entry bar.
        place: instrument that was entered.
        side: +1 long, -1 short.
        held: signed exposure of each instrument over the close before.
    """

    subject: Subject
    panel: Panel
    row: int
    place: int
    side: int
    held: tuple[float, ...]

    def struck(self, kind: ScenarioKind, size: float, bars: int) -> Panel:
        """The market with a scenario from here on."""
        scenario = Scenario(kind=kind, size=size, duration_bars=bars)
        return altered(self.panel, scenario, self.row, self.held, costs=self.subject.costs)

    def until(self, row: int) -> Panel:
        """The bars before this row of the timeline."""
        return self.panel.before(int(self.panel.time[row]))


def lively(
    instruments: Sequence[Instrument], timeframe: Timeframe, warmup: int, seed: int
) -> Panel:
    """Noise with a drift for each instrument, long enough to warm up and to trade."""
    bars = warmup + TAIL
    return panel_of([
        garch_t(Frame(each, timeframe, bars), seed + place, drift=0.0005, sigma=SIGMA)
        for place, each in enumerate(instruments)
    ])  # fmt: skip


def calm(instruments: Sequence[Instrument], timeframe: Timeframe, warmup: int) -> Panel:
    """One price all the time, and nothing is traded."""
    bars = warmup + TAIL
    return panel_of([dead_calm(Frame(each, timeframe, bars), 1) for each in instruments])


def limit_move(moment: Moment) -> Panel:
    """Bars without a range, each a tenth further against what is held; then it stays there."""
    bars = moment.panel.each[moment.place]
    first, stop = _own_rows(moment)
    steps = np.arange(1, stop - first + 1)
    levels = np.ones(len(bars))
    levels[first:stop] = (1.0 - moment.side * LIMIT) ** steps
    levels[stop:] = levels[stop - 1]
    columns = {name: column.copy() for name, column in bars.columns.items()}
    for name in ("open", "high", "low", "close"):
        columns[name] *= levels
        columns[name][first:stop] = bars.close[first - 1] * levels[first:stop]
    return _with(moment, columns)


def wild_bar(moment: Moment) -> Panel:
    """One bar that reaches half the price up and down, and closes as it did."""
    bars = moment.panel.each[moment.place]
    first, _ = _own_rows(moment)
    columns = {name: column.copy() for name, column in bars.columns.items()}
    columns["high"][first] *= 1.0 + RANGE
    columns["low"][first] *= 1.0 - RANGE
    return _with(moment, columns)


def _own_rows(moment: Moment) -> tuple[int, int]:
    """The instrument's own rows of the moment, at most five."""
    bars = moment.panel.each[moment.place]
    first = int(np.searchsorted(bars.time, moment.panel.time[moment.row]))
    return first, min(first + WINDOW, len(bars))


def _with(
    moment: Moment, columns: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]
) -> Panel:
    """The panel with other columns of the instrument that was entered."""
    each: list[Bars] = list(moment.panel.each)
    old = each[moment.place]
    extras = {"bid", "ask"} & set(columns)
    kept = {name: column for name, column in columns.items() if name not in extras}
    each[moment.place] = bars_from(
        old.instrument, old.timeframe, old.time, kept, origin="synthetic"
    )
    return panel_of(each)
