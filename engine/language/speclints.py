"""Lints of a whole spec: rules without a way out, sizes that always hit the cap, wide sweeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor
from typing import Final

from engine.language.availability import bound_to, levels_of
from engine.language.codes import Code
from engine.language.exitlints import exit_lints
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.marketlints import market_lints
from engine.language.nodes import Call, Comparison, Lag, Minus, Node, Number, children
from engine.language.rendering import canonical, number_text
from engine.language.resolve import names_in
from engine.language.spec import Parameter, Rule, Stop, StrategySpec

MAX_FREE_NUMBERS: Final = 10
MAX_SWEEP: Final = 10_000
HISTORY_FACTOR: Final = 3
_PRICED_STOPS: Final = frozenset({
    "pct", "atr", "price_expr", "trail_expr", "trailing_pct", "trailing_atr", "chandelier",
})  # fmt: skip


def stops_of(spec: StrategySpec, rule: Rule) -> list[Stop]:
    """The stops that protect a rule."""
    return [stop for stop in spec.stops if bound_to(stop, rule)]


def has_priced_stop(spec: StrategySpec, rule: Rule) -> bool:
    """Whether a rule has a stop whose price is known at the decision."""
    return any(stop.kind in _PRICED_STOPS for stop in stops_of(spec, rule))


def _exits(spec: StrategySpec) -> Iterator[SpecFinding]:
    for place, rule in enumerate(spec.rules):
        ends = rule.on_regime_end == "exit" and rule.only_in_regimes
        # An entry of the opposite side closes the position: always in, by reversal.
        reverses = any(other.side != rule.side for other in spec.rules)
        if rule.exit is None and not stops_of(spec, rule) and not ends and not reverses:
            yield finding(
                Code.NO_EXIT,
                f"/rules/{place}",
                f"rule {rule.id} has no exit and no stop: it would never leave.",
                rule.id,
                "add an exit condition or a stop",
            )


def _risk(spec: StrategySpec) -> Iterator[SpecFinding]:
    unpriced = [rule for rule in spec.rules if not has_priced_stop(spec, rule)]
    if spec.sizing.kind == "risk_per_trade" and unpriced:
        yield _riskless("/sizing/kind", "risk_per_trade", unpriced[0])
    for place, target in enumerate(spec.targets):
        bare = [rule for rule in unpriced if bound_to(target, rule)]
        if target.kind == "r_multiple" and bare:
            yield _riskless(f"/targets/{place}", "r_multiple", bare[0])


def _open_risk(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[SpecFinding]:
    """What counts in units of the first risk, in rules without one."""
    for place, rule in enumerate(spec.rules):
        if has_priced_stop(spec, rule):
            continue
        for number, stop in enumerate(spec.stops):
            if stop.kind == "breakeven_after_r" and bound_to(stop, rule):
                yield _riskless(f"/stops/{number}/kind", stop.kind, rule)
        path = f"/rules/{place}/exit"
        if path in trees and "open_r" in names_in(trees[path]):
            yield _riskless(path, "open_r", rule)


def _riskless(path: str, what: str, rule: Rule) -> SpecFinding:
    return finding(
        Code.STOP_MISSING_FOR_RISK,
        path,
        f"{what} needs a stop with a price; rule {rule.id} has none.",
        rule.id,
        "add a stop of kind pct or atr",
    )


def _sides(spec: StrategySpec) -> Iterator[SpecFinding]:
    for place, stop in enumerate(spec.stops):
        sides = {rule.side for rule in spec.rules if bound_to(stop, rule)}
        if stop.price is not None and len(sides) > 1:
            yield finding(
                Code.STOP_SIDE,
                f"/stops/{place}/price",
                "one price expression cannot protect long and short rules: it would stand on the"
                " wrong side of one of them.",
                stop.price,
                "bind one stop to each side with `rules`",
            )


def _free_numbers(tree: Node) -> Iterator[str]:
    """Each choice of a number once: the same window of the same operator is one choice."""
    if isinstance(tree, Call):
        for place, arg in enumerate(tree.args):
            if isinstance(arg, Number | Minus):
                yield f"{tree.name}/{place}/{canonical(arg)}"
            else:
                yield from _free_numbers(arg)
    elif isinstance(tree, Comparison):
        for side, other in ((tree.left, tree.right), (tree.right, tree.left)):
            if isinstance(side, Number) and side.value != 0:
                yield f"{canonical(other)}/{canonical(side)}"
            else:
                yield from _free_numbers(side)
    elif isinstance(tree, Number):
        yield canonical(tree)
    else:
        for part in children(tree)[:1] if isinstance(tree, Lag) else children(tree):
            yield from _free_numbers(part)


def _counted(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[SpecFinding]:
    chosen = {choice for tree in trees.values() for choice in _free_numbers(tree)}
    parts = [(part.kind, part.value, part.period) for part in levels_of(spec)]
    count = len(chosen) + sum(
        (value is not None) + (period is not None) for _, value, period in parts
    )
    if count > MAX_FREE_NUMBERS:
        yield finding(
            Code.PARAM_COUNT,
            "/rules",
            f"the rules hold {count} free numbers: more than {MAX_FREE_NUMBERS} fit any past.",
            count,
            "use fewer numbers",
        )


def sweep_size(params: tuple[Parameter, ...]) -> int:
    """Number of points of the sweep space; a parameter without a range is one point."""
    points = 1
    for param in params:
        if param.low is not None and param.high is not None and param.step:
            points *= max(1, floor((param.high - param.low) / param.step + 1e-9) + 1)
    return points


def _sweep(spec: StrategySpec) -> Iterator[SpecFinding]:
    for place, param in enumerate(spec.params):
        if param.low != param.high and param.default in {param.low, param.high}:
            yield finding(
                Code.PARAM_EDGE,
                f"/params/{place}/default",
                f"the default of `{param.name}` stands at the edge of its range.",
                number_text(param.default),
                "widen the range beyond the default",
            )
    points = sweep_size(spec.params)
    if points > MAX_SWEEP:
        yield finding(
            Code.SWEEP_SIZE,
            "/params",
            f"the sweep has {points} points: each one counts as a trial.",
            points,
            f"keep it at or below {MAX_SWEEP}",
        )


def lint_spec(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[SpecFinding]:
    """Everything odd about a spec beyond its single expressions; trees: path -> resolved tree."""
    for part in (_exits, _risk, _sides, _sweep):
        yield from part(spec)
    yield from _counted(spec, trees)
    yield from _open_risk(spec, trees)
    yield from exit_lints(spec, trees)
    yield from market_lints(spec, trees)


def history_finding(warmup: int, rows: int) -> SpecFinding | None:
    """HISTORY_SHORT when a dataset has fewer bars than three times the warm-up, else None."""
    if rows >= HISTORY_FACTOR * warmup:
        return None
    return finding(
        Code.HISTORY_SHORT,
        "",
        f"the rules need {warmup} bars before they may act; {rows} bars are too few, at least"
        f" {HISTORY_FACTOR * warmup} are needed.",
        rows,
        "take a longer history or shorter windows",
    )
