"""The bar loop in one of its two forms: plain over lists, or compiled over arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final

from engine import fast
from engine.backtest import (
    closing,
    drawdowns,
    inside,
    loop,
    marking,
    matching,
    opening,
    orders,
    phases,
    placing,
    quiet,
    stack,
    sweeping,
)
from engine.backtest.layout import Machine

_ROOMS: Final = (
    matching, orders, stack, closing, placing, opening, inside, marking, phases, quiet, loop,
    sweeping,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loop:
    """The doors of the bar loop."""

    advance: Callable[[Machine, int], int]
    mark_open: Callable[[Machine], None]
    drawdown: Callable[[Any, float], tuple[float, int, int, int]]
    compiled: bool


PLAIN: Final = Loop(loop.advance, phases.mark_open, drawdowns.scan, compiled=False)


def loop_for(cells: int) -> Loop:
    """The form that suits a run of so many cells (bars of all instruments together)."""
    if not fast.worth_compiling(cells):
        return PLAIN
    called = helpers()
    return Loop(
        fast.compiled(loop.advance, called),
        fast.compiled(phases.mark_open, called),
        fast.compiled(drawdowns.scan),
        compiled=True,
    )


@cache
def helpers() -> tuple[Callable[..., Any], ...]:
    """Every plain function of the rooms that the loop goes through."""
    return tuple(function for room in _ROOMS for function in _functions(room))


def _functions(room: ModuleType) -> list[Callable[..., Any]]:
    return [
        value
        for value in vars(room).values()
        if callable(value) and getattr(value, "__module__", "") == room.__name__
    ]
