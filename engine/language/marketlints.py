"""Lints that need to know the market: sessions where there are none, sizes that hit the cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Final

from engine.language.codes import Code
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.nodes import Call, Name, Node, walk
from engine.language.rendering import number_text
from engine.language.spec import Stop, StrategySpec
from engine.language.warmup import calendar_of
from engine.market import Calendar, Timeframe, bars_per_year

_SESSION_NAMES: Final = frozenset({"opening_range_high", "opening_range_low", "session_bar"})
_USUAL_VOLATILITY: Final[dict[Calendar, float]] = {"24/7": 0.60, "FX": 0.08}
_SHARES: Final = 0.20
"""Rough annualised volatilities of coins, currencies and shares: good for a warning only."""
_RANGE_PER_SIGMA: Final = 1.6
"""Mean range of a bar over its sigma for a random walk (Feller 1951: sqrt(8/pi))."""
_FIXED: Final = frozenset({"pct", "trailing_pct"})
_BY_ATR: Final = frozenset({"atr", "trailing_atr"})


def market_lints(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[SpecFinding]:
    """What does not fit the markets of the spec; trees: path -> resolved tree."""
    calendars = {calendar_of(symbol) for symbol in spec.universe.symbols}
    if "24/7" in calendars:
        yield from _session_limits(spec)
        yield from _session_names(trees)
    if len(calendars) == 1:
        yield from _capped(spec, calendars.pop())


def _session_limits(spec: StrategySpec) -> Iterator[SpecFinding]:
    limits = spec.limits
    given = {
        "session": limits.session,
        "flat_by": limits.flat_by,
        "overnight": "false" if limits.overnight is False else None,
    }
    for name, value in given.items():
        if value is not None:
            yield finding(
                Code.SESSION_ON_24H,
                f"/limits/{name}",
                f"`{name}` on a market that never closes: the hours count in UTC.",
                value,
                "leave it out, or say in the hypothesis why these hours matter",
            )


def _session_names(trees: Mapping[str, Node]) -> Iterator[SpecFinding]:
    for path, tree in trees.items():
        for node in walk(tree):
            if isinstance(node, Call | Name) and node.name in _SESSION_NAMES:
                yield finding(
                    Code.SESSION_ON_24H,
                    path,
                    f"`{node.name}` on a market that never closes: its session begins at 00:00"
                    " UTC.",
                    node.name,
                    "use a market with sessions, or plain highs and lows",
                    span=node.span,
                )


def _capped(spec: StrategySpec, calendar: Calendar) -> Iterator[SpecFinding]:
    sizing = spec.sizing
    if sizing.kind != "risk_per_trade" or sizing.value is None:
        return
    for place, stop in enumerate(spec.stops):
        distance = _usual_distance(stop, spec.timeframe, calendar)
        if distance is None or not sizing.value / distance > sizing.max_position_frac:
            continue
        weight = sizing.value / distance
        yield finding(
            Code.SIZE_CAPPED,
            f"/stops/{place}/value",
            f"the risk asks for {number_text(round(weight, 4))} of equity, the cap is"
            f" {number_text(sizing.max_position_frac)}: usual sizes would be cut.",
            number_text(stop.value or 0),
            "widen the stop, lower the risk or raise the cap",
        )


def _usual_distance(stop: Stop, timeframe: Timeframe, calendar: Calendar) -> float | None:
    """Usual distance of a stop as a fraction of the price, None when it cannot be told."""
    if stop.value is None or not stop.value > 0:
        return None
    if stop.kind in _FIXED:
        return stop.value
    if stop.kind in _BY_ATR:
        yearly = _USUAL_VOLATILITY.get(calendar, _SHARES)
        return stop.value * _RANGE_PER_SIGMA * yearly / sqrt(bars_per_year(timeframe, calendar))
    return None
