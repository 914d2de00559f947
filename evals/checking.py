"""How long the checker takes: milliseconds of processor time for each spec of the library.

A draft is checked at every repair round and a page at every keystroke: a usual spec stays within
five milliseconds.
"""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Final, NamedTuple

from engine.language import library
from engine.language.checker import check

ROUNDS: Final = 20
FLOOR_MS: Final = 5.0
"""What a usual spec may take."""


class CheckerSummary(NamedTuple):
    """Milliseconds of processor time per check.

    Attributes:
        specs: specs that were checked.
        median_ms: of the specs' medians.
        worst_ms: the slowest spec's median, and its name.
        within_floor: share of specs within five milliseconds.
    """

    specs: int
    median_ms: float
    worst_ms: float
    worst: str
    within_floor: float


def measure(rounds: int = ROUNDS) -> CheckerSummary:
    """Every library spec, several times; the first time, which reads files, is left out."""
    found = {name: _median_ms(name, rounds) for name in library.names()}
    worst = max(found, key=lambda name: found[name])
    return CheckerSummary(
        specs=len(found),
        median_ms=round(median(found.values()), 3),
        worst_ms=round(found[worst], 3),
        worst=worst,
        within_floor=sum(one <= FLOOR_MS for one in found.values()) / len(found),
    )


def _median_ms(name: str, rounds: int) -> float:
    spec = library.load(name)
    check(spec)
    times = []
    for _ in range(rounds):
        start = process_time()
        check(spec)
        times.append((process_time() - start) * 1000)
    return median(times)
