"""One position's way from its entry to the event that ends it: the hot loop over bars.

Within a bar: a pending market exit at the open; then stops and targets that the open has passed;
then stop before target inside the bar; then the close: mark, move trailing levels (live from the
next bar), decide. Ruin is a protective level of its own: the price at which the account is worth
nothing.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from engine.backtest.matching import STOP, TARGET, protective_exit, tighter
from engine.backtest.plans import SidePlan, Tape
from engine.backtest.result import ExitReason

# How a ride ends. The first two are those of `matching`.
TRAILING: Final = 3
SIGNAL: Final = 4
TIME: Final = 5
REVERSE: Final = 6
RUIN: Final = 7
END: Final = 8
OPPOSITE: Final = 9

REASONS: Final[dict[int, ExitReason]] = {
    STOP: "stop",
    TARGET: "target",
    TRAILING: "trailing",
    SIGNAL: "signal",
    TIME: "time",
    REVERSE: "reverse",
    RUIN: "ruin",
    END: "open",
}


class Ride(NamedTuple):
    """A position on its way from bar to bar.

    Attributes:
        bar: next bar to walk; at the end, the bar of the event.
        stop: protective level now, NaN for none.
        trailed: whether that level came from a trailing stop.
        best: best price since the entry, NaN before the first bar.
        leave: pending market exit (SIGNAL, TIME) or 0.
        event: what ended the walk, 0 before.
        price: raw price of the event.
        dropped: market exits that found no bar to be done in.
    """

    bar: int
    stop: float
    trailed: bool
    best: float
    leave: int
    event: int = 0
    price: float = math.nan
    dropped: int = 0


class Fixed(NamedTuple):
    """What does not change while a position is open.

    Attributes:
        entry_bar: bar of the fill.
        target: profit target, NaN for none.
        ruin: price at which the account is worth nothing, NaN for none.
        earliest: first bar whose close may decide an entry (cooldown).
        through: the target must be traded through.
    """

    entry_bar: int
    target: float
    ruin: float
    earliest: int
    through: bool


def move_stop(
    plan: SidePlan, bar: int, best: float, stop: float, trailed: bool
) -> tuple[float, bool]:
    """Stop level after this close, live from the next bar, and whether it is a trailing one."""
    level = tighter(plan.direction, stop, plan.trail[bar])
    if plan.keep > 0.0:
        level = tighter(plan.direction, level, best * plan.keep)
    return level, trailed or not (level == stop or level != level)  # noqa: PLR0124 - NaN


def leaving(plan: SidePlan, bar: int, entry_bar: int) -> int:
    """Market exit decided at this close: SIGNAL, TIME or 0. The fill bar counts as one held."""
    if plan.leave[bar]:
        return SIGNAL
    if plan.time_bars and bar - entry_bar + 1 >= plan.time_bars:
        return TIME
    return 0


def walk(ride: Ride, fixed: Fixed, plan: SidePlan, tape: Tape) -> Ride:
    """Walk from `ride.bar` to the event that ends the position or asks for the opposite side."""
    bar, stop, trailed, best, leave, _, _, dropped = ride
    opens, highs, lows, direction = tape.open, tape.high, tape.low, plan.direction
    extremes, last = highs if direction > 0 else lows, len(opens) - 1
    while True:
        if tape.absent[bar]:
            dropped += leave != 0
        elif leave:
            return Ride(bar, stop, trailed, best, leave, leave, opens[bar], dropped)
        else:
            guard = tighter(direction, stop, fixed.ruin)
            price, event = protective_exit(
                direction, guard, fixed.target, opens[bar], highs[bar], lows[bar], fixed.through
            )
            if event == STOP:
                event = RUIN if guard != stop else TRAILING if trailed else STOP
            if event:
                return Ride(bar, stop, trailed, best, 0, event, price, dropped)
        best = tighter(direction, best, extremes[bar])
        stop, trailed = move_stop(plan, bar, best, stop, trailed)
        leave = leaving(plan, bar, fixed.entry_bar)
        if bar == last:
            return Ride(bar, stop, trailed, best, leave, END, tape.close[bar], dropped)
        if tape.wants[bar] == -direction and bar >= fixed.earliest:
            return Ride(bar, stop, trailed, best, leave, OPPOSITE, tape.close[bar], dropped)
        bar += 1
