"""Path suite: sixteen seeded paths on which two conditions are compared bar by bar.

Eight random paths and eight crafted ones with trends, crashes, dead-flat stretches, jumps, absent
bars, volume spikes and ties. Few or short paths let wrong rules pass as equal: an entry that
never fires equals every other one that never fires.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.instruments import instrument_for
from engine.data.synthetic import Frame, Walk, lively_volume, walk_bars
from engine.market import Timeframe
from engine.seeds import stream

Path = dict[str, Bars]
"""One instance per symbol, all independent."""

FEWEST_BARS: Final = 900
RANDOM_PATHS: Final = 8
CRAFTED_PATHS: Final = 8
RANDOM_BLOCKS: Final = ((0.0012, 0.012), (-0.0012, 0.020), (0.0, 0.009))
"""(drift, sigma) per bar of blocks of 60 bars."""
CRAFTED_BLOCKS: Final = (
    (0.01, 0.006), (-0.01, 0.006), (0.0, 0.02), (0.004, 0.002), (-0.03, 0.02), (0.02, 0.03),
)  # fmt: skip
"""(drift, sigma) per bar of blocks of 150 bars."""
_RANDOM_LENGTH, _CRAFTED_LENGTH = 60, 150
_GAP: Final = 0.002
_FAR: Final = 6.0
"""Log distance from the start from which a block leads back."""
_ODD_EVERY: Final = 300
"""Each stretch of so many bars holds one of every oddity."""


def path_suite(
    timeframe: Timeframe, symbols: tuple[str, ...], bars: int = FEWEST_BARS
) -> tuple[Path, ...]:
    """Sixteen paths of at least 900 bars: eight random ones first, then eight crafted.

    The same timeframe, symbol and length always give the same bars, whatever the other symbols
    are. A crafted path lacks some bars in time; all its symbols lack the same places.

    Raises:
        InputError: SYMBOL_INVALID.
    """
    count = max(bars, FEWEST_BARS)
    kinds = [("random", number) for number in range(RANDOM_PATHS)]
    kinds += [("crafted", number) for number in range(CRAFTED_PATHS)]
    return tuple(
        {symbol: _path(kind, number, timeframe, symbol, count) for symbol in symbols}
        for kind, number in kinds
    )


def _path(kind: str, number: int, timeframe: Timeframe, symbol: str, count: int) -> Bars:
    random = stream("engine/data/paths", kind, number, timeframe.value, symbol)
    instrument = instrument_for(symbol)
    if kind == "random":
        frame = Frame(instrument, timeframe, count)
        return walk_bars(frame, _random_walk(count, random), random)
    absent = _absent(number, count)
    frame = Frame(instrument, timeframe, count + len(absent))
    whole = walk_bars(frame, _crafted_walk(frame.bars, random), random)
    return _without(whole, absent)


def _random_walk(count: int, random: np.random.Generator) -> Walk:
    blocks = random.integers(0, len(RANDOM_BLOCKS), -(-count // _RANDOM_LENGTH))
    law = np.repeat(np.array(RANDOM_BLOCKS)[blocks], _RANDOM_LENGTH, axis=0)[:count]
    steps = law[:, 0] + law[:, 1] * random.standard_normal(count)
    gap = _GAP * random.standard_normal(count)
    volume = lively_volume(steps, 0.012, random)
    return Walk(np.cumsum(steps), gap, law[:, 1] * 0.4, volume)


def _crafted_walk(count: int, random: np.random.Generator) -> Walk:
    steps, sigma = _crafted_steps(count, random)
    gap = _GAP * random.standard_normal(count)
    wick = sigma * 0.4
    volume = lively_volume(steps, 0.012, random)
    ties = np.zeros(count, dtype=np.bool_)
    for start in range(0, count - _ODD_EVERY + 1, _ODD_EVERY):
        flat, tied, jump, spike = _places(start, random)
        steps[flat] = gap[flat] = wick[flat] = 0.0
        volume[flat] = volume[flat.start]
        size = random.choice((-1.0, 1.0)) * random.uniform(0.05, 0.15)
        steps[jump] += size
        gap[jump] += size
        volume[spike] *= 30.0
        gap[tied] = wick[tied] = 0.0
        ties[tied] = True
    # Whole hundredths of log price: equal closes, opens at the close before, touching extremes.
    close = np.cumsum(steps)
    return Walk(np.where(ties, np.round(close, 2), close), gap, wick, volume)


def _crafted_steps(count: int, random: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Log steps and their sigma: all six laws in random order, again and again."""
    steps, sigma = np.empty(count), np.empty(count)
    order: list[int] = []
    level = 0.0
    for start in range(0, count, _CRAFTED_LENGTH):
        order = order or random.permutation(len(CRAFTED_BLOCKS)).tolist()
        drift, noise = CRAFTED_BLOCKS[order.pop()]
        if abs(level) > _FAR:
            drift = -np.copysign(drift, level)
        block = slice(start, min(start + _CRAFTED_LENGTH, count))
        steps[block] = drift + noise * random.standard_normal(block.stop - start)
        sigma[block] = noise
        level += float(steps[block].sum())
    return steps, sigma


def _places(start: int, random: np.random.Generator) -> tuple[slice, slice, int, int]:
    """A flat stretch of 25 bars, a tied one of 40, one jump and one volume spike."""
    flat, tied, jump, spike = (int(at) for at in random.integers(0, 30, 4))
    return (
        slice(start + 20 + flat, start + 45 + flat),
        slice(start + 100 + tied, start + 140 + tied),
        start + 180 + jump,
        start + 230 + spike,
    )


def _absent(number: int, count: int) -> IntArray:
    """Places that lack a bar: single ones and one hole of 3 to 40 bars in every 300."""
    random = stream("engine/data/paths/absent", number, count)
    holes: list[int] = []
    for start in range(0, count - _ODD_EVERY + 1, _ODD_EVERY):
        begin = start + 60 + int(random.integers(0, 20))
        holes += range(begin, begin + int(random.integers(3, 41)))
        holes += (start + 250 + random.choice(40, 3, replace=False)).tolist()
    return np.unique(np.array(holes, dtype=np.int64))


def _without(bars: Bars, absent: IntArray) -> Bars:
    keep = np.setdiff1d(np.arange(len(bars)), absent)
    return bars.take(keep)
