"""What a target can express, and the refusal of everything else with its place in the spec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.data.instruments import instrument_for
from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.market import Calendar

_DAY = 86_400


def not_possible(target: str, path: str, what: str, hint: str = "") -> InputError:
    """The refusal of one part: EXPORT_NOT_POSSIBLE with its JSON pointer."""
    return InputError(
        "EXPORT_NOT_POSSIBLE",
        f"{path}: {what} cannot be written for {target}",
        value=path,
        hint=hint or "leave it out, or keep the strategy in this engine",
    )


ORDERS = frozenset({"market_next_open", "stop", "limit", "market_on_close"})
STOPS = frozenset({
    "pct", "atr", "price_expr", "trail_expr", "trailing_pct", "trailing_atr", "chandelier",
    "breakeven_after_r", "time_bars", "max_loss_equity",
})  # fmt: skip
TARGETS = frozenset({"pct", "atr", "r_multiple", "price_expr", "moving_expr"})
FIXED_SIZES = frozenset({"fixed_fraction", "fixed_notional", "risk_per_trade"})
WEIGHTS = frozenset({"vol_target", "weight_expr", "equal_weight"})
ALONE = frozenset({"inverse_vol", "risk_parity"})
"""Sizing kinds that compare instruments; of one alone the weight is 1."""
COUNTS = frozenset({"max_trades_per_day", "max_trades_per_week", "max_losses_per_day"})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a target can express; everything else is refused with its place.

    Attributes:
        orders, stops, targets, sizings, limits: names of kinds.
        partial: targets that close a part.
        pyramiding: several units.
        resizing: positions brought back to a weight.
    """

    orders: frozenset[str] = ORDERS
    stops: frozenset[str] = STOPS
    targets: frozenset[str] = TARGETS
    sizings: frozenset[str] = FIXED_SIZES
    limits: frozenset[str] = frozenset()
    partial: bool = True
    pyramiding: bool = True
    resizing: bool = False


def _refused_forms(spec: StrategySpec, able: Abilities) -> Iterator[tuple[str, str]]:
    for form in ("cross_section", "pair", "ensemble"):
        if getattr(spec, form) is not None:
            yield f"/{form}", f"`{form}`"
    if spec.pyramiding is not None and not able.pyramiding:
        yield "/pyramiding", "`pyramiding`"
    for place, rule in enumerate(spec.rules):
        if rule.order.type not in able.orders:
            yield f"/rules/{place}/order/type", f"an order of type {rule.order.type}"


def _refused_exits(spec: StrategySpec, able: Abilities) -> Iterator[tuple[str, str]]:
    for place, stop in enumerate(spec.stops):
        if stop.kind not in able.stops:
            yield f"/stops/{place}/kind", f"a stop of kind {stop.kind}"
    for place, target in enumerate(spec.targets):
        where = f"/targets/{place}"
        if target.kind not in able.targets:
            yield f"{where}/kind", f"a target of kind {target.kind}"
        if target.close_fraction < 1 and not able.partial:
            yield f"{where}/close_fraction", "a partial target"
        if target.close_fraction < 1 and spec.pyramiding is not None:
            yield f"{where}/close_fraction", "a partial target beside pyramiding"


def _refused_sizes(spec: StrategySpec, able: Abilities) -> Iterator[tuple[str, str]]:
    sizing, alone = spec.sizing, len(spec.universe.symbols) <= 1
    if sizing.kind not in able.sizings | (ALONE if able.sizings >= WEIGHTS and alone else set()):
        yield "/sizing/kind", f"sizing by {sizing.kind}"
    if sizing.resize != "entry" and not (able.resizing and _ends_known(spec)):
        yield "/sizing/resize", f"re-sizing an open position ({sizing.resize})"
    for name, value in spec.limits:
        if value in {None, ()} or (name in able.limits and _clock_known(spec, name)):
            continue
        yield f"/limits/{name}", f"the limit `{name}`"


def calendar_name(spec: StrategySpec) -> Calendar:
    """Calendar of the spec's first symbol, round the clock without one."""
    symbols = spec.universe.symbols
    return instrument_for(symbols[0]).calendar if symbols else "24/7"


def _ends_known(spec: StrategySpec) -> bool:
    """Whether the end of a period follows from the clock alone."""
    always = spec.sizing.resize == "bar" or calendar_name(spec) == "24/7"
    return always or (spec.sizing.resize == "daily" and spec.timeframe.seconds >= _DAY)


def _clock_known(spec: StrategySpec, limit: str) -> bool:
    """Whether a limit needs no clock but UTC; bars of a day carry their date everywhere."""
    if limit in COUNTS or limit == "max_daily_loss_frac":
        return calendar_name(spec) in {"24/7", "FX"} or spec.timeframe.seconds >= _DAY
    if limit in {"session", "flat_by", "days"}:
        return calendar_name(spec) in {"24/7", "FX"}
    return True


def refused_parts(spec: StrategySpec, able: Abilities) -> Iterator[tuple[str, str]]:
    """(JSON pointer, words) of every part that the target cannot express."""
    yield from _refused_forms(spec, able)
    yield from _refused_exits(spec, able)
    yield from _refused_sizes(spec, able)
