"""Strategies as text: the rows of the list and the lines of a check, a copy and an empty folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.language.checker import CheckReport
    from engine.signals import RuleValue
    from guardrails.desk.checking import SweepCheck
    from guardrails.desk.explaining import Explained
    from guardrails.desk.strategies import Strategy
    from guardrails.store.verdicts import RecordedVerdict

COLUMNS: Final = (
    "name", "from", "family", "profile", "bars", "symbols", "at most", "verdict",
)  # fmt: skip
"""`at most`: the furthest tier that a certificate may ever reach, whatever the verdict."""
NOT_JUDGED: Final = "not judged"
_SHOWN_SYMBOLS: Final = 2


def cells(row: Strategy) -> tuple[str, ...]:
    """One strategy as a row of the table; a broken file says what is wrong with it."""
    from engine.language import library

    spec = row.spec
    if spec is None:
        code = "" if row.fault is None else row.fault.code
        return (row.name, row.origin, "", "", "", "", "", f"cannot be read: {code}")
    shown = verdict_words(row.verdict) if row.ok else f"cannot run: {row.findings[0]}"
    profile = library.profile(row.name) if row.origin == "library" else None
    return (
        row.name,
        row.origin,
        spec.family,
        profile or "",
        spec.timeframe.value,
        _symbols(spec.universe.symbols),
        row.tier,
        shown,
    )


def verdict_words(verdict: RecordedVerdict | None) -> str:
    """The newest verdict as it is, and how many there were."""
    if verdict is None:
        return NOT_JUDGED
    words = f"{verdict.verdict} {verdict.tier or ''}".rstrip()
    if verdict.judged == 1:
        return words
    return f"{words} (passed {verdict.passed} of {verdict.judged})"


def _symbols(symbols: tuple[str, ...]) -> str:
    more = len(symbols) - _SHOWN_SYMBOLS
    shown = ", ".join(symbols[:_SHOWN_SYMBOLS])
    return f"{shown} +{more}" if more > 0 else shown


def check_lines(report: CheckReport, sweep: SweepCheck) -> list[str]:
    """A check for people: the answer, one line for each finding, and what the sweep would meet."""
    return [
        f"{'ok' if report.ok else 'not ok'}; warm-up {report.warmup_bars} bars",
        *[f"{f.level} {f.code} {f.path}: {f.message} {f.hint}".rstrip() for f in report.findings],
        *_sweep_lines(sweep),
    ]


def _sweep_lines(sweep: SweepCheck) -> list[str]:
    if not sweep.refused:
        return []
    point, codes = sweep.refused[0]
    where = ", ".join(f"{name} {value:g}" for name, value in point.items())
    count = f"{len(sweep.refused)} of {sweep.points} points are refused"
    return [f"sweep: {count}, the first at {where}: {', '.join(codes)}"]


def workspace_lines(rows: Iterable[Strategy], folder: Path) -> list[str]:
    """What stands under the list: broken files, where one's own strategies lie, how to begin."""
    own = [row for row in rows if row.origin == "workspace"]
    broken = [(row.name, row.fault) for row in own if row.fault is not None]
    if own:
        faults = (f"{name}: {fault.code}: {fault.message}; {fault.hint}" for name, fault in broken)
        return [*faults, f"Your own strategies lie in {folder}."]
    return [
        f"Your workspace {folder} is empty: `peak strategy new NAME` writes a first strategy there."
    ]


def explained_lines(found: Explained) -> list[str]:
    """A bar for people: where the rules stand, each comparison, and what is nearest to turning."""
    decides = [f"enter by {rule}" for rule in found.enters]
    decides += [f"leave by {rule}" for rule in found.leaves]
    decides += [] if found.weight is None else [f"hold {found.weight:.1%} of equity"]
    warm = "" if found.warm else " (warm-up: no rule may act yet)"
    return [
        f"{found.dataset}, bar {found.opened:%Y-%m-%d %H:%M} UTC: {found.position}{warm}",
        f"decided at its close: {', '.join(decides) or 'nothing'}",
        *[f"  {_mark(value.holds)} {value.text}{_figures(value)}" for value in found.values],
        *(_flips(found) or ["no single comparison would turn it"]),
    ]


def _flips(found: Explained) -> list[str]:
    return [
        f"nearest to turning {flip.path}: {flip.value.text}{_figures(flip.value)}"
        for flip in found.flips
    ]


def _mark(holds: bool | None) -> str:
    return "unknown" if holds is None else "yes" if holds else "no "


def _figures(value: RuleValue) -> str:
    if value.left is None or value.right is None:
        return ""
    return f"  [{value.left:.6g} / {value.right:.6g}]"
