"""A spec taken apart: every expression resolved, every finding in document order.

Checker and compiler both start here, so that what was checked is what is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.language.availability import levels_of, missing_parts
from engine.language.codes import Code
from engine.language.examination import (
    MAX_FINDINGS,
    Context,
    Examined,
    examine,
    findings_of,
)
from engine.language.fields import (
    check_order,
    check_parameter,
    check_sizing,
    check_stops,
    check_targets,
    finding,
)
from engine.language.findings import SpecFinding
from engine.language.forms import NO_REGIME, check_form
from engine.language.nodes import Boolean, Node
from engine.language.operators import NAMES
from engine.language.resolve import Extent, extent
from engine.language.roles import ROLES
from engine.language.scope import LetType
from engine.language.spec import Regime, Rule, Sizing, Stop, StrategySpec
from engine.language.speclints import lint_spec
from engine.language.statecheck import states_in
from engine.text import did_you_mean

__all__ = ["NO_REGIME", "Analysis", "analyse", "document_order"]


@dataclass(slots=True)
class Analysis:
    """Outcome for one spec.

    Attributes:
        spec: the document.
        trees: JSON pointer -> resolved tree of every expression that is right.
        findings: errors and warnings in document order, at most 20.
    """

    spec: StrategySpec
    context: Context
    trees: dict[str, Node] = field(default_factory=dict)
    findings: list[SpecFinding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """No error."""
        return all(found.level == "warning" for found in self.findings)

    def expression(self, path: str, text: str | None, role: str) -> None:
        """Examine one expression and keep its resolved tree."""
        if text is None:
            return
        found = self.examined(path, text, role)
        if found.resolved is not None:
            self.trees[path] = found.resolved

    def examined(self, path: str, text: str, role: str) -> Examined:
        """One expression examined, its findings added."""
        found = examine(text, ROLES[role], self.context)
        # Fixes are looked for only while the findings can still be shown.
        shown = len(self.findings) < MAX_FINDINGS
        self.findings.extend(findings_of(text, ROLES[role], self.context, found, path, fixes=shown))
        return found

    def drop(self, code: Code, path: str) -> None:
        """Take back what was found at a path."""
        self.findings = [
            found for found in self.findings if found.code != code.value or found.path != path
        ]

    def add(self, findings: Iterable[SpecFinding]) -> None:
        """Add findings."""
        self.findings.extend(findings)


def _shadow(name: str, path: str, seen: set[str]) -> Iterator[SpecFinding]:
    if name in NAMES or name in seen:
        what = "a name of the language" if name in NAMES else "already taken"
        yield finding(
            Code.NAME_SHADOWS, path, f"`{name}` is {what}: choose another name.", name,
            f"for example my_{name}",
        )  # fmt: skip
    seen.add(name)


def _params(analysis: Analysis, seen: set[str]) -> None:
    for place, param in enumerate(analysis.spec.params):
        path = f"/params/{place}"
        analysis.add(_shadow(param.name, f"{path}/name", seen))
        analysis.add(check_parameter(param, path))


def _lets(analysis: Analysis, seen: set[str]) -> None:
    context = analysis.context
    for place, let in enumerate(analysis.spec.lets):
        path = f"/lets/{place}"
        analysis.add(_shadow(let.name, f"{path}/name", seen))
        # A let that uses itself or a later one finds it among the later names.
        context.later = frozenset(other.name for other in analysis.spec.lets[place:])
        found = analysis.examined(f"{path}/expr", let.expr, "let")
        states = states_in(found.tree, context.let_types) if found.tree else frozenset()
        context.let_types[let.name] = LetType(found.unit if found.ok else None, states)
        if found.resolved is not None and found.tree is not None:
            context.let_extents[let.name] = extent(found.tree, context.let_extents)
            context.let_trees[let.name] = found.resolved
        else:
            context.let_extents[let.name] = Extent(1, 1)
    context.later = frozenset()


def _regimes(analysis: Analysis) -> None:
    names: set[str] = {NO_REGIME}
    for place, regime in enumerate(analysis.spec.regimes):
        path = f"/regimes/{place}"
        if regime.name in names:
            analysis.add([_repeated(f"{path}/name", "regime", regime.name)])
        names.add(regime.name)
        analysis.expression(f"{path}/when", regime.when, "when")
        analysis.expression(f"{path}/until", regime.until, "until")


def _repeated(path: str, what: str, name: str) -> SpecFinding:
    return finding(
        Code.FIELD_RANGE, path, f"the {what} name `{name}` is already taken.", name,
        "choose another name",
    )  # fmt: skip


def _known(names: tuple[str, ...], known: list[str], path: str, what: str) -> Iterator[SpecFinding]:
    for place, name in enumerate(names):
        if name not in known:
            near = did_you_mean(name, known)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known) or 'none'}"
            yield finding(
                Code.FIELD_RANGE, f"{path}/{place}", f"there is no {what} `{name}`.", name, hint
            )


def _rules(analysis: Analysis) -> None:
    spec = analysis.spec
    regimes = [*(regime.name for regime in spec.regimes), NO_REGIME]
    ids: set[str] = set()
    for place, rule in enumerate(spec.rules):
        path = f"/rules/{place}"
        if rule.id in ids:
            analysis.add([_repeated(f"{path}/id", "rule", rule.id)])
        ids.add(rule.id)
        analysis.expression(f"{path}/entry", rule.entry, "entry")
        entry = analysis.trees.get(f"{path}/entry")
        if rule.order.price is not None and isinstance(entry, Boolean):
            # A waiting order every day: its price is the condition.
            analysis.drop(Code.ALWAYS_TRUE, f"{path}/entry")
        analysis.add(check_order(rule.order, f"{path}/order"))
        analysis.expression(f"{path}/order/price", rule.order.price, "price")
        analysis.expression(f"{path}/exit", rule.exit, "exit")
        where = f"{path}/only_in_regimes"
        analysis.add(_known(rule.only_in_regimes, regimes, where, "regime"))


def _exits(analysis: Analysis) -> None:
    spec = analysis.spec
    ids = [rule.id for rule in spec.rules]
    analysis.add(check_stops(spec))
    analysis.add(check_targets(spec))
    paths = [f"/stops/{n}" for n in range(len(spec.stops))]
    paths += [f"/targets/{n}" for n in range(len(spec.targets))]
    for path, part in zip(paths, levels_of(spec), strict=True):
        analysis.add(_known(part.rules, ids, f"{path}/rules", "rule"))
        role = part.kind if part.kind in {"trail_expr", "moving_expr"} else "price"
        analysis.expression(f"{path}/price", part.price, role)


def _others(analysis: Analysis) -> None:
    spec = analysis.spec
    analysis.add(check_sizing(spec.sizing))
    analysis.expression("/sizing/expr", spec.sizing.expr, "sizing")
    if spec.pyramiding is not None:
        analysis.expression("/pyramiding/add_when", spec.pyramiding.add_when, "add_when")
    if spec.cross_section is not None:
        analysis.expression("/cross_section/score", spec.cross_section.score, "score")
        analysis.expression("/cross_section/eligible", spec.cross_section.eligible, "eligible")


def _order_of_fields() -> dict[str, int]:
    places = {name: place for place, name in enumerate(StrategySpec.model_fields)}
    for part in (Rule, Regime, Stop, Sizing):
        for place, name in enumerate(part.model_fields):
            places.setdefault(name, place)
    return places


_FIELD_PLACES: Final = _order_of_fields()


def document_order(found: SpecFinding) -> tuple[object, ...]:
    """Sort key: field by field as the document has them, then by character."""
    parts = [part for part in found.path.split("/") if part]
    places = [int(part) if part.isdigit() else _FIELD_PLACES.get(part, 99) for part in parts]
    return (places, found.span or (-1, -1))


def analyse(spec: StrategySpec) -> Analysis:
    """Take a spec apart; never raises on any spec."""
    context = Context(
        params={param.name: param for param in spec.params},
        timeframe=spec.timeframe,
        pair=spec.pair is not None,
    )
    analysis = Analysis(spec, context)
    seen: set[str] = set()
    for part in (_params, _lets):
        part(analysis, seen)
    for step in (_regimes, _rules, _exits, _others):
        step(analysis)
    analysis.add(check_form(spec))
    analysis.add(missing_parts(spec))
    analysis.add(lint_spec(spec, analysis.trees))
    analysis.findings = _first(analysis.findings)
    return analysis


def _first(findings: list[SpecFinding]) -> list[SpecFinding]:
    """At most 20, in document order; when they are too many, warnings go first."""
    ordered = sorted(findings, key=document_order)
    if len(ordered) > MAX_FINDINGS:
        ordered = sorted(ordered, key=lambda found: found.level == "warning")[:MAX_FINDINGS]
        ordered.sort(key=document_order)
    return ordered
