"""A spec as a Strategy class of the `backtesting` package, in one file that needs nothing of ours.

What is decided comes from `decide`, whose helpers are copied from our kernels; the class only
places the orders: bracket orders at the decision, trailing levels raised at each close.
"""

from __future__ import annotations

import re
from typing import Final

from engine.export.abilities import COUNTS, FIXED_SIZES, WEIGHTS, Abilities
from engine.export.backtesting_class import CLASS, HELD
from engine.export.backtesting_parts import ADDS, AT_CLOSE, LIMITS, RESIZES, SETTLE
from engine.export.blueprint import Blueprint, blueprint_of
from engine.export.decide_code import asks_last, assumptions, decisions_source
from engine.export.header import header
from engine.export.operators import CALENDAR
from engine.export.sources import prelude
from engine.language.spec import StrategySpec

TARGET: Final = "backtesting.py"
ABLE: Final = Abilities(
    sizings=FIXED_SIZES | WEIGHTS,
    resizing=True,
    limits=COUNTS
    | {
        "max_leverage", "max_positions", "cooldown_bars", "max_stop_distance_frac",
        "max_drawdown_frac", "max_daily_loss_frac", "session", "flat_by", "days",
    },
)  # fmt: skip
"""What the file can express."""

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
    spec, found = blueprint.spec, [*_ALWAYS, *assumptions(blueprint)]
    if len(spec.universe.symbols) > 1:
        found.append("several symbols: one run each, with an account of its own")
    kinds = {rule.order.type for rule in spec.rules}
    if kinds & {"stop", "limit"}:
        found.append("limits fill on touch; several orders reached in one bar fill one by one")
    if kinds & {"market_on_close", "stop", "limit"}:
        found.append(
            "fills at the close and stops in the bar of an entry use the broker's own parts"
        )
    if spec.sizing.resize != "entry":
        found.append("re-sizing closes the oldest units first; our trades have a mean price")
    return found


def export(spec: StrategySpec) -> str:
    """The whole file.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the part that cannot be written.
        SpecError: the spec is not right.
    """
    blueprint = blueprint_of(spec, TARGET, ABLE)
    decisions = decisions_source(blueprint, TARGET)
    strategy = _strategy(blueprint)
    imports, helpers = prelude(f"{decisions}\n{strategy}")
    return "\n".join([
        header(blueprint, TARGET, approximations(blueprint), "#"),
        "",
        "from __future__ import annotations",
        "",
        *imports,
        "from backtesting import Strategy",
        "",
        "\n".join(_constants(blueprint)),
        "",
        "",
        helpers,
        "",
        "",
        decisions,
        "",
        "",
        HELD,
        "",
        strategy.rstrip(),
        "",
    ])  # fmt: skip


def _limited(spec: StrategySpec) -> bool:
    """Whether account or clock forbid anything."""
    free = {"max_positions", "max_leverage", "max_stop_distance_frac", "cooldown_bars"}
    return any(value not in {None, ()} for name, value in spec.limits if name not in free)


def _constants(blueprint: Blueprint) -> list[str]:
    spec, limits = blueprint.spec, blueprint.spec.limits
    lines = [
        f"COOLDOWN = {limits.cooldown_bars or 0}",
        f"SIZING, SIZE, LARGEST = {spec.sizing.kind!r}, {spec.sizing.value!r}, {blueprint.cap!r}",
    ]
    if _limited(spec):
        lines += [
            f"MAX_DRAWDOWN = {limits.max_drawdown_frac or 0.0!r}",
            f"MAX_DAILY_LOSS = {limits.max_daily_loss_frac or 0.0!r}",
            f"MAX_DAY_TRADES = {limits.max_trades_per_day or 0}",
            f"MAX_WEEK_TRADES = {limits.max_trades_per_week or 0}",
            f"MAX_DAY_LOSSES = {limits.max_losses_per_day or 0}",
            f"SESSION = {_session(limits.session)!r}",
            f"DAYS = {[_WEEKDAYS.index(day) for day in limits.days]!r}",
            f"FLAT_BY = {_minutes(limits.flat_by)!r}",
        ]
    if spec.pyramiding is not None:
        lines.append(f"MAX_UNITS = {spec.pyramiding.max_units}")
        lines.append(f"LATEST = {spec.pyramiding.stop_on_add == 'latest'}")
    if spec.sizing.resize != "entry":
        lines.append(f"BAND = {spec.sizing.band_frac!r}")
    return lines


def _minutes(text: str | None) -> int | None:
    if text is None:
        return None
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _session(text: str | None) -> tuple[int | None, int | None] | None:
    if text is None:
        return None
    begin, _, end = text.partition("-")
    return _minutes(begin), _minutes(end)


def _needs_time(blueprint: Blueprint) -> bool:
    return bool(blueprint.words & CALENDAR) or _limited(blueprint.spec) or _resized(blueprint)


def _resized(blueprint: Blueprint) -> bool:
    return blueprint.spec.sizing.resize != "entry"


def _strategy(blueprint: Blueprint) -> str:
    """The class with what the spec uses and nothing else."""
    spec, begin, more = blueprint.spec, [], []
    kinds = {rule.order.type for rule in spec.rules}
    limited, last = _limited(spec), any(asks_last(part.entry) for part in blueprint.rules)
    settle = ["self.settle(t)"] if kinds & {"stop", "limit"} else []
    settle += ["self.fill_at_close(t)"] if "market_on_close" in kinds else []
    if limited:
        begin += _LIMIT_STATE
    if _resized(blueprint):
        frame = _PERIODS[spec.sizing.resize]
        begin.append(f'self.ends = period_ends_at(self.bars["time"], SECONDS, {frame})')
        more += ["if held is not None and not held.leaving and self.ends[t]:",
                 "    self.resize(held, t)"]  # fmt: skip
    if spec.pyramiding is not None:
        more += ["if held is not None and not held.leaving:", "    self.grow(held, t)"]
    if limited and more:
        more = ["if not self.halted:", *(f"    {line}" for line in more)]
    result = ["mine = [one.pl for one in self.closed_trades[-64:] if one.tag[0] is held]"]
    result += ["self.won[held.side] = sum(mine) > 0"] if last else []
    result += ["self.day_losses += sum(mine) < 0"] if limited else []
    count = ["if held.begun is None:", "    self.day_trades += 1", "    self.week_trades += 1"]
    text = CLASS.format(
        name=class_name(spec.name),
        params="".join(f'    p_{name} = PARAMS["{name}"]\n' for name in blueprint.params),
        time=_lines(['self.bars["time"] = frame.index.as_unit("ms").asi8'])
        if _needs_time(blueprint)
        else "",
        begin=_lines(begin),
        day=_lines(["self.count_day(t)"] if limited else []),
        settle=_lines(settle),
        account=_lines(["self.limit(held, t)"] if limited else []),
        allowed=" and self.allowed(t)" if limited else "",
        more=_lines(more),
        count=_lines(count if limited else [], 16),
        result=_lines(result if len(result) > 1 else []),
    )
    parts = [
        text,
        SETTLE if kinds & {"stop", "limit"} else "",
        AT_CLOSE if "market_on_close" in kinds else "",
        ADDS if spec.pyramiding is not None else "",
        RESIZES if _resized(blueprint) else "",
        LIMITS if limited else "",
    ]
    return "".join(parts)


def _lines(lines: list[str], indent: int = 8) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PERIODS: Final = {
    "bar": "0", "daily": "86_400", "weekly": "604_800", "monthly": "2_592_000",
}  # fmt: skip
_LIMIT_STATE: Final = [
    'time = self.bars["time"]',
    "self.days, self.weeks = new_days(time), new_weeks(time)",
    "minute = minute_of_day(time)",
    "self.flat = np.zeros(len(time), dtype=bool) if FLAT_BY is None else minute >= FLAT_BY",
    "self.shut = shut_bars(minute, weekday(time), SESSION, DAYS) | self.flat",
    "self.halted, self.peak = False, self.equity",
    "self.day_start = self.last_equity = self.equity",
    "self.day_trades = self.week_trades = self.day_losses = 0",
]
