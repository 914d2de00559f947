# ruff: noqa: E501 - regular expressions of one wish stay on one line
"""A later message changes an earlier plan: the later word wins, and what was taken back is gone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from copilot.offline.comparisons import Context
from copilot.offline.exits import default_exit
from copilot.offline.operands import find_operands
from copilot.offline.plan import Plan, tree_of
from copilot.offline.read import Base
from copilot.offline.rewrite import average_kind
from copilot.offline.scan import NUM, Scan
from copilot.offline.slots import Slots
from copilot.offline.symbols import PLACE, index_of
from copilot.offline.tree import (
    Condition,
    Fixed,
    Joined,
    Operand,
    Tree,
    conditions,
    join,
    number,
)
from engine.language.spec import PositionSide, Stop

_ADD: Final = r"(?:add\w*|also|plus|additional\w*|too|as well|on top|besides|further\w*|include|another|füge?|hinzu\w*|zusätzlich|außerdem|auch|ergänz\w*|noch|dazu|weitere\w*|and (?:only|require)|und nur|only (?:if|when|while|trade)|nur (?:wenn|falls|sofern)|with (?:a )?\w* ?filter|mit \w*filter)"
_REMOVE: Final = r"(?:drop|remov\w*|delet\w*|without|no more|no longer|forget(?: about)?|lose|skip|get rid of|take (?:out|off|away)|scrap|cancel|kill|ditch|leave out|turn off|don'?t (?:use|need|want)|never mind|actually no|doch kein\w*|kein\w*|ohne|entfern\w*|streich\w*|lösch\w*|weg mit|lass(?:e)?|nimm|vergiss|verzichte? auf|no)"
_AWAY: Final = r"(?:weg|raus|heraus|weglassen|fallen|doch nicht|nicht mehr|away|out|off)"
_INSTEAD: Final = r"(?:instead(?: of)?|rather than|replac\w*|swap\w*|switch\w*|exchang\w*|change|statt(?:dessen)?|anstatt|anstelle|ersetz\w*|tausch\w*|wechsl\w*|lieber|sondern|änder\w*)"
_NEW: Final = r"(?:new (?:strategy|idea|draft|one|system)|start over|from scratch|different (?:strategy|idea|system)|another (?:strategy|idea|one|system)|something (?:else|different)|neue[rsn]? (?:strategie|idee|entwurf|system)|von vorn\w*|ganz (?:was )?ander\w*|andere (?:strategie|idee)|etwas ander\w*|was ander\w*|noch eine strategie)"
_SYMBOL: Final = PLACE

_STOP_WORDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    (r"(?:trail\w*|nachgezogen\w*|nachlaufend\w*|chandelier)(?: ?stopp?s?)?", frozenset({"trailing_pct", "trailing_atr", "chandelier", "trail_expr"})),
    (r"(?:time|zeit) ?(?:stopp?s?|exit|limit|ausstieg)|haltedauer|max\w* hold\w*", frozenset({"time_bars"})),
    (r"break ?even\w*|einstand\w*", frozenset({"breakeven_after_r"})),
    (r"atr ?stopp?s?", frozenset({"atr", "trailing_atr"})),
    (r"(?:stop ?loss\w*|stopp?s?|sl)(?! trading)", frozenset()),
)  # fmt: skip
_LIMIT_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"session\w*|trading hours|handelszeit\w*", ("session",)), (r"overnight\w*|über nacht|übernacht\w*", ("overnight", "flat_by")),
    (r"draw ?down\w*|dd", ("max_drawdown_frac",)), (r"daily loss\w*|tagesverlust\w*", ("max_daily_loss_frac",)),
    (r"cool ?down\w*|pause|wartezeit", ("cooldown_bars",)), (r"leverage|hebel", ("max_leverage",)),
    (r"weekdays?|days? (?:filter|limit|restriction)|wochentage?|tage ?filter|(?:mon|tues|wednes|thurs|fri)day\w*|(?:mon|diens|donners|frei)tag\w*", ("days",)),
    (r"trades? per day|trades? pro tag|trade limit", ("max_trades_per_day",)), (r"trades? per week|trades? pro woche", ("max_trades_per_week",)),
    (r"position limit|max\w* positions?|positionslimit", ("max_positions",)), (r"pyramid\w*|adding|nachkauf\w*", ("max_units",)),
    (r"limits?", ("max_positions", "max_trades_per_day", "max_trades_per_week", "max_losses_per_day", "max_drawdown_frac", "max_daily_loss_frac")),
)  # fmt: skip
_TREND_WORDS: Final = r"(?:long ?term |higher )?trend ?(?:filter|bedingung|condition)\w*|richtungsfilter|regime ?filter"
_VOLUME_WORDS: Final = (
    r"vol(?:ume|umen)s? ?(?:filter|condition|bedingung|confirmation|bestätigung)?"
)


def base_of(plan: Plan) -> Base:
    """What a later message may leave out: chart, instrument, indicator, kind of average."""
    main = _main(plan)
    context = Context()
    if main is not None:
        if main.left.kind not in {"price", "channel", "number"}:
            context.subject = main.left
        if main.right is not None and main.right.kind != "number":
            context.pair = main
        context.seen = [item for c in _all(plan) for item in (c.left, c.right) if item is not None]
    names = [
        c.left.name
        for c in _all(plan)
        if c.left.name in {"ema", "sma", "wma", "hma", "kama", "dema", "tema"}
    ]
    return Base(plan.timeframe, plan.symbols, context, names[0] if names else "")


def _all(plan: Plan) -> list[Condition]:
    return [c for tree in (*plan.entries.values(), *plan.exits.values()) for c in conditions(tree)]


def _main(plan: Plan) -> Condition | None:
    """The comparison that a bare number speaks of: the entry's oscillator, else its first one."""
    found = [c for tree in plan.entries.values() for c in conditions(tree)]
    scaled = [c for c in found if c.left.kind in {"oscillator", "willr", "centred"}]
    return (scaled or found or [None])[0]  # type: ignore[list-item]  # None when there is none


def starts_anew(plan: Plan, slots: Slots) -> bool:
    """Whether a message is a request of its own and not a change of the plan."""
    scan = Scan(slots.text)
    if scan.has(_NEW):
        return True
    if scan.has(_ADD) or scan.has(_INSTEAD) or scan.has(_REMOVE):
        return False
    whole = bool(slots.symbols) and bool(
        slots.rules.entry_long or slots.rules.entry_short or slots.ranking
    )
    other = bool(slots.symbols) and set(slots.symbols) != set(plan.symbols)
    return whole and other and slots.timeframe is not None


def apply(plan: Plan, slots: Slots) -> bool:
    """Change a plan by a later message; False when the message changes nothing."""
    before = repr(plan)
    scan = Scan(slots.text)
    _remove(plan, slots)
    _universe(plan, slots, scan)
    _sides(plan, slots)
    _protection(plan, slots, scan)
    _limits(plan, slots)
    _conditions(plan, slots, scan)
    return repr(plan) != before


# What was taken back


def _remove(plan: Plan, slots: Slots) -> None:
    for clause in re.split(r"[.;!?\n]|,(?! ?\d)|\b(?:but|and instead|sondern|aber)\b", slots.text):
        scan = Scan(clause)
        taken = scan.has(rf"{_REMOVE}[^.;]{{0,50}}") and not scan.has(
            r"(?:no|not|kein\w*|nicht) (?:more|mehr|less|weniger) (?:than|als)"
        )
        away = re.search(rf"(?:lass|nimm|mach|nehmen|lassen)[^.;]{{0,50}}{_AWAY}", clause)
        if taken and not (re.match(r"\s*(?:nimm|lass)\b", clause) and not away):
            _remove_named(plan, slots, scan)


def _remove_named(plan: Plan, slots: Slots, scan: Scan) -> None:
    for words, kinds in _STOP_WORDS:
        if scan.take(words):
            plan.stops = [s for s in plan.stops if kinds and s.kind not in kinds]
            plan.no_stop = plan.no_stop or not kinds
            plan.said("/stops")
    if scan.take(r"(?:take ?profits?|targets?|tp|gewinnziel\w*|ziel\w*|profit targets?)"):
        plan.targets = []
        plan.said("/targets")
    for words, names in _LIMIT_WORDS:
        if scan.take(words):
            for name in names:
                plan.limits.pop(name, None)
    if scan.take(r"(?:the )?shorts?(?: side| rule| leg| trades?| selling)?|shortseite|leerverk\w*"):
        _only(plan, "long")
    if scan.take(r"(?:the )?longs?(?: side| rule| leg)|longseite"):
        _only(plan, "short")
    names = _names_to_drop(slots, scan)
    if names:
        _drop_conditions(plan, names)
    if scan.take(r"(?:the )?(?:exit|ausstieg)(?: rule| condition|sregel|sbedingung)?"):
        plan.exits = {}


def _names_to_drop(slots: Slots, scan: Scan) -> set[str]:
    names: set[str] = set()
    if scan.take(_VOLUME_WORDS):
        names |= {"volume", "vol_sma", "rel_volume", "obv", "cmf", "mfi"}
    if scan.take(_TREND_WORDS):
        names |= {"sma", "ema", "adx", "supertrend", "TREND"}
    for mention in find_operands(scan.text, slots.frame):
        if mention.operand.name != "close":
            names.add(mention.operand.name)
    return names


def _drop_conditions(plan: Plan, names: set[str]) -> None:
    for trees in (plan.entries, plan.exits):
        for side in list(trees):
            left = _dropped(trees[side], names)
            if left is None and trees is plan.entries:
                continue
            if left is None:
                del trees[side]
            else:
                trees[side] = left


def _dropped(tree: Tree, names: set[str]) -> Tree | None:
    if isinstance(tree, Joined):
        kept = [left for item in tree.items if (left := _dropped(item, names)) is not None]
        return join(tree.word, kept)
    if isinstance(tree, Condition):
        inside = {tree.left.name, tree.right.name if tree.right else ""}
        return None if inside & names else tree
    words = set(re.findall(r"[a-z_]+", tree.text))
    trend = "TREND" in names and "sma(close,200)" in tree.text
    return None if (words & names) or trend else tree


def _only(plan: Plan, side: PositionSide) -> None:
    plan.sides = (side,)
    plan.entries = {key: tree for key, tree in plan.entries.items() if key == side}
    plan.exits = {key: tree for key, tree in plan.exits.items() if key == side}
    plan.said("/rules/0/side")
    plan.said("/rules/1")


# What stands beside the rules


def _universe(plan: Plan, slots: Slots, scan: Scan) -> None:
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
        (rf"(?:swap|replace|change|switch|exchange|tausch\w*|ersetz\w*|wechs\w*|änder\w*)[^.;]{{0,30}}?{_SYMBOL}[^.;]{{0,20}}?(?:for|with|to|by|into|gegen|durch|mit|zu|auf|in) [^.;]{{0,12}}?{_SYMBOL}", 0),
        (rf"{_SYMBOL} (?:instead of|rather than|statt|anstatt|anstelle von|not) {_SYMBOL}", 1),
        (rf"(?:instead of|rather than|statt|anstatt|anstelle von|not|nicht) {_SYMBOL}[^.;]{{0,20}}?{_SYMBOL}", 0),
        (rf"(?:drop|remov\w*|delet\w*|without|forget(?: about)?|skip|get rid of|ditch|ohne|entfern\w*|streich\w*|lösch\w*|weg mit|kein\w*) [^.;§]{{0,10}}{_SYMBOL}", 0),
    ):  # fmt: skip
        match = re.search(pattern, slots.text)
        if match:
            gone.add(named[index_of(match.groups()[place])])
    fresh = [name for name in named if name not in gone]
    if gone and not fresh:
        return tuple(name for name in plan.symbols if name not in gone) or plan.symbols
    if not gone and scan.has(_ADD) and not scan.has(_INSTEAD) and plan.symbols:
        return tuple(dict.fromkeys([*plan.symbols, *fresh]))
    others = [name for name in fresh if name not in plan.symbols]
    return tuple(others or fresh)


def _sides(plan: Plan, slots: Slots) -> None:
    if not slots.sides.sides:
        return
    sides = slots.sides.sides
    if sides == ("long",):
        _only(plan, "long")
    elif sides == ("short",):
        if "short" not in plan.entries and "long" in plan.entries:
            plan.entries["short"] = plan.entries["long"].mirror()
        _only(plan, "short")
    else:
        plan.sides = ("long", "short")
        plan.said("/rules/0/side")


def _protection(plan: Plan, slots: Slots, scan: Scan) -> None:
    if slots.stops:
        plan.stops = _stops(plan, slots.stops, adding=scan.has(_ADD))
        plan.no_stop = False
        plan.said("/stops")
    elif slots.no_stop:
        other = re.search(
            rf"(?:sondern|but|instead|rather|lieber|stattdessen|aber)[^.;%\d]{{0,20}}(?P<pct>{NUM})%",
            slots.text,
        )
        plan.stops, plan.no_stop = [], other is None
        if other:
            plan.stops = [Stop(kind="pct", value=round(float(other["pct"]) / 100, 10))]
        plan.said("/stops")
    if slots.targets:
        plan.targets = list(slots.targets)
        plan.said("/targets")
    if slots.sizing is not None:
        plan.sizing, plan.cap = slots.sizing, slots.cap
        plan.said("/sizing")
    elif slots.cap is not None:
        plan.cap = slots.cap
        plan.said("/sizing/max_position_frac")


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


def _limits(plan: Plan, slots: Slots) -> None:
    plan.limits.update(slots.limits)


# Conditions


def _conditions(plan: Plan, slots: Slots, scan: Scan) -> None:
    natural = {side: plan.exits[side].render() for side in plan.entries if _follows(plan, side)}
    rules = slots.rules
    adding = scan.has(_ADD) and not scan.has(_INSTEAD)
    for side, entry in (("long", rules.entry_long), ("short", rules.entry_short)):
        if entry is not None:
            _entry(plan, side, entry, adding=adding, slots=slots)  # type: ignore[arg-type]  # literals
    for side, out in (("long", rules.exit_long), ("short", rules.exit_short)):
        if out is not None:
            plan.exits[side] = _merged(plan.exits.get(side), out, adding=adding, word="or")  # type: ignore[index,arg-type]  # literals
            plan.said(f"/rules/{0 if side == 'long' else 1}/exit")
    if rules.filters is not None:
        for side in list(plan.entries):
            extra = rules.filters if side == "long" else rules.filters.mirror()
            plan.entries[side] = _merged(plan.entries[side], extra, adding=True, word="and")
    _parameters(plan, slots, scan)
    _refresh(plan, natural)
    if slots.ranking is not None:
        plan.ranking = slots.ranking.section


def _entry(plan: Plan, side: PositionSide, entry: Tree, *, adding: bool, slots: Slots) -> None:
    """A new entry: the same indicator's condition is replaced, `add` adds, else it is the rule."""
    old = plan.entries.get(side)
    if old is None:
        plan.entries[side] = entry
        plan.sides = tuple(dict.fromkeys([*plan.sides, side]))
    else:
        replaced = _same_operand(old, entry)
        if replaced is not None:
            plan.entries[side] = replaced
        elif adding or _continues(slots.text):
            plan.entries[side] = _merged(old, entry, adding=True, word="and")
        else:
            plan.entries[side] = entry
            plan.family = slots.family
    plan.said("/rules/0/entry")


def _continues(text: str) -> bool:
    return re.match(r"\W*(?:and|und|plus|but only|aber nur|only|nur|with|mit)\b", text) is not None


def _same_operand(old: Tree, new: Tree) -> Tree | None:
    """The old tree with the comparisons of the new one's indicators put in their place."""
    fresh = conditions(new)
    if not fresh or any(isinstance(item, Fixed) for item in _items(new)):
        return None
    result: Tree = old
    for item in fresh:
        changed = _swap_condition(result, item)
        if changed is None:
            return None
        result = changed
    return result


def _items(tree: Tree) -> tuple[Tree, ...]:
    return tree.items if isinstance(tree, Joined) else (tree,)


def _alike(old: Condition, new: Condition) -> bool:
    crossing = old.relation.startswith("cross") == new.relation.startswith("cross")
    averages = {"sma", "ema", "wma", "hma", "kama", "dema", "tema"}
    family = (
        {old.left.name, new.left.name} <= averages
        and old.right is not None
        and new.right is not None
    )
    pair = (
        family and {old.right.name, new.right.name} <= averages
        if family and old.right and new.right
        else False
    )
    return (old.left.name == new.left.name and crossing) or bool(pair)


def _swap_condition(tree: Tree, new: Condition) -> Tree | None:
    if isinstance(tree, Joined):
        for place, item in enumerate(tree.items):
            changed = _swap_condition(item, new)
            if changed is not None:
                return Joined(tree.word, (*tree.items[:place], changed, *tree.items[place + 1 :]))
        return None
    return new if isinstance(tree, Condition) and _alike(tree, new) else None


def _merged(old: Tree | None, new: Tree, *, adding: bool, word: str) -> Tree:
    if old is None or not adding:
        return new
    return join("and" if word == "and" else "or", [old, new]) or new


def _parameters(plan: Plan, slots: Slots, scan: Scan) -> None:
    """`RSI 7 instead of 14`, `EMAs instead of SMAs`, `threshold 25`, `fast one to 10`."""
    _kind_of_average(plan, slots)
    level = scan.find(
        rf"(?:threshold|level|schwelle|grenze|trigger|marke|einstiegsmarke)\w*[^.;\d-]{{0,20}}(?P<n>-?{NUM})(?: statt | instead)?"
    )
    if level and not (slots.rules.entry_long or slots.rules.entry_short):
        _each(plan, lambda tree: _with_level(tree, float(level["n"])), entries_only=True)
    for name, pattern in (
        ("fast", r"(?:fast|short|schnelle\w*|kurze\w*)"),
        ("slow", r"(?:slow|long|langsame\w*|lange\w*)"),
    ):
        match = scan.find(
            rf"{pattern} (?:one|line|average|ema|sma|ma|linie|durchschnitt|leg|gd|gleitende\w*)?[^.;\d]{{0,16}}(?P<n>\d{{1,4}})(?!\d|\.\d|%)"
        )
        if match:
            _each(plan, lambda tree, n=int(match["n"]), which=name: _with_window(tree, n, which))
    _pair_of_windows(plan, slots)
    replaced = re.search(
        r"(?:instead of|rather than|statt|anstatt|anstelle von|not) (?P<old>[^.,;]+?)(?=[.,;]|$| (?:use|lieber|jetzt|nun|nimm)\b)",
        slots.text,
    )
    gone = (
        {m.operand.text for m in find_operands(replaced["old"], slots.frame)} if replaced else set()
    )
    for operand in slots.rules.alone:
        if operand.text in gone:
            continue
        if operand.name != "close" and not operand.assumed and not operand.text.startswith("close"):
            _each(plan, lambda tree, fresh=operand: _with_operand(tree, fresh, slots.text))


def _pair_of_windows(plan: Plan, slots: Slots) -> None:
    """`make it 55/20`: the two windows of the channel, or of the two averages."""
    match = re.search(r"(?<![\d.:/])(?P<a>\d{1,4}) ?/ ?(?P<b>\d{1,4})(?!\d|\.\d|[:%/])", slots.text)
    if match is None or slots.says_rules:
        return
    first, second = int(match["a"]), int(match["b"])
    main = _main(plan)
    if main is not None and main.right is not None and main.right.kind == "channel":
        for trees, window in ((plan.entries, first), (plan.exits, second)):
            for side, tree in trees.items():
                trees[side] = _mapped(tree, lambda item, n=window: _rewindowed(item, n))
    else:
        _each(
            plan,
            lambda tree: _with_window(
                _with_window(tree, min(first, second), "fast"), max(first, second), "slow"
            ),
        )


def _rewindowed(item: Condition, window: int) -> Condition:
    if item.right is None or item.right.kind != "channel":
        return item
    return replace(item, right=_windowed(item.right, window))


def _each(plan: Plan, change: object, *, entries_only: bool = False) -> None:
    for trees in (plan.entries,) if entries_only else (plan.entries, plan.exits):
        for side in trees:
            trees[side] = change(trees[side])  # type: ignore[operator]  # a function of a tree


def _mapped(tree: Tree, change: object) -> Tree:
    if isinstance(tree, Joined):
        return Joined(tree.word, tuple(_mapped(item, change) for item in tree.items))
    return change(tree) if isinstance(tree, Condition) else tree  # type: ignore[operator,no-any-return]  # a function of a condition


def _with_level(tree: Tree, value: float) -> Tree:
    def change(item: Condition) -> Condition:
        if (
            item.right is not None
            and item.right.kind == "number"
            and item.left.kind in {"oscillator", "willr", "centred"}
        ):
            return replace(item, right=number(value))
        return item

    return _mapped(tree, change)


def _windowed(operand: Operand, window: int) -> Operand:
    return replace(
        operand, text=re.sub(r"\d+(?=\)(?:\[1\])?$)", str(window), operand.text), assumed=""
    )


def _with_window(tree: Tree, window: int, which: str) -> Tree:
    def change(item: Condition) -> Condition:
        if (
            item.right is None
            or item.left.kind != "price"
            or item.right.kind != "price"
            or "(" not in item.left.text
        ):
            return item
        if which == "fast":
            return replace(item, left=_windowed(item.left, window))
        return replace(item, right=_windowed(item.right, window))

    return _mapped(tree, change)


def _with_operand(tree: Tree, fresh: Operand, text: str) -> Tree:
    """The same indicator with other parameters; with two averages the nearer window changes."""
    old = re.search(
        rf"(?:instead of|rather than|statt|anstatt|anstelle von|not) (?:the |der |die |den )?(?:\w+ ){{0,2}}?(?P<n>\d+)",
        text,
    )

    def swap(operand: Operand | None) -> Operand | None:
        if operand is None or operand.name != fresh.name or operand.kind != fresh.kind:
            return operand
        if old and f"{old['n']})" not in operand.text and f"({old['n']}" not in operand.text:
            return operand
        return (
            fresh if not operand.text.endswith("]") else replace(operand, text=f"{fresh.text}[1]")
        )

    def change(item: Condition) -> Condition:
        left, right = swap(item.left), swap(item.right)
        if left is None or left == right:
            return item
        return replace(item, left=left, right=right)

    return _mapped(tree, change)


def _kind_of_average(plan: Plan, slots: Slots) -> None:
    match = re.search(
        r"(?:instead of|rather than|statt|anstatt|not|anstelle von) (?:an? |the |der |den |die )?(?P<old>smas?|emas?|simple|exponential|hmas?|wmas?)",
        slots.text,
    )
    kind = average_kind(
        re.sub(
            r"(?:instead of|rather than|statt|anstatt|not|anstelle von) (?:an? |the |der |den |die )?\w+",
            " ",
            slots.text,
        )
    )
    numbers = re.search(r"\d", slots.rest)
    if not kind or (not match and numbers):
        return
    if not match and not re.search(
        r"(?:use|make (?:it|them)|switch to|nimm|nutze|mach|verwende)\b", slots.text
    ):
        return
    swap = re.compile(r"\b(?:sma|ema|wma|hma|kama|dema|tema)(?=\(close)")
    _each(plan, lambda tree: tree_of(swap.sub(kind, tree.render())))


def _follows(plan: Plan, side: PositionSide) -> bool:
    """Whether an exit is the natural end of the entry, so that it moves with it."""
    out = plan.exits.get(side)
    if out is None:
        return False
    natural = default_exit(plan.entries[side])
    return natural is not None and natural.render() == out.render()


def _refresh(plan: Plan, natural: dict[PositionSide, str]) -> None:
    """Exits that followed their entry before, and were not touched, follow it again."""
    for side, before in natural.items():
        untouched = side in plan.exits and plan.exits[side].render() == before
        fresh = default_exit(plan.entries[side]) if side in plan.entries and untouched else None
        if fresh is not None:
            plan.exits[side] = fresh
