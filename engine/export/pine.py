"""A spec as a Pine v6 strategy script.

Orders are decided at the close of a bar and filled at the next open, with their exits beside them.
Inside a bar the chart's own fill rules hold, and small differences in rounding remain: the text is
for looking at a strategy, not for certifying it.
"""

from __future__ import annotations

from typing import Final

from engine.export.blueprint import Blueprint, blueprint_of, check_words, not_possible
from engine.export.header import header
from engine.export.pine_code import CALLS, HELPERS, SERIES, TIMEFRAMES, PineWriter
from engine.export.pine_orders import order_lines, regime_lines, rule_lines, side_lines
from engine.language.nodes import Call, Text, walk
from engine.language.spec import Parameter, StrategySpec
from engine.text import clean_text

TARGET: Final = "Pine v6"

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
    spec = blueprint.spec
    found = list(_ALWAYS)
    if spec.sizing.kind == "risk_per_trade":
        found.append("risk sizing: the quantity is not rounded to the instrument's steps")
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
    blueprint = blueprint_of(spec, TARGET, later=frozenset({"htf"}))
    check_words(blueprint, TARGET, CALLS.keys() | SERIES.keys())
    _check_frames(blueprint)
    writer = PineWriter(blueprint.params)
    decided = [
        *regime_lines(blueprint, writer),
        *(line for part in blueprint.rules for line in rule_lines(blueprint, part, writer)),
        *(line for side in blueprint.sides for line in side_lines(blueprint, side, writer)),
        *(line for side in blueprint.sides for line in order_lines(blueprint, side)),
    ]
    code = "\n".join([*_state(blueprint), *writer.lines, *decided])
    blocks = ["\n".join([*_head(spec), *_inputs(spec)]), *_helpers(code), code]
    text = header(blueprint, TARGET, approximations(blueprint), "//")
    return "\n\n".join(["//@version=6\n" + text, *blocks]) + "\n"


def _check_frames(blueprint: Blueprint) -> None:
    for path, tree in blueprint.expressions.items():
        for node in walk(tree):
            frame = node.args[0] if isinstance(node, Call) and node.name == "htf" else None
            if isinstance(frame, Text) and frame.value not in TIMEFRAMES:
                raise not_possible(TARGET, path, f"the timeframe {frame.value}")


def _head(spec: StrategySpec) -> list[str]:
    name = clean_text(spec.name, 60).replace("\\", " ").replace('"', "'")
    return [
        f'strategy("{" ".join(name.split())}", overlay = true, initial_capital = 10000,',
        "     pyramiding = 0, process_orders_on_close = false, calc_on_every_tick = false)",
    ]


def _state(blueprint: Blueprint) -> list[str]:
    """What rules and orders read of the chart and of trades gone by."""
    lines = [f"ready = bar_index >= {blueprint.warmup}"]
    if blueprint.spec.limits.cooldown_bars:
        last = "strategy.closedtrades.exit_bar_index(strategy.closedtrades - 1)"
        lines.append(f"int last_exit = strategy.closedtrades > 0 ? {last} : na")
    return lines


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
