"""Stops and targets as expressions: the level that a decision at close t would fix.

ref is the close. The level of a long stop is below it, of a short one above; expression levels do
not mirror. What moves with the trade (trailing_pct, time_bars) are numbers, not expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.language.analysis import Analysis
from engine.language.availability import bound_to
from engine.language.nodes import Arithmetic, ArithmeticSign, Call, Name, Node, Number
from engine.language.resolve import number_of
from engine.language.spec import PositionSide, Rule, Stop, StrategySpec, Target
from engine.language.warmup import STATEFUL_REGIME_BARS, warmup_of

REF: Final = Name("close")


@dataclass(frozen=True, slots=True)
class Protection:
    """Levels of one rule as resolved trees.

    Attributes:
        stops, trails, targets: fixed stop, trailing and target levels.
        multiples: targets in units of the distance from ref to the first stop.
        trailing_fraction, time_bars: tightest of each, 0 = none.
    """

    stops: tuple[Node, ...]
    trails: tuple[Node, ...]
    targets: tuple[Node, ...]
    multiples: tuple[float, ...]
    trailing_fraction: float
    time_bars: int


def _away(side: PositionSide, *, against: bool) -> ArithmeticSign:
    """The sign that leads from ref to a stop (against) or to a target."""
    return "-" if (side == "long") is against else "+"


def _percent_level(side: PositionSide, value: float, *, against: bool) -> Node:
    factor = 1 - value if _away(side, against=against) == "-" else 1 + value
    return Arithmetic("*", REF, number_of(factor))


def _atr_level(start: Node, sign: ArithmeticSign, value: float, period: int) -> Node:
    distance = Arithmetic("*", number_of(value), Call("atr", (Number(period),)))
    return Arithmetic(sign, start, distance)


def _stop_level(stop: Stop, side: PositionSide, price: Node | None) -> Node | None:
    value, period = stop.value or 0.0, stop.period or 1
    sign = _away(side, against=True)
    if stop.kind == "pct":
        return _percent_level(side, value, against=True)
    if stop.kind in {"atr", "trailing_atr"}:
        return _atr_level(REF, sign, value, period)
    if stop.kind == "chandelier":
        name, series = ("highest", "high") if side == "long" else ("lowest", "low")
        start = Call(name, (Name(series), Number(period)))
        return _atr_level(start, sign, value, period)
    return price if stop.kind == "price_expr" else None


def _target_level(target: Target, side: PositionSide, price: Node | None) -> Node | None:
    value, period = target.value or 0.0, target.period or 1
    if target.kind == "pct":
        return _percent_level(side, value, against=False)
    if target.kind == "atr":
        return _atr_level(REF, _away(side, against=False), value, period)
    return price if target.kind == "price_expr" else None


def protection_of(spec: StrategySpec, rule: Rule, trees: Mapping[str, Node]) -> Protection:
    """Stops and targets of a rule; trees: JSON pointer -> resolved tree of price expressions."""
    stops = {place: stop for place, stop in enumerate(spec.stops) if bound_to(stop, rule)}
    levels = {
        place: _stop_level(stop, rule.side, trees.get(f"/stops/{place}/price"))
        for place, stop in stops.items()
    }
    moving = {"trailing_atr", "chandelier"}
    targets = [(n, target) for n, target in enumerate(spec.targets) if bound_to(target, rule)]
    aims = (_target_level(t, rule.side, trees.get(f"/targets/{n}/price")) for n, t in targets)
    return Protection(
        stops=tuple(v for n, v in levels.items() if v and stops[n].kind not in moving),
        trails=tuple(v for n, v in levels.items() if v and stops[n].kind in moving),
        targets=tuple(level for level in aims if level is not None),
        multiples=tuple(t.value or 0.0 for _, t in targets if t.kind == "r_multiple"),
        trailing_fraction=_least(stops.values(), "trailing_pct"),
        time_bars=int(_least(stops.values(), "time_bars")),
    )


def _least(stops: Iterable[Stop], kind: str) -> float:
    return min((stop.value or 0.0 for stop in stops if stop.kind == kind), default=0.0)


def level_trees(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[Node]:
    """Every level of every rule."""
    for rule in spec.rules:
        levels = protection_of(spec, rule, trees)
        yield from (*levels.stops, *levels.trails, *levels.targets)


def warmup_of_spec(analysis: Analysis) -> int:
    """Bars before any rule of an analysed spec may act: the longest of its expressions."""
    spec = analysis.spec
    own = [warmup_of(tree, spec.timeframe) for tree in analysis.trees.values()]
    own += [warmup_of(tree, spec.timeframe) for tree in level_trees(spec, analysis.trees)]
    for place, regime in enumerate(spec.regimes):
        if regime.until is not None or regime.min_bars > 1:
            paths = (f"/regimes/{place}/when", f"/regimes/{place}/until")
            inner = [analysis.trees[path] for path in paths if path in analysis.trees]
            own += [warmup_of(tree, spec.timeframe) + STATEFUL_REGIME_BARS for tree in inner]
    return max(own, default=0)
