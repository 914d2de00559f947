"""The engine forms: exactly one per spec, and what each of them needs beside its expressions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from engine.language.codes import Code
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.rendering import number_text
from engine.language.spec import StrategySpec

NO_REGIME: Final = "none"
"""The label of bars in no regime; usable in only_in_regimes."""
_WHOLE: Final = 1 + 1e-9


def form_of(spec: StrategySpec) -> str:
    """rules, pair, cross_section or ensemble; what a mixed spec is first of."""
    if spec.cross_section is not None and not spec.rules:
        return "cross_section"
    if spec.ensemble is not None and not spec.rules:
        return "ensemble"
    return "rules" if spec.pair is None else "pair"


def check_form(spec: StrategySpec) -> Iterator[SpecFinding]:
    """One form, with what it needs."""
    yield from _one_form(spec)
    yield from _pair(spec)
    yield from _cross_section(spec)
    yield from _ensemble(spec)


def _one_form(spec: StrategySpec) -> Iterator[SpecFinding]:
    given = {
        "rules": bool(spec.rules),
        "cross_section": spec.cross_section is not None,
        "ensemble": spec.ensemble is not None,
    }
    forms = [name for name, there in given.items() if there]
    if len(forms) != 1 or (spec.pair is not None and forms != ["rules"]):
        got = " and ".join([*forms, *(["pair"] if spec.pair is not None else [])]) or "none"
        yield finding(
            Code.FORM_MIXED,
            "/rules",
            "a spec has exactly one form: rules, rules with a pair, cross_section or ensemble;"
            f" got {got}.",
            got,
            "keep one of them",
        )


def _pair(spec: StrategySpec) -> Iterator[SpecFinding]:
    pair = spec.pair
    if pair is None:
        return
    if pair.y == pair.x:
        yield finding(
            Code.FIELD_RANGE, "/pair/x", f"a pair has two different symbols; both are {pair.y}.",
            pair.x, "name another symbol",
        )  # fmt: skip
    for name, symbol in (("y", pair.y), ("x", pair.x)):
        if spec.universe.symbols and symbol not in spec.universe.symbols:
            yield finding(
                Code.SYMBOL_UNKNOWN, f"/pair/{name}",
                f"{symbol} is not among the symbols of the universe.", symbol,
                "add it to universe.symbols, or leave the list empty",
            )  # fmt: skip


def _cross_section(spec: StrategySpec) -> Iterator[SpecFinding]:
    ranking = spec.cross_section
    if ranking is None:
        return
    wanted = ranking.long_top + ranking.short_bottom
    if wanted == 0:
        yield finding(
            Code.FIELD_RANGE, "/cross_section/long_top",
            "a ranking that holds nothing: long_top and short_bottom are both 0.", 0,
            "write how many names to hold",
        )  # fmt: skip
    known = len(spec.universe.symbols)
    if known and spec.universe.watchlist is None and wanted > known:
        yield finding(
            Code.FIELD_RANGE, "/cross_section/long_top",
            f"long_top and short_bottom ask for {wanted} names of {known}.", wanted,
            "hold fewer names or add symbols",
        )  # fmt: skip


def _ensemble(spec: StrategySpec) -> Iterator[SpecFinding]:
    ensemble = spec.ensemble
    if ensemble is None:
        return
    if not ensemble.members:
        yield finding(
            Code.FIELD_MISSING, "/ensemble/members", "an ensemble needs members.",
            hint="name at least one strategy with its weight",
        )  # fmt: skip
    weights = sum(member.weight for member in ensemble.members)
    if weights > _WHOLE and ensemble.combine != "regime_select":
        yield finding(
            Code.FIELD_RANGE, "/ensemble/members",
            f"the weights of the members sum to {number_text(round(weights, 9))}.", weights,
            "let them sum to at most 1",
        )  # fmt: skip
    names = sorted(member.strategy for member in ensemble.members)
    for twice in sorted({one for one, other in pairwise(names) if one == other}):
        yield finding(
            Code.FIELD_RANGE, "/ensemble/members", f"{twice} is a member twice.", twice,
            "give it once, with one weight",
        )  # fmt: skip
    yield from _members_regimes(spec)


def _members_regimes(spec: StrategySpec) -> Iterator[SpecFinding]:
    ensemble = spec.ensemble
    known = {NO_REGIME, *(regime.name for regime in spec.regimes)}
    for place, member in enumerate(ensemble.members if ensemble else ()):
        path = f"/ensemble/members/{place}/only_in_regimes"
        for at, name in enumerate(member.only_in_regimes):
            if name not in known:
                yield finding(
                    Code.FIELD_RANGE, f"{path}/{at}", f"there is no regime `{name}`.", name,
                    f"one of {', '.join(sorted(known))}",
                )  # fmt: skip
        if ensemble and ensemble.combine == "regime_select" and not member.only_in_regimes:
            yield finding(
                Code.FIELD_MISSING, path,
                f"regime_select needs the regimes in which {member.strategy} is the one.",
                hint="write only_in_regimes",
            )  # fmt: skip
