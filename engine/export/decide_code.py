"""The part that exported Python files share: `indicators(bars, params)` and `decide(bars, params)`.

`bars` is a dictionary of numpy columns. `decide` gives what `Decisions` holds, column by column:
enter, exit, stop, target and trail of each side, everything known at that bar's close.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.data.instruments import instrument_for
from engine.export.blueprint import Blueprint, RuleParts, check_words
from engine.export.operators import ANNUALISED, CALENDAR, CALLS, SERIES
from engine.export.python_code import Writer
from engine.language.spec import PositionSide
from engine.market import bars_per_year


def calendar_of(blueprint: Blueprint) -> tuple[str, float]:
    """(calendar, bars per year) assumed from the first symbol."""
    symbols = blueprint.spec.universe.symbols
    calendar = instrument_for(symbols[0]).calendar if symbols else "24/7"
    return calendar, bars_per_year(blueprint.spec.timeframe, calendar)


def assumptions(blueprint: Blueprint) -> list[str]:
    """What the columns assume, one sentence each, for the header."""
    lines = []
    if blueprint.words & ANNUALISED:
        calendar, bars = calendar_of(blueprint)
        lines.append(f"volatility is annualised with {bars:g} bars a year (calendar {calendar})")
    if blueprint.words & CALENDAR:
        lines.append("calendar names are read off the bar's open time in UTC")
    if blueprint.params:
        lines.append("the warm-up is that of the default parameter values")
    return lines


def decisions_source(blueprint: Blueprint, target: str) -> str:
    """Constants WARMUP and PARAMS, functions `indicators` and `decide`, without their helpers.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE for an operator or a name without a definition here.
    """
    check_words(blueprint, target, CALLS.keys() | SERIES.keys())
    writer = Writer(blueprint.params)
    body = [*_regime_lines(blueprint, writer)]
    for side in blueprint.sides:
        body += _side_lines(blueprint, writer, side)
    constants = [f"WARMUP = {blueprint.warmup}", f"PARAMS = {_params(blueprint)}"]
    if blueprint.words & ANNUALISED:
        constants.append(f"BARS_PER_YEAR = {calendar_of(blueprint)[1]!r}")
    return "\n".join([
        *constants, "", "", *_indicators(blueprint, writer), "", "", *_decide(blueprint, body),
    ])  # fmt: skip


def _params(blueprint: Blueprint) -> str:
    pairs = (
        f'"{param.name}": {int(param.default) if param.type == "int" else param.default!r}'
        for param in blueprint.spec.params
    )
    return "{" + ", ".join(pairs) + "}"


def _indicators(blueprint: Blueprint, writer: Writer) -> list[str]:
    lines = [
        "def indicators(bars, params=None):",
        '    """Every expression of the strategy by its text, one value per bar, NaN is missing.',
        "",
        "    bars: numpy columns open, high, low, close, volume and, if needed, time (open, UTC",
        "    milliseconds). Conditions are 1, 0 and NaN.",
        '    """',
        "    p = {**PARAMS, **(params or {})}",
        '    open_, high, low = bars["open"], bars["high"], bars["low"]',
        '    close, volume = bars["close"], bars["volume"]',
        "    n = len(close)",
    ]
    if blueprint.words & CALENDAR:
        lines.append('    time = bars["time"]')
    lines.append('    with np.errstate(all="ignore"):')
    lines += [f"        {line}" for line in writer.lines]
    pairs = [f"        {text!r}: {name}," for text, name in writer.places.items()]
    return [*lines, "    return {", *pairs, "    }"]


def _decide(blueprint: Blueprint, body: list[str]) -> list[str]:
    pairs = [
        f'        "{column}_{side}": {column}_{side},'
        for side in blueprint.sides
        for column in ("enter", "exit", "stop", "target", "trail")
    ]
    return [
        "def decide(bars, params=None):",
        '    """What is decided at each close: entries, exits and the levels they would fix."""',
        "    values = indicators(bars, params)",
        '    close = bars["close"]',
        "    n = len(close)",
        *[f"    {line}" for line in body],
        "    return {",
        *pairs,
        "    }",
    ]


def _regime_lines(blueprint: Blueprint, writer: Writer) -> list[str]:
    if not any(part.allowed for part in blueprint.rules):
        return []
    if not blueprint.regimes:
        return ["regime = np.zeros(n)"]
    whens = [writer.read(one.when) for one in blueprint.regimes]
    untils = ["None" if one.until is None else writer.read(one.until) for one in blueprint.regimes]
    lengths = [one.min_bars for one in blueprint.regimes]
    return [f"regime = regime_labels([{', '.join(whens)}], [{', '.join(untils)}], {lengths})"]


def _side_lines(blueprint: Blueprint, writer: Writer, side: PositionSide) -> list[str]:
    """Empty columns, one block per rule, then what all rules of the side share."""
    parts = blueprint.side(side)
    trails = _listed(writer.read(tree) for tree in parts[0].levels.trails)
    lines = [
        f"enter_{side}, exit_{side} = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)",
        f"stop_{side}, target_{side} = np.full(n, np.nan), np.full(n, np.nan)",
    ]
    for part in parts:
        lines += [f"# rule {part.rule.id}", *_rule_lines(blueprint, part, writer)]
    return [
        *lines,
        f"exit_{side}[:WARMUP] = False",
        f"trail_{side} = closest({trails}, n, low={side == 'short'})",
    ]


def _listed(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _rule_lines(blueprint: Blueprint, part: RuleParts, writer: Writer) -> list[str]:
    side, away = part.rule.side, part.rule.side == "short"
    widest = blueprint.spec.limits.max_stop_distance_frac
    inside = " & inside" if part.allowed else ""
    lines = _level_lines(part, writer)
    lines.append(f"enter = ({writer.read(part.entry)} == 1) & known([*stops, *trails, *aims], n)")
    if widest is not None:
        lines.append(f"enter &= ~(np.abs(close - first) > {widest!r} * close)")
    if part.allowed:
        lines.append(f"inside = np.isin(regime, {list(part.allowed)})")
    lines += [
        f"fresh = enter & ~enter_{side}{inside}",
        "fresh[:WARMUP] = False",
        f"stop_{side}[fresh] = closest(stops, n, low={away})[fresh]",
        f"target_{side}[fresh] = closest(aims, n, low={not away})[fresh]",
        f"enter_{side} |= fresh",
    ]
    if part.exit is not None:
        lines.append(f"exit_{side} |= {writer.read(part.exit)} == 1")
    if part.allowed and part.rule.on_regime_end == "exit":
        lines.append(f"exit_{side} |= ~inside")
    return lines


def _level_lines(part: RuleParts, writer: Writer) -> list[str]:
    """Stops, trailing levels and targets that an entry at each close would have."""
    levels, away = part.levels, part.rule.side == "short"
    sign, nearer = ("-", "np.fmin") if away else ("+", "np.fmax")
    lines = [
        f"stops = {_listed(writer.read(tree) for tree in levels.stops)}",
        f"trails = {_listed(writer.read(tree) for tree in levels.trails)}",
        f"aims = {_listed(writer.read(tree) for tree in levels.targets)}",
        f"first = closest([*stops, *trails], n, low={away})",
    ]
    if levels.trailing_fraction:
        fraction = levels.trailing_fraction if away else -levels.trailing_fraction
        lines.append(f"first = {nearer}(first, close * (1 + {fraction!r}))")
    lines += [
        f"aims.append(close {sign} {multiple!r} * np.abs(close - first))"
        for multiple in levels.multiples
    ]
    return lines
