"""What every exporter starts from: a checked spec with its expressions, parameters kept as names.

Refusals come first: a part that a target cannot express is named with its place, never left out.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from math import inf

from engine.errors import SpecError
from engine.export.abilities import Abilities, not_possible, refused_parts
from engine.language.analysis import NO_REGIME, Analysis, analyse
from engine.language.expressions import parse
from engine.language.nodes import Arithmetic, Call, Lag, Name, Node, Number, walk
from engine.language.protection import CLOSE, Protection, protection_of, ref_of, warmup_of_spec
from engine.language.resolve import number_of, resolve
from engine.language.size_plan import DEFAULT_LOOKBACK, volatility_tree
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

    @property
    def direction(self) -> int:
        """+1 long, -1 short."""
        return 1 if self.rule.side == "long" else -1


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
        weight: a position's value as a fraction of equity, None for sizing without one.
    """

    spec: StrategySpec
    warmup: int
    rules: tuple[RuleParts, ...]
    regimes: tuple[RegimeParts, ...]
    params: dict[str, float]
    expressions: dict[str, Node]
    weight: Node | None

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
        trees += [tree for one in levels for tree in one.trees]
        trees += [] if self.weight is None else [self.weight]
        return frozenset(
            node.name for tree in trees for node in walk(tree) if isinstance(node, Call | Name)
        )

    @property
    def cap(self) -> float:
        """Largest position as a fraction of equity: sizing's own, tightened by max_leverage."""
        return min(self.spec.sizing.max_position_frac, self.spec.limits.max_leverage or inf)


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
    texts |= {f"/rules/{n}/order/price": rule.order.price for n, rule in enumerate(spec.rules)}
    texts |= {f"/stops/{n}/price": stop.price for n, stop in enumerate(spec.stops)}
    texts |= {f"/targets/{n}/price": target.price for n, target in enumerate(spec.targets)}
    texts["/sizing/expr"] = spec.sizing.expr
    if spec.pyramiding is not None:
        texts["/pyramiding/add_when"] = spec.pyramiding.add_when
    return {p: resolve(parse(text), {}, lets) for p, text in texts.items() if text is not None}


def _check_findings(analysis: Analysis) -> None:
    for found in analysis.findings:
        if found.level != "warning":
            hint = found.hint or f"correct {found.path}"
            raise SpecError(found.code, f"{found.path}: {found.message}", value=found.value,
                            hint=hint)  # fmt: skip


def blueprint_of(spec: StrategySpec, target: str, able: Abilities) -> Blueprint:
    """A checked spec taken apart for one target.

    Args:
        spec: the document.
        target: its name in refusals.
        able: what the target can express.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the first part that has to be refused.
        SpecError: the first finding of the checker that is an error.
    """
    for path, what in refused_parts(spec, able):
        raise not_possible(target, path, what)
    analysis = analyse(spec)
    _check_findings(analysis)
    trees = _expressions(spec)
    return Blueprint(
        spec=spec,
        warmup=warmup_of_spec(analysis),
        rules=tuple(_rule_parts(spec, place, trees) for place in range(len(spec.rules))),
        regimes=tuple(
            RegimeParts(trees[f"/regimes/{n}/when"], trees.get(f"/regimes/{n}/until"), one.min_bars)
            for n, one in enumerate(spec.regimes)
        ),
        params={param.name: param.default for param in spec.params},
        expressions=trees,
        weight=_weight(spec, trees.get("/sizing/expr")),
    )


def _weight(spec: StrategySpec, expression: Node | None) -> Node | None:
    """The weight of a position as `size_plan.py` works it out for one instrument alone."""
    sizing = spec.sizing
    if sizing.kind == "vol_target":
        risk = volatility_tree(sizing) if expression is None else expression
        return Arithmetic("/", number_of(sizing.value or 0.0), risk)
    if sizing.kind == "equal_weight":
        return number_of(1.0 / max(len(spec.universe.symbols), 1))
    if sizing.kind == "inverse_vol":
        return Arithmetic("/", volatility_tree(sizing), volatility_tree(sizing))
    if sizing.kind == "risk_parity":
        past = Lag(CLOSE, Number(sizing.lookback or DEFAULT_LOOKBACK))
        return Arithmetic("/", past, past)
    return expression if sizing.kind == "weight_expr" else None


def _rule_parts(spec: StrategySpec, place: int, trees: Mapping[str, Node]) -> RuleParts:
    rule = spec.rules[place]
    names = [*(regime.name for regime in spec.regimes), NO_REGIME]
    return RuleParts(
        rule=rule,
        entry=trees[f"/rules/{place}/entry"],
        exit=trees.get(f"/rules/{place}/exit"),
        levels=protection_of(spec, rule, trees, ref_of(rule, place, trees)),
        allowed=tuple(names.index(name) for name in rule.only_in_regimes),
    )
