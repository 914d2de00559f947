"""The prefix test: a decision at t must not change when the bars after t are cut off.

Every array of the plan and of the decisions is compared bit for bit. Few cuts are not enough (a
leak may show only right after its events), so long histories are cut densely where something was
decided, and evenly elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.language.compiler import CompiledSpec
from engine.language.decisions import Decisions, RuleDecisions

EVERY_BAR: Final = 400
MOST_CUTS: Final = 200
LEAST_CUTS: Final = 20
_WORK: Final = 2_000_000
_MOST_REPORTED: Final = 20


def default_cuts(decisions: Decisions, n: int) -> tuple[int, ...]:
    """Lengths at which to cut n bars: all up to 400 bars, else even ones and around decisions."""
    if n <= EVERY_BAR:
        return tuple(range(1, n))
    count = max(LEAST_CUTS, min(MOST_CUTS, _WORK // n))
    even = np.linspace(1, n - 1, count // 2).astype(int).tolist()
    events: list[int] = []
    for rule in decisions.rules:
        events += (np.flatnonzero(rule.enter | rule.exit) + 1).tolist()
    step = max(1, len(events) // max(1, count - len(even)))
    near = [cut for cut in events[::step] if 0 < cut < n]
    return tuple(sorted({*even, *near}))


def _same(whole: FloatArray | BoolArray, part: FloatArray | BoolArray) -> int | None:
    """First row that differs, None when equal bit for bit (missing equals missing)."""
    head = whole[: len(part)]
    if head.tobytes() == part.tobytes():
        return None
    # Only bits that mean the same (NaN of another payload) may differ from here on.
    equal = (head == part) | (np.isnan(head) & np.isnan(part))
    rows = np.flatnonzero(~equal)
    return int(rows[0]) if len(rows) else None


def _rule_arrays(rule: RuleDecisions) -> Iterator[tuple[str, FloatArray | BoolArray]]:
    for field in ("enter", "enter_won", "exit", "regime_end", "stop", "trail", "price"):
        column = getattr(rule, field)
        if column is not None:
            yield f"{rule.rule} {field}", column
    for number, target in enumerate(rule.targets, start=1):
        if target.level is not None:
            yield f"{rule.rule} target {number}", target.level


def _arrays(compiled: CompiledSpec, bars: Bars) -> Iterator[tuple[str, FloatArray | BoolArray]]:
    values = compiled.plan_values(bars)
    yield from zip((step.text for step in compiled.plan.steps), values, strict=True)
    decisions = compiled.decided(bars, values)
    for rule in decisions.rules:
        yield from _rule_arrays(rule)
    hours = decisions.hours
    for name, column in (
        ("weight", decisions.weight), ("resize", decisions.resize), ("closed", hours.closed),
        ("flat", hours.flat), ("new day", hours.new_day), ("new week", hours.new_week),
    ):  # fmt: skip
        if column is not None:
            yield name, column


def prefix_violations(
    compiled: CompiledSpec, bars: Bars, cuts: Sequence[int] | None = None
) -> tuple[str, ...]:
    """What changes when the future is cut off; empty means nothing does.

    cuts: numbers of bars to keep; None takes `default_cuts`. At most 20 violations are named,
    each with the expression, the bar and the cut.
    """
    whole = dict(_arrays(compiled, bars))
    chosen = default_cuts(compiled.decide(bars), len(bars)) if cuts is None else cuts
    found: dict[str, str] = {}
    for cut in chosen:
        for name, part in _arrays(compiled, bars.slice(0, cut)):
            row = None if name in found else _same(whole[name], part)
            if row is not None:
                found[name] = f"{name}: bar {row} differs when only {cut} bars are known"
        if len(found) >= _MOST_REPORTED:
            break
    return tuple(found.values())[:_MOST_REPORTED]
