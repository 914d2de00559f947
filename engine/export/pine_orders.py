"""Regimes, rules and orders of a Pine script: what is decided at a close, and what is sent then."""

from __future__ import annotations

from engine.export.blueprint import Blueprint, RuleParts
from engine.export.pine_code import PineWriter
from engine.language.rendering import number_text
from engine.language.spec import PositionSide


def regime_lines(blueprint: Blueprint, writer: PineWriter) -> list[str]:
    """The state machine of `engine/language/regimes.py`, one step per bar."""
    if not any(part.allowed for part in blueprint.rules) or not blueprint.regimes:
        return []
    none = len(blueprint.regimes)
    stay = pick = ""
    for n, one in enumerate(blueprint.regimes):
        until = "" if one.until is None else f" or not {writer.add(one.until)}"
        stay += f"regime == {n} ? held < {one.min_bars}{until} : "
        pick += f"{writer.add(one.when)} ? {n} : "
    return [
        f"var int regime = {none}",
        "var int held = 0",
        f"stay = {stay}false",
        "if stay",
        "    held += 1",
        "else",
        f"    regime := {pick}{none}",
        "    held := 1",
    ]


def _inside(blueprint: Blueprint, part: RuleParts) -> str:
    """In one of the rule's regimes; empty when it has none."""
    if not part.allowed or not blueprint.regimes:
        return ""
    return "(" + " or ".join(f"regime == {place}" for place in part.allowed) + ")"


def _nearest(levels: list[str], *, low: bool) -> str:
    if len(levels) == 1:
        return levels[0]
    return f"math.{'min' if low else 'max'}({', '.join(levels)})" if levels else "na"


def rule_lines(blueprint: Blueprint, part: RuleParts, writer: PineWriter) -> list[str]:
    """First stop, target and condition of an entry decided at this close."""
    name, away = part.rule.id, part.rule.side == "short"
    stops, aims = _stops(part, writer), _aims(part, writer)
    conditions = ["ready", writer.add(part.entry)]
    conditions += [f"not na(stop_{name})"] if stops else []
    conditions += [f"not na(target_{name})"] if aims else []
    widest = blueprint.spec.limits.max_stop_distance_frac
    if widest is not None and stops:
        conditions.append(f"math.abs(close - stop_{name}) <= {number_text(widest)} * close")
    inside = _inside(blueprint, part)
    conditions += [inside] if inside else []
    return [
        f"// rule {name}",
        f"float stop_{name} = {_nearest(stops, low=away)}",
        f"float target_{name} = {_nearest(aims, low=not away)}",
        f"fire_{name} = {' and '.join(conditions)}",
    ]


def _stops(part: RuleParts, writer: PineWriter) -> list[str]:
    levels = part.levels
    stops = [writer.add(tree) for tree in (*levels.stops, *levels.trails)]
    if levels.trailing_fraction:
        stops.append(f"close * {_behind(part)}")
    return stops


def _behind(part: RuleParts) -> str:
    """What the best price is multiplied with to give the trailing level."""
    fraction = part.levels.trailing_fraction
    return number_text(1 - fraction if part.rule.side == "long" else 1 + fraction)


def _aims(part: RuleParts, writer: PineWriter) -> list[str]:
    sign, stop = "-" if part.rule.side == "short" else "+", f"stop_{part.rule.id}"
    aims = [writer.add(tree) for tree in part.levels.targets]
    return aims + [
        f"close {sign} {number_text(multiple)} * math.abs(close - {stop})"
        for multiple in part.levels.multiples
    ]


def side_lines(blueprint: Blueprint, side: PositionSide, writer: PineWriter) -> list[str]:
    """Conditions of a side: its rules from the first to the last, and what ends its position."""
    parts = blueprint.side(side)
    ids = [part.rule.id for part in parts]
    trails = [writer.add(tree) for tree in parts[0].levels.trails]
    lines = [
        f"// {side}",
        f"leave_{side} = {_leave(blueprint, parts, writer)}",
        f"enter_{side} = ({' or '.join(f'fire_{name}' for name in ids)}) and not leave_{side}",
        f"float first_{side} = {_chosen(ids, 'stop')}",
        f"float aim_{side} = {_chosen(ids, 'target')}",
        f"float trail_{side} = {_nearest(trails, low=side == 'short')}",
    ]
    if parts[0].levels.time_bars:
        held = f"strategy.position_size {'>' if side == 'long' else '<'} 0"
        age = "bar_index - strategy.opentrades.entry_bar_index(0) + 1"
        lines.append(f"int age_{side} = {held} ? {age} : 0")
    return lines


def _leave(blueprint: Blueprint, parts: tuple[RuleParts, ...], writer: PineWriter) -> str:
    exits = [writer.add(part.exit) for part in parts if part.exit is not None]
    insides = [_inside(blueprint, part) for part in parts if part.rule.on_regime_end == "exit"]
    exits += [f"not {inside}" for inside in insides if inside]
    return f"ready and ({' or '.join(dict.fromkeys(exits))})" if exits else "false"


def _chosen(ids: list[str], what: str) -> str:
    first = "".join(f"fire_{name} ? {what}_{name} : " for name in ids[:-1])
    return f"{first}{what}_{ids[-1]}"


def order_lines(blueprint: Blueprint, side: PositionSide) -> list[str]:
    """Ratchet, leave and enter for one side; exits stand beside the entry from its own bar on."""
    guard = f'strategy.exit("guard {side}", from_entry = "{side}"'
    return [
        *_ratchet(blueprint.side(side)[0]),
        *_enter(blueprint, side),
        f"if not na(level_{side}) or not na(goal_{side})",
        f"    {guard}, stop = level_{side}, limit = goal_{side})",
    ]


def _ratchet(part: RuleParts) -> list[str]:
    """While the side is held: move its level towards the price, close it on exit or age."""
    side, levels = part.rule.side, part.levels
    held, nearer, extreme = ("> 0", "max", "high") if side == "long" else ("< 0", "min", "low")
    level, best, trail = f"level_{side}", f"best_{side}", f"trail_{side}"
    lines = [f"var float {level} = na", f"var float goal_{side} = na"]
    lines += [f"var float {best} = na"] if levels.trailing_fraction else []
    lines += [
        f"if strategy.position_size {held}",
        f"    {level} := na({level}) ? {trail} : math.{nearer}({level}, nz({trail}, {level}))",
    ]
    if levels.trailing_fraction:
        follower = f"{best} * {_behind(part)}"
        lines += [
            f"    {best} := math.{nearer}(nz({best}, {extreme}), {extreme})",
            f"    {level} := math.{nearer}(nz({level}, {follower}), {follower})",
        ]
    late = f" or age_{side} >= {levels.time_bars}" if levels.time_bars else ""
    return [*lines, f"    if leave_{side}{late}", f'        strategy.close("{side}")']


def _enter(blueprint: Blueprint, side: PositionSide) -> list[str]:
    """The entry for the next open with its levels, skipped where they stand on the wrong side."""
    long = side == "long"
    other, free, sign = ("short", "<= 0", "") if long else ("long", ">= 0", "-")
    alone = f" and not enter_{other}" if other in blueprint.sides else ""
    rest = blueprint.spec.limits.cooldown_bars or 0
    rested = f" and bar_index > nz(last_exit, -{rest + 1}) + {rest}" if rest else ""
    trailing = blueprint.side(side)[0].levels.trailing_fraction
    return [
        f"if enter_{side}{alone} and strategy.position_size {free}{rested}",
        f"    float quantity = {_quantity(blueprint, side)}",
        f"    far = na(first_{side}) or {sign}(close - first_{side}) >= 2 * syminfo.mintick",
        f"    ahead = na(aim_{side}) or {sign}(aim_{side} - close) > 0",
        "    if quantity > 0 and far and ahead",
        f"        level_{side} := first_{side}",
        f"        goal_{side} := aim_{side}",
        *([f"        best_{side} := na"] if trailing else []),
        f'        strategy.entry("{side}", strategy.{side}, qty = quantity)',
    ]


def _quantity(blueprint: Blueprint, side: PositionSide) -> str:
    sizing = blueprint.spec.sizing
    value = number_text(sizing.value or 0.0)
    wanted = {
        "fixed_fraction": f"{value} * strategy.equity / close",
        "fixed_notional": f"{value} / close",
        "risk_per_trade": f"{value} * strategy.equity / math.abs(close - first_{side})",
    }[sizing.kind]
    return f"math.min({wanted}, {number_text(blueprint.cap)} * strategy.equity / close)"
