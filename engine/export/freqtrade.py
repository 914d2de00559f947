"""A spec as a freqtrade strategy (IStrategy, interface version 3), in one file.

`add_columns` is a plain function of a DataFrame: every indicator and every decision as a column,
worked out by copies of our kernels. The class turns them into freqtrade's signals, stops and
stakes.
"""

from __future__ import annotations

from typing import Final

from engine.export import abilities
from engine.export.abilities import FIXED_SIZES, ORDERS, WEIGHTS, Abilities, not_possible
from engine.export.backtesting_py import class_name
from engine.export.blueprint import Blueprint, blueprint_of
from engine.export.decide_code import asks_last, assumptions, decisions_source
from engine.export.freqtrade_class import (
    EXITS,
    FUNCTIONS,
    HEAD,
    INFORMATIVE,
    LIMIT_PRICE,
    PARTS,
    SIGNALS,
    STOPS,
)
from engine.export.header import header
from engine.export.sources import prelude
from engine.language.nodes import Call, Text, walk
from engine.language.program import knows_state
from engine.language.spec import Parameter, StrategySpec
from engine.market import SECONDS, Timeframe

TARGET: Final = "freqtrade"
ABLE: Final = Abilities(
    orders=ORDERS - {"stop"},
    stops=abilities.STOPS - {"max_loss_equity"},
    sizings=FIXED_SIZES | WEIGHTS,
    limits=frozenset({
        "max_leverage", "max_positions", "cooldown_bars", "max_stop_distance_frac",
        "max_drawdown_frac", "max_daily_loss_frac",
    }),
)  # fmt: skip
"""What the file can express."""

_PROTECTIONS: Final = '''
    @property
    def protections(self):
        """Bars after an exit without an entry, and a stop of trading after a drawdown."""
        return {found!r}
'''

_ALWAYS: Final = (
    "one pair at a time: pairs share the wallet, each is decided on its own candles",
    "fees, order types and order timing are those of freqtrade's configuration",
    "stops fill exactly at their level there; our engine fills a gap at the open",
    "sizes are rounded by the exchange, stakes are cut to what the wallet has",
    "a stop that would stand closer than two ticks is not refused",
)


def approximations(blueprint: Blueprint) -> list[str]:
    """What differs from our engine, one sentence each."""
    spec = blueprint.spec
    found = list(_ALWAYS)
    if _roi(blueprint) is not None:
        found.append("the target is a return on the fill after fees (minimal_roi), ours a price")
    elif spec.targets:
        found.append("targets are tested against the current rate, in tests the candle's open")
    if any(stop.kind == "time_bars" for stop in spec.stops):
        found.append("the time exit is seen when a candle closes, with the exchange's delay")
    kinds = {rule.order.type for rule in spec.rules}
    if "limit" in kinds:
        found.append("a limit entry works as long as unfilledtimeout says, not valid_bars")
    if "market_on_close" in kinds:
        found.append("an entry at the close is sent at the open of that bar")
    if spec.pyramiding is not None:
        found.append("further units have the first one's stake; the stop stays with the first one")
    if any(target.close_fraction < 1 for target in spec.targets):
        found.append("partial targets are taken at the current rate, nearest first")
    if knows_trade(blueprint):
        found.append("trade state is worked out from candles and the mean entry rate")
    found += [_LIMITS[name] for name, value in spec.limits if value and name in _LIMITS]
    if blueprint.params:
        found.append("parameters are optimised in the space `buy`")
    return [*found, *assumptions(blueprint)]


_LIMITS: Final = {
    "max_positions": "max_positions is not in the file: set max_open_trades",
    "max_drawdown_frac": "the drawdown limit is a protection over the last trades, not the account",
    "max_daily_loss_frac": "the daily loss limit is NOT kept: there is no word for it",
}


def knows_trade(blueprint: Blueprint) -> bool:
    """Whether an expression reads the open trade."""
    return any(knows_state(tree) for tree in blueprint.expressions.values())


def _roi(blueprint: Blueprint) -> float | None:
    """The one percentage target that every rule has, None when it is something else."""
    targets = blueprint.spec.targets
    if len(targets) == 1 and targets[0].kind == "pct" and not targets[0].rules:
        return targets[0].value if targets[0].close_fraction == 1 else None
    return None


def export(spec: StrategySpec) -> str:
    """The whole file.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the part that cannot be written.
        SpecError: the spec is not right.
    """
    blueprint = blueprint_of(spec, TARGET, ABLE)
    for place, part in enumerate(blueprint.rules):
        if asks_last(part.entry):
            raise not_possible(TARGET, f"/rules/{place}/entry", "`last_trade_won`")
    code = [decisions_source(blueprint, TARGET), FUNCTIONS.rstrip(), _strategy(blueprint)]
    imports, helpers = prelude("\n".join(code))
    tuned = sorted({_kind(param) for param in spec.params if _tuned(param)})
    names = ", ".join(sorted([*tuned, "IStrategy", "stoploss_from_absolute"], key=str.lower))
    head = [
        header(blueprint, TARGET, approximations(blueprint), "#"),
        "",
        "from __future__ import annotations",
        "",
        *imports,
        "import pandas as pd",
        f"from freqtrade.strategy import {names}",
        "",
        _constants(blueprint),
    ]
    return "\n\n\n".join(["\n".join(head), helpers, *code]) + "\n"


def _higher(blueprint: Blueprint) -> dict[str, int]:
    """Seconds of the higher timeframes that expressions look at, by name."""
    frames = {
        node.args[0].value
        for tree in blueprint.expressions.values()
        for node in walk(tree)
        if isinstance(node, Call) and node.name == "htf" and isinstance(node.args[0], Text)
    }
    return {frame: SECONDS[Timeframe(frame)] for frame in sorted(frames)}


def _constants(blueprint: Blueprint) -> str:
    sizing, adds = blueprint.spec.sizing, blueprint.spec.pyramiding
    sides = [part.rule.side for part in blueprint.rules]
    alone = {part.rule.id: sides.count(part.rule.side) == 1 for part in blueprint.rules}
    return "\n".join([
        'COLUMNS = ["open", "high", "low", "close", "volume"]',
        f"HIGHER = {_higher(blueprint)!r}",
        f"ALONE = {alone!r}",
        f"ROI = {_roi(blueprint)!r}",
        f"SIZING, SIZE, LARGEST = {sizing.kind!r}, {sizing.value!r}, {blueprint.cap!r}",
        f"MAX_UNITS = {0 if adds is None else adds.max_units}",
    ])  # fmt: skip


def _protections(spec: StrategySpec) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if spec.limits.cooldown_bars:
        bars = spec.limits.cooldown_bars
        found.append({"method": "CooldownPeriod", "stop_duration_candles": bars})
    if spec.limits.max_drawdown_frac:
        found.append({
            "method": "MaxDrawdown", "lookback_period_candles": 1000, "trade_limit": 1,
            "stop_duration_candles": 1000, "max_allowed_drawdown": spec.limits.max_drawdown_frac,
        })  # fmt: skip
    return found


def _strategy(blueprint: Blueprint) -> str:
    spec, roi = blueprint.spec, _roi(blueprint)
    stops = any(stop.kind != "time_bars" for stop in spec.stops)
    exits = {
        "target": roi is None and bool(spec.targets),
        "time": any(stop.kind == "time_bars" for stop in spec.stops),
        "state": any(part.exit is not None and knows_state(part.exit) for part in blueprint.rules),
        "several": len({rule.side for rule in spec.rules}) < len(spec.rules),
    }
    parts = any(target.close_fraction < 1 for target in spec.targets)
    text = [
        HEAD.format(
            name=class_name(spec.name),
            timeframe=spec.timeframe.value,
            shorts="short" in blueprint.sides,
            roi={"0": 100 if roi is None else roi},
            stoploss=_worst(spec),
            stops=stops,
        ),
        "".join(f"    {_parameter(param)}\n" for param in spec.params),
        SIGNALS,
        INFORMATIVE if _higher(blueprint) else "",
        STOPS if stops else "",
        EXITS if any(exits.values()) else "",
        LIMIT_PRICE if any(rule.order.type == "limit" for rule in spec.rules) else "",
    ]
    if parts or spec.pyramiding is not None:
        adds = "adds" if spec.pyramiding is not None else "None"
        text.append(PARTS.replace("ADDS", adds))
    found = _protections(spec)
    text.append(_PROTECTIONS.format(found=found) if found else "")
    return "".join(text).rstrip()


def _worst(spec: StrategySpec) -> str:
    """The plain stop: that of a percentage stop of all rules, else one that is never reached."""
    known = [s.value for s in spec.stops if s.kind == "pct" and not s.rules and s.value]
    if known:
        return f"-{min(known)!r}"
    return "-0.99  # never meant to be reached: levels come from custom_stoploss"


def _tuned(param: Parameter) -> bool:
    return param.low is not None and param.high is not None


def _kind(param: Parameter) -> str:
    return "IntParameter" if param.type == "int" else "DecimalParameter"


def _parameter(param: Parameter) -> str:
    """One class attribute: a tunable parameter when it has a range, else its value."""
    if param.low is None or param.high is None:
        return f'p_{param.name} = PARAMS["{param.name}"]'
    if param.type == "int":
        bounds = f"{int(param.low)}, {int(param.high)}, default={int(param.default)}"
        return f'p_{param.name} = IntParameter({bounds}, space="buy")'
    bounds = f"{param.low!r}, {param.high!r}, default={param.default!r}"
    return f'p_{param.name} = DecimalParameter({bounds}, decimals={_decimals(param)}, space="buy")'


def _decimals(param: Parameter) -> int:
    """Places after the point that range, step and default need."""
    values = (param.low, param.high, param.step, param.default)
    texts = (repr(float(value)).partition(".")[2] for value in values if value is not None)
    return max(len(text) for text in texts)
