# ruff: noqa: E501 - a regular expression stays on one line
"""What a later message takes back is gone from the plan: stops, targets, limits, filters, sides."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.edit_words import AWAY, GONE, REMOVE
from copilot.offline.operands import find_operands
from copilot.offline.plan import Plan
from copilot.offline.plan_conditions import keep_only
from copilot.offline.scan import Scan
from copilot.offline.slots import Slots
from copilot.offline.tree import (
    Condition,
    Joined,
    Tree,
    join,
)

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


def take_back(plan: Plan, slots: Slots) -> None:
    """Everything that the message takes back is gone."""
    for clause in re.split(r"[.;!?\n]|,(?! ?\d)|\b(?:but|and instead|sondern|aber)\b", slots.text):
        scan = Scan(clause)
        taken = scan.has(rf"{REMOVE}[^.;]{{0,50}}") and not scan.has(
            r"(?:no|not|kein\w*|nicht) (?:more|mehr|less|weniger) (?:than|als)"
        )
        taken = taken or scan.has(rf"[^.;]{{0,40}} {GONE}(?: |$|[,.;])")
        away = re.search(rf"(?:lass|nimm|mach|nehmen|lassen)[^.;]{{0,50}}{AWAY}", clause)
        if taken and not (re.match(r"\s*(?:nimm|lass)\b", clause) and not away):
            _remove_named(plan, slots, scan)


def _remove_named(plan: Plan, slots: Slots, scan: Scan) -> None:
    _remove_protection(plan, scan)
    for words, names in _LIMIT_WORDS:
        if scan.take(words):
            plan.limits = {key: value for key, value in plan.limits.items() if key not in names}
    if scan.take(r"(?:the )?shorts?(?: side| rule| leg| trades?| selling)?|shortseite|leerverk\w*"):
        keep_only(plan, "long")
    if scan.take(r"(?:the )?longs?(?: side| rule| leg)|longseite"):
        keep_only(plan, "short")
    dropped = _names_to_drop(slots, scan)
    if dropped:
        _drop_conditions(plan, dropped)
    if scan.take(r"(?:the )?(?:exit|ausstieg)(?: rule| condition|sregel|sbedingung)?"):
        plan.exits = {}


def _remove_protection(plan: Plan, scan: Scan) -> None:
    for words, kinds in _STOP_WORDS:
        if scan.take(words):
            plan.stops = [s for s in plan.stops if kinds and s.kind not in kinds]
            plan.no_stop = plan.no_stop or not kinds
            plan.said("/stops")
    if scan.take(r"(?:take ?profits?|targets?|tp|gewinnziel\w*|ziel\w*|profit targets?)"):
        plan.targets = []
        plan.said("/targets")


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
