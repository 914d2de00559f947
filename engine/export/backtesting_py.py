"""A spec as a Strategy class of the `backtesting` package, in one file that needs nothing of ours.

What is decided comes from `decide`, whose helpers are copied from our kernels; the class only
places the orders: bracket orders at the decision, trailing levels raised at each close.
"""

from __future__ import annotations

import re
from typing import Final

from engine.export.blueprint import Blueprint, blueprint_of
from engine.export.decide_code import assumptions, decisions_source
from engine.export.header import header
from engine.export.operators import CALENDAR
from engine.export.sources import prelude
from engine.language.spec import StrategySpec

TARGET: Final = "backtesting.py"

_CLASS: Final = '''\
class {name}(Strategy):
    """The strategy; run it with finalize_trades=False, so that open trades stay open."""

    price_step = 0.01  # smallest price change; a stop needs two of them
{params}
    def init(self):
        """Work out all decisions once; none of them looks at a later bar."""
        frame = self.data.df
        bars = {{
            name: frame[name.capitalize()].to_numpy(dtype=float)
            for name in ("open", "high", "low", "close", "volume")
        }}
{time}        params = {{name: getattr(self, "p_" + name) for name in PARAMS}}
        self.decided = decide(bars, params)
        self.notes = {{}}

    def next(self):
        """At this close: raise stops, plan exits, place entries for the next open."""
        t = len(self.data) - 1
        for trade in self.trades:
            self.guard(trade, t)
        if t < WARMUP or not self.rested(t):
            return
        wanted = [
            side
            for side in SIDES
            if self.decided["enter_" + side][t] and not self.decided["exit_" + side][t]
        ]
        if len(wanted) == 1:
            self.enter(wanted[0], t)

    def rested(self, t):
        """Whether the cooldown after the last exit is over."""
        if not COOLDOWN or not self.closed_trades:
            return True
        return t > max(trade.exit_bar for trade in self.closed_trades[-2:]) + COOLDOWN

    def guard(self, trade, t):
        """Ratchet the stop of an open trade and close it on its exit condition or its age."""
        side = "long" if trade.is_long else "short"
        sign = 1 if trade.is_long else -1
        nearer = np.fmax if trade.is_long else np.fmin
        note = trade.tag
        extreme = self.data.High[-1] if trade.is_long else self.data.Low[-1]
        note["best"] = float(nearer(note["best"], extreme))
        level = nearer(note["stop"], self.decided["trail_" + side][t])
        if TRAILING[side]:
            level = nearer(level, note["best"] * (1 - sign * TRAILING[side]))
        if not np.isnan(level) and level != note["stop"]:
            note["stop"] = float(level)
            trade.sl = note["stop"] if note["stop"] > 0 else None
        aged = TIME_BARS[side] and t - trade.entry_bar + 1 >= TIME_BARS[side]
        if self.decided["exit_" + side][t] or aged:
            note["leaving"] = True
            trade.close()

    def enter(self, side, t):
        """A market order for the next open with its stop and target; the other side is closed."""
        long = side == "long"
        sign = 1 if long else -1
        if any(trade.is_long == long for trade in self.trades):
            return
        close = float(self.data.Close[-1])
        nearer = np.fmax if long else np.fmin
        stop = nearer(self.decided["stop_" + side][t], self.decided["trail_" + side][t])
        if TRAILING[side]:
            stop = nearer(stop, close * (1 - sign * TRAILING[side]))
        stop, target = float(stop), float(self.decided["target_" + side][t])
        least = 2 * self.price_step * (1 - 1e-9)
        if sign * (close - stop) < least or sign * (target - close) <= 0:
            return
        units = whole(wanted_units((SIZING, SIZE, LARGEST), self.equity, close, stop))
        if units < 1:
            return
        order = self.buy if long else self.sell
        order(
            size=units,
            sl=stop if stop > 0 else None,
            tp=target if target > 0 else None,
            tag={{"stop": stop, "best": np.nan, "leaving": False}},
        )
        for trade in self.trades:
            if trade.is_long != long and not trade.tag["leaving"]:
                trade.tag["leaving"] = True
                trade.close()
'''

_TIME: Final = '        bars["time"] = frame.index.as_unit("ms").asi8\n'

_ALWAYS: Final = (
    "costs are those of Backtest(commission=..., spread=...), not of this file",
    "whole units only; an order that cash does not pay for at the open is cancelled, ours is cut",
    "no decision at the very first bar",
    "a stop needs two ticks of price_step, an attribute of the class: set it to the instrument's",
    "a bar that opens beyond the target and then falls to the stop: there the stop fills",
    "a bar without volume is traded like any other",
)


def class_name(text: str) -> str:
    """A Python class name from a spec's name: `rsi_dip btc` gives `RsiDipBtc`."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return name if name[:1].isalpha() else f"Spec{name}"


def approximations(blueprint: Blueprint) -> list[str]:
    """What differs from our engine, one sentence each."""
    found = [*_ALWAYS, *assumptions(blueprint)]
    if len(blueprint.spec.universe.symbols) > 1:
        found.append("several symbols: one run each, with an account of its own")
    return found


def export(spec: StrategySpec) -> str:
    """The whole file.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the part that cannot be written.
        SpecError: the spec is not right.
    """
    blueprint = blueprint_of(spec, TARGET)
    decisions = decisions_source(blueprint, TARGET)
    strategy = _strategy(blueprint)
    constants = _constants(blueprint)
    imports, helpers = prelude(f"{decisions}\n{strategy}")
    return "\n".join([
        header(blueprint, TARGET, approximations(blueprint), "#"),
        "",
        "from __future__ import annotations",
        "",
        *imports,
        "from backtesting import Strategy",
        "",
        constants,
        "",
        "",
        helpers,
        "",
        "",
        decisions,
        "",
        "",
        strategy.rstrip(),
        "",
    ])  # fmt: skip


def _constants(blueprint: Blueprint) -> str:
    spec = blueprint.spec
    levels = {side: blueprint.side(side)[0].levels for side in blueprint.sides}
    trailing = {side: one.trailing_fraction for side, one in levels.items()}
    ages = {side: one.time_bars for side, one in levels.items()}
    return "\n".join([
        f"SIDES = {list(blueprint.sides)!r}",
        f"TRAILING = {trailing!r}",
        f"TIME_BARS = {ages!r}",
        f"COOLDOWN = {spec.limits.cooldown_bars or 0}",
        f"SIZING, SIZE, LARGEST = {spec.sizing.kind!r}, {spec.sizing.value!r}, {blueprint.cap!r}",
    ])  # fmt: skip


def _strategy(blueprint: Blueprint) -> str:
    params = "".join(f'    p_{name} = PARAMS["{name}"]\n' for name in blueprint.params)
    return _CLASS.format(
        name=class_name(blueprint.spec.name),
        params=params,
        time=_TIME if blueprint.words & CALENDAR else "",
    )
