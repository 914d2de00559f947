"""Decisions: what a compiled spec has decided at each close; the only input of the bar loop.

Everything at index t was known at the close of bar t and acts from bar t+1 on. NaN means "none".
Stop and target prices are fixed at the decision from ref: close[t] of a market order, else the
order's own price. What depends on the open position is a program that the loop runs at each close.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal, TypeVar, cast

import numpy as np

from engine.data.bars import BoolArray, FloatArray
from engine.language.program import Program
from engine.language.spec import Sizing

OrderKind = Literal["market_next_open", "stop", "limit", "market_on_close"]


@dataclass(frozen=True, slots=True, eq=False)
class TargetDecisions:
    """One profit exit; exactly one of level, multiple and program says where it stands.

    Attributes:
        level: price if an entry is decided at t, shape (n,).
        multiple: distance from ref in units of |ref - first stop|, 0 for none.
        program: price that is worked out again at each close.
        fraction: share of the initial size that it closes.
    """

    level: FloatArray | None = None
    multiple: float = 0.0
    program: Program | None = None
    fraction: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RuleDecisions:
    """Decisions of one rule on one instrument; arrays have shape (n,).

    Attributes:
        rule: its id.
        direction: +1 long, -1 short.
        enter: a definite true entry (warm-up and missing values are False).
        exit: a definite true exit, as far as it needs no trade state.
        stop: tightest fixed stop price of an entry decided at t (NaN: none).
        trail: trailing level known at t that needs no trade state; it ratchets and acts from the
            next bar on (NaN: none).
        targets: at most eight.
        enter_won: entries when the last closed trade of this side was won (None: the same).
        regime_end: the regimes that allow the rule are over (None: it does not matter).
        order, price, valid_bars: how the entry is placed; price is None for market orders.
        trailing_fraction: distance from the best price since entry, 0 = none.
        time_bars: out at the open after so many bars held, 0 = none.
        breakeven_r: the stop moves to the entry price after a gain of so many R, 0 = none.
        max_loss_fraction: a stop where so much of equity is lost, 0 = none.
        exit_program, trail_program: run at each close while the position is open.
    """

    rule: str
    direction: int
    enter: BoolArray
    exit: BoolArray
    stop: FloatArray
    trail: FloatArray
    targets: tuple[TargetDecisions, ...] = ()
    enter_won: BoolArray | None = None
    regime_end: BoolArray | None = None
    order: OrderKind = "market_next_open"
    price: FloatArray | None = None
    valid_bars: int = 1
    trailing_fraction: float = 0.0
    time_bars: int = 0
    breakeven_r: float = 0.0
    max_loss_fraction: float = 0.0
    exit_program: Program | None = None
    trail_program: Program | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AddDecisions:
    """Pyramiding: another unit when `when` (as far as it needs no trade state) or `program`.

    `latest` moves the stop to the newest unit's.
    """

    max_units: int
    when: BoolArray | None = None
    program: Program | None = None
    latest: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HoursDecisions:
    """What the instrument's clock forbids; arrays of shape (n,), None = nothing.

    Attributes:
        closed: no entry is filled in this bar.
        flat: a position is left at this bar's open.
        new_day, new_week: this bar is the first of a local day or week.
    """

    closed: BoolArray | None = None
    flat: BoolArray | None = None
    new_day: BoolArray | None = None
    new_week: BoolArray | None = None


@dataclass(frozen=True, slots=True)
class LimitDecisions:
    """Limits of the whole account, 0 = none; fractions of one."""

    max_positions: int = 0
    max_leverage: float = 1.0
    max_drawdown: float = 0.0
    max_daily_loss: float = 0.0
    max_trades_per_day: int = 0
    max_trades_per_week: int = 0
    max_losses_per_day: int = 0
    max_correlation: float = 0.0
    cooldown_bars: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Decisions of a whole spec on one instrument's bars.

    Attributes:
        warmup: first bar index at which a rule may act.
        sizing: how quantity follows from equity and ref.
        rules: in the spec's order; of several entries at one close the first counts.
        weight: target weight of a position for sizing kinds that know one, shape (n,).
        resize: closes at which open positions are brought back to their weight, shape (n,).
        ranked: the weights are orders: at `resize` closes a signed weight is held, 0 is left.
        adds, hours, limits: pyramiding, clock, account.
    """

    warmup: int
    sizing: Sizing
    rules: tuple[RuleDecisions, ...]
    weight: FloatArray | None = None
    resize: BoolArray | None = None
    ranked: bool = False
    adds: AddDecisions | None = None
    hours: HoursDecisions = HoursDecisions()
    limits: LimitDecisions = LimitDecisions()

    def entries(self, direction: int) -> BoolArray:
        """Closes at which a rule of this side decides an entry and none an exit. Shape (n,)."""
        sides = [rule for rule in self.rules if rule.direction == direction]
        n = len(self.rules[0].enter)
        found = np.zeros(n, dtype=np.bool_)
        for rule in sides:
            found |= rule.enter & ~rule.exit
        return found

    def exits(self, direction: int) -> BoolArray:
        """Closes at which every rule of this side would leave. Shape (n,)."""
        found = np.ones(len(self.rules[0].enter), dtype=np.bool_)
        for rule in self.rules:
            if rule.direction == direction:
                found &= rule.exit
        return found

    def since(self, first: int) -> Decisions:
        """Decisions of bars `first` and later alone: what was decided before is forgotten."""
        return replace(_cut(self, slice(first, None)), warmup=max(0, self.warmup - first))

    def until(self, stop: int) -> Decisions:
        """Decisions of the first `stop` bars alone."""
        return _cut(self, slice(0, stop))


Part = TypeVar("Part")


def _cut(part: Part, rows: slice) -> Part:
    """The same record with every column cut, however deep it stands."""
    if isinstance(part, np.ndarray):
        return cast("Part", part[rows])
    if isinstance(part, tuple) and part and not isinstance(part[0], int | float | str | tuple):
        return cast("Part", tuple(_cut(item, rows) for item in part))
    if not is_dataclass(part) or isinstance(part, type):
        return part
    return replace(part, **{f.name: _cut(getattr(part, f.name), rows) for f in fields(part)})
