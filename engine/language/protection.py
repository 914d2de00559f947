"""Stops and targets as expressions: the level that a decision at close t would fix.

ref is the close, or the order's own price. The level of a long stop is below it, of a short one
above; expression levels do not mirror. What moves with the trade is a number or a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.language.analysis import Analysis
from engine.language.availability import bound_to
from engine.language.nodes import Arithmetic, ArithmeticSign, Call, Name, Node, Number
from engine.language.program import before_the_fill, knows_state
from engine.language.resolve import number_of
from engine.language.spec import PositionSide, Rule, Stop, StrategySpec, Target
from engine.language.warmup import STATEFUL_REGIME_BARS, calendar_of_spec, warmup_of

CLOSE: Final = Name("close")
_MOVING: Final = frozenset({"trailing_atr", "chandelier"})


@dataclass(frozen=True, slots=True)
class Aim:
    """One target: a fixed level, a multiple of the first stop's distance, or a moving level."""

    level: Node | None
    multiple: float
    moving: Node | None
    fraction: float


@dataclass(frozen=True, slots=True)
class Protection:
    """Levels of one rule as resolved trees.

    Attributes:
        ref: expected entry price.
        stops, trails: fixed stop and trailing levels.
        moved: trailing levels that need trade state, run at each close.
        aims: targets in the spec's order.
        trailing_fraction, time_bars, breakeven_r, max_loss: tightest of each, 0 = none.
    """

    ref: Node
    stops: tuple[Node, ...]
    trails: tuple[Node, ...]
    moved: tuple[Node, ...]
    aims: tuple[Aim, ...]
    trailing_fraction: float
    time_bars: int
    breakeven_r: float
    max_loss: float

    @property
    def trees(self) -> tuple[Node, ...]:
        """Every expression among them."""
        aims = [tree for aim in self.aims for tree in (aim.level, aim.moving) if tree is not None]
        return (self.ref, *self.stops, *self.trails, *self.moved, *aims)


def _away(side: PositionSide, *, against: bool) -> ArithmeticSign:
    """The sign that leads from ref to a stop (against) or to a target."""
    return "-" if (side == "long") is against else "+"


def _percent_level(ref: Node, side: PositionSide, value: float, *, against: bool) -> Node:
    factor = 1 - value if _away(side, against=against) == "-" else 1 + value
    return Arithmetic("*", ref, number_of(factor))


def _atr_level(start: Node, sign: ArithmeticSign, value: float, period: int) -> Node:
    distance = Arithmetic("*", number_of(value), Call("atr", (Number(period),)))
    return Arithmetic(sign, start, distance)


def _stop_level(stop: Stop, side: PositionSide, ref: Node, price: Node | None) -> Node | None:
    """Level of a stop that needs no trade state."""
    value, period = stop.value or 0.0, stop.period or 1
    sign = _away(side, against=True)
    if stop.kind == "pct":
        return _percent_level(ref, side, value, against=True)
    if stop.kind == "atr":
        return _atr_level(ref, sign, value, period)
    if stop.kind == "trailing_atr":
        return _atr_level(CLOSE, sign, value, period)
    if stop.kind == "chandelier":
        name, series = ("highest", "high") if side == "long" else ("lowest", "low")
        start = Call(name, (Name(series), Number(period)))
        return _atr_level(start, sign, value, period)
    if stop.kind == "trail_expr":
        return None if price is None or knows_state(price) else price
    return price if stop.kind == "price_expr" else None


def _aim(target: Target, side: PositionSide, ref: Node, price: Node | None) -> Aim:
    value, period, share = target.value or 0.0, target.period or 1, target.close_fraction
    if target.kind == "r_multiple":
        return Aim(None, value, None, share)
    if target.kind == "moving_expr" and price is not None:
        start = before_the_fill(price, ref, 1 if side == "long" else -1)
        return Aim(start, 0.0, price, share)
    if target.kind == "pct":
        return Aim(_percent_level(ref, side, value, against=False), 0.0, None, share)
    if target.kind == "atr":
        return Aim(_atr_level(ref, _away(side, against=False), value, period), 0.0, None, share)
    return Aim(price, 0.0, None, share)


def protection_of(
    spec: StrategySpec, rule: Rule, trees: Mapping[str, Node], ref: Node = CLOSE
) -> Protection:
    """Stops and targets of a rule.

    Args:
        spec: the document.
        rule: one of its rules.
        trees: JSON pointer -> resolved tree of price expressions.
        ref: expected entry price.
    """
    stops = {place: stop for place, stop in enumerate(spec.stops) if bound_to(stop, rule)}
    prices = {place: trees.get(f"/stops/{place}/price") for place in stops}
    levels = {n: _stop_level(stop, rule.side, ref, prices[n]) for n, stop in stops.items()}
    direction = 1 if rule.side == "long" else -1
    moved = [
        price for n, stop in stops.items()
        if stop.kind == "trail_expr" and (price := prices[n]) is not None and knows_state(price)
    ]  # fmt: skip
    trailing = {n for n, stop in stops.items() if stop.kind in {*_MOVING, "trail_expr"}}
    targets = [(n, target) for n, target in enumerate(spec.targets) if bound_to(target, rule)]
    return Protection(
        ref=ref,
        stops=(
            *(level for n, level in levels.items() if level is not None and n not in trailing),
            *(before_the_fill(price, ref, direction) for price in moved),
        ),
        trails=tuple(level for n, level in levels.items() if level is not None and n in trailing),
        moved=tuple(moved),
        aims=tuple(
            _aim(target, rule.side, ref, trees.get(f"/targets/{n}/price")) for n, target in targets
        ),
        trailing_fraction=_least(stops.values(), "trailing_pct"),
        time_bars=int(_least(stops.values(), "time_bars")),
        breakeven_r=_least(stops.values(), "breakeven_after_r"),
        max_loss=_least(stops.values(), "max_loss_equity"),
    )


def _least(stops: Iterable[Stop], kind: str) -> float:
    return min((stop.value or 0.0 for stop in stops if stop.kind == kind), default=0.0)


def ref_of(rule: Rule, place: int, trees: Mapping[str, Node]) -> Node:
    """Expected entry price of a rule: its order's price, or the close."""
    if rule.order.type in {"stop", "limit"}:
        return trees.get(f"/rules/{place}/order/price", CLOSE)
    return CLOSE


def side_rules(spec: StrategySpec) -> tuple[Rule, ...]:
    """The rules; of a ranking one per side, whose entries the ranks decide."""
    if spec.cross_section is None:
        return spec.rules
    return (
        Rule(id="ranked_long", side="long", entry="false"),
        Rule(id="ranked_short", side="short", entry="false"),
    )[: 2 if spec.cross_section.short_bottom else 1]


def level_trees(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[Node]:
    """Every level of every rule."""
    for place, rule in enumerate(side_rules(spec)):
        yield from protection_of(spec, rule, trees, ref_of(rule, place, trees)).trees


def warmup_of_spec(analysis: Analysis) -> int:
    """Bars before any rule of an analysed spec may act: the longest of its expressions."""
    spec = analysis.spec
    calendar = calendar_of_spec(spec)

    def bars(tree: Node) -> int:
        """Warm-up of one tree."""
        return warmup_of(tree, spec.timeframe, calendar, spec.pair)

    own = [bars(tree) for tree in analysis.trees.values()]
    own += [bars(tree) for tree in level_trees(spec, analysis.trees)]
    if spec.sizing.lookback is not None:
        own.append(spec.sizing.lookback)
    for place, regime in enumerate(spec.regimes):
        if regime.until is not None or regime.min_bars > 1:
            paths = (f"/regimes/{place}/when", f"/regimes/{place}/until")
            inner = [analysis.trees[path] for path in paths if path in analysis.trees]
            own += [bars(tree) + STATEFUL_REGIME_BARS for tree in inner]
    return max(own, default=0)
