"""What the language knows and this engine cannot run yet: named with its place, never ignored.

A later engine removes lines here; nothing else has to move.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.language.codes import Code
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.nodes import Call, Name, Node, Span, walk
from engine.language.normal import normal
from engine.language.operators import OPERATORS, SERIES_BY_NAME, STATE_BY_NAME
from engine.language.rendering import canonical
from engine.language.spec import Rule, Stop, StrategySpec, Target

_STOPS: Final = frozenset({"trail_expr", "breakeven_after_r", "max_loss_equity"})
_SIZINGS: Final = frozenset({
    "vol_target", "equal_weight", "inverse_vol", "risk_parity", "weight_expr",
})  # fmt: skip
_LIMITS: Final = (
    "max_drawdown_frac", "max_daily_loss_frac", "max_trades_per_day", "max_trades_per_week",
    "max_losses_per_day", "max_correlation", "session", "flat_by", "days", "overnight",
)  # fmt: skip
_SIDE_WIDE: Final = frozenset({"trailing_pct", "trailing_atr", "chandelier", "time_bars"})


def missing_feature(
    path: str, what: str, value: object = "", *, span: Span | None = None
) -> SpecFinding:
    """The finding that a part cannot be run yet."""
    return finding(
        Code.FEATURE_NOT_AVAILABLE,
        path,
        f"{what} cannot be run by this engine yet.",
        value,
        "leave it out, or keep the draft until the engine can",
        span=span,
    )


def missing_in(tree: Node, path: str) -> Iterator[SpecFinding]:
    """Operators, series and trade state of one resolved expression that have no kernel yet."""
    for node in walk(tree):
        name = node.name if isinstance(node, Call | Name) else ""
        if isinstance(node, Call):
            missing = name in OPERATORS and OPERATORS[name].kernel is None
        else:
            missing = name in STATE_BY_NAME or (
                name in SERIES_BY_NAME and SERIES_BY_NAME[name].read is None
            )
        if missing:
            yield missing_feature(path, f"`{name}`", name, span=node.span)


def _forms(spec: StrategySpec) -> Iterator[SpecFinding]:
    for name in ("pyramiding", "cross_section", "pair", "ensemble"):
        if getattr(spec, name) is not None:
            yield missing_feature(f"/{name}", f"`{name}`")


def _universe(spec: StrategySpec) -> Iterator[SpecFinding]:
    for name in ("watchlist", "benchmark", "max_symbols"):
        value = getattr(spec.universe, name)
        if value is not None:
            yield missing_feature(f"/universe/{name}", f"`{name}`", value)


def _orders(spec: StrategySpec) -> Iterator[SpecFinding]:
    for place, rule in enumerate(spec.rules):
        if rule.order.type != "market_next_open":
            yield missing_feature(
                f"/rules/{place}/order/type", f"an order of type {rule.order.type}", rule.order.type
            )


def _exits(spec: StrategySpec) -> Iterator[SpecFinding]:
    for place, stop in enumerate(spec.stops):
        if stop.kind in _STOPS:
            yield missing_feature(f"/stops/{place}/kind", f"a stop of kind {stop.kind}", stop.kind)
    for place, target in enumerate(spec.targets):
        if target.kind == "moving_expr":
            yield missing_feature(f"/targets/{place}/kind", "a moving target", target.kind)
        if target.close_fraction < 1:
            yield missing_feature(
                f"/targets/{place}/close_fraction", "a partial target", target.close_fraction
            )


def _sizing(spec: StrategySpec) -> Iterator[SpecFinding]:
    sizing = spec.sizing
    if sizing.kind in _SIZINGS:
        yield missing_feature("/sizing/kind", f"sizing by {sizing.kind}", sizing.kind)
    if sizing.resize != "entry":
        yield missing_feature("/sizing/resize", "re-sizing an open position", sizing.resize)


def _limits(spec: StrategySpec) -> Iterator[SpecFinding]:
    for name in _LIMITS:
        value = getattr(spec.limits, name)
        if value is not None and value != ():
            yield missing_feature(f"/limits/{name}", f"the limit `{name}`", value)


def levels_of(spec: StrategySpec) -> tuple[Stop | Target, ...]:
    """Stops, then targets."""
    return (*spec.stops, *spec.targets)


def bound_to(part: Stop | Target, rule: Rule) -> bool:
    """Whether a stop or target belongs to a rule (no ids = all rules)."""
    return not part.rules or rule.id in part.rules


def _way_out(spec: StrategySpec, rule: Rule, exit_tree: Node | None) -> tuple[object, ...]:
    """Everything about leaving that a side's rules must share."""
    moving = sorted(
        (stop.kind, stop.value or 0.0, stop.period or 0)
        for stop in spec.stops
        if bound_to(stop, rule) and stop.kind in _SIDE_WIDE
    )
    ends = sorted(rule.only_in_regimes) if rule.on_regime_end == "exit" else []
    return ("" if exit_tree is None else canonical(normal(exit_tree)), tuple(moving), tuple(ends))


def shared_exits(spec: StrategySpec, exits: dict[int, Node]) -> Iterator[SpecFinding]:
    """Rules of one side that leave in different ways; exits: rule index -> resolved exit."""
    first: dict[str, tuple[object, ...]] = {}
    for place, rule in enumerate(spec.rules):
        way = _way_out(spec, rule, exits.get(place))
        if first.setdefault(rule.side, way) != way:
            yield missing_feature(
                f"/rules/{place}",
                f"rule {rule.id} beside another {rule.side} rule with a different way out",
                rule.id,
            )


def missing_parts(spec: StrategySpec) -> Iterator[SpecFinding]:
    """Parts of a spec, expressions apart, that this engine cannot run yet."""
    for part in (_universe, _orders, _exits, _sizing, _forms, _limits):
        yield from part(spec)
