"""What the language knows and a part of the product cannot carry yet: named, never ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.language.codes import Code
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.nodes import Name, Node, walk
from engine.language.operators import STATE_BY_NAME
from engine.language.spec import Rule, Stop, StrategySpec, Target

_PLAIN_STOPS: Final = frozenset({
    "pct", "atr", "price_expr", "trailing_pct", "trailing_atr", "chandelier", "time_bars",
})  # fmt: skip
_PLAIN_SIZES: Final = frozenset({"fixed_fraction", "fixed_notional", "risk_per_trade"})
_CLOCK_LIMITS: Final = (
    "max_trades_per_day", "max_trades_per_week", "max_losses_per_day", "max_correlation",
    "session", "flat_by", "days", "overnight",
)  # fmt: skip
"""Daily loss and drawdown are not among them: the desk holds both for the whole account."""


def missing_feature(path: str, what: str, value: object = "") -> SpecFinding:
    """The finding that a part cannot be run."""
    return finding(
        Code.FEATURE_NOT_AVAILABLE,
        path,
        f"{what} cannot be run by this engine yet.",
        value,
        "leave it out, or keep the draft until the engine can",
    )


def missing_parts(spec: StrategySpec) -> Iterator[SpecFinding]:
    """Parts of a spec that no backtest can run."""
    for name in ("watchlist", "max_symbols"):
        value = getattr(spec.universe, name)
        if value is not None:
            yield missing_feature(f"/universe/{name}", f"`{name}`", value)


def unsignalled_parts(spec: StrategySpec, trees: dict[str, Node]) -> Iterator[str]:
    """JSON pointers of parts that a backtest runs but daily signals cannot carry yet.

    Signals open a position by a market order with a stop that needs no memory; everything else
    would be traded differently from what was judged, so it is not traded at all.
    """
    forms = ("pyramiding", "cross_section", "pair", "ensemble")
    yield from (f"/{form}" for form in forms if getattr(spec, form) is not None)
    yield from _unsignalled_rules(spec)
    yield from _unsignalled_exits(spec)
    if spec.sizing.kind not in _PLAIN_SIZES or spec.sizing.resize != "entry":
        yield "/sizing"
    for name in _CLOCK_LIMITS:
        if getattr(spec.limits, name) not in {None, ()}:
            yield f"/limits/{name}"
    for path, tree in trees.items():
        if any(isinstance(node, Name) and node.name in STATE_BY_NAME for node in walk(tree)):
            yield path
    if len(spec.universe.symbols) > 1:
        yield "/universe/symbols"


def _unsignalled_rules(spec: StrategySpec) -> Iterator[str]:
    for place, rule in enumerate(spec.rules):
        if rule.order.type != "market_next_open":
            yield f"/rules/{place}/order"
    longs = {(rule.exit, rule.on_regime_end) for rule in spec.rules if rule.side == "long"}
    if len(longs) > 1:
        yield "/rules"


def _unsignalled_exits(spec: StrategySpec) -> Iterator[str]:
    for place, stop in enumerate(spec.stops):
        if stop.kind not in _PLAIN_STOPS:
            yield f"/stops/{place}"
    for place, target in enumerate(spec.targets):
        if target.kind == "moving_expr" or target.close_fraction < 1:
            yield f"/targets/{place}"


def levels_of(spec: StrategySpec) -> tuple[Stop | Target, ...]:
    """Stops, then targets."""
    return (*spec.stops, *spec.targets)


def bound_to(part: Stop | Target, rule: Rule) -> bool:
    """Whether a stop or target belongs to a rule (no ids = all rules)."""
    return not part.rules or rule.id in part.rules
