# ruff: noqa: E501 - a regular expression stays on one line
"""What stands beside the rules: instruments, sides, stops, targets, size, limits."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.edit_words import ADD, INSTEAD, SYMBOL
from copilot.offline.plan import Plan
from copilot.offline.plan_conditions import keep_only
from copilot.offline.scan import NUM, Scan
from copilot.offline.slots import Slots
from copilot.offline.stops import STOP_WORD
from copilot.offline.symbols import index_of
from engine.language.spec import Stop, Target


def change_universe(plan: Plan, slots: Slots, scan: Scan) -> None:
    """Instruments and chart of a later message."""
    if slots.symbols:
        plan.symbols = _symbols(plan, slots, scan)
        plan.watchlist = None
        plan.said("/universe/symbols")
        plan.said("/universe/watchlist")
    if slots.timeframe is not None and not slots.timeframe_implied:
        plan.timeframe = slots.timeframe
        plan.said("/timeframe")


def _symbols(plan: Plan, slots: Slots, scan: Scan) -> tuple[str, ...]:
    """`swap A for B`, `B instead of A`, `add B`: what is left after the message."""
    named = slots.symbols
    gone: set[str] = set()
    for pattern, place in (
        (rf"(?:swap|replace|change|switch|exchange|tausch\w*|ersetz\w*|wechs\w*|änder\w*)[^.;]{{0,30}}?{SYMBOL}[^.;]{{0,20}}?(?:for|with|to|by|into|gegen|durch|mit|zu|auf|in) [^.;]{{0,12}}?{SYMBOL}", 0),
        (rf"{SYMBOL} (?:instead of|rather than|statt|anstatt|anstelle von|not) {SYMBOL}", 1),
        (rf"(?:instead of|rather than|statt|anstatt|anstelle von|not|nicht) {SYMBOL}[^.;]{{0,20}}?{SYMBOL}", 0),
        (rf"(?:drop|remov\w*|delet\w*|without|forget(?: about)?|skip|get rid of|ditch|ohne|entfern\w*|streich\w*|lösch\w*|weg mit|kein\w*) [^.;§]{{0,10}}{SYMBOL}", 0),
    ):  # fmt: skip
        match = re.search(pattern, slots.text)
        if match:
            gone.add(named[index_of(match.groups()[place])])
    fresh = [name for name in named if name not in gone]
    if gone and not fresh:
        return tuple(name for name in plan.symbols if name not in gone) or plan.symbols
    if not gone and scan.has(ADD) and not scan.has(INSTEAD) and plan.symbols:
        return tuple(dict.fromkeys([*plan.symbols, *fresh]))
    others = [name for name in fresh if name not in plan.symbols]
    return tuple(others or fresh)


def change_sides(plan: Plan, slots: Slots) -> None:
    """Long, short or both, as the later message wants it."""
    if not slots.sides.sides:
        return
    sides = slots.sides.sides
    if sides == ("long",):
        keep_only(plan, "long")
    elif sides == ("short",):
        if "short" not in plan.entries and "long" in plan.entries:
            plan.entries["short"] = plan.entries["long"].mirror()
        keep_only(plan, "short")
    else:
        plan.sides = ("long", "short")
        plan.said("/rules/0/side")


def change_protection(plan: Plan, slots: Slots, scan: Scan) -> None:
    """Stops, targets and size of a later message in the place of the earlier ones."""
    if slots.stops:
        if scan.has(_INSTEAD_OF_STOP):
            plan.stops = [stop for stop in plan.stops if stop.kind in _PLACES]
            plan.no_stop = True
        plan.stops = _stops(plan, slots.stops, adding=scan.has(ADD))
        plan.no_stop = plan.no_stop and all(stop.kind in _PLACES for stop in plan.stops)
        plan.said("/stops")
    elif slots.no_stop:
        other = _other_stop(slots.text)
        plan.stops, plan.no_stop = [other] if other else [], other is None
        plan.said("/stops")
    elif plan.stops and (factor := _factor(scan, rf"{STOP_WORD}|stop distance|stopp?abstand")):
        plan.stops = [_scaled(stop, factor) for stop in plan.stops]
    if slots.targets:
        plan.targets = list(slots.targets)
        plan.said("/targets")
    elif factor := _factor(scan, r"targets?|take profits?|ziele?|gewinnziele?"):
        plan.targets = [_scaled_target(target, factor) for target in plan.targets]
    if slots.sizing is not None:
        plan.sizing, plan.cap = slots.sizing, slots.cap
        plan.said("/sizing")
    elif plan.sizing is not None and plan.sizing.value and (factor := _factor(scan, _SIZE)):
        value = round(plan.sizing.value * factor, 10)
        plan.sizing = plan.sizing.model_copy(update={"value": value})
        plan.said("/sizing")
    elif slots.cap is not None:
        plan.cap = slots.cap
        plan.said("/sizing/max_position_frac")


_INSTEAD_OF_STOP: Final = (
    r"(?:instead of|rather than|in place of|statt|anstatt|anstelle|replac\w*|swap\w*|ersetz\w*|tausch\w*) "
    rf"(?:\w+ ){{0,2}}(?:{STOP_WORD}|stopp?s)"
)


def _other_stop(text: str) -> Stop | None:
    """`no stop but 3 %`: the stop that is wanted in its place."""
    other = re.search(
        r"(?:sondern|but|instead|rather|lieber|stattdessen|aber)[^.;%\d]{0,20}"
        rf"(?P<n>{NUM}) ?(?P<unit>%|atrs?\b)",
        text,
    )
    if other is None:
        return None
    if other["unit"] == "%":
        return Stop(kind="pct", value=round(float(other["n"]) / 100, 10))
    return Stop(kind="atr", value=float(other["n"]), period=14)


def _factor(scan: Scan, what: str) -> float:
    """2 for `double the ...`, 0.5 for `halve the ...`, 0 when the text says neither."""
    for factor, words in ((2.0, _DOUBLE), (0.5, _HALVE)):
        if scan.has(rf"(?:{words})(?: the| my| den| die| das| der)? (?:{what})"):
            return factor
    return 0.0


_SIZE: Final = r"risk|size|position(?: size)?|risiko|größe|einsatz|positionsgröße"
_DOUBLE: Final = r"doubl(?:e|ing)|verdopp(?:le|el|eln|ele)|twice"
_HALVE: Final = r"halv(?:e|ing)|cut in half|halbier(?:e|en)?"


def _scaled(stop: Stop, factor: float) -> Stop:
    if stop.kind in _PLACES or stop.value is None:
        return stop
    return stop.model_copy(update={"value": round(stop.value * factor, 10)})


def _scaled_target(target: Target, factor: float) -> Target:
    if target.value is None:
        return target
    return target.model_copy(update={"value": round(target.value * factor, 10)})


_PLACES: Final = {"time_bars": "time", "breakeven_after_r": "even"}


def _stops(plan: Plan, new: tuple[Stop, ...], *, adding: bool) -> list[Stop]:
    """The new stops beside the old ones they do not replace.

    A stop replaces those of its own kind; a price stop replaces all price stops unless it is
    added to one that the user had named before.
    """
    assumed = "/stops" in plan.assumptions
    kinds = {stop.kind for stop in new}
    places = {_PLACES.get(stop.kind, "price") for stop in new}
    kept = []
    for stop in plan.stops:
        place = _PLACES.get(stop.kind, "price")
        if stop.kind in kinds or (place in places and (assumed or not adding)):
            continue
        if assumed and place == "price" and "price" in places:
            continue
        kept.append(stop)
    return [*kept, *new]


def change_limits(plan: Plan, slots: Slots) -> None:
    """Limits that a later message names replace those of the same name."""
    plan.limits.update(slots.limits)
