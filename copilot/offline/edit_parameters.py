# ruff: noqa: E501 - a regular expression stays on one line
"""Numbers inside conditions that a later message changes: windows, levels, kinds of average."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Final

from copilot.offline.operands import find_operands
from copilot.offline.plan import Plan, tree_of
from copilot.offline.plan_conditions import each, main_condition, mapped
from copilot.offline.rewrite import average_kind
from copilot.offline.scan import NUM, Scan
from copilot.offline.slots import Slots
from copilot.offline.tree import (
    Condition,
    Operand,
    Tree,
    number,
)
from copilot.offline.windows import Window, rewindowed, window_of

_TWO_WINDOWS: Final = r"(?<![\d.:/])(?P<a>\d{1,4}) ?(?:/|and|und|&) ?(?P<b>\d{1,4})(?!\d|\.\d|[:%/]| ?(?:%|r\b|atr|percent|prozent|bars?|days?|kerzen|tage))"


def change_parameters(plan: Plan, slots: Slots, scan: Scan) -> None:
    """`RSI 7 instead of 14`, `EMAs instead of SMAs`, `threshold 25`, `fast one to 10`."""
    _kind_of_average(plan, slots)
    level = scan.find(
        rf"(?:threshold|level|schwelle|grenze|trigger|marke|einstiegsmarke)\w*[^.;\d-]{{0,20}}(?P<n>-?{NUM})(?: statt | instead)?"
    )
    if level and not (slots.rules.entry_long or slots.rules.entry_short):
        each(plan, partial(_with_level, value=float(level["n"])), entries_only=True)
    for name, pattern in (
        ("fast", r"(?:fast|short|schnelle\w*|kurze\w*)"),
        ("slow", r"(?:slow|long|langsame\w*|lange\w*)"),
    ):
        match = scan.find(
            rf"{pattern} (?:one|line|average|ema|sma|ma|linie|durchschnitt|leg|gd|gleitende\w*)?[^.;\d]{{0,16}}(?P<n>\d{{1,4}})(?!\d|\.\d|%)"
        )
        if match:
            each(plan, partial(_with_window, window=int(match["n"]), which=name))
    _pair_of_windows(plan, slots)
    if slots.window is not None:
        _new_window(plan, slots.window)
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
            each(plan, partial(_with_operand, fresh=operand, text=slots.text))


def _new_window(plan: Plan, window: Window) -> None:
    """For the rules it names; else wherever the window of the entry's indicator stands."""
    main = main_condition(plan)
    only = window_of(main) if main is not None and window.role == "both" else ""
    for trees, role in ((plan.entries, "entry"), (plan.exits, "exit")):
        if window.role in {role, "both"}:
            for side, tree in trees.items():
                trees[side] = mapped(tree, partial(rewindowed, bars=window.bars, only=only))


def _pair_of_windows(plan: Plan, slots: Slots) -> None:
    """`make it 55/20`: the two windows of the channel, or of the two averages."""
    match = re.search(_TWO_WINDOWS, slots.text)
    if match is None or slots.says_rules or slots.stops or slots.targets:
        return
    first, second = int(match["a"]), int(match["b"])
    main = main_condition(plan)
    if main is not None and main.right is not None and main.right.kind == "channel":
        for trees, window in ((plan.entries, first), (plan.exits, second)):
            for side, tree in trees.items():
                trees[side] = mapped(tree, partial(_of_channel, window=window))
    else:
        each(plan, partial(_with_window, window=min(first, second), which="fast"))
        each(plan, partial(_with_window, window=max(first, second), which="slow"))


def _of_channel(item: Condition, window: int) -> Condition:
    if item.right is None or item.right.kind != "channel":
        return item
    return replace(item, right=_windowed(item.right, window))


def _with_level(tree: Tree, value: float) -> Tree:
    def change(item: Condition) -> Condition:
        """The part with its new value."""
        if (
            item.right is not None
            and item.right.kind == "number"
            and item.left.kind in {"oscillator", "willr", "centred"}
        ):
            return replace(item, right=number(value))
        return item

    return mapped(tree, change)


def _windowed(operand: Operand, window: int) -> Operand:
    return replace(
        operand, text=re.sub(r"\d+(?=\)(?:\[1\])?$)", str(window), operand.text), assumed=""
    )


def _with_window(tree: Tree, window: int, which: str) -> Tree:
    def change(item: Condition) -> Condition:
        """The part with its new value."""
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

    return mapped(tree, change)


def _with_operand(tree: Tree, fresh: Operand, text: str) -> Tree:
    """The same indicator with other parameters; with two averages the nearer window changes."""
    old = re.search(
        r"(?:instead of|rather than|statt|anstatt|anstelle von|not) (?:the |der |die |den )?(?:\w+ ){0,2}?(?P<n>\d+)",
        text,
    )

    def swap(operand: Operand | None) -> Operand | None:
        """The part with the other one in its place."""
        if operand is None or operand.name != fresh.name or operand.kind != fresh.kind:
            return operand
        if old and f"{old['n']})" not in operand.text and f"({old['n']}" not in operand.text:
            return operand
        return (
            fresh if not operand.text.endswith("]") else replace(operand, text=f"{fresh.text}[1]")
        )

    def change(item: Condition) -> Condition:
        """The part with its new value."""
        left, right = swap(item.left), swap(item.right)
        if left is None or left == right:
            return item
        return replace(item, left=left, right=right)

    return mapped(tree, change)


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
    each(plan, lambda tree: tree_of(swap.sub(kind, tree.render())))
