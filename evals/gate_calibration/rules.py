"""Families of simple rules, whole sweeps at once: closes in, positions of the next day out.

A family gives a (days, rules) matrix of positions in -1 .. 1. Row t is what is held on day t and
comes from closes up to day t-1 only; before a rule has enough closes it holds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.data.bars import FloatArray, IntArray

WINDOWS: Final = np.array([3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200])
"""Days that a rule may look back."""
_BANDS: Final = np.array([0.5, 0.75, 1.0, 1.25, 1.5, 2.0])
_MOVES: Final = np.array([0.0, 0.25, 0.5, 1.0])
_HOLDS: Final = np.array([2, 5, 10, 20])
_TOSSES: Final = 40
"""Coins that differ in nothing but how they fall: ideas without anything in common."""


class Family(NamedTuple):
    """Rules of one shape.

    Attributes:
        sizes: how many values each of its parameters can take; a rule is a row of places in them.
        signals: (log closes, rules (n, parameters), stream) -> signals at each close, (days, n),
            values -1, 0, 1.
    """

    sizes: tuple[int, ...]
    signals: Callable[[FloatArray, IntArray, np.random.Generator], FloatArray]

    def drawn(self, random: np.random.Generator, rules: int) -> IntArray:
        """Rules at random, (rules, parameters)."""
        return np.column_stack([random.choice(size, rules) for size in self.sizes])


def _windowed(function: Callable[[int], FloatArray], chosen: IntArray) -> FloatArray:
    """Columns of a function of the window, worked out once for each window."""
    unique, place = np.unique(chosen, return_inverse=True)
    return np.column_stack([function(int(window)) for window in unique])[:, place]


def _mean(values: FloatArray, window: int) -> FloatArray:
    """Moving average; 0 where there are too few values."""
    made = np.zeros(len(values))
    if window <= len(values):
        total = np.concatenate(([0.0], np.cumsum(values)))
        made[window - 1 :] = (total[window:] - total[:-window]) / window
    return made


def _known(days: int, windows: IntArray) -> FloatArray:
    """1 where a rule with this window has enough closes, else 0; shape (days, rules)."""
    return (np.arange(days)[:, None] >= windows).astype(np.float64)


def _crossings(log_close: FloatArray, rules: IntArray, _random: np.random.Generator) -> FloatArray:
    """Long while the fast average is above the slow one, else short: a sweep, much alike."""
    first, second = rules.T
    second = np.where(first == second, (second + 1) % len(WINDOWS), second)
    fast, slow = WINDOWS[np.minimum(first, second)], WINDOWS[np.maximum(first, second)]
    averages = _windowed(lambda w: _mean(log_close, w), np.concatenate((fast, slow)))
    gap = averages[:, : len(rules)] - averages[:, len(rules) :]
    return np.sign(gap) * _known(len(log_close), slow)


def _momentum(log_close: FloatArray, rules: IntArray, _random: np.random.Generator) -> FloatArray:
    """With the move of the last days, once it is large enough."""
    score = _windowed(lambda w: _score(log_close, w), WINDOWS[rules[:, 0]])
    return np.sign(score) * (np.abs(score) >= _MOVES[rules[:, 1]])


def _score(log_close: FloatArray, window: int) -> FloatArray:
    """Move of the last days over what a random walk moves; 0 where it is not known."""
    made = np.zeros(len(log_close))
    steps = np.diff(log_close, prepend=log_close[:1])
    spread = np.sqrt(np.maximum(_mean(steps**2, window), 1e-12) * window)
    made[window:] = (log_close[window:] - log_close[:-window]) / spread[window:]
    return made


def _reversals(log_close: FloatArray, rules: IntArray, _random: np.random.Generator) -> FloatArray:
    """Against the distance from the average, while it is wide."""
    score = _windowed(lambda w: _distance(log_close, w), WINDOWS[rules[:, 0]])
    return -np.sign(score) * (np.abs(score) >= _BANDS[rules[:, 1]])


def _distance(log_close: FloatArray, window: int) -> FloatArray:
    """Distance from the moving average in its own deviations; 0 where it is not known."""
    average = _mean(log_close, window)
    spread = np.sqrt(np.maximum(_mean(log_close**2, window) - average**2, 1e-12))
    made = (log_close - average) / spread
    made[:window] = 0.0
    return made


def _breakouts(log_close: FloatArray, rules: IntArray, _random: np.random.Generator) -> FloatArray:
    """Long after a new high, short after a new low, until the other one comes."""
    return _windowed(lambda w: _channel(log_close, w), WINDOWS[rules[:, 0]])


def _channel(log_close: FloatArray, window: int) -> FloatArray:
    days = len(log_close)
    made = np.zeros(days)
    if window >= days:
        return made
    seen = sliding_window_view(log_close, window)[:-1]
    now = log_close[window:]
    event = (now > seen.max(axis=1)).astype(float) - (now < seen.min(axis=1))
    last = np.maximum.accumulate(np.where(event != 0.0, np.arange(len(event)), 0))
    made[window:] = event[last]
    return made


def _coins(log_close: FloatArray, rules: IntArray, random: np.random.Generator) -> FloatArray:
    """Long, short or out by the toss of a coin, held for some days."""
    shape = (len(log_close), len(rules))
    fresh = random.random(shape) < 1.0 / _HOLDS[rules[:, 0]]
    fresh[0] = True
    sides = random.integers(-1, 2, shape).astype(np.float64)
    last = np.maximum.accumulate(np.where(fresh, np.arange(shape[0])[:, None], 0), axis=0)
    return np.take_along_axis(sides, last, axis=0)


FAMILIES: Final[dict[str, Family]] = {
    "crossings": Family((len(WINDOWS), len(WINDOWS)), _crossings),
    "momentum": Family((len(WINDOWS), len(_MOVES)), _momentum),
    "reversals": Family((len(WINDOWS), len(_BANDS)), _reversals),
    "breakouts": Family((len(WINDOWS),), _breakouts),
    "coins": Family((len(_HOLDS), _TOSSES), _coins),
}
"""The families by name."""
MIXED: Final = "mixed"
"""Some rules of each family."""
SIDES: Final = ("long", "short", "both")
_SIXTHS: Final = np.array([0, 0, 1, 2, 2, 2])


def positions(
    family: str, returns: FloatArray, random: np.random.Generator, rules: int,
    *, two_sided: bool = False,
) -> FloatArray:  # fmt: skip
    """What each rule holds on each day, (days, rules).

    Args:
        family: name of a family, or `mixed`.
        returns: daily simple returns.
        random: stream of the run.
        rules: how many.
        two_sided: all rules go long and short; else a third is long only and a sixth short only.
    """
    log_close = np.cumsum(np.log1p(returns))
    names = list(FAMILIES) if family == MIXED else [family]
    share = [len(part) for part in np.array_split(np.arange(rules), len(names))]
    parts = [
        FAMILIES[name].signals(log_close, FAMILIES[name].drawn(random, count), random)
        for name, count in zip(names, share, strict=True)
        if count
    ]
    side = (
        np.full(rules, SIDES.index("both")) if two_sided else _SIXTHS[random.integers(0, 6, rules)]
    )
    return held_of(np.column_stack(parts), side)


def held_of(signals: FloatArray, side: IntArray) -> FloatArray:
    """Positions from the day after each signal on; `side` is a place in SIDES for each rule."""
    held = np.zeros(signals.shape)
    held[1:] = signals[:-1]
    np.maximum(held, 0.0, out=held, where=side == SIDES.index("long"))
    np.minimum(held, 0.0, out=held, where=side == SIDES.index("short"))
    return held
