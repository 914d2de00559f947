"""What the gate promises, and which promises a study contradicts.

A study of few runs cannot prove a rate; it can only contradict one. A promise counts as missed
when the whole 95 % interval lies on the wrong side of it. The headline needs more: with 10,000 runs
the rate itself and its upper bound are held against their limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Figures = Mapping[str, Any]

FULL: Final = 10_000
"""Runs from which on the headline is proof."""
FALSE_PASS: Final = 0.010
FALSE_PASS_UPPER: Final = 0.012
ADAPTIVE: Final = 0.02
UNLOGGED: Final = 0.10
DRIFT: Final = 0.015
RARE_CRASH, OFTEN_CRASH = 0.0, 0.025
GRID: Final = 0.015
HONEST: Final = {"honest=40": 0.82, "honest=80": 0.99}
BLIND: Final = 0.04
"""A wrong gate that lets less noise through shows that the study sees nothing."""


def missed(figures: Figures) -> list[str]:
    """Sentences on promises that these figures contradict."""
    return [*_noise(figures), *_power(figures), *_fooled(figures), *_tails(figures)]


def _above(what: str, row: Figures, name: str, limit: float) -> Iterator[str]:
    if row[f"{name}_lower95"] > limit:
        yield f"{what}: {row[name]:.2%} of {row['runs']}, at most {limit:.1%} is promised"


def _noise(figures: Figures) -> Iterator[str]:
    if figures.get("false_pass") is None:
        return
    if figures["judged"] >= FULL:
        if figures["false_pass"] > FALSE_PASS or figures["false_pass_upper95"] > FALSE_PASS_UPPER:
            yield (
                f"noise passes in {figures['false_pass']:.2%}, up to "
                f"{figures['false_pass_upper95']:.2%}; 1.0 % and 1.2 % are promised"
            )
    else:
        yield from _above("noise", figures, "false_pass", FALSE_PASS)
    for row in figures["by_null"]:
        yield from _above(f"noise of {row['null']}", row, "false_pass", DRIFT)


def _power(figures: Figures) -> Iterator[str]:
    for row in figures.get("power", ()):
        if row["floor"] is not None and row["power_upper95"] < row["floor"]:
            yield (
                f"Sharpe {row['sharpe']:g} over {row['years']:g} years is found in "
                f"{row['power']:.1%}, {row['floor']:.0%} is promised"
            )


def _fooled(figures: Figures) -> Iterator[str]:
    for row in figures.get("adaptive", ()):
        yield from _above(f"{row['rounds']} adaptive rounds", row, "false_pass", ADAPTIVE)
    for row in figures.get("unlogged", ()):
        what = f"{row['logged']} of {row['tried']} trials logged"
        yield from _above(what, row, "false_pass", UNLOGGED)
    for row in figures.get("controls", ()):
        if row["false_pass_upper95"] < BLIND:
            yield f"the wrong gate {row['cell']} lets only {row['false_pass']:.2%} through: blind"


def _tails(figures: Figures) -> Iterator[str]:
    for row in figures.get("tails", ()):
        cell = row["cell"]
        if cell in HONEST:
            if row["passed_upper95"] < HONEST[cell]:
                yield f"{cell}: {row['passed']:.1%} are kept, {HONEST[cell]:.0%} is promised"
            continue
        rare = cell.startswith("crash") and int(cell.partition("/")[2]) >= 250  # noqa: PLR2004
        limit = GRID if cell == "grid" else RARE_CRASH if rare else OFTEN_CRASH
        yield from _above(cell, row, "passed", limit)
