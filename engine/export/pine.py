"""A spec as a Pine v6 strategy script.

Orders are decided at the close of a bar and filled at the next open, with their exits beside them.
Inside a bar the chart's own fill rules hold, and small differences in rounding remain: the text is
for looking at a strategy, not for certifying it.
"""

from __future__ import annotations

from typing import Final

from engine.export.abilities import FIXED_SIZES, ORDERS, Abilities, calendar_name, not_possible
from engine.export.blueprint import Blueprint, blueprint_of, check_words
from engine.export.header import header
from engine.export.pine_code import CALLS, HELPERS, SERIES, TIMEFRAMES, PineWriter
from engine.export.pine_orders import kept_lines, order_lines, regime_lines, rule_lines
from engine.language.catalogue.names import STATES
from engine.language.nodes import Call, Text, walk
from engine.language.rendering import number_text
from engine.language.spec import Parameter, StrategySpec
from engine.market import bars_per_year
from engine.text import clean_text

TARGET: Final = "Pine v6"
ABLE: Final = Abilities(
    orders=ORDERS - {"market_on_close"},
    sizings=FIXED_SIZES | {"vol_target", "equal_weight"},
    limits=frozenset({
        "max_leverage", "max_positions", "cooldown_bars", "max_stop_distance_frac",
        "max_drawdown_frac", "max_daily_loss_frac", "session", "flat_by", "days",
    }),
)  # fmt: skip
"""What the script can express."""

_ALWAYS: Final = (
    "inside a bar the chart guesses a path: there a target can fill before a stop, ours never",
    "costs are those of the strategy's properties, not of this text",
    "conditions on missing values are false, and `not` of them true; ours stay missing",
    "sizes follow the chart's account and are rounded by it; orders are not cut to cash",
    "averages are seeded at the chart's first bar",
)
_NOTES: Final[dict[str, str]] = {
    "htf": "htf: one base bar late where both bars close together",
    "psar": "psar: the first direction may differ",
    "any_of": "any_of, all_of, count: missing counts as not true",
    "hour": "calendar names are those of the exchange's zone",
    "dow": "calendar names are those of the exchange's zone",
    "dom": "calendar names are those of the exchange's zone",
    "month": "calendar names are those of the exchange's zone",
    "minute_of_day": "calendar names are those of the exchange's zone",
}


def approximations(blueprint: Blueprint) -> list[str]:
    """What differs from our engine, one sentence each."""
    spec, limits = blueprint.spec, blueprint.spec.limits
    found = list(_ALWAYS)
    if spec.sizing.kind == "risk_per_trade":
        found.append("risk sizing: the quantity is not rounded to the instrument's steps")
    if any(target.close_fraction < 1 for target in spec.targets):
        found.append("partial closes are shares of what the chart holds, rounded by it")
    if any(rule.order.type in {"stop", "limit"} for rule in spec.rules):
        found.append("stop and limit entries: of several in one bar the chart's path decides")
    if spec.pyramiding is not None:
        found.append("a further unit has the size of the first one")
    if limits.session or limits.flat_by or limits.days:
        found.append("session and days are those of the chart's symbol and of this bar's open")
    if limits.max_drawdown_frac or limits.max_daily_loss_frac:
        found.append("loss limits are the chart's own risk rules: they act inside a bar")
    if limits.max_positions:
        found.append("max_positions means nothing on a chart of one symbol")
    if len(spec.universe.symbols) > 1:
        found.append("several symbols: one chart each")
    if blueprint.params:
        found.append("the warm-up is that of the default parameter values")
    return list(dict.fromkeys([*found, *(_NOTES[w] for w in _NOTES if w in blueprint.words)]))


def export(spec: StrategySpec) -> str:
    """The whole script.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the part that cannot be written.
        SpecError: the spec is not right.
    """
    blueprint = blueprint_of(spec, TARGET, ABLE)
    states = {state.name for state in STATES}
    check_words(blueprint, TARGET, CALLS.keys() | SERIES.keys() | states)
    _check_frames(blueprint)
    writer = PineWriter(blueprint.params)
    add = blueprint.expressions.get("/pyramiding/add_when")
    decided = [
        *regime_lines(blueprint, writer),
        *(line for part in blueprint.rules for line in rule_lines(blueprint, part, writer)),
        *([] if add is None else [f"add_now = {writer.add(add)}"]),
        *([] if blueprint.weight is None else [f"weight_now = {writer.add(blueprint.weight)}"]),
        *(line for part in blueprint.rules for line in order_lines(blueprint, part)),
        *_ends(spec),
    ]
    kept = [line for part in blueprint.rules for line in kept_lines(part)]
    body = [*writer.lines, *decided]
    code = "\n".join([*_state(blueprint), *kept, *_trade(blueprint, body), *body])
    blocks = ["\n".join([*_head(spec), *_inputs(spec)]), *_helpers(code), code]
    text = header(blueprint, TARGET, approximations(blueprint), "//")
    bars = bars_per_year(spec.timeframe, calendar_name(spec))
    script = "\n\n".join(["//@version=6\n" + text, *blocks]) + "\n"
    return script.replace("BARS_PER_YEAR", number_text(bars))


def _trade(blueprint: Blueprint, body: list[str]) -> list[str]:
    """Trade state as series, missing while nothing is held: only what the body reads."""
    text, kept = "\n".join(body), list[str]()
    for name, lines in reversed(_states(blueprint)):
        if name in text:
            kept = [*lines, *kept]
            text += "\n".join(lines)
    return kept


def _states(blueprint: Blueprint) -> list[tuple[str, list[str]]]:
    """(name, lines) of each trade state, those that others read first."""
    risks = "".join(f"held_{p.rule.id} ? risk_{p.rule.id} : " for p in blueprint.rules)
    newest, last = "strategy.opentrades - 1", "strategy.closedtrades - 1"
    fresh = "st_side == 0 ? na : st_bars_held == 1 ?"
    extremes = []
    for word, price, which in (("highest", "high", "max"), ("lowest", "low", "min")):
        name = f"st_{word}_since_entry"
        further = f"math.{which}({name}, {price})"
        lines = [f"var float {name} = na", f"{name} := {fresh} {price} : {further}"]
        extremes.append((name, lines))
    won = [
        "var bool won_long = false",
        "var bool won_short = false",
        "if strategy.closedtrades > nz(strategy.closedtrades[1])",
        f"    if strategy.closedtrades.size({last}) > 0",
        f"        won_long := strategy.closedtrades.profit({last}) > 0",
        "    else",
        f"        won_short := strategy.closedtrades.profit({last}) > 0",
    ]
    held, age = "st_side != 0 ?", "bar_index - strategy.opentrades.entry_bar_index(0) + 1"
    return [
        ("st_side", ["float st_side = math.sign(strategy.position_size)"]),
        ("st_entry_price",
         [f"float st_entry_price = {held} strategy.position_avg_price : na"]),
        ("st_last_entry_price",
         [f"float st_last_entry_price = {held} strategy.opentrades.entry_price({newest}) : na"]),
        ("st_bars_held", [f"float st_bars_held = {held} {age} : na"]),
        *extremes,
        ("st_open_return",
         ["float st_open_return = st_side * (close - st_entry_price) / st_entry_price"]),
        ("st_open_r",
         [f"float st_open_r = st_side * (close - st_entry_price) / ({risks}na)"]),
        ("st_units", ["float st_units = strategy.opentrades"]),
        ("won_", won),
    ]  # fmt: skip


_PINE_DAYS: Final = {
    "mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday",
    "sat": "saturday", "sun": "sunday",
}  # fmt: skip


def _ends(spec: StrategySpec) -> list[str]:
    """What ends positions whatever their rule: the clock."""
    if spec.limits.flat_by is None:
        return []
    hour, minute = spec.limits.flat_by.split(":")
    late = int(hour) * 60 + int(minute) - spec.timeframe.seconds // 60
    return [f"if hour * 60 + minute >= {late}", "    strategy.close_all()"]


def _check_frames(blueprint: Blueprint) -> None:
    for path, tree in blueprint.expressions.items():
        for node in walk(tree):
            frame = node.args[0] if isinstance(node, Call) and node.name == "htf" else None
            if isinstance(frame, Text) and frame.value not in TIMEFRAMES:
                raise not_possible(TARGET, path, f"the timeframe {frame.value}")


def _head(spec: StrategySpec) -> list[str]:
    name = clean_text(spec.name, 60).replace("\\", " ").replace('"', "'")
    units = 0 if spec.pyramiding is None else spec.pyramiding.max_units
    return [
        f'strategy("{" ".join(name.split())}", overlay = true, initial_capital = 10000,',
        f"     pyramiding = {units}, process_orders_on_close = false, calc_on_every_tick = false)",
    ]


def _state(blueprint: Blueprint) -> list[str]:
    """What rules and orders read of the chart and of trades gone by."""
    limits = blueprint.spec.limits
    lines = [f"ready = bar_index >= {blueprint.warmup}"]
    if limits.cooldown_bars:
        last = "strategy.closedtrades.exit_bar_index(strategy.closedtrades - 1)"
        lines.append(f"int last_exit = strategy.closedtrades > 0 ? {last} : na")
    percent = "strategy.percent_of_equity"
    if limits.max_drawdown_frac:
        value = number_text(100 * limits.max_drawdown_frac)
        lines.append(f"strategy.risk.max_drawdown({value}, {percent})")
    if limits.max_daily_loss_frac:
        value = number_text(100 * limits.max_daily_loss_frac)
        lines.append(f"strategy.risk.max_intraday_loss({value}, {percent})")
    clock = []
    if limits.session:
        session = limits.session.replace(":", "")
        clock.append(f'not na(time(timeframe.period, "{session}"))')
    if limits.days:
        named = [f"dayofweek == dayofweek.{_PINE_DAYS[day]}" for day in limits.days]
        clock.append(f"({' or '.join(named)})")
    return [*lines, f"open_now = {' and '.join(clock)}"] if clock else lines


def _inputs(spec: StrategySpec) -> list[str]:
    return [_input(param) for param in spec.params]


def _input(param: Parameter) -> str:
    whole = param.type == "int"
    options = [
        f"{name} = {_literal(value, whole=whole)}"
        for name, value in (("minval", param.low), ("maxval", param.high), ("step", param.step))
        if value is not None
    ]
    kind = "int" if whole else "float"
    given = [_literal(param.default, whole=whole), f'"{param.name}"', *options]
    return f"p_{param.name} = input.{kind}({', '.join(given)})"


def _literal(value: float, *, whole: bool) -> str:
    return str(int(value)) if whole else repr(float(value))


def _helpers(code: str) -> list[str]:
    """Our own functions that the code calls, and those that these call, in their order."""
    needed: set[str] = set()
    waiting = [code]
    while waiting:
        text = waiting.pop()
        for name, body in HELPERS.items():
            if f"{name}(" in text and name not in needed:
                needed.add(name)
                waiting.append(body)
    return [body for name, body in HELPERS.items() if name in needed]
