"""Drawdown of an equity curve in one pass: how deep, and how long under a peak.

The function is plain; the compiled loop compiles it too, with the same result to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence


def scan(equity: Sequence[float], start: float) -> tuple[float, int, int, int]:
    """Deepest drawdown and the longest stretch under a peak.

    A stretch lasts from its peak to the close that reaches it again, or to the last close.

    Args:
        equity: account value at each close.
        start: value before the first bar, the first peak.

    Returns:
        Drawdown as a fraction, length of the stretch in bars, and its first and last row: the row
        of the peak (-1 for the start) and of the close that ends it; zeros and -1 without one.
    """
    peak, deepest, low = start, 0.0, start
    longest, first, last, since = 0, -1, -1, -1
    under = False
    for row in range(len(equity)):
        value = equity[row]
        if value >= peak:
            if under and row - since > longest:
                longest, first, last = row - since, since, row
            peak, low, since, under = value, value, row, False
            continue
        under = True
        if value < low:
            low = value
            deepest = max(deepest, 1.0 - value / peak)
    end = len(equity) - 1
    if under and end - since > longest:
        longest, first, last = end - since, since, end
    return deepest, longest, first, last
