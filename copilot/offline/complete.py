"""A plan with gaps -> a whole spec, every gap filled listed as an assumption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from copilot.offline.exits import default_exit
from copilot.offline.families import family_of
from copilot.offline.plan import Plan
from copilot.offline.texts import known
from copilot.offline.texts import text as sentence
from copilot.offline.tree import Tree, conditions, join, swap_names
from engine.language.spec import (
    Family,
    OrderPlan,
    PositionSide,
    Pyramiding,
    Rule,
    Sizing,
    SpecLimits,
    Stop,
    StrategySpec,
    Target,
    Universe,
)
from engine.market import Timeframe

DEFAULT_SYMBOL: Final = "BTC/USDT"
RISK_PER_TRADE: Final = 0.0025
MAX_POSITION: Final = 0.1
_WIDER_POSITION: Final = 0.2
_PRICED: Final = frozenset({
    "pct", "atr", "price_expr", "trail_expr", "trailing_pct", "trailing_atr", "chandelier",
    "max_loss_equity",
})  # fmt: skip
_CLOSING: Final = frozenset(
    {"trailing_pct", "trailing_atr", "chandelier", "trail_expr", "time_bars"}
)
_HOLD_BARS: Final = 10.0


def _universe(plan: Plan, symbols_of_desk: Sequence[str]) -> None:
    if plan.symbols or plan.watchlist:
        return
    if plan.ranking is not None:
        plan.watchlist = "my_list"
        plan.assume("/universe/watchlist", "my_list", sentence("assume_watchlist", plan.language))
        return
    usual = not symbols_of_desk or DEFAULT_SYMBOL in symbols_of_desk
    symbol = DEFAULT_SYMBOL if usual else symbols_of_desk[0]
    why = "assume_symbol" if usual else "assume_symbol_data"
    plan.symbols = (symbol,)
    plan.assume("/universe/symbols", symbol, sentence(why, plan.language))


def _timeframe(plan: Plan) -> Timeframe:
    if plan.timeframe is None:
        plan.timeframe = Timeframe.D1
        plan.assume("/timeframe", "1d", sentence("assume_timeframe", plan.language))
    return plan.timeframe


def settle_sides(plan: Plan) -> None:
    """Fix the sides, and mirror the rules of one side where the other has none."""
    if not plan.sides:
        plan.sides = tuple(plan.entries) or ("long",)
        if plan.sides == ("long",):
            plan.assume("/rules/0/side", "long", sentence("assume_sides", plan.language))
    other: dict[PositionSide, PositionSide] = {"long": "short", "short": "long"}
    for side in plan.sides:
        if side not in plan.entries and other[side] in plan.entries:
            plan.entries[side] = plan.entries[other[side]].mirror()
            if other[side] in plan.exits and side not in plan.exits:
                plan.exits[side] = plan.exits[other[side]].mirror()
            if len(plan.sides) > 1:
                plan.assume("/rules/1/entry", side, sentence("assume_short", plan.language))
    plan.entries = {side: tree for side, tree in plan.entries.items() if side in plan.sides}
    plan.exits = {side: tree for side, tree in plan.exits.items() if side in plan.sides}


def _closes_itself(plan: Plan) -> bool:
    """Whether what the user said already takes the position off: a trail, a time, a target."""
    return bool(plan.targets) or any(stop.kind in _CLOSING for stop in plan.stops)


def _exits(plan: Plan) -> None:
    for index, side in enumerate(plan.entries):
        if side in plan.exits and plan.exits[side].render() == plan.entries[side].render():
            del plan.exits[side]  # a misreading: such a position would never last
        if side in plan.exits or _closes_itself(plan):
            continue
        found = default_exit(plan.entries[side])
        if found is not None:
            plan.exits[side] = found
            plan.assume(
                f"/rules/{index}/exit", found.render(), sentence("assume_exit", plan.language)
            )
        elif plan.no_stop or not plan.stops:
            plan.stops.append(Stop(kind="time_bars", value=_HOLD_BARS))
            plan.assume(
                "/stops/time_bars", f"{_HOLD_BARS:g}", sentence("assume_hold", plan.language)
            )


def _stops(plan: Plan) -> None:
    if plan.ranking is not None:
        return
    if plan.no_stop:
        plan.assume("/stops", "none", sentence("assume_no_stop", plan.language))
        return
    if _priced_stops(plan):
        return
    wide = bool([stop for stop in plan.stops if "/stops/time_bars" not in plan.assumptions])
    value = 3.0 if wide else 2.0
    plan.stops.append(Stop(kind="atr", value=value, period=14))
    why = "assume_stop_backstop" if wide else "assume_stop"
    plan.assume("/stops", f"{value:g} ATR(14)", sentence(why, plan.language))


def _sizing(plan: Plan) -> Sizing:
    sizing = plan.sizing
    if sizing is None:
        return cautious(plan)
    if sizing.kind == "risk_per_trade" and plan.no_stop and not _priced_stops(plan):
        return cautious(plan, "assume_sizing_no_stop")
    if sizing.kind == "risk_per_trade" and sizing.max_position_frac == 1 and plan.cap is None:
        wanted = max([_WIDER_POSITION, *(
            (sizing.value or 0) / stop.value for stop in plan.stops
            if stop.kind in {"pct", "trailing_pct"} and stop.value
        )])  # fmt: skip
        cap = min(1.0, round(wanted + 0.005, 2) if wanted > _WIDER_POSITION else wanted)
        plan.assume("/sizing/max_position_frac", f"{cap:g}", sentence("assume_cap", plan.language))
        return _capped(sizing, cap)
    return _capped(sizing, plan.cap) if plan.cap is not None else sizing


def _capped(sizing: Sizing, cap: float) -> Sizing:
    return Sizing(
        kind=sizing.kind, value=sizing.value, lookback=sizing.lookback, expr=sizing.expr,
        max_position_frac=cap, resize=sizing.resize, band_frac=sizing.band_frac,
    )  # fmt: skip


def _priced_stops(plan: Plan) -> bool:
    return any(stop.kind in _PRICED for stop in plan.stops)


def cautious(plan: Plan, why: str = "assume_sizing") -> Sizing:
    """The size of the conservative profile, listed as an assumption."""
    if plan.ranking is not None:
        plan.assume("/sizing", "equal_weight", sentence("assume_sizing", plan.language))
        return Sizing(kind="equal_weight", value=None)
    cap = plan.cap or MAX_POSITION
    if plan.no_stop or not _priced_stops(plan):
        plan.assume("/sizing", f"fixed_fraction {cap:g}", sentence(why, plan.language))
        return Sizing(kind="fixed_fraction", value=cap, max_position_frac=cap)
    value = f"risk_per_trade {RISK_PER_TRADE:g}, max_position_frac {cap:g}"
    plan.assume("/sizing", value, sentence("assume_sizing", plan.language))
    return Sizing(kind="risk_per_trade", value=RISK_PER_TRADE, max_position_frac=cap)


def _rules(plan: Plan) -> tuple[Rule, ...]:
    names: dict[PositionSide, str] = {"long": "go_long", "short": "go_short"}
    found = []
    earlier = {rule.side: rule for rule in plan.base.rules} if plan.base else {}
    for side, entry in plan.entries.items():
        before = earlier.get(side)
        out = plan.exits.get(side)
        found.append(
            Rule(
                id=before.id if before else names[side],
                side=side,
                entry=entry.render(),
                exit=out.render() if out is not None else None,
                order=before.order if before else OrderPlan(),
                only_in_regimes=before.only_in_regimes if before else (),
                on_regime_end=before.on_regime_end if before else "hold",
            )
        )
    return tuple(found)


def _by_side(stops: Sequence[Stop], rules: Sequence[Rule]) -> tuple[Stop, ...]:
    """A stop at a price belongs to one side; the other side gets its mirror image."""
    sides = {rule.side for rule in rules}
    found: list[Stop] = []
    for stop in dict.fromkeys(stops):
        if stop.price is None or stop.rules or len(sides) < 2:  # noqa: PLR2004 - long and short
            only_short = stop.price is not None and not stop.rules and sides == {"short"}
            found.append(_priced(stop, (), swap_names(stop.price or "")) if only_short else stop)
            continue
        for rule in rules:
            price = stop.price if rule.side == "long" else swap_names(stop.price)
            found.append(_priced(stop, (rule.id,), price))
    return tuple(found)


def _priced(stop: Stop, ids: tuple[str, ...], price: str) -> Stop:
    return Stop(rules=ids, kind=stop.kind, value=stop.value, period=stop.period, price=price)


def _targets(targets: Sequence[Target], rules: Sequence[Rule]) -> tuple[Target, ...]:
    sides = {rule.side for rule in rules}
    found: list[Target] = []
    for target in dict.fromkeys(targets):
        if target.price is None or target.rules or len(sides) < 2:  # noqa: PLR2004 - long and short
            found.append(target)
            continue
        for rule in rules:
            price = target.price if rule.side == "long" else swap_names(target.price)
            found.append(
                Target(
                    rules=(rule.id,),
                    kind=target.kind,
                    price=price,
                    close_fraction=target.close_fraction,
                )
            )
    return tuple(found)


def spec_name(family: str, symbol: str, timeframe: str) -> str:
    """`trend_following_btc_usdt_4h`: what, on what, on which bars; at most 60 characters."""
    plain = re.sub(r"[^a-z0-9]+", "_", f"{family}_{symbol}_{timeframe}".lower()).strip("_")
    return plain[:60]


def _limits(plan: Plan) -> tuple[SpecLimits, Pyramiding | None]:
    values = {key: value for key, value in plan.limits.items() if key != "max_units"}
    units = plan.limits.get("max_units")
    adding = None
    if isinstance(units, int):
        when = "close > last_entry_price + 0.5*atr(20)"
        adding = Pyramiding(max_units=units, add_when=when, stop_on_add="latest")
    return SpecLimits.model_validate(values), adding


def parameter_notes(plan: Plan, trees: Sequence[Tree | None]) -> None:
    """List the usual parameters that were taken because none were said."""
    for tree in trees:
        for item in conditions(tree):
            for operand in (item.left, item.right):
                if operand is not None and operand.assumed:
                    place = f"/parameters/{operand.assumed.split()[0]}"
                    plan.assume(place, operand.text, sentence("assume_parameter", plan.language))


def named_family(plan: Plan) -> Family | None:
    """The family that the plan's first rule shows."""
    first = join("and", list(plan.entries.values())[:1])
    return family_of(first, short="long" not in plan.entries)


def finish(plan: Plan, symbols_of_desk: Sequence[str] = ()) -> StrategySpec:
    """The spec of a plan; what was open is filled by the policy and listed in its assumptions."""
    _universe(plan, symbols_of_desk)
    timeframe = _timeframe(plan)
    if plan.ranking is None:
        settle_sides(plan)
        _exits(plan)
    _stops(plan)
    sizing = _sizing(plan)
    rules = _rules(plan) if plan.ranking is None else ()
    family = plan.family or named_family(plan) or "other"
    limits, adding = _limits(plan)
    hypothesis = f"name_hypothesis_{family}"
    base = plan.base
    first = plan.symbols[0] if plan.symbols else plan.watchlist or "list"
    return StrategySpec(
        name=spec_name(family, first, timeframe.value),
        family=family,
        hypothesis=(base.hypothesis if base else "")
        or sentence(hypothesis if known(hypothesis) else "name_hypothesis_other", plan.language),
        tags=base.tags if base else (),
        timeframe=timeframe,
        universe=Universe(symbols=plan.symbols, watchlist=plan.watchlist),
        params=tuple(plan.params),
        lets=base.lets if base else (),
        regimes=base.regimes if base else (),
        rules=rules,
        stops=_by_side(plan.stops, rules),
        targets=_targets(plan.targets, rules),
        sizing=sizing,
        pyramiding=adding,
        cross_section=plan.ranking,
        pair=plan.pair,
        limits=limits,
    )


def copy_of(plan: Plan) -> Plan:
    """A plan that can be changed without touching this one."""
    return replace(
        plan, entries=dict(plan.entries), exits=dict(plan.exits), stops=list(plan.stops),
        targets=list(plan.targets), limits=dict(plan.limits), params=list(plan.params),
        assumptions=dict(plan.assumptions),
    )  # fmt: skip
