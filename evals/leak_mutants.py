"""Twenty-one ways to look ahead, as array functions: the prefix test must catch every one.

Each takes bars and gives float64 of shape (n,), as a kernel of the language does. They are kept
here as controls that must go red, and nowhere near a strategy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray

ArrayFunction = Callable[[Bars], FloatArray]
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_HALF: Final = 5
"""Bars on either side of a centred window."""
_CHIKOU: Final = 26
_CALM: Final = 0.006
_WILD: Final = 0.02
"""Two states of a market: sigma of a log return in each."""
_STAY: Final = 0.95
"""Chance to stay in a state."""


def _returns(bars: Bars) -> FloatArray:
    return np.concatenate(([0.0], np.diff(np.log(bars.close))))


def _with_holes(bars: Bars) -> FloatArray:
    """Closes of which two in seven are missing."""
    values = bars.close.copy()
    values[np.arange(len(values)) % 7 >= 5] = np.nan  # noqa: PLR2004 - two of seven
    return values


def _centred(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted sum over a window around each value; missing where the window does not fit."""
    half = len(weights) // 2
    out = np.full(len(values), np.nan)
    if len(values) >= len(weights):
        out[half : len(values) - half] = np.convolve(values, weights[::-1], mode="valid")
    return out


def _periods(bars: Bars, length_ms: int, first_ms: int) -> IntArray:
    """Number of the calendar period in which each bar opens, counted from `first_ms`."""
    return (bars.time - first_ms) // length_ms


def _last_of_period(period: IntArray, values: FloatArray) -> FloatArray:
    ends = np.searchsorted(period, period, side="right") - 1
    return values[ends]


def shift_back(bars: Bars) -> FloatArray:
    """Tomorrow's close: shift(-1)."""
    return np.append(bars.close[1:], np.nan)


def full_sample_zscore(bars: Bars) -> FloatArray:
    """Mean and sigma of all rows."""
    scaled = (bars.close - bars.close.mean()) / (bars.close.std() + 1e-12)
    return np.asarray(scaled, dtype=np.float64)


def full_sample_range(bars: Bars) -> FloatArray:
    """Place within the range of all rows: min-max scaling."""
    low, high = bars.low.min(), bars.high.max()
    return np.asarray((bars.close - low) / (high - low + 1e-12), dtype=np.float64)


def full_sample_quantile(bars: Bars) -> FloatArray:
    """Above the 80 % level of all rows."""
    return (bars.close > np.quantile(bars.close, 0.8)).astype(np.float64)


def rank_in_history(bars: Bars) -> FloatArray:
    """Rank among all rows, future ones too."""
    order = np.sort(bars.close)
    return np.searchsorted(order, bars.close, side="right") / len(order)


def first_component(bars: Bars) -> FloatArray:
    """First principal component of columns standardised over all rows."""
    reach = (bars.high - bars.low) / bars.close
    columns = np.stack([_returns(bars), reach, np.log1p(bars.volume)])
    scaled = (columns - columns.mean(axis=1, keepdims=True)) / (
        columns.std(axis=1, keepdims=True) + 1e-12
    )
    _, vectors = np.linalg.eigh(scaled @ scaled.T)
    first = vectors[:, -1] * np.sign(vectors[0, -1] or 1.0)
    return np.asarray(first @ scaled, dtype=np.float64)


def centred_mean(bars: Bars) -> FloatArray:
    """Mean of a window around each bar."""
    width = 2 * _HALF + 1
    return _centred(bars.close, np.full(width, 1 / width))


def centred_detrended(bars: Bars) -> FloatArray:
    """Detrended price oscillator, centred: the mean of bars ahead is subtracted."""
    length = 20
    out = np.full(len(bars), np.nan)
    means = np.convolve(bars.close, np.full(length, 1 / length), mode="valid")
    out[length - 1 :][: len(means)] = means if len(bars) >= length else np.nan
    ahead = length // 2 + 1
    mean = np.concatenate((out[ahead:], np.full(min(ahead, len(out)), np.nan)))
    return np.asarray(bars.close - mean, dtype=np.float64)


def chikou(bars: Bars) -> FloatArray:
    """Ichimoku's chikou span as plotted: the close of 26 bars ahead."""
    cut = min(_CHIKOU, len(bars))
    return np.concatenate((bars.close[_CHIKOU:], np.full(cut, np.nan)))


def pivot_at_once(bars: Bars) -> FloatArray:
    """Pivot high without confirmation: the maximum of five bars either side, known at once."""
    out = np.zeros(len(bars))
    for row in range(_HALF, len(bars) - _HALF):
        window = bars.high[row - _HALF : row + _HALF + 1]
        out[row] = float(bars.high[row] >= window.max())
    return out


def zigzag(bars: Bars) -> FloatArray:
    """Zig-zag by full extremes: a peak is known at its own bar although it needs the next one."""
    close = bars.close
    out = np.zeros(len(bars))
    peak = (close[1:-1] > close[:-2]) & (close[1:-1] > close[2:])
    trough = (close[1:-1] < close[:-2]) & (close[1:-1] < close[2:])
    out[1:-1] = peak.astype(float) - trough.astype(float)
    return out


def backfill(bars: Bars) -> FloatArray:
    """The next known value put back over a hole."""
    values = _with_holes(bars)
    known = np.flatnonzero(~np.isnan(values))
    places = np.searchsorted(known, np.arange(len(values)))
    return np.array([values[known[at]] if at < len(known) else np.nan for at in places])


def interpolate(bars: Bars) -> FloatArray:
    """A line from the last known value to the next one."""
    values = _with_holes(bars)
    known = np.flatnonzero(~np.isnan(values))
    return np.interp(np.arange(len(values)), known, values[known], right=np.nan)


def weekly_from_monday(bars: Bars) -> FloatArray:
    """The week's close, seen from its first bar on."""
    monday = -3 * _DAY_MS
    return _last_of_period(_periods(bars, 7 * _DAY_MS, monday), bars.close)


def left_label_fill(bars: Bars) -> FloatArray:
    """A day's high stamped at the day's start and filled forward."""
    day = _periods(bars, _DAY_MS, 0)
    starts = np.searchsorted(day, day, side="left")
    stamped = np.full(len(bars), np.nan)
    for start in np.unique(starts):
        stamped[start] = bars.high[day == day[start]].max()
    return stamped[starts]


def _likelihoods(returns: FloatArray, sigmas: Sequence[float]) -> FloatArray:
    """Density of each return in each state, shape (n, states)."""
    sigma = np.array(sigmas)
    return np.asarray(np.exp(-0.5 * (returns[:, None] / sigma) ** 2) / sigma + 1e-300)


def smoothed_states(bars: Bars) -> FloatArray:
    """Smoothed probability of the wild state: forward-backward with fixed parameters."""
    calm, wild = _likelihoods(_returns(bars), (_CALM, _WILD)).T.tolist()
    count = len(calm)
    forward = [(0.5, 0.5)] * count
    for row in range(count):
        a, b = forward[row - 1] if row else (0.5, 0.5)
        one = (a * _STAY + b * (1 - _STAY)) * calm[row]
        two = (b * _STAY + a * (1 - _STAY)) * wild[row]
        forward[row] = (one / (one + two), two / (one + two))
    out = np.empty(count)
    back = (1.0, 1.0)
    for row in range(count - 1, -1, -1):
        one, two = forward[row][0] * back[0], forward[row][1] * back[1]
        out[row] = two / (one + two)
        a, b = back[0] * calm[row], back[1] * wild[row]
        back = (a * _STAY + b * (1 - _STAY), b * _STAY + a * (1 - _STAY))
        total = sum(back)
        back = (back[0] / total, back[1] / total)
    return out


def viterbi_labels(bars: Bars) -> FloatArray:
    """The most likely path of states, its parameters fitted on all rows."""
    returns = _returns(bars)
    size = np.abs(returns)
    small, large = size[size <= np.median(size)], size[size > np.median(size)]
    sigmas = (small.mean() + 1e-9, (large.mean() if len(large) else 1e-8) + 2e-9)
    scores = np.log(_likelihoods(returns, sigmas)).tolist()
    change = float(np.log((1 - _STAY) / _STAY))
    best, came = scores[0], []
    for calm, wild in scores[1:]:
        from_calm = (best[0], best[1] + change)
        from_wild = (best[0] + change, best[1])
        came.append((int(from_calm[1] > from_calm[0]), int(from_wild[1] >= from_wild[0])))
        best = [max(from_calm) + calm, max(from_wild) + wild]
    path = [int(best[1] > best[0])]
    for step in reversed(came):
        path.append(step[path[-1]])
    return np.array(path[::-1], dtype=np.float64)


def days_left_from_data(bars: Bars) -> FloatArray:
    """Trading days left in the month, counted from the rows that follow."""
    day = bars.time.astype("datetime64[ms]").astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    days, place = np.unique(day, return_inverse=True)
    months = days.astype("datetime64[M]")
    ends = np.searchsorted(months, month, side="right") - 1
    return np.asarray(ends - place, dtype=np.float64)


def savitzky_golay(bars: Bars) -> FloatArray:
    """A cubic through eleven bars around each, taken at its middle."""
    places = np.arange(-_HALF, _HALF + 1)
    fit = np.linalg.pinv(np.vander(places, 4, increasing=True))
    return _centred(bars.close, fit[0])


def _smooth(values: FloatArray, alpha: float = 0.2) -> FloatArray:
    out = np.empty(len(values))
    level = float(values[0])
    for row, value in enumerate(values.tolist()):
        level += alpha * (value - level)
        out[row] = level
    return out


def zero_phase(bars: Bars) -> FloatArray:
    """A filter run forwards and then backwards, as filtfilt does."""
    return _smooth(_smooth(bars.close)[::-1])[::-1]


def smoothed_backwards(bars: Bars) -> FloatArray:
    """Exponential smoothing from the last bar to the first."""
    return _smooth(bars.close[::-1])[::-1]


MUTANTS: Final[dict[str, ArrayFunction]] = {
    "shift(-1)": shift_back,
    "full-sample z-score": full_sample_zscore,
    "full-sample min-max": full_sample_range,
    "full-sample quantile threshold": full_sample_quantile,
    "rank over the whole history": rank_in_history,
    "scaler / PCA fit on all": first_component,
    "centred rolling mean": centred_mean,
    "detrended price oscillator, centred": centred_detrended,
    "ichimoku chikou span": chikou,
    "pivot high without confirmation delay": pivot_at_once,
    "zig-zag by full extremes": zigzag,
    "bfill": backfill,
    "interpolate gaps": interpolate,
    "weekly close seen from Monday": weekly_from_monday,
    "resample left label + ffill": left_label_fill,
    "smoothed HMM probability, fixed parameters": smoothed_states,
    "Viterbi labels, refit on all data": viterbi_labels,
    "trading days left from the data itself": days_left_from_data,
    "Savitzky-Golay filter": savitzky_golay,
    "filtfilt / HP filter": zero_phase,
    "exponential smoothing run backwards": smoothed_backwards,
}
"""The mutants by the name that the language's design gives them."""
