"""Higher timeframes: every pair, every cut, three calendars; and the leak that must be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.data.bars import COLUMNS, Bars, IntArray, bars_of
from engine.data.days import DAY_MS
from engine.data.resample import PAIRS, HigherBars, alignment, divides, resample
from engine.market import SECONDS, Calendar, Instrument, Timeframe
from engine.seeds import stream

Resampler = Callable[[Bars, Timeframe], HigherBars]
COUNT = 400
BOUNDARY_GROUPS = 16
BEFORE_HOURS: dict[Calendar, int] = {"24/7": 0, "XNYS": 27, "FX": 26}
"""From the week's close of each market to START_MS: the samples are dense around it."""
START_MS = 1_425_168_000_000
"""Sunday 2015-03-01 00:00 UTC, a week before New York changes its clock."""


def _dense(base: Timeframe, higher: Timeframe) -> bool:
    """Whether 400 bars in a row show several higher bars."""
    return SECONDS[higher] // SECONDS[base] <= 60


def _slots(base: Timeframe, higher: Timeframe) -> IntArray:
    """400 places of base bars, dense around the ends of higher bars, with gaps between."""
    random = stream("tests/higher", base.value, higher.value)
    ratio = SECONDS[higher] // SECONDS[base]
    group = COUNT // BOUNDARY_GROUPS
    if _dense(base, higher):
        slots = np.arange(max(COUNT + 60, 12 * ratio))
        return np.sort(random.choice(slots, COUNT, replace=False))
    centres = np.arange(BOUNDARY_GROUPS) * ratio + random.integers(-3, 3, BOUNDARY_GROUPS)
    offsets = np.sort(random.choice(2 * group, group, replace=False)) - group
    return (centres[:, None] + offsets[None, :]).ravel()


def _bars(calendar: Calendar, base: Timeframe, higher: Timeframe) -> Bars:
    """A walk on those places, with ties, flat bars and a spike."""
    random = stream("tests/higher/prices", base.value)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.01, COUNT))), 1)
    close[200] *= 3
    close[50:70] = close[50]
    opened = np.concatenate((close[:1], close[:-1]))
    time = START_MS + _slots(base, higher) * SECONDS[base] * 1000
    if calendar != "24/7":
        # The fifth end of a higher bar, or the 100th short bar, is the week's close.
        time -= 1000 * (100 * SECONDS[base] if _dense(base, higher) else 5 * SECONDS[higher])
    if calendar != "24/7" and base is not Timeframe.D1:
        time -= BEFORE_HOURS[calendar] * 3_600_000
    instrument = Instrument(symbol="X", base="X", quote="USD", calendar=calendar)
    return bars_of(
        instrument, base, time, opened, np.maximum(opened, close) + 0.5,
        np.minimum(opened, close) - 0.5, close, random.uniform(0, 7, COUNT),
    )  # fmt: skip


def _differs(short: HigherBars, full: HigherBars) -> bool:
    count = len(short.closes)
    pairs = [(short.closes, full.closes), (short.bars.time, full.bars.time)]
    pairs += [(getattr(short.bars, name), getattr(full.bars, name)) for name in COLUMNS]
    return any(one.tobytes() != other[:count].tobytes() for one, other in pairs)


def _bad_cuts(bars: Bars, higher: Timeframe, make: Resampler = resample) -> list[int]:
    """Cuts at which what the last bar sees differs from what it saw with the future known."""
    full = make(bars, higher)
    seen = alignment(bars, full)
    bad = []
    for cut in range(1, len(bars) + 1):
        part = bars.slice(0, cut)
        short = make(part, higher)
        last = alignment(part.slice(cut - 1, cut), short)[0]
        if len(short.closes) != last + 1 or last != seen[cut - 1] or _differs(short, full):
            bad.append(cut)
    return bad


EVERY_PAIR = pytest.mark.parametrize(
    "pair", PAIRS, ids=lambda pair: f"{pair[0].value}-{pair[1].value}"
)


@EVERY_PAIR
def test_no_pair_sees_the_future(pair: tuple[Timeframe, Timeframe]) -> None:
    """At each of 400 cuts the closed higher bars are bit for bit those of the whole."""
    bars = _bars("24/7", *pair)
    assert len(bars) == COUNT
    assert len(resample(bars, pair[1]).closes) >= 8
    assert _bad_cuts(bars, pair[1]) == []


@pytest.mark.parametrize("calendar", ["XNYS", "FX"])
@EVERY_PAIR
def test_no_pair_sees_past_a_session(pair: tuple[Timeframe, Timeframe], calendar: Calendar) -> None:
    """The same at each of 175 cuts where sessions and weekends end the bars."""
    bars = _bars(calendar, *pair).slice(0, 175)
    assert len(resample(bars, pair[1]).closes) >= 1
    assert _bad_cuts(bars, pair[1]) == []


def _stamped_at_start(bars: Bars, higher: Timeframe) -> HigherBars:
    """Higher bars known from their first moment on: the leak of left labels."""
    made = resample(bars, higher)
    return replace(made, closes=made.bars.time + 1)


@pytest.mark.parametrize("calendar", ["24/7", "XNYS", "FX"])
@pytest.mark.parametrize(("base", "higher"), [("1h", "1d"), ("4h", "1w"), ("1d", "1M")])
def test_bars_known_from_their_start_are_caught(base: str, higher: str, calendar: Calendar) -> None:
    """The control: the same cuts find higher bars that are stamped at their start."""
    bars = _bars(calendar, Timeframe(base), Timeframe(higher))
    assert _bad_cuts(bars, Timeframe(higher), _stamped_at_start)


def _labelled_weeks(bars: Bars) -> list[float]:
    """What weeks stamped with their Sunday's midnight show to each bar: the leak itself."""
    week = (bars.time - 4 * DAY_MS) // (7 * DAY_MS)
    label = week * 7 * DAY_MS + 10 * DAY_MS
    close = {int(at): float(price) for at, price in zip(label, bars.close, strict=True)}
    labels = np.array(sorted(close))
    place = np.searchsorted(labels, bars.time, side="right") - 1
    return [close[int(labels[at])] if at >= 0 else -1.0 for at in place]


@pytest.mark.parametrize(
    ("base", "leaks"), [(Timeframe.D1, False), (Timeframe.H4, True), (Timeframe.H1, True)]
)
def test_weeks_by_label_leak_on_short_bars(base: Timeframe, leaks: bool) -> None:
    """Right-labelled weeks pass on daily bars and fail on shorter ones; the cuts see it."""
    bars = _continuous(base)
    full = _labelled_weeks(bars)
    cuts = range(1, len(bars) + 1)
    bad = [cut for cut in cuts if _labelled_weeks(bars.slice(0, cut))[-1] != full[cut - 1]]
    assert bool(bad) == leaks
    assert _bad_cuts(bars, Timeframe.W1) == []


def _continuous(base: Timeframe) -> Bars:
    close = 100 * np.exp(np.cumsum(stream("tests/weeks").normal(0, 0.01, COUNT)))
    time = START_MS + np.arange(COUNT) * SECONDS[base] * 1000
    instrument = Instrument(symbol="X", base="X", quote="USD")
    return bars_of(instrument, base, time, close, close, close, close, np.ones(COUNT))


def test_there_are_86_pairs() -> None:
    """62 inside a day and into days, 24 into weeks and months; none up to itself or down."""
    long = [pair for pair in PAIRS if pair[1] in {Timeframe.W1, Timeframe.MO1}]
    assert (len(PAIRS), len(long)) == (86, 24)
    odd = [("3m", "5m"), ("4h", "6h"), ("6h", "8h"), ("8h", "12h"), ("1w", "1M"), ("1d", "1h")]
    assert not any(divides(Timeframe(base), Timeframe(higher)) for base, higher in odd)
