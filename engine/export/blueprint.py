"""What every exporter starts from: a checked spec with its expressions, parameters kept as names.

Refusals come first: a part that a target cannot express is named with its place, never left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from engine.errors import InputError, SpecError
from engine.language.analysis import NO_REGIME, Analysis, analyse
from engine.language.codes import Code
from engine.language.expressions import parse
from engine.language.nodes import Call, Name, Node, walk
from engine.language.protection import Protection, protection_of, warmup_of_spec
from engine.language.rendering import canonical
from engine.language.resolve import resolve
from engine.language.spec import PositionSide, Rule, StrategySpec


@dataclass(frozen=True, slots=True)
class RuleParts:
    """One rule with its trees.

    Attributes:
        rule: as written.
        entry, exit: conditions (exit None: no exit condition).
        levels: stops, trails and targets as trees and numbers.
        allowed: numbers of the regimes in which it may enter, empty = all.
    """

    rule: Rule
    entry: Node
    exit: Node | None
    levels: Protection
    allowed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RegimeParts:
    """One regime with its trees."""

    when: Node
    until: Node | None
    min_bars: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A spec ready to be written down.

    Attributes:
        spec: the document.
        warmup: bars before any rule may act, with the parameters' default values.
        rules, regimes: their parts, lets written out, parameters kept as names.
        params: default values by name.
        expressions: JSON pointer -> tree of everything written as an expression.
    """

    spec: StrategySpec
    warmup: int
    rules: tuple[RuleParts, ...]
    regimes: tuple[RegimeParts, ...]
    params: dict[str, float]
    expressions: dict[str, Node]

    def side(self, side: PositionSide) -> tuple[RuleParts, ...]:
        """The rules of one side."""
        return tuple(part for part in self.rules if part.rule.side == side)

    @property
    def sides(self) -> tuple[PositionSide, ...]:
        """The sides that have rules, long first."""
        both: tuple[PositionSide, ...] = ("long", "short")
        return tuple(side for side in both if self.side(side))

    @property
    def words(self) -> frozenset[str]:
        """Every operator and name that its expressions and levels use."""
        levels = [part.levels for part in self.rules]
        trees = [*self.expressions.values()]
        trees += [tree for one in levels for tree in (*one.stops, *one.trails, *one.targets)]
        return frozenset(
            node.name for tree in trees for node in walk(tree) if isinstance(node, Call | Name)
        )

    @property
    def cap(self) -> float:
        """Largest position as a fraction of equity: sizing's own, tightened by max_leverage."""
        return min(self.spec.sizing.max_position_frac, self.spec.limits.max_leverage or inf)


def not_possible(target: str, path: str, what: str, hint: str = "") -> InputError:
    """The refusal of one part: EXPORT_NOT_POSSIBLE with its JSON pointer."""
    return InputError(
        "EXPORT_NOT_POSSIBLE",
        f"{path}: {what} cannot be written for {target}",
        value=path,
        hint=hint or "leave it out, or keep the strategy in this engine",
    )


_STOPS = frozenset({
    "pct", "atr", "price_expr", "trailing_pct", "trailing_atr", "chandelier", "time_bars",
})  # fmt: skip
_TARGETS = frozenset({"pct", "atr", "r_multiple", "price_expr"})
_SIZINGS = frozenset({"fixed_fraction", "fixed_notional", "risk_per_trade"})
_LIMITS = frozenset({"max_leverage", "max_positions", "cooldown_bars", "max_stop_distance_frac"})
_MOVING = frozenset({"trailing_pct", "trailing_atr", "chandelier", "time_bars"})


def _refused_forms(spec: StrategySpec) -> Iterator[tuple[str, str]]:
    for form in ("cross_section", "pair", "ensemble", "pyramiding"):
        if getattr(spec, form) is not None:
            yield f"/{form}", f"`{form}`"
    for place, rule in enumerate(spec.rules):
        if rule.order.type != "market_next_open":
            yield f"/rules/{place}/order/type", f"an order of type {rule.order.type}"


def _refused_exits(spec: StrategySpec) -> Iterator[tuple[str, str]]:
    for place, stop in enumerate(spec.stops):
        if stop.kind not in _STOPS:
            yield f"/stops/{place}/kind", f"a stop of kind {stop.kind}"
    for place, target in enumerate(spec.targets):
        if target.kind not in _TARGETS:
            yield f"/targets/{place}/kind", f"a target of kind {target.kind}"
        if target.close_fraction < 1:
            yield f"/targets/{place}/close_fraction", "a partial target"


def _refused_sizes(spec: StrategySpec) -> Iterator[tuple[str, str]]:
    if spec.sizing.kind not in _SIZINGS:
        yield "/sizing/kind", f"sizing by {spec.sizing.kind}"
    if spec.sizing.resize != "entry":
        yield "/sizing/resize", "re-sizing an open position"
    for name, value in spec.limits:
        if value not in {None, ()} and name not in _LIMITS:
            yield f"/limits/{name}", f"the limit `{name}`"


def _way_out(spec: StrategySpec, part: RuleParts) -> tuple[object, ...]:
    """What the rules of one side must share: a position does not remember its rule."""
    moving = [
        (stop.kind, stop.value, stop.period)
        for stop in spec.stops
        if stop.kind in _MOVING and (not stop.rules or part.rule.id in stop.rules)
    ]
    ends = part.allowed if part.rule.on_regime_end == "exit" else None
    return (None if part.exit is None else canonical(part.exit), moving, ends)


def _check_sides(blueprint: Blueprint, target: str) -> None:
    spec = blueprint.spec
    for side in blueprint.sides:
        first, *others = blueprint.side(side)
        for other in others:
            if _way_out(spec, other) != _way_out(spec, first):
                place = spec.rules.index(other.rule)
                raise not_possible(
                    target,
                    f"/rules/{place}",
                    f"rule {other.rule.id} beside another {side} rule with a different way out",
                )


def check_words(blueprint: Blueprint, target: str, known: Container[str]) -> None:
    """Refuse the first operator or name that a target does not know, with its place.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE.
    """
    for path, tree in blueprint.expressions.items():
        for node in walk(tree):
            name = node.name if isinstance(node, Call | Name) else ""
            if name and name not in known and name not in blueprint.params:
                raise not_possible(target, path, f"`{name}`")


def _expressions(spec: StrategySpec) -> dict[str, Node]:
    """JSON pointer -> tree, lets written out, parameters left as names."""
    lets: dict[str, Node] = {}
    for let in spec.lets:
        lets[let.name] = resolve(parse(let.expr), {}, lets)
    texts: dict[str, str | None] = {}
    for n, regime in enumerate(spec.regimes):
        texts |= {f"/regimes/{n}/when": regime.when, f"/regimes/{n}/until": regime.until}
    for n, rule in enumerate(spec.rules):
        texts |= {f"/rules/{n}/entry": rule.entry, f"/rules/{n}/exit": rule.exit}
    texts |= {f"/stops/{n}/price": stop.price for n, stop in enumerate(spec.stops)}
    texts |= {f"/targets/{n}/price": target.price for n, target in enumerate(spec.targets)}
    return {p: resolve(parse(text), {}, lets) for p, text in texts.items() if text is not None}


def _check_findings(analysis: Analysis, target: str, later: frozenset[str]) -> None:
    for found in analysis.findings:
        if found.level == "warning":
            continue
        if found.code != Code.FEATURE_NOT_AVAILABLE:
            hint = found.hint or f"correct {found.path}"
            raise SpecError(found.code, f"{found.path}: {found.message}", value=found.value,
                            hint=hint)  # fmt: skip
        if found.value not in later:
            raise not_possible(target, found.path, f"`{found.value}`" if found.value else "this")


def blueprint_of(
    spec: StrategySpec, target: str, *, later: frozenset[str] = frozenset()
) -> Blueprint:
    """A checked spec taken apart for one target.

    Args:
        spec: the document.
        target: its name in refusals.
        later: operators that the target can run even where this engine cannot yet.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the first part that has to be refused.
        SpecError: the first finding of the checker that is an error.
    """
    for part in (_refused_forms, _refused_exits, _refused_sizes):
        for path, what in part(spec):
            raise not_possible(target, path, what)
    analysis = analyse(spec)
    _check_findings(analysis, target, later)
    trees = _expressions(spec)
    blueprint = Blueprint(
        spec=spec,
        warmup=warmup_of_spec(analysis),
        rules=tuple(_rule_parts(spec, place, trees) for place in range(len(spec.rules))),
        regimes=tuple(
            RegimeParts(trees[f"/regimes/{n}/when"], trees.get(f"/regimes/{n}/until"), one.min_bars)
            for n, one in enumerate(spec.regimes)
        ),
        params={param.name: param.default for param in spec.params},
        expressions=trees,
    )
    _check_sides(blueprint, target)
    return blueprint


def _rule_parts(spec: StrategySpec, place: int, trees: Mapping[str, Node]) -> RuleParts:
    rule = spec.rules[place]
    names = [*(regime.name for regime in spec.regimes), NO_REGIME]
    return RuleParts(
        rule=rule,
        entry=trees[f"/rules/{place}/entry"],
        exit=trees.get(f"/rules/{place}/exit"),
        levels=protection_of(spec, rule, trees),
        allowed=tuple(names.index(name) for name in rule.only_in_regimes),
    )
