"""Regimes, rules and orders of a Pine script: what is decided at a close, and what is sent then.

Every rule keeps its own levels, so that a position has the way out of the rule that opened it.
"""

from __future__ import annotations

from engine.export.blueprint import Blueprint, RuleParts
from engine.export.pine_code import PineWriter
from engine.language.nodes import Name
from engine.language.program import replaced
from engine.language.rendering import number_text

LAST_WON = "last_trade_won"


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


def _nearest(levels: list[str], part: RuleParts) -> str:
    """The level nearer to the price; `na` without one."""
    if len(levels) == 1:
        return levels[0]
    name = "max" if part.direction > 0 else "min"
    return f"math.{name}({', '.join(levels)})" if levels else "na"


def kept_lines(part: RuleParts) -> list[str]:
    """What a rule remembers from its order until its position is gone."""
    name = part.rule.id
    lines = [f"var float level_{name} = na", f"var float risk_{name} = na"]
    lines += [f"var float goal_{name}_{place} = na" for place in range(len(part.levels.aims))]
    if part.rule.order.type in {"stop", "limit"}:
        lines.append(f"var int until_{name} = -1")
    entry = "strategy.opentrades.entry_id(0)"
    return [*lines, f'held_{name} = strategy.opentrades > 0 ? {entry} == "{name}" : false']


def rule_lines(blueprint: Blueprint, part: RuleParts, writer: PineWriter) -> list[str]:
    """Expected price, first stop, targets and conditions of an entry decided at this close."""
    name, levels = part.rule.id, part.levels
    entry = writer.add(replaced(part.entry, {LAST_WON: Name(f"won_{part.rule.side}")}))
    ref = writer.add(levels.ref)
    stops = [writer.add(tree) for tree in (*levels.stops, *levels.trails)]
    if levels.trailing_fraction:
        stops.append(f"{ref} * {_behind(part)}")
    aims = [_aim(part, place, ref, writer) for place in range(len(levels.aims))]
    conditions = ["ready", entry, f"not na({ref})"]
    conditions += [f"not na(stop_{name})"] if stops else []
    conditions += [
        f"not na(aim_{name}_{place})" for place, aim in enumerate(levels.aims) if aim.moving is None
    ]
    widest = blueprint.spec.limits.max_stop_distance_frac
    if widest is not None and stops:
        conditions.append(f"math.abs({ref} - stop_{name}) <= {number_text(widest)} * {ref}")
    inside = _inside(blueprint, part)
    conditions += [inside] if inside else []
    trails = [writer.add(tree) for tree in (*levels.trails, *levels.moved)]
    return [
        f"// rule {name}",
        f"float ref_{name} = {ref}",
        f"float stop_{name} = {_nearest(stops, part)}",
        *(f"float aim_{name}_{place} = {aim}" for place, aim in enumerate(aims)),
        f"float trail_{name} = {_nearest([f'nz({one}, {_never(part)})' for one in trails], part)}",
        *_moving_lines(part, writer),
        f"leave_{name} = {_leave(part, inside, writer)}",
        f"fire_{name} = {' and '.join(conditions)} and not leave_{name}",
    ]


def _never(part: RuleParts) -> str:
    """A level that no price reaches, for "no level"."""
    return "0.0" if part.direction > 0 else "1e300"


def _behind(part: RuleParts) -> str:
    """What the best price is multiplied with to give the trailing level."""
    return number_text(1 - part.direction * part.levels.trailing_fraction)


def _aim(part: RuleParts, place: int, ref: str, writer: PineWriter) -> str:
    aim, sign = part.levels.aims[place], "+" if part.direction > 0 else "-"
    if aim.level is not None:
        return writer.add(aim.level)
    return f"{ref} {sign} {number_text(aim.multiple)} * math.abs({ref} - stop_{part.rule.id})"


def _moving_lines(part: RuleParts, writer: PineWriter) -> list[str]:
    return [
        f"float moving_{part.rule.id}_{place} = {writer.add(aim.moving)}"
        for place, aim in enumerate(part.levels.aims)
        if aim.moving is not None
    ]


def _leave(part: RuleParts, inside: str, writer: PineWriter) -> str:
    won = {LAST_WON: Name(f"won_{part.rule.side}")}
    leaves = [] if part.exit is None else [writer.add(replaced(part.exit, won))]
    if inside and part.rule.on_regime_end == "exit":
        leaves.append(f"not {inside}")
    return f"ready and ({' or '.join(leaves)})" if leaves else "false"


def order_lines(blueprint: Blueprint, part: RuleParts) -> list[str]:
    """Ratchet, leave and enter for one rule; exits stand beside the entry from its own bar on."""
    return [
        f"// orders of {part.rule.id}",
        *_ratchet(part),
        *_add(blueprint, part),
        *_enter(blueprint, part),
        *_guard(part),
    ]


def _ratchet(part: RuleParts) -> list[str]:
    """While the position is held: move its levels, close it on exit or age."""
    name, levels = part.rule.id, part.levels
    sign, body = "" if part.direction > 0 else "-", list[str]()
    if levels.trails or levels.moved:
        body += _raised(part, f"trail_{name}")
    if levels.trailing_fraction:
        best = "st_highest_since_entry" if part.direction > 0 else "st_lowest_since_entry"
        body += _raised(part, f"{best} * {_behind(part)}")
    if levels.breakeven_r:
        gain = f"{sign}(close - st_entry_price) >= {number_text(levels.breakeven_r)} * risk_{name}"
        body += _raised(part, "st_entry_price", f"{gain} and ")
    for place, aim in enumerate(levels.aims):
        if aim.moving is not None:
            goal = f"goal_{name}_{place}"
            body.append(f"{goal} := nz(moving_{name}_{place}, {goal})")
    late = f" or st_bars_held >= {levels.time_bars}" if levels.time_bars else ""
    body += [f"if leave_{name}{late}", f'    strategy.close("{name}")']
    return [f"if held_{name}", *(f"    {line}" for line in body)]


def _raised(part: RuleParts, wanted: str, when: str = "") -> list[str]:
    """Move the stop to a level that is nearer to the price; it never moves back."""
    level, nearer = f"level_{part.rule.id}", "max" if part.direction > 0 else "min"
    move = f"    {level} := math.{nearer}(nz({level}, {wanted}), {wanted})"
    return [f"if {when}not na({wanted})", move]


def _guard(part: RuleParts) -> list[str]:
    """One exit per target, each with the stop; what no target closes has the stop alone."""
    name, aims = part.rule.id, part.levels.aims
    shares = [aim.fraction for aim in aims]
    lines, levels = [], f'from_entry = "{name}", stop = level_{name}'
    for place, share in enumerate(shares):
        qty = "" if len(aims) == 1 and share == 1 else f", qty_percent = {number_text(100 * share)}"
        lines += [
            f"if not na(level_{name}) or not na(goal_{name}_{place})",
            f'    strategy.exit("{name} {place}", {levels}, limit = goal_{name}_{place}{qty})',
        ]
    if sum(shares) < 1 - 1e-9:
        lines += [
            f"if not na(level_{name})",
            f'    strategy.exit("{name} rest", {levels})',
        ]
    return lines


def _enter(blueprint: Blueprint, part: RuleParts) -> list[str]:
    """The entry with its levels, skipped where they stand on the wrong side of its price."""
    name, rule, aims = part.rule.id, part.rule, part.levels.aims
    free, sign = ("<= 0", "") if part.direction > 0 else (">= 0", "-")
    rivals = [
        other.rule.id for other in blueprint.rules
        if other.direction != part.direction and other.rule.order.type == "market_next_open"
    ]  # fmt: skip
    market = rule.order.type == "market_next_open"
    alone = "".join(f" and not fire_{other}" for other in rivals) if market else ""
    rest = blueprint.spec.limits.cooldown_bars or 0
    rested = f" and bar_index > nz(last_exit, -{rest + 1}) + {rest}" if rest else ""
    ahead = [
        f"(na(aim_{name}_{place}) or {sign}(aim_{name}_{place} - ref_{name}) > 0)"
        for place in range(len(aims))
    ]
    far = f"(na(stop_{name}) or {sign}(ref_{name} - stop_{name}) >= 2 * syminfo.mintick)"
    earlier = [
        other.rule.id for other in blueprint.rules[: blueprint.rules.index(part)]
        if other.direction == part.direction and other.rule.order.type == "market_next_open"
    ]  # fmt: skip
    first = "".join(f" and not fire_{other}" for other in earlier) if market else ""
    opened = " and open_now" if blueprint.spec.limits.session or blueprint.spec.limits.days else ""
    lines = [
        f"if fire_{name}{alone}{first}{opened} and strategy.position_size {free}{rested}",
        f"    float quantity_{name} = {_quantity(blueprint, part)}",
        f"    if quantity_{name} > 0 and {' and '.join([far, *ahead])}",
        f"        level_{name} := {_first_level(part)}",
        f"        risk_{name} := math.abs(ref_{name} - level_{name})",
        *(f"        goal_{name}_{place} := aim_{name}_{place}" for place in range(len(aims))),
    ]
    if market:
        return [*lines, f"        {_entry(part, f'qty = quantity_{name}')}"]
    price = f"{rule.order.type} = ref_{name}"
    return [
        *lines,
        f"        until_{name} := bar_index + {rule.order.valid_bars}",
        f"        {_entry(part, f'qty = quantity_{name}, {price}')}",
        f"if bar_index >= until_{name} and not held_{name}",
        f'    strategy.cancel("{name}")',
    ]


def _first_level(part: RuleParts) -> str:
    name, share = part.rule.id, part.levels.max_loss
    if not share:
        return f"stop_{name}"
    sign, nearer = ("-", "max") if part.direction > 0 else ("+", "min")
    loss = f"ref_{name} {sign} {number_text(share)} * strategy.equity / quantity_{name}"
    return f"math.{nearer}(nz(stop_{name}, {_never(part)}), {loss})"


def _entry(part: RuleParts, more: str) -> str:
    return f'strategy.entry("{part.rule.id}", strategy.{part.rule.side}, {more})'


def _add(blueprint: Blueprint, part: RuleParts) -> list[str]:
    """Another unit while the position is held, with the first one's risk."""
    given, name = blueprint.spec.pyramiding, part.rule.id
    if given is None:
        return []
    room = f"strategy.opentrades < {given.max_units}"
    lines = [f"if held_{name} and add_now and {room} and not leave_{name}"]
    if given.stop_on_add == "latest":
        nearer = "max" if part.direction > 0 else "min"
        level = f"level_{name}"
        lines.append(f"    {level} := math.{nearer}(nz({level}, stop_{name}), stop_{name})")
    size = "math.abs(strategy.opentrades.size(0))"
    return [*lines, f"    {_entry(part, f'qty = {size}')}"]


def _quantity(blueprint: Blueprint, part: RuleParts) -> str:
    sizing, ref = blueprint.spec.sizing, f"ref_{part.rule.id}"
    value = number_text(sizing.value or 0.0)
    wanted = {
        "fixed_fraction": f"{value} * strategy.equity / {ref}",
        "fixed_notional": f"{value} / {ref}",
        "risk_per_trade": f"{value} * strategy.equity / math.abs({ref} - stop_{part.rule.id})",
    }.get(sizing.kind, f"weight_now * strategy.equity / {ref}")
    return f"math.min({wanted}, {number_text(blueprint.cap)} * strategy.equity / {ref})"
