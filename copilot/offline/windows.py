# ruff: noqa: E501 - a regular expression stays on one line
"""A window that a later message changes without naming its indicator: `lookback 45`, `Fenster auf 60`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from copilot.offline.operands import Frame, find_operands
from copilot.offline.scan import UNIT, Scan
from copilot.offline.tree import Condition, Operand

_WORD: Final = r"(?:(?:look ?back|rückblick\w*|zeit ?fenster\w*|fenster\w*|windows?|period\w*|length|länge|zeitraum|channel|kanal\w*)(?: (?:window|period|length|länge|size))?)"
_TO: Final = r"(?: (?:of|to|at|is|=|auf|von|zu|bei|lieber|jetzt|now|rather|instead|should be|soll|sein)){0,3}"
_ENTRY: Final = r"(?:entr(?:y|ies)|einstiegs?\w*|buy\w*|kauf\w*)"
_EXIT: Final = r"(?:exits?|ausstiegs?\w*|sell\w*|verkauf\w*)"
_LONGEST: Final = 2_000
_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?=[,)])")


@dataclass(frozen=True, slots=True)
class Window:
    """A new window in bars, and the rules that it is for."""

    bars: int
    role: Literal["entry", "exit", "both"] = "both"


def read_window(scan: Scan, frame: Frame) -> Window | None:
    """Take a bare window out of the text; one that stands at an indicator's name is left there."""
    taken = [(found.start, found.end) for found in find_operands(scan.text, frame)]
    for pattern in (
        rf"{_WORD}{_TO} ?[:=]? ?(?P<n>\d{{1,4}})(?:[ -]?{UNIT})?(?!\d|\.\d|%|/)",
        rf"(?P<n>\d{{1,4}})(?:[ -]?{UNIT})?[ -]?{_WORD}",
    ):
        match = scan.find(pattern)
        if match is None or any(a < match.end("n") and match.start("n") < b for a, b in taken):
            continue
        bars = int(match["n"])
        if not scan.within(bars, 1, _LONGEST, "window"):
            return None
        leaves, enters = scan.has(_EXIT), scan.has(_ENTRY)
        scan.blank(match.start(), match.end())
        if leaves == enters:
            return Window(bars)
        return Window(bars, "exit" if leaves else "entry")
    return None


def window_of(item: Condition) -> str:
    """The window that a condition turns on: its line's, else its left side's; empty without one."""
    numbers = _NUMBER.findall(_turning(item).text)
    return numbers[0] if len(numbers) == 1 else ""


def rewindowed(item: Condition, bars: int, only: str = "") -> Condition:
    """A condition with that window exchanged; with `only`, if it was that one."""
    old = window_of(item)
    if not old or (only and old != only):
        return item
    turning = _turning(item)
    fresh = replace(turning, text=_NUMBER.sub(str(bars), turning.text), assumed="")
    return replace(item, left=fresh) if turning is item.left else replace(item, right=fresh)


def _turning(item: Condition) -> Operand:
    line = item.right is not None and item.right.kind in {"channel", "price"}
    return item.right if line and item.right is not None else item.left
