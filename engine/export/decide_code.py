"""The part that exported Python files share: what is decided at each close, as plain functions.

`indicators(bars, params)` gives every expression, `decide(bars, values)` the columns of each rule
(`enter_ID`, `exit_ID`, `stop_ID` ...), and one small function per expression on the open position
its value at a close. `bars` is a dictionary of numpy columns.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.export.abilities import calendar_name, not_possible
from engine.export.blueprint import Blueprint, RuleParts, check_words
from engine.export.operators import ANNUALISED, CALENDAR, CALLS, ROUND_THE_CLOCK, SERIES
from engine.export.python_code import Writer
from engine.export.state_code import StateWriter
from engine.language.catalogue.names import STATES
from engine.language.nodes import Boolean, Call, Name, Node, walk
from engine.language.program import knows_state, replaced
from engine.market import SECONDS, Timeframe, bars_per_year

LAST_WON = "last_trade_won"


def assumptions(blueprint: Blueprint) -> list[str]:
    """What the columns assume, one sentence each, for the header."""
    calendar, lines = calendar_name(blueprint.spec), []
    if blueprint.words & ANNUALISED:
        bars = bars_per_year(blueprint.spec.timeframe, calendar)
        lines.append(f"volatility is annualised with {bars:g} bars a year (calendar {calendar})")
    if blueprint.words & CALENDAR:
        lines.append("calendar names and higher timeframes count in UTC, off the bar's open time")
    if blueprint.params:
        lines.append("the warm-up is that of the default parameter values")
    return lines


def asks_last(tree: Node | None) -> bool:
    """Whether an expression reads `last_trade_won`."""
    if tree is None:
        return False
    return any(isinstance(node, Name) and node.name == LAST_WON for node in walk(tree))


def _check(blueprint: Blueprint, target: str) -> None:
    states = {state.name for state in STATES}
    check_words(blueprint, target, CALLS.keys() | SERIES.keys() | states | {"htf"})
    calendar = calendar_name(blueprint.spec)
    for path, tree in blueprint.expressions.items():
        if path.endswith("/exit") and asks_last(tree):
            raise not_possible(target, path, f"`{LAST_WON}` in an exit")
        for node in walk(tree):
            word = node.name if isinstance(node, Call | Name) else ""
            if word in ROUND_THE_CLOCK and calendar != "24/7":
                raise not_possible(
                    target, path, f"`{word}` on the calendar {calendar}",
                    "a file of its own knows no exchange hours: keep it in this engine",
                )  # fmt: skip


def decisions_source(blueprint: Blueprint, target: str) -> str:
    """Constants, `indicators`, `decide` and the functions on the open position, without helpers.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE for an operator or a name without a definition here.
    """
    _check(blueprint, target)
    writer = Writer(blueprint.params)
    body = [*_regime_lines(blueprint, writer)]
    for part in blueprint.rules:
        body += [f"# rule {part.rule.id}", *_rule_lines(blueprint, part, writer)]
    if blueprint.weight is not None:
        body += [
            f"weight = np.broadcast_to({writer.read(blueprint.weight)}, n)",
            'found["weight"] = np.where(weight > 0, weight, np.nan)',
        ]
    programs = _programs(blueprint, writer)
    constants = [f"WARMUP = {blueprint.warmup}", f"PARAMS = {_params(blueprint)}"]
    constants += [f"SECONDS = {blueprint.spec.timeframe.seconds}", *_rules(blueprint)]
    blocks = ["\n".join(constants)]
    blocks += [
        "\n".join(_indicators(blueprint, inner, f"indicators_{frame}", Timeframe(frame)))
        for frame, inner in writer.higher.items()
    ]
    blocks.append("\n".join(_indicators(blueprint, writer, "indicators", blueprint.spec.timeframe)))
    return "\n\n\n".join([*blocks, "\n".join(_decide(body)), *programs])


def _params(blueprint: Blueprint) -> str:
    pairs = (
        f'"{param.name}": {int(param.default) if param.type == "int" else param.default!r}'
        for param in blueprint.spec.params
    )
    return "{" + ", ".join(pairs) + "}"


def _rules(blueprint: Blueprint) -> list[str]:
    """RULES: numbers of each rule; `aims` are (share of the position, multiple of the risk)."""
    lines = ["RULES = {"]
    for part in blueprint.rules:
        levels, order = part.levels, part.rule.order
        valid = order.valid_bars if order.type in {"stop", "limit"} else 1
        aims = [(aim.fraction, aim.multiple) for aim in levels.aims]
        lines += [
            f'    "{part.rule.id}": {{',
            f'        "side": {part.direction}, "order": "{order.type}", "valid": {valid},',
            f'        "trailing": {levels.trailing_fraction!r}, "time_bars": {levels.time_bars},',
            f'        "breakeven": {levels.breakeven_r!r}, "max_loss": {levels.max_loss!r},',
            f'        "aims": {aims!r},',
            "    },",
        ]
    return [*lines, "}"]


def _indicators(blueprint: Blueprint, writer: Writer, name: str, frame: Timeframe) -> list[str]:
    lines = [
        f"def {name}(bars, params=None):",
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
    if blueprint.words & ANNUALISED:
        lines.append(f"    BARS_PER_YEAR = {bars_per_year(frame, calendar_name(blueprint.spec))!r}")
    for higher in writer.higher:
        seconds = SECONDS[Timeframe(higher)]
        lines += [
            f'    known = bars.get("{higher}") or higher_bars(bars, {frame.seconds}, {seconds})',
            f"    bars_{higher}, rows_{higher} = known",
            f"    known = len(bars_{higher}['close']) > 0",
            f"    values_{higher} = indicators_{higher}(bars_{higher}, p) if known else {{}}",
        ]
    lines.append('    with np.errstate(all="ignore"):')
    lines += [f"        {line}" for line in writer.lines or ["pass"]]
    pairs = [f"        {text!r}: {place}," for text, place in writer.places.items()]
    return [*lines, "    return {", *pairs, "    }"]


def _decide(body: list[str]) -> list[str]:
    return [
        "def decide(bars, values):",
        '    """What is decided at each close: conditions of each rule and the levels they fix."""',
        '    close = bars["close"]',
        "    n = len(close)",
        "    found = {}",
        *[f"    {line}" for line in body],
        "    return found",
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


def _listed(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _rule_lines(blueprint: Blueprint, part: RuleParts, writer: Writer) -> list[str]:
    name, low = part.rule.id, part.direction < 0
    widest = blueprint.spec.limits.max_stop_distance_frac
    lines = _level_lines(part, writer)
    lines.append("takes = known([ref, *stops, *trails, *fixed], n)")
    if widest is not None:
        lines += [
            f"first = closest([*stops, *trails{_follower(part)}], n, low={low})",
            f"takes &= ~(np.abs(ref - first) > {widest!r} * ref)",
        ]
    if part.allowed:
        lines += [f"inside = np.isin(regime, {list(part.allowed)})", "takes &= inside"]
    lines += ["takes[:WARMUP] = False", *_entry_lines(part, writer)]
    lines += [
        f'found["ref_{name}"] = ref',
        f'found["stop_{name}"] = closest(stops, n, low={low})',
        f'found["trail_{name}"] = closest(trails, n, low={low})',
    ]
    for place, aim in enumerate(part.levels.aims):
        if aim.level is not None:
            lines.append(f'found["aim_{name}_{place}"] = {writer.read(aim.level)}')
    leaves = []
    if part.exit is not None and not knows_state(part.exit):
        leaves.append(f"({writer.read(part.exit)} == 1)")
    lines += [
        f"leave = {leaves[0] if leaves else 'np.zeros(n, dtype=bool)'}",
        "leave[:WARMUP] = False",
        f'found["exit_{name}"] = leave',
    ]
    if part.allowed and part.rule.on_regime_end == "exit":
        lines += ["over = ~inside", "over[:WARMUP] = False", f'found["over_{name}"] = over']
    return lines


def _entry_lines(part: RuleParts, writer: Writer) -> list[str]:
    name, entry = part.rule.id, part.entry
    if not asks_last(entry):
        return [f'found["enter_{name}"] = ({writer.read(entry)} == 1) & takes']
    lines = []
    for column, won in (("enter", False), ("won", True)):
        tree = replaced(entry, {LAST_WON: Boolean(value=won)})
        lines.append(f'found["{column}_{name}"] = ({writer.read(tree)} == 1) & takes')
    return lines


def _follower(part: RuleParts) -> str:
    fraction = part.levels.trailing_fraction
    return f", ref * (1 - {part.direction} * {fraction!r})" if fraction else ""


def _level_lines(part: RuleParts, writer: Writer) -> list[str]:
    """The expected price, stops, trailing levels and fixed targets of an entry at each close."""
    levels = part.levels
    fixed = [aim.level for aim in levels.aims if aim.level is not None and aim.moving is None]
    return [
        f"ref = {writer.read(levels.ref)}",
        f"stops = {_listed(writer.read(tree) for tree in levels.stops)}",
        f"trails = {_listed(writer.read(tree) for tree in levels.trails)}",
        f"fixed = {_listed(writer.read(tree) for tree in fixed)}",
    ]


def _programs(blueprint: Blueprint, writer: Writer) -> list[str]:
    """One function per expression on the open position, and the tables that find them."""
    state, blocks = StateWriter(writer), []
    tables: dict[str, list[str]] = {"LEAVES": [], "MOVES": [], "AIMS": []}
    for part in blueprint.rules:
        name, levels = part.rule.id, part.levels
        if part.exit is not None and knows_state(part.exit):
            blocks.append(_program(f"leave_{name}", state.code(part.exit)))
            tables["LEAVES"].append(f'"{name}": leave_{name}')
        if levels.moved:
            nearer = "np.fmax" if part.direction > 0 else "np.fmin"
            first, *others = [state.code(tree) for tree in levels.moved]
            for other in others:
                first = f"{nearer}({first}, {other})"
            blocks.append(_program(f"moved_{name}", first))
            tables["MOVES"].append(f'"{name}": moved_{name}')
        for place, aim in enumerate(levels.aims):
            if aim.moving is not None:
                blocks.append(_program(f"aim_{name}_{place}", state.code(aim.moving)))
                tables["AIMS"].append(f'("{name}", {place}): aim_{name}_{place}')
    add = blueprint.expressions.get("/pyramiding/add_when")
    if add is not None:
        blocks.append(_program("adds", state.code(add)))
    made = [f"{table} = {{{', '.join(pairs)}}}" for table, pairs in tables.items()]
    return [*blocks, "\n".join(made)]


def _program(name: str, code: str) -> str:
    return "\n".join([
        f"def {name}(bars, values, state, p, t):",
        '    """Value at close t while a position is open; `state(name, lag)` asks about it."""',
        f"    return {code}",
    ])  # fmt: skip
