"""Synthetic bars: seeded markets with a known law, for tests, nulls and demonstrations.

Every path has origin `synthetic`: runs on it are not trials. Drift, sigma and jumps are per BAR,
as log returns; a path begins at 100. The same frame, seed and parameters give the same bytes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, FloatArray, bars_of
from engine.data.timeline import open_times
from engine.errors import DataError
from engine.market import Instrument, Timeframe
from engine.seeds import stream

START_MS: Final = 1_420_070_400_000
"""2015-01-01, a Thursday."""
START_PRICE: Final = 100.0
_USUAL_VOLUME: Final = 1_000.0
_WICK: Final = 0.4
"""Usual reach of high and low beyond the body, in sigmas."""


class Frame(NamedTuple):
    """What a path is made for: `bars` planned bars of an instrument from `first_ms` (UTC) on."""

    instrument: Instrument
    timeframe: Timeframe
    bars: int
    first_ms: int = START_MS


class Walk(NamedTuple):
    """A path before it becomes bars; all float64 of shape (n,).

    Attributes:
        close: log of close over the start price.
        gap: log of open over the close before.
        wick: usual reach of high and low beyond the body, log.
        volume: units.
    """

    close: FloatArray
    gap: FloatArray
    wick: FloatArray
    volume: FloatArray


def walk_bars(frame: Frame, walk: Walk, random: np.random.Generator) -> Bars:
    """Bars of a walk: wicks are half-normal; where wick and steps are 0, all prices are one."""
    opened = np.concatenate(([0.0], walk.close[:-1])) + walk.gap
    reach = np.abs(random.standard_normal((2, len(walk.close)))) * walk.wick
    high = np.maximum(opened, walk.close) + reach[0]
    low = np.minimum(opened, walk.close) - reach[1]
    prices = START_PRICE * np.exp(np.array([opened, high, low, walk.close]))
    times = open_times(frame.instrument.calendar, frame.timeframe, frame.bars, frame.first_ms)
    return bars_of(
        frame.instrument, frame.timeframe, times, prices[0], prices[1], prices[2], prices[3],
        walk.volume, origin="synthetic",
    )  # fmt: skip


def lively_volume(steps: FloatArray, sigma: float, random: np.random.Generator) -> FloatArray:
    """Lognormal volume that grows with the size of the step, shape (n,)."""
    noise = random.standard_normal(len(steps)) * 0.3
    return _USUAL_VOLUME * np.exp(noise + 0.3 * np.minimum(np.abs(steps) / sigma, 5.0))


def _random(law: str, frame: Frame, seed: int) -> np.random.Generator:
    if frame.bars < 1:
        raise DataError("BARS_EMPTY", "there is no bar", value=frame.bars, hint="ask for one")
    parts = (frame.instrument.symbol, frame.timeframe.value, seed)
    return stream(f"engine/data/synthetic/{law}", *parts)


def _checked(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise DataError(
            "SYNTHETIC_PARAMETER", f"{name} lies outside {low:g} .. {high:g}",
            value=value, hint="rates are per bar, as log returns: 0.01 is about 1 %",
        )  # fmt: skip
    return value


def _path(
    frame: Frame, steps: FloatArray, sigma: float, random: np.random.Generator,
    gap: FloatArray | None = None,
) -> Bars:  # fmt: skip
    """Bars of log steps close to close; `gap` is the part of each step before the open."""
    count = len(steps)
    usual = 0.1 * sigma * random.standard_normal(count)
    walk = Walk(
        np.cumsum(steps), usual if gap is None else usual + gap,
        np.full(count, _WICK * sigma), lively_volume(steps, sigma, random),
    )  # fmt: skip
    return walk_bars(frame, walk, random)


def gbm(frame: Frame, seed: int, *, drift: float = 0.0, sigma: float = 0.01) -> Bars:
    """Geometric Brownian motion: E[price] grows by exp(drift) a bar.

    Source: Samuelson (1965), Rational theory of warrant pricing.

    Raises:
        DataError: SYNTHETIC_PARAMETER or BARS_EMPTY, as all generators here.
    """
    random = _random("gbm", frame, seed)
    _checked("sigma", sigma, 1e-9, 1.0)
    steps = _checked("drift", drift, -1.0, 1.0) - sigma**2 / 2
    return _path(frame, steps + sigma * random.standard_normal(frame.bars), sigma, random)


def garch_t(  # noqa: PLR0913 - the law has these
    frame: Frame, seed: int, *, drift: float = 0.0, sigma: float = 0.01, alpha: float = 0.08,
    beta: float = 0.9, freedom: float = 5.0,
) -> Bars:  # fmt: skip
    """GARCH(1,1) with Student-t shocks of unit variance; `sigma` is the long-run one.

    Source: Bollerslev (1987), A conditionally heteroskedastic time series model.
    """
    random = _random("garch_t", frame, seed)
    _checked("sigma", sigma, 1e-9, 0.5)
    _checked("alpha + beta", alpha + beta, 0.0, 0.9999)
    _checked("alpha", alpha, 0.0, 1.0)
    _checked("beta", beta, 0.0, 1.0)
    scale = np.sqrt((_checked("freedom", freedom, 2.1, 1e3) - 2) / freedom)
    shocks = random.standard_t(freedom, frame.bars) * scale
    long_run = sigma**2 * (1 - alpha - beta)
    variance = sigma**2
    steps = np.empty(frame.bars)
    for row, shock in enumerate(shocks.tolist()):
        step = variance**0.5 * shock
        steps[row] = drift + step
        variance = long_run + alpha * step**2 + beta * variance
    return _path(frame, steps, sigma, random)


REGIMES: Final = ((0.0012, 0.008), (0.0, 0.012), (-0.002, 0.025))
"""Calm rise, sideways, fast fall: (drift, sigma) per bar."""


def regime_switching(
    frame: Frame, seed: int, *, regimes: tuple[tuple[float, float], ...] = REGIMES,
    stay: float = 0.98,
) -> Bars:  # fmt: skip
    """A Markov chain of (drift, sigma): a regime lasts 1 / (1 - stay) bars on average.

    Source: Hamilton (1989), A new approach to the economic analysis of nonstationary time series.
    """
    random = _random("regime_switching", frame, seed)
    _checked("number of regimes", len(regimes), 2, 100)
    table = np.array([(drift, _checked("sigma", sigma, 1e-9, 1.0)) for drift, sigma in regimes])
    change = random.random(frame.bars) >= _checked("stay", stay, 0.0, 1.0)
    moves = np.where(change, random.integers(1, len(regimes), frame.bars), 0)
    state = np.cumsum(moves) % len(regimes)
    steps = table[state, 0] + table[state, 1] * random.standard_normal(frame.bars)
    return _path(frame, steps, float(table[:, 1].mean()), random)


def jumps(  # noqa: PLR0913 - the law has these
    frame: Frame, seed: int, *, drift: float = 0.0, sigma: float = 0.01, share: float = 0.01,
    size: float = 0.06,
) -> Bars:  # fmt: skip
    """Diffusion with jumps between a close and the next open: no price lies inside a jump.

    `share` of the bars open after one; its log size is normal with sigma `size`.
    Source: Merton (1976), Option pricing when underlying stock returns are discontinuous.
    """
    random = _random("jumps", frame, seed)
    _checked("sigma", sigma, 1e-9, 1.0)
    hit = random.random(frame.bars) < _checked("share", share, 0.0, 1.0)
    gap = np.where(hit, random.standard_normal(frame.bars) * _checked("size", size, 0.0, 1.0), 0.0)
    steps = drift + sigma * random.standard_normal(frame.bars) + gap
    return _path(frame, steps, sigma, random, gap)


def crash(  # noqa: PLR0913 - the story has these
    frame: Frame, seed: int, *, drift: float = 0.0005, sigma: float = 0.01, depth: float = 0.5,
    at: float = 0.6, length: int = 8,
) -> Bars:  # fmt: skip
    """A rise, then a fall by `depth` (fraction) within `length` bars, then nervous trading.

    The fall begins after the share `at` of the bars; a third of it is an opening gap. Afterwards
    sigma is three times as large and halves every 60 bars.
    """
    random = _random("crash", frame, seed)
    _checked("sigma", sigma, 1e-9, 0.3)
    fall = np.log1p(-_checked("depth", depth, 0.0, 0.99))
    begin = int(frame.bars * _checked("at", at, 0.0, 1.0))
    _checked("length", length, 1, max(1, frame.bars - begin))
    age = np.arange(frame.bars) - begin
    level = sigma * np.where(age < 0, 1.0, 1.0 + 2.0 * 0.5 ** (np.maximum(age, 0) / 60))
    during = (age >= 0) & (age < length)
    steps = drift + level * random.standard_normal(frame.bars)
    steps[during] = fall * 2 / 3 / length
    gap = np.where(age == 0, fall / 3, 0.0)
    return _path(frame, steps + gap, sigma, random, gap)


def dead_calm(frame: Frame, seed: int, *, share: float = 0.0, step: float = 0.0001) -> Bars:
    """One price, bar after bar; the `share` of bars in which it moves does so by one `step` (log).

    A market that nobody trades: volume is 1 where the price moves, else 0.
    """
    random = _random("dead_calm", frame, seed)
    moved = random.random(frame.bars) < _checked("share", share, 0.0, 1.0)
    ticks = np.where(moved, random.choice((-1.0, 1.0), frame.bars), 0.0)
    close = np.cumsum(ticks) * _checked("step", step, 0.0, 0.1)
    nothing = np.zeros(frame.bars)
    return walk_bars(frame, Walk(close, nothing, nothing, moved.astype(float)), random)
