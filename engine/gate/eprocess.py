"""Betting e-processes: evidence that may be read on any day without paying for having looked.

A fund starts with 1 and bets a share lambda on each day. If the mean of x is not positive, no
strategy of betting makes money on average, so P(e ever reaches 1 / a) <= a (Ville). Gains are
clipped, losses never: clipping losses would let a fair game grow. The process starts once; whoever
starts it again after a bad stretch has no evidence left.

Source: Waudby-Smith, Ramdas 2024 (betting); Ville 1939; Ramdas, Gruenwald, Vovk, Shafer 2023.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from engine.errors import InputError

SHARES: Final = (0.02, 0.05, 0.10, 0.15, 0.20)
"""Shares lambda that are bet; the e-value is the mean of their funds."""
LARGEST_GAIN: Final = 4.5
"""Gains are cut here, in train standard deviations."""

_DECIMALS: Final = 9
_MOST: Final = 1e12


def wealth(x: Iterable[float], share: float) -> float:
    """Fund after betting `share` on each x (in train standard deviations), in order.

    prod(1 + share min(x, 4.5)); a factor at or below 0 ruins the fund for good.
    """
    fund = 1.0
    for one in x:
        factor = 1.0 + share * min(one, LARGEST_GAIN)
        if factor <= 0.0:
            return 0.0
        fund = min(fund * factor, _MOST)
    return fund


def e_value(x: Sequence[float]) -> float:
    """Evidence that the mean of x is positive: the mean fund over all shares, 1 at the start.

    Args:
        x: daily returns divided by the train standard deviation that the certificate froze, from
            its first day on, complete and in order.

    Raises:
        InputError: FORWARD_INVALID when a value is not finite.
    """
    for one in x:
        if not math.isfinite(one):
            raise InputError("FORWARD_INVALID", "a forward return is not a number", value=one)
    return round(math.fsum(wealth(x, share) for share in SHARES) / len(SHARES), _DECIMALS)


def decay_e_value(x: Sequence[float], promised: float) -> float:
    """Evidence that the mean of x is below half of what was promised.

    The same bets on `promised / 2 - x`: gains of this fund are the strategy's losses.

    Args:
        x: as in `e_value`.
        promised: mean of x in train and holdout, in the same unit.
    """
    return e_value([promised / 2.0 - one for one in x])
