"""Stationary bootstrap: moments, automatic block length, resampling counts and their cache.

Daily returns are integers in units of 1e-8, held in float64: products of counts and returns stay
below 2^53, so every resampled mean is exact for any library, thread count or chunking.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.data.bars import FloatArray
from engine.seeds import stream

MIN_BLOCK: Final = 10
MAX_BLOCK: Final = 40

_CHUNK_DRAWS: Final = 500
_FEWEST_DAYS: Final = 10
_FLAT: Final = 1e-12
_CountArray = NDArray[np.uint16]


def column_moments(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """`mean_and_deviation` of each column of integers below 2^31, (T, N); both of shape (N,).

    Squares are summed in halves of 16 bits, so all sums are exact whole numbers: the moments of ten
    thousand trials need no loop over days.
    """
    length = matrix.shape[0]
    if length < 2:  # noqa: PLR2004 - one value has no spread
        return np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1])
    whole = matrix.astype(np.int64)
    high, low = whole >> 16, whole & 0xFFFF
    parts = [(high, high, 32), (high, low, 17), (low, low, 0)]
    squares = [(np.einsum("tn,tn->n", a, b).tolist(), shift) for a, b, shift in parts]
    sums = whole.sum(axis=0).tolist()
    mean, deviation = np.zeros(len(sums)), np.zeros(len(sums))
    for n, total in enumerate(sums):
        spread = length * sum(each[n] << shift for each, shift in squares) - total * total
        mean[n] = total / length
        deviation[n] = math.sqrt(spread / (length * (length - 1)))
    return mean, deviation


def mean_and_deviation(x: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation (ddof 1) of a series of integers, both in its unit.

    The deviation is 0 when it is below 1e-12 x T x max|x|: such a series does not move.
    """
    length = len(x)
    if length < 2:  # noqa: PLR2004 - one value has no spread
        return 0.0, 0.0
    mean = math.fsum(x) / length
    deviation = math.sqrt(math.fsum((x - mean) ** 2) / (length - 1))
    if deviation <= _FLAT * length * float(np.abs(x).max()):
        return mean, 0.0
    return mean, deviation


def block_length(x: FloatArray) -> float:
    """Mean block length of the stationary bootstrap for a series, in observations.

    Source: Politis and White 2004, with the correction of Patton, Politis and White 2009: the
    flat-top lag window ends at twice the last lag before K_n insignificant autocorrelations.
    """
    n = len(x)
    mean, deviation = mean_and_deviation(x)
    if deviation == 0.0 or n < _FEWEST_DAYS:
        return 1.0
    centred = x - mean
    quiet = max(5, int(math.log10(n)))
    furthest = math.ceil(math.sqrt(n)) + quiet
    covariance, strength = _autocovariances(centred, min(furthest, n - 2))
    bound = 2.0 * math.sqrt(math.log10(n) / n)
    cut = min(2 * max(1, _last_loud_lag(strength, bound, quiet)), len(covariance) - 1)
    weighted = spectrum = 0.0
    for lag in range(-cut, cut + 1):
        weight = min(1.0, 2.0 * (1.0 - abs(lag) / cut))
        weighted += weight * abs(lag) * covariance[abs(lag)]
        spectrum += weight * covariance[abs(lag)]
    if spectrum == 0.0:
        return 1.0
    best = math.pow((weighted / spectrum) ** 2 * n, 1 / 3)
    return min(best, float(math.ceil(min(3.0 * math.sqrt(n), n / 3))))


def circular_block_length(x: FloatArray) -> float:
    """Block length of the circular bootstrap for a series, in observations; for comparison only.

    The same spectral estimate with variance factor 4/3 instead of 2, so the stationary one times
    the third root of 3/2. Source: Patton, Politis and White 2009.
    """
    return block_length(x) * math.pow(1.5, 1 / 3)


def _autocovariances(centred: FloatArray, furthest: int) -> tuple[list[float], list[float]]:
    """Autocovariances (divided by n) and absolute autocorrelations of lags 0..furthest."""
    n = len(centred)
    covariance, strength = [], []
    for lag in range(furthest + 1):
        early, late = centred[: n - lag], centred[lag:]
        product = math.fsum(early * late)
        scale = math.sqrt(math.fsum(early[: n - lag - 1] ** 2) * math.fsum(late[1:] ** 2))
        covariance.append(product / n)
        strength.append(abs(product) / scale if scale > 0 else 0.0)
    return covariance, strength


def _last_loud_lag(strength: Sequence[float], bound: float, quiet: int) -> int:
    """The lag after which `quiet` autocorrelations in a row are below the bound."""
    for lag in range(len(strength) - quiet):
        if all(value < bound for value in strength[lag : lag + quiet]):
            return lag
    return len(strength) - 1


def mean_block(x: FloatArray) -> int:
    """Block of the train key: Politis-White of the candidate's raw returns, 10 to 40 days."""
    return min(max(MIN_BLOCK, math.ceil(block_length(x))), MAX_BLOCK)


def resample_counts(
    length: int, block: int, samples: int, family: str, window: str
) -> Iterator[FloatArray]:
    """How often each day stands in each stationary-bootstrap draw, in chunks (draws, length).

    Blocks have geometric length with mean `block` and wrap around. Each chunk has a stream of
    its own, named by family, window, block and chunk number only.

    Source: Politis and Romano 1994.
    """
    for number, start in enumerate(range(0, samples, _CHUNK_DRAWS)):
        draws = min(_CHUNK_DRAWS, samples - start)
        random = stream("gate/stationary-bootstrap", family, window, block, number)
        fresh = random.random((draws, length)) < 1.0 / block
        begins = random.integers(0, length, size=(draws, length))
        fresh[:, 0] = True
        position = np.arange(length)
        last = np.maximum.accumulate(np.where(fresh, position, 0), axis=1)
        index = (np.take_along_axis(begins, last, axis=1) + position - last) % length
        index += np.arange(draws)[:, None] * length
        counts = np.bincount(index.ravel(), minlength=draws * length)
        yield counts.reshape(draws, length).astype(np.float64)


@dataclass(slots=True)
class Draws:
    """Resampling counts that stay in memory and serve many calls on series of one window.

    `counts` gives exactly what `resample_counts` gives. The last `keep` pairs of length and block
    are kept, packed to two bytes a count (9 MB for 4,999 draws of 882 days).
    """

    family: str = "returns"
    window: str = "returns"
    samples: int = 4_999
    keep: int = 8
    _packed: OrderedDict[tuple[int, int], tuple[_CountArray, ...]] = field(
        default_factory=OrderedDict, repr=False
    )

    def counts(self, length: int, block: int) -> Iterator[FloatArray]:
        """Chunks (draws, length) of the counts for a series length and a mean block, days."""
        place = (length, block)
        if place not in self._packed:
            fresh = resample_counts(length, block, self.samples, self.family, self.window)
            self._packed[place] = tuple(chunk.astype(np.uint16) for chunk in fresh)
            while len(self._packed) > self.keep:
                self._packed.popitem(last=False)
        self._packed.move_to_end(place)
        for chunk in self._packed[place]:
            yield chunk.astype(np.float64)
