"""Decisions: what a compiled spec has decided at each close; the only input of the bar loop.

Everything at index t was known at the close of bar t and acts from bar t+1 on. NaN means
"none". Stop and target prices are fixed at the decision from ref = close[t].
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.bars import BoolArray, FloatArray
from engine.language.spec import Sizing


@dataclass(frozen=True, slots=True, eq=False)
class SideDecisions:
    """Decisions of one side; all arrays have shape (n,).

    Attributes:
        enter: a definite true entry condition (warm-up and missing values are False).
        exit: a definite true exit condition.
        stop: tightest fixed stop price if an entry is decided at t (NaN: none).
        target: nearest target price if an entry is decided at t (NaN: none).
        trail: trailing level known at t that needs no trade state (trailing_atr, chandelier);
            it ratchets and acts from the next bar on (NaN: none).
        trailing_fraction: trailing_pct distance from the best price since entry, 0 = none.
        time_bars: out at the open after so many bars held, 0 = none.
    """

    enter: BoolArray
    exit: BoolArray
    stop: FloatArray
    target: FloatArray
    trail: FloatArray
    trailing_fraction: float = 0.0
    time_bars: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Decisions of a whole spec on one instrument's bars.

    Attributes:
        warmup: first bar index at which a rule may act.
        long, short: the sides, None when the spec has no such rule.
        sizing: how quantity follows from equity and ref.
        cooldown_bars: bars after an exit without an entry decision.
    """

    warmup: int
    sizing: Sizing
    long: SideDecisions | None = None
    short: SideDecisions | None = None
    cooldown_bars: int = 0
