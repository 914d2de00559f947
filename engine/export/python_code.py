"""A blueprint as Python: `indicators(bars, params)` and `decide(bars, params)` on numpy alone.

Every expression becomes one line, in the order in which its parts are needed; equal parts stand
once. The arithmetic is that of `engine/language/plan.py`, step by step, so values are equal bit
for bit.
"""

from __future__ import annotations

from typing import Final

from engine.data.instruments import instrument_for
from engine.export.blueprint import Blueprint, RuleParts, not_possible
from engine.export.operators import ANNUALISED, CALENDAR, CALLS, SERIES
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Text,
    walk,
)
from engine.language.operators import OPERATORS
from engine.language.rendering import canonical
from engine.language.signature import Kind
from engine.language.spec import PositionSide
from engine.market import bars_per_year

INDENT: Final = "    "


def constant(node: Node, params: dict[str, float]) -> str:
    """A constant argument: a number, minus a number, or a parameter."""
    if isinstance(node, Minus):
        return f"-{constant(node.of, params)}"
    if isinstance(node, Name) and node.name in params:
        return f'p["{node.name}"]'
    return repr(node.value) if isinstance(node, Number) else "0"


class Writer:
    """Lines of Python for trees; a tree that is already written is not written again."""

    def __init__(self, blueprint: Blueprint, target: str) -> None:
        """Start empty."""
        self.params = blueprint.params
        self.target = target
        self.lines: list[str] = []
        self.places: dict[str, str] = {}

    def add(self, tree: Node) -> str:
        """Name of the variable that holds a tree's values.

        Raises:
            InputError: EXPORT_NOT_POSSIBLE for an operator or a name without a definition here.
        """
        text = canonical(tree)
        if text not in self.places:
            code = self._code(tree)
            if code.isidentifier():
                self.places[text] = code
                return code
            name = f"v{len(self.lines) + 1}"
            self.lines.append(f"{name} = finite({code})  # {text}")
            self.places[text] = name
        return self.places[text]

    def _code(self, tree: Node) -> str:  # noqa: PLR0911 - one line per kind of node
        if isinstance(tree, Call):
            return self._call(tree)
        if isinstance(tree, Lag):
            return f"lagged({self.add(tree.of)}, int({constant(tree.bars, self.params)}))"
        if isinstance(tree, Logic):
            return self._logic(tree)
        if isinstance(tree, Comparison):
            left, right = self.add(tree.left), self.add(tree.right)
            return f"compared({left} {tree.sign} {right}, {left}, {right})"
        if isinstance(tree, Arithmetic):
            left, right = self.add(tree.left), self.add(tree.right)
            return f"{left} {tree.sign} {right}"
        if isinstance(tree, Not):
            return f"1 - {self.add(tree.of)}"
        if isinstance(tree, Minus):
            return f"-{self.add(tree.of)}"
        return self._leaf(tree)

    def _leaf(self, tree: Number | Boolean | Name | Text) -> str:
        if isinstance(tree, Name) and tree.name not in self.params:
            if tree.name not in SERIES:
                raise not_possible(self.target, self._path(tree.name), f"`{tree.name}`")
            return SERIES[tree.name]
        if isinstance(tree, Boolean):
            return f"np.full(n, {float(tree.value)})"
        return f"np.full(n, float({constant(tree, self.params)}))"

    def _logic(self, tree: Logic) -> str:
        join = "both" if tree.word == "and" else "either"
        first, *others = [self.add(item) for item in tree.items]
        for other in others:
            first = f"{join}({first}, {other})"
        return first

    def _call(self, tree: Call) -> str:
        if tree.name not in CALLS:
            raise not_possible(self.target, self._path(tree.name), f"`{tree.name}`")
        arguments = []
        for arg, given in zip(OPERATORS[tree.name].args, tree.args, strict=True):
            if arg.kind is Kind.WINDOW:
                arguments.append(_as("int", constant(given, self.params)))
            elif arg.kind is Kind.NUMBER:
                arguments.append(_as("float", constant(given, self.params)))
            elif isinstance(given, Text):
                arguments.append(f'"{given.value}"')
            else:
                arguments.append(self.add(given))
        return CALLS[tree.name].format(*arguments)

    def _path(self, name: str) -> str:
        return self.where.get(name, "/rules")

    where: dict[str, str] = {}


def _as(kind: str, text: str) -> str:
    """The constant as int or float; literals of that kind need no conversion."""
    plain = text.lstrip("-").isdigit() if kind == "int" else False
    return text if plain else f"{kind}({text})"


def uses(blueprint: Blueprint) -> frozenset[str]:
    """Every operator and name in the expressions of a blueprint."""
    trees = [tree for _, tree in trees_of(blueprint)]
    return frozenset(
        node.name for tree in trees for node in walk(tree) if isinstance(node, Call | Name)
    )


def trees_of(blueprint: Blueprint) -> list[tuple[str, Node]]:
    """(JSON pointer, tree) of every expression and level."""
    found: list[tuple[str, Node | None]] = []
    for n, regime in enumerate(blueprint.regimes):
        found += [(f"/regimes/{n}/when", regime.when), (f"/regimes/{n}/until", regime.until)]
    for n, part in enumerate(blueprint.rules):
        found += [(f"/rules/{n}/entry", part.entry), (f"/rules/{n}/exit", part.exit)]
        found += [("/stops", tree) for tree in (*part.levels.stops, *part.levels.trails)]
        found += [("/targets", tree) for tree in part.levels.targets]
    return [(path, tree) for path, tree in found if tree is not None]


def check_names(blueprint: Blueprint, target: str, known: frozenset[str]) -> None:
    """Refuse the first operator or name that a target does not know, with its place.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE.
    """
    for path, tree in trees_of(blueprint):
        for node in walk(tree):
            named = isinstance(node, Call | Name)
            if named and node.name not in known and node.name not in blueprint.params:
                raise not_possible(target, path, f"`{node.name}`")


def calendar_of(blueprint: Blueprint) -> tuple[str, float]:
    """(calendar, bars per year) assumed from the first symbol."""
    symbols = blueprint.spec.universe.symbols
    calendar = instrument_for(symbols[0]).calendar if symbols else "24/7"
    return calendar, bars_per_year(blueprint.spec.timeframe, calendar)


def assumptions(blueprint: Blueprint) -> list[str]:
    """What the columns assume, for the header."""
    found = uses(blueprint)
    lines = []
    if found & ANNUALISED:
        calendar, bars = calendar_of(blueprint)
        lines.append(f"volatility is annualised with {bars:g} bars a year (calendar {calendar})")
    if found & CALENDAR:
        lines.append("calendar names are read off the bar's open time in UTC")
    if blueprint.params:
        lines.append("the warm-up is that of the default parameter values")
    return lines


# The two functions


def _rule_lines(part: RuleParts, writer: Writer) -> list[str]:
    side = part.rule.side
    long = side == "long"
    sign = "+" if long else "-"
    levels = part.levels
    stops = [writer.add(tree) for tree in levels.stops]
    trails = [writer.add(tree) for tree in levels.trails]
    aims = [writer.add(tree) for tree in levels.targets]
    shown = [*stops, *trails]
    lines = [f"first = closest([{', '.join(shown)}], n, low={not long})"]
    if levels.trailing_fraction:
        nearer = "np.fmax" if long else "np.fmin"
        factor = 1 + (-1 if long else 1) * levels.trailing_fraction
        lines.append(f"first = {nearer}(first, close * {factor!r})")
    if levels.multiples:
        lines.append("distance = np.abs(close - first)")
    aims += [f"close {sign} {multiple!r} * distance" for multiple in levels.multiples]
    lines += [
        f"aims = [{', '.join(aims)}]",
        f"enter = ({writer.add(part.entry)} == 1) & known([{', '.join([*shown, '*aims'])}], n)",
    ]
    return lines


class _SideText:
    """Lines of `decide` for one side."""

    def __init__(self, blueprint: Blueprint, writer: Writer, side: PositionSide) -> None:
        self.blueprint, self.writer, self.side = blueprint, writer, side
        self.parts = blueprint.side(side)

    def lines(self) -> list[str]:
        """Zeroed columns, one block per rule, then what all rules of the side share."""
        s = self.side
        found = [
            f"enter_{s}, exit_{s} = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)",
            f"stop_{s}, target_{s} = np.full(n, np.nan), np.full(n, np.nan)",
        ]
        for part in self.parts:
            found += self._rule(part)
        trails = [self.writer.add(tree) for tree in self.parts[0].levels.trails]
        found += [
            f"exit_{s}[:WARMUP] = False",
            f"trail_{s} = closest([{', '.join(trails)}], n, low={s == 'short'})",
        ]
        return found

    def _rule(self, part: RuleParts) -> list[str]:
        s, limits = self.side, self.blueprint.spec.limits
        found = [f"# rule {part.rule.id}", *_rule_lines(part, self.writer)]
        if limits.max_stop_distance_frac is not None:
            widest = repr(limits.max_stop_distance_frac)
            found.append(f"enter &= ~(np.abs(close - first) > {widest} * close)")
        if part.allowed:
            found.append(f"inside = np.isin(regime, {list(part.allowed)})")
        gate = " & inside" if part.allowed else ""
        stops = [self.writer.add(tree) for tree in part.levels.stops]
        found += [
            f"fresh = enter & ~enter_{s}{gate}",
            "fresh[:WARMUP] = False",
            f"stop_{s}[fresh] = closest([{', '.join(stops)}], n, low={s == 'short'})[fresh]",
            f"target_{s}[fresh] = closest(aims, n, low={s == 'long'})[fresh]",
            f"enter_{s} |= fresh",
        ]
        if part.exit is not None:
            found.append(f"exit_{s} |= {self.writer.add(part.exit)} == 1")
        if part.allowed and part.rule.on_regime_end == "exit":
            found.append(f"exit_{s} |= ~inside")
        return found


def _regime_lines(blueprint: Blueprint, writer: Writer) -> list[str]:
    if not any(part.allowed for part in blueprint.rules):
        return []
    whens = [writer.add(one.when) for one in blueprint.regimes]
    untils = ["None" if one.until is None else writer.add(one.until) for one in blueprint.regimes]
    lengths = [one.min_bars for one in blueprint.regimes]
    return [f"regime = regime_labels([{', '.join(whens)}], [{', '.join(untils)}], {lengths})"]


def decisions_source(blueprint: Blueprint, target: str) -> str:
    """Constants WARMUP, PARAMS, BARS_PER_YEAR and the functions `indicators` and `decide`.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE.
    """
    check_names(blueprint, target, frozenset(CALLS) | frozenset(SERIES))
    writer = Writer(blueprint, target)
    regimes = _regime_lines(blueprint, writer)
    sides = [line for s in blueprint.sides for line in _SideText(blueprint, writer, s).lines()]
    columns = [
        f'"{column}_{side}": {column}_{side}'
        for side in blueprint.sides
        for column in ("enter", "exit", "stop", "target", "trail")
    ]
    found = uses(blueprint)
    read = ["open_", "high", "low", "close", "volume"]
    series = [f'bars["{name.rstrip("_")}"]' for name in read]
    head = [f"{', '.join(read)} = ({', '.join(series)})", "n = len(close)"]
    if found & CALENDAR:
        head.append('time = bars["time"]')
    values = [f'"{text}": {name},' for text, name in writer.places.items()]
    values = [line.replace('"', "'", 0) for line in values]
    used = sorted({name for name in writer.places.values() if name.startswith("v") and name[1:].isdigit()}, key=lambda name: int(name[1:]))
    return "\n".join([
        f"WARMUP = {blueprint.warmup}",
        f"PARAMS = {_params(blueprint)}",
        *([f"BARS_PER_YEAR = {calendar_of(blueprint)[1]!r}"] if found & ANNUALISED else []),
        "", "",
        "def _values(bars, params=None):",
    ])


def _params(blueprint: Blueprint) -> str:
    pairs = []
    for param in blueprint.spec.params:
        value = int(param.default) if param.type == "int" else param.default
        pairs.append(f'"{param.name}": {value!r}')
    return "{" + ", ".join(pairs) + "}"
