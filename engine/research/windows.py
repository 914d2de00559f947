"""Windows of a walk-forward test: where it chooses, what it leaves out, where it measures.

Before each measured window lie the purge (the longest holding period: a trade that began inside
may not reach out) and on top of it the embargo.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
from pydantic import Field

from engine.data.days import DAY_MS
from engine.data.panel import Panel
from engine.data.partitions import EMBARGO_DAYS
from engine.errors import InputError
from engine.quantities import Ratio
from engine.records import Record
from engine.research.market import Span

WalkMode = Literal["anchored", "rolling"]
FEWEST_INSIDE: Final = 100
FEWEST_AFTER: Final = 20


class WalkPlan(Record):
    """How a walk-forward test is cut.

    Attributes:
        mode: `anchored` chooses on everything before, `rolling` on a stretch of fixed length.
        windows: how often it chooses and measures.
        inside: share of the bars before the first measured window.
        embargo_days: trading days left out on top of the purge.
    """

    mode: WalkMode = "anchored"
    windows: Annotated[int, Field(ge=2, le=20)] = 4
    inside: Annotated[Ratio, Field(ge=0.2, le=0.8)] = 0.5
    embargo_days: Annotated[int, Field(ge=0, le=250)] = EMBARGO_DAYS


class Window(NamedTuple):
    """Where rules are chosen, and the bars after it on which they are measured."""

    inside: Span
    after: Span


def windows_of(panel: Panel, plan: WalkPlan, purge: int) -> tuple[Window, ...]:
    """The windows of a plan on these bars.

    Args:
        panel: train bars.
        plan: how they are cut.
        purge: longest holding period, bars.

    Raises:
        InputError: WALK_FORWARD_SHORT when a window holds too few bars.
    """
    length = len(panel)
    first = int(length * plan.inside)
    borders = [first + (length - first) * place // plan.windows for place in range(plan.windows)]
    borders.append(length)
    days = (panel.time + (panel.timeframe.seconds * 1000 - 1)) // DAY_MS
    found = []
    for place, begin in enumerate(borders[:-1]):
        end = _embargoed(days, begin, plan.embargo_days) - purge
        start = 0 if plan.mode == "anchored" else begin - first
        if end - start < FEWEST_INSIDE or borders[place + 1] - begin < FEWEST_AFTER:
            raise _short(length, purge)
        found.append(
            Window(
                Span(begin=start, first=start, end=end),
                Span(begin=0, first=begin, end=borders[place + 1]),
            )
        )
    return tuple(found)


def _embargoed(days: np.ndarray[tuple[int, ...], np.dtype[np.int64]], begin: int, wait: int) -> int:
    """The row at which the embargo before row `begin` starts."""
    if wait == 0:
        return begin
    before = np.unique(days[:begin])
    if len(before) <= wait:
        return 0
    return int(np.searchsorted(days, before[-wait]))


def _short(length: int, purge: int) -> InputError:
    return InputError(
        "WALK_FORWARD_SHORT", "a window of the walk-forward test holds too few bars",
        value=f"{length} bars, purge {purge}",
        hint="take fewer windows, shorter bars or a longer history",
    )  # fmt: skip
