"""Exits that cannot be reached, because another way out of the position always comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.language.availability import bound_to
from engine.language.codes import Code
from engine.language.conjunctions import excludes
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.nodes import Comparison, Logic, Name, Node, Number
from engine.language.normal import normal
from engine.language.rendering import canonical, number_text
from engine.language.spec import Rule, StrategySpec

_GAINS: Final = {"pct": "open_return", "r_multiple": "open_r"}


def exit_lints(spec: StrategySpec, trees: Mapping[str, Node]) -> Iterator[SpecFinding]:
    """Exit conditions and stops that never act; trees: path -> resolved tree."""
    for place, rule in enumerate(spec.rules):
        path = f"/rules/{place}/exit"
        if path in trees:
            yield from _exit(path, trees[path], _while_open(spec, rule))
    yield from _loose_stops(spec)


def _while_open(spec: StrategySpec, rule: Rule) -> dict[str, Comparison]:
    """What holds at a close while the rule's position is open: reason -> comparison."""
    known: dict[str, Comparison] = {}
    for stop in spec.stops:
        value = stop.value
        if value is None or not bound_to(stop, rule):
            continue
        if stop.kind == "time_bars":
            held = Number(int(value))
            known[f"the time exit after {held.value} bars"] = Comparison(
                "<=", Name("bars_held"), held
            )
        elif stop.kind == "pct":
            loss = Comparison("<", Number(-value), Name("open_return"))
            known[f"the stop at {number_text(value)}"] = loss
    for target in spec.targets:
        name = _GAINS.get(target.kind)
        whole = target.close_fraction == 1 and bound_to(target, rule)
        if name is not None and whole and target.value is not None:
            gain = Comparison("<", Name(name), Number(target.value))
            known[f"the target at {number_text(target.value)}"] = gain
    return known


def _exit(path: str, tree: Node, known: Mapping[str, Comparison]) -> Iterator[SpecFinding]:
    whole = normal(tree)
    parts = whole.items if isinstance(whole, Logic) and whole.word == "or" else (whole,)
    for part in parts:
        if excludes(part, ()):
            # Impossible by itself: said elsewhere.
            continue
        reason = next((why for why, fact in known.items() if excludes(part, (fact,))), None)
        if reason is not None:
            text = canonical(part)
            yield finding(
                Code.EXIT_UNREACHABLE,
                path,
                f"`{text}` is never reached: {reason} always acts before it.",
                text,
                "tighten it, or widen what comes first",
                span=part.span if part.span[1] else None,
            )


def _loose_stops(spec: StrategySpec) -> Iterator[SpecFinding]:
    """A fixed percentage stop behind a trailing one that starts nearer."""
    for place, stop in enumerate(spec.stops):
        if stop.kind != "pct" or stop.value is None:
            continue
        nearer = [
            other.value
            for other in spec.stops
            if other.kind == "trailing_pct" and other.value is not None
            and other.value <= stop.value and set(other.rules) in (set(), set(stop.rules))
        ]  # fmt: skip
        if nearer:
            yield finding(
                Code.EXIT_UNREACHABLE,
                f"/stops/{place}",
                f"the stop {number_text(stop.value)} never acts: the trailing stop"
                f" {number_text(min(nearer))} is nearer from the start.",
                number_text(stop.value),
                "remove it, or widen the trailing stop",
            )
