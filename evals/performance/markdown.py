"""The result table of docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evals.performance.workloads import CASES, EVERYBODY

Figures = Mapping[str, Any]

COMMAND: Final = "python -m evals performance --markdown"
"""What makes the tables."""


def tables(figures: Figures) -> str:
    """Races, floors, the sweep and what it was measured on."""
    parts = [*_races(figures), "", *_floors(figures), "", *_sweep(figures), *_foot(figures)]
    return "\n".join(parts) + "\n"


def _races(figures: Figures) -> Iterator[str]:
    yield f"| case | bars | trades | results equal | ours, ns per bar | {' | '.join(EVERYBODY)} |"
    yield "|---" * (5 + len(EVERYBODY)) + "|"
    measured = {case["name"]: case for case in figures.get("cases", ())}
    for case in CASES:
        row = measured.get(case.name)
        cells = ["not measured"] * (3 + len(EVERYBODY)) if row is None else _cells(row)
        yield f"| {case.name} | {case.bars:,} | {' | '.join(cells)} |"


def _cells(row: Figures) -> list[str]:
    equal = {True: "yes", False: "NO", None: "nobody to ask"}[row["equal"]]
    theirs = [_peer(row, name) for name in EVERYBODY]
    return [f"{row['trades']:,}", equal, f"{row['ours_ns_per_bar']:,.1f}", *theirs]


def _peer(row: Figures, name: str) -> str:
    time, ratio = row["peers"].get(name, "not measured"), row["ratios"].get(name)
    return time if isinstance(time, str) else f"{time:,.0f} ({ratio:,.1f} x)"


def _floors(figures: Figures) -> Iterator[str]:
    yield "| floor | promised | measured | met |"
    yield "|---|---|---|---|"
    for row in figures["floors"]:
        met = {True: "yes", False: "NO", None: "not measured"}[row["met"]]
        yield f"| {row['what']} | {row['floor']} | {_shown(row['value'])} | {met} |"


def _shown(value: float | bool | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"  # noqa: PLR2004 - digits


def _sweep(figures: Figures) -> Iterator[str]:
    swept = figures.get("sweep")
    if swept is not None and "combos_per_s_per_core" in swept:
        speeds = {"ours": swept["combos_per_s_per_core"], **swept["peers"]}
        told = ", ".join(
            f"{name} {speed}" if isinstance(speed, str) else f"{name} {speed / 1e6:,.1f}"
            for name, speed in speeds.items()
        )
        yield f"Sweep, million bar-combinations per second and core: {told}."
        yield ""


def _foot(figures: Figures) -> Iterator[str]:
    told = figures.get("peers", {})
    names = ", ".join(f"{name} {version}" for name, version in told.items())
    place = figures["host"]
    yield (
        f"Measured with Python {place['python']}, numpy {place['numpy']}, numba {place['numba']} "
        f"on {place['cores']} cores ({place['machine']}); peers: {names or 'none asked'}."
    )
